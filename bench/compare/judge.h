/* The verdict on one row from its observations on two sides.
 *
 * improved or regressed: the test's p, corrected for all rows that are judged together (hy_false_discovery), lies under
 * alpha, and the interval of the ratio lies beyond the row's threshold. same: the interval lies inside it. Else
 * inconclusive, with the number of observations that would settle it. */
#ifndef HY_BENCH_COMPARE_JUDGE_H
#define HY_BENCH_COMPARE_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

enum hy_change { HY_INCONCLUSIVE, HY_SAME, HY_IMPROVED, HY_REGRESSED, HY_CHANGED, HY_CHANGES };
const char *hy_change_name(enum hy_change c); /* "inconclusive", "same", ... */

/* Of positive figures, `fresh` over `base`: the exponential of the median of the log ratios, of all pairs of
 * observations (Mann & Whitney), or of those that belong together (Wilcoxon's test of pairs). */
struct hy_ratio {
    double ratio, low, high; /* NaN ends: too few observations for an interval of that confidence */
    double p;                /* two-sided; NaN without an observation on each side */
    double cv;               /* of one observation, in shares of 1, robust (1.4826 median |x - median|); NaN of one */
    size_t n_base, n_fresh;
};
struct hy_ratio hy_ratio_between(const double *base, size_t n, const double *fresh, size_t m, double alpha);
struct hy_ratio hy_ratio_of_pairs(const double *base, const double *fresh, size_t n, double alpha);

/* Of few pairs that cost much each, the seeds of a study: the exponential of the mean log ratio, with Student's t of
 * n - 1 degrees of freedom. */
struct hy_ratio hy_ratio_of_seeds(const double *base, const double *fresh, size_t n, double alpha);

struct hy_rule {
    double alpha;     /* 0.05 */
    double threshold; /* as a share of 1: 0.02 */
};

/* `p` is the corrected one. */
enum hy_change hy_judge(const struct hy_ratio *r, double p, const struct hy_rule *rule, bool more_is_better);

/* Observations on each side that tell a difference of the threshold nine times in ten: 21 (cv / threshold)^2; at least
 * one more than there are. 0 where nobody can know (one observation). */
size_t hy_observations_needed(const struct hy_ratio *r, double threshold);

#endif
