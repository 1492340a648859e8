/* Nsight Compute's counts as rows of a run folder's counters.csv. */
#ifndef HY_BENCH_NSIGHT_COUNTERS_OUT_H
#define HY_BENCH_NSIGHT_COUNTERS_OUT_H

#include "bench/nsight/ncu_file.h"

/* Writes dir/counters.csv anew: rows that were measured stay, and those of an earlier import of other kernels, ranges
 * or shapes. Fails as hy_rewrite_open(), the folder being untouched. */
hy_status hy_counters_write(const struct hy_ncu *n, const char *dir);

#endif
