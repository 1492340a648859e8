/* Two sides held against each other: a verdict for each row that both have, and what has no part in one. */
#ifndef HY_BENCH_COMPARE_COMPARISON_H
#define HY_BENCH_COMPARE_COMPARISON_H

#include "bench/compare/judge.h"
#include "bench/compare/side.h"

/* Thresholds where none is asked for, as shares of 1. What was not measured in turns also holds the state that the
 * machine was in: under 3 % off the yardsticks do not call a row drifted. */
#define HY_THRESHOLD_IN_TURNS 0.01
#define HY_THRESHOLD_APART    0.03

struct hy_compared {
    const struct hy_side_row *base, *fresh; /* of the two sides */
    struct hy_ratio ratio;                  /* NaN of exact quantities of 0 */
    double p;                               /* corrected for all rows */
    double base_value, fresh_value;         /* medians of what took part; the exact quantities */
    enum hy_change change;
    size_t needed;    /* observations on each side that would settle an inconclusive one; 0: nobody knows */
    const char *note; /* why there is no ratio; static, NULL: there is one */
    bool decided;     /* in turns: it has its verdict from an earlier look, and keeps it */
};

struct hy_comparison {
    const struct hy_side *base, *fresh;
    struct hy_rule rule;
    struct hy_compared *rows; /* (n) in NEW's order */
    size_t n;
    const struct hy_side_row **only_base, **only_fresh; /* (n_only_base), (n_only_fresh) */
    size_t n_only_base, n_only_fresh;
    size_t counts[HY_CHANGES];
    size_t doubtful;        /* rows in which an observation was left out as disturbed or drifted */
    size_t doubtful_wholly; /* of these: rows of which one side has nothing else */
};

/* Matches the rows; nothing is judged yet. HY_BAD_INPUT where the sides cannot be compared: circumstances or shapes
 * that differ (with `force` a warning each), no row in common. */
hy_status hy_comparison_open(struct hy_comparison *c, const struct hy_side *base, const struct hy_side *fresh,
                             const struct hy_rule *rule, bool force);
void hy_comparison_close(struct hy_comparison *c); /* zeroed is fine */

/* Judges every row that is not decided, with the level `alpha` (the rule's, or a part of it where one looks again and
 * again), and counts. */
void hy_comparison_judge(struct hy_comparison *c, double alpha);

/* HY_NO_DATA where no row could get a verdict, whatever it showed: so few observations. */
hy_status hy_comparison_enough(const struct hy_comparison *c);

#endif
