/* The commit of a change: the range between two commits, halved by measuring in turns. */
#ifndef HY_BENCH_HISTORY_BISECT_H
#define HY_BENCH_HISTORY_BISECT_H

#include <stdbool.h>
#include <stdio.h>

#include "bench/history/nights.h"

struct hy_bisect {
    const struct hy_series *series; /* one that can be measured alone (hy_work_of()) */
    const char *good, *bad;         /* commits; good is an ancestor of bad */
    double budget;                  /* seconds of measuring for each step */
    bool (*interrupted)(void);
};

/* Says each step on `out`, and at its end the one commit, or between which ones it must be. HY_CHECK_FAILED: found;
 * HY_OK: good and bad do not differ; HY_NO_DATA: a step stayed inconclusive; HY_BAD_INPUT: no checkout, no such
 * commits, or good is no ancestor of bad. Commits that do not build are passed over. */
hy_status hy_history_bisect(FILE *out, const struct hy_bisect *b);

#endif
