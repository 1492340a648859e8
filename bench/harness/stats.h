/* Statistics of one series of samples, and when to stop taking more.
 *
 * Nothing here assumes a distribution: times have long right tails. Samples are
 * finite numbers in any unit; outliers are counted, never dropped. */
#ifndef HY_BENCH_HARNESS_STATS_H
#define HY_BENCH_HARNESS_STATS_H

#include <stddef.h>

struct hy_stats {
    size_t n;
    double median;
    double ci_low, ci_high; /* 95 % interval of the median; NaN with fewer than 6 samples */
    double mean, sd;        /* sd with n-1; NaN with one sample */
    double min, q1, q3;     /* quartiles: linear between the neighbouring order statistics */
    double noise_pct;       /* 100 (q3-q1) / median */
    size_t outliers;        /* beyond the quartiles by more than 1.5 (q3-q1) (Tukey 1977) */
};

/* n >= 1. `sorted` (n) is scratch and holds the samples in ascending order afterwards;
 * it may be `samples` itself. */
void hy_stats_of(struct hy_stats *s, const double *samples, size_t n, double *sorted);

/* The median of n >= 1 samples, which are in ascending order afterwards. */
double hy_median(double *samples, size_t n);

/* The distribution-free 95 % confidence interval of the median is
 * [x_(j), x_(n-j+1)], order statistics counted from 1: the largest j with
 * 2 P(Bin(n, 1/2) <= j-1) <= 0.05. 0 when there is none (n < 6). */
size_t hy_median_rank(size_t n);

/* The quantile q in [0, 1] of ascending samples, n >= 1. */
double hy_quantile(const double *sorted, size_t n, double q);

/* Student's t for a two-sided 95 % interval of a mean, by degrees of freedom, right to three decimals; NaN for 0. */
double hy_t95(size_t freedom);

/* ---- stopping ------------------------------------------------------------------ */
struct hy_stop_rule {
    size_t min_samples;
    size_t max_samples;   /* memory's limit: the samples are kept */
    double min_seconds;   /* time inside the samples */
    double max_noise_pct; /* width of the median's interval, in percent of the median */
    double timeout;       /* seconds on the wall since the first sample */
};

enum hy_stop_reason {
    HY_STOP_NOT,     /* go on */
    HY_STOP_PRECISE, /* the interval is narrow enough */
    HY_STOP_STALLED, /* four times the samples did not narrow it by a fifth; a half was due */
    HY_STOP_TIMEOUT,
    HY_STOP_FULL,      /* max_samples */
    HY_STOP_DISTURBED, /* others had the machine for most of the time */
};
const char *hy_stop_name(enum hy_stop_reason reason); /* "precise", "stalled", "timeout", "full", "disturbed" */

/* Zero it before the first sample. */
struct hy_stop {
    size_t looked;     /* n of the last look; the next one comes a twentieth later */
    size_t mark;       /* n when the width was last compared */
    double mark_width; /* and that width */
};

/* Asked after every sample. `sorted` (n) is scratch, seconds as in the rule. */
enum hy_stop_reason hy_stop_check(struct hy_stop *s, const struct hy_stop_rule *rule, const double *samples, size_t n,
                                  double seconds, double wall, double *sorted);

#endif
