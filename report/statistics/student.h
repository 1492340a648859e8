/* Student's t distribution for whole degrees of freedom. */
#ifndef HY_REPORT_STATISTICS_STUDENT_H
#define HY_REPORT_STATISTICS_STUDENT_H

#include <stddef.h>

/* The chance of a t at least so far from 0 on either side, by the finite series of Abramowitz & Stegun 26.7.3 and
 * 26.7.4; below 1e-14 it is rounding. freedom >= 1; an infinite t has a chance of 0. */
double hy_student_p(double t, size_t freedom);

/* The t with a chance of alpha beyond +-t. */
double hy_student_bound(double alpha, size_t freedom);

#endif
