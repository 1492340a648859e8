/* Run folders become nights of a history. */
#ifndef HY_BENCH_HISTORY_ADD_H
#define HY_BENCH_HISTORY_ADD_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/history/store.h"

struct hy_added {
    bool again;            /* the run was there already */
    size_t points, series; /* new ones */
    size_t doubtful;       /* of the points: disturbed or drifted */
};

/* Adds what a run folder holds: variants and their seeds, speeds by context, kernels, ops, and what night.csv says of
 * the night itself (build time, size of the program). A run that is there already (env.json is its identity) is added
 * only what it has got since. HY_BAD_INPUT: no run folder, a table is damaged, env.json is missing; HY_NO_DATA: it has
 * not ended yet, or nothing in it can be tracked. */
hy_status hy_history_add(struct hy_history *h, const char *dir, struct hy_added *added);

#endif
