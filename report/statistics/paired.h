/* Differences of pairs that cost much each: the same seed under two designs. */
#ifndef HY_REPORT_STATISTICS_PAIRED_H
#define HY_REPORT_STATISTICS_PAIRED_H

#include <stddef.h>

struct hy_paired {
    size_t n;
    double mean, sd;  /* of the differences; NaN without any, sd NaN of one */
    double low, high; /* interval of the mean, of confidence 1 - alpha: Student's t of n - 1 degrees; NaN of one */
    double p;         /* of a mean of 0, by the same t, two-sided; NaN of one */
    double p_flip;    /* when the signs are drawn anew in all ways; NaN of one, and of more than HY_MOST_FLIPS */
    size_t needed;    /* pairs in all that show a difference of this size eight times in ten; 0: nobody knows */
};
enum { HY_MOST_FLIPS = 12 };

/* Of the differences d (n), finite. */
struct hy_paired hy_paired_of(const double *d, size_t n, double alpha);

/* Holm 1979: p (n) adjusted for being n together; adjusted (n) may be p itself. A NaN stays one and is no test. */
void hy_holm(const double *p, size_t n, double *adjusted);

#endif
