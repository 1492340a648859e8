/* Change points of a series: e-divisive means (Matteson & James 2014) in windows, the way Hunter does it (Fleming et
 * al. 2023, now Apache Otava): split with a lax level, then merge what is weak. */
#ifndef HY_BENCH_HISTORY_DIVISIVE_H
#define HY_BENCH_HISTORY_DIVISIVE_H

#include <stddef.h>
#include <stdint.h>

struct hy_divisive {
    size_t window;      /* nights looked at together: 50 */
    double p;           /* 0.001 */
    double min_change;  /* of the means on both sides, as a share: 0.02; 0: any */
    size_t min_segment; /* nights on either side: 3; 1: any */
};
extern const struct hy_divisive hy_divisive_usual; /* the figures above */

struct hy_change_point {
    size_t index;         /* the first night of the new level */
    double p;             /* Student's t-test of the two segments beside it, of one variance */
    double before, after; /* means of these segments */
};

/* Finds those of x (n) into found (n), in order; returns their number. Values are finite. */
size_t hy_change_points(const double *x, size_t n, const struct hy_divisive *how, struct hy_change_point *found);

/* The best single split of x (n): where the energy statistic between the parts is largest, with at least min_segment
 * on either side; 0: none. */
size_t hy_best_split(const double *x, size_t n, size_t min_segment, double *energy);

/* The chance that a division of x (n) drawn at random is at least as far apart as x[0, split) and x[split, n) are, by
 * the energy statistic: permutations are drawn until 20 were (Besag & Clifford 1991), `most` at most. */
double hy_split_p(const double *x, size_t n, size_t split, long most, uint64_t seed);

#endif
