/* The readers behind hy_side_open(): each adds what one kind of file holds. */
#ifndef HY_BENCH_COMPARE_SIDE_READ_H
#define HY_BENCH_COMPARE_SIDE_READ_H

#include "bench/compare/side.h"

/* kernels.csv's columns. Repetitions of a benchmark are observations of one row. */
hy_status hy_side_read_kernels(struct hy_side *s, const char *path);

/* google-benchmark's JSON, ours or another program's: its iteration rows. */
hy_status hy_side_read_google(struct hy_side *s, const char *path);

/* What bench-step or bench-decode printed. */
hy_status hy_side_read_bench(struct hy_side *s, const char *path);

/* ops.csv of a run folder where it is there: the device's time per variant, op and pass. */
hy_status hy_side_read_ops(struct hy_side *s, const char *dir);

/* A run folder: env.json, variants.csv, runs.csv, scaling.csv, ops.csv, kernels.csv, as far as they are there. */
hy_status hy_side_read_folder(struct hy_side *s, const char *dir);

#endif
