/* Rows of the microbenchmark as text, as kernels.csv or counters.csv, and as google-benchmark JSON. */
#ifndef HY_BENCH_HARNESS_MICRO_OUT_H
#define HY_BENCH_HARNESS_MICRO_OUT_H

#include <jansson.h>
#include <stdio.h>

#include "bench/harness/micro.h"
#include "report/table/columns.h"

/* "hy_scan_fwd_f32_avx512/scan/hot": what filters see and lists print; malloc'd. */
char *hy_micro_name(const struct hy_micro_row *row);

/* Adds the row to an open kernels.csv (HY_TABLE_KERNELS). */
void hy_micro_put(struct hy_table *t, const struct hy_micro_row *row);

/* A counted row: one row per metric of an open counters.csv (HY_TABLE_COUNTERS). */
void hy_micro_put_counts(struct hy_table *t, const struct hy_micro_row *row);

/* One aligned line (of a counted row: one per metric), and the line above the first. */
void hy_micro_print_header(FILE *out, bool counts);
void hy_micro_print(FILE *out, const struct hy_micro_row *row);

/* google-benchmark's JSON, schema 1: {"context": ..., "benchmarks": []}; rows are
 * iterations only. The caller decrefs. NaN never gets in. */
json_t *hy_micro_json_open(const char *executable);
void hy_micro_json_add(json_t *root, const struct hy_micro_row *row);

#endif
