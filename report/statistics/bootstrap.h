/* The bootstrap: what a statistic of some items would have been with other items of the same kind (Efron 1979). */
#ifndef HY_REPORT_STATISTICS_BOOTSTRAP_H
#define HY_REPORT_STATISTICS_BOOTSTRAP_H

#include <stddef.h>

enum { HY_RESAMPLES = 2000 };

struct hy_interval {
    double low, high;
};

/* The interval of confidence 1 - alpha of sum(part) / sum(whole):
 *
 *   part   (n) finite
 *   whole  (n) > 0
 *   alpha  at least 2 / HY_RESAMPLES
 *
 * n items are drawn anew with replacement, HY_RESAMPLES times, an item's part always with its whole; the ends are
 * percentiles of what comes out. The draws are the same for every n items there are (kernels/base/rng.h). NaN for n <
 * 2; of fewer than some thirty items the interval is too narrow. */
struct hy_interval hy_bootstrap_ratio(const double *part, const double *whole, size_t n, double alpha);

#endif
