/* Results kept under a name to compare with later: folders results/baselines/<name> with the tables of a run. */
#ifndef HY_BENCH_COMPARE_BASELINES_H
#define HY_BENCH_COMPARE_BASELINES_H

#include "kernels/base/status.h"

/* "results/baselines/<name>", malloc'd. */
char *hy_baseline_path(const char *name);

/* HY_BAD_INPUT for a name that is no plain file name. */
hy_status hy_baseline_check(const char *name);

/* Copies what can be compared of a run folder, a table of kernels, or google-benchmark's JSON; in place of an older one
 * of that name. HY_BAD_INPUT, HY_NO_DATA as hy_side_open(): what cannot be compared is not kept. */
hy_status hy_baseline_save(const char *name, const char *from);

/* HY_BAD_INPUT where there is none of that name, which lists those that there are. */
hy_status hy_baseline_find(const char *name);

/* A line each on stdout: name, date, commit, machine, rows. */
hy_status hy_baselines_print(void);

/* HY_BAD_INPUT where there is none, or where its folder holds something else: then nothing is removed. */
hy_status hy_baseline_delete(const char *name);

#endif
