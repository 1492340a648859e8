/* The Pareto front of points with two qualities. */
#ifndef HY_REPORT_STATISTICS_PARETO_H
#define HY_REPORT_STATISTICS_PARETO_H

#include <stdbool.h>
#include <stddef.h>

/* front[i]: no other point is at least as good in both and better in one. x, y, front (count); a better_* is -1 where
 * less is better, 1 where more is. A point with a value that is not finite is not on the front and keeps none off it.
 */
void hy_pareto_front(const double *x, const double *y, size_t count, int better_x, int better_y, bool *front);

#endif
