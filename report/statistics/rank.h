/* Rank tests of two sets of observations, and the intervals that belong to them: nothing here assumes a distribution.
 *
 * Up to HY_RANK_EXACT observations in all, p and intervals are exact, ties included (the distribution over all ways to
 * choose the ranks, Streitberg & Roehmel 1986); beyond, the normal approximation with the tie correction. */
#ifndef HY_REPORT_STATISTICS_RANK_H
#define HY_REPORT_STATISTICS_RANK_H

#include <stddef.h>

enum { HY_RANK_EXACT = 64 };

/* Mann & Whitney 1947: two-sided p of "a and b come from one distribution". 1 where n or m is 0. */
double hy_mann_whitney(const double *a, size_t n, const double *b, size_t m);

/* Wilcoxon 1945, of pairs: two-sided p of "the differences d lie symmetrically around 0". Zeros are left out; 1 where
 * nothing remains. */
double hy_signed_rank(const double *d, size_t n);

/* Two-sided p of a mean of 0 when the signs of d are drawn anew in all 2^n ways, n <= 20. */
double hy_sign_flip(const double *d, size_t n);

/* A shift with the interval of confidence 1 - alpha that inverts the test; NaN ends where there are too few
 * observations for any. */
struct hy_shift {
    double estimate, low, high;
};

/* Hodges & Lehmann 1963: the median of all b_j - a_i; inverts Mann & Whitney's test. n, m >= 1. */
struct hy_shift hy_shift_between(const double *a, size_t n, const double *b, size_t m, double alpha);

/* The median of all means (d_i + d_j) / 2, i <= j; inverts Wilcoxon's test. n >= 1. */
struct hy_shift hy_shift_of(const double *d, size_t n, double alpha);

/* Benjamini & Hochberg 1995: adjusted (n) may be p itself. A NaN stays one and is no test. */
void hy_false_discovery(const double *p, size_t n, double *adjusted);

#endif
