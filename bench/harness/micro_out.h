/* Rows of the microbenchmark as text, as kernels.csv or as counters.csv. */
#ifndef HY_BENCH_HARNESS_MICRO_OUT_H
#define HY_BENCH_HARNESS_MICRO_OUT_H

#include <stdio.h>

#include "bench/harness/micro.h"
#include "report/table/columns.h"

/* "hy_scan_fwd_f32_avx512/scan/hot": what filters see and lists print; malloc'd. */
char *hy_micro_name(const struct hy_micro_row *row);

/* Adds the row to an open kernels.csv (HY_TABLE_KERNELS). */
void hy_micro_put(struct hy_table *t, const struct hy_micro_row *row);

/* A counted row: one row per metric of an open counters.csv (HY_TABLE_COUNTERS). */
void hy_micro_put_counts(struct hy_table *t, const struct hy_micro_row *row);

struct hy_time_unit {
    const char *name;
    double ns; /* in one of it */
};
const struct hy_time_unit *hy_time_unit(const char *name); /* of "ns", "us", "ms", "s"; NULL for another name */

/* "1.234 us": in `unit`, with so many decimals as the figure has use for; NULL: in the unit that suits. */
void hy_time_text(char text[32], double ns, const struct hy_time_unit *unit);

/* One aligned line (of a counted row: one per metric), and the line above the first. Times as
 * hy_time_text() writes them. */
void hy_micro_print_header(FILE *out, bool counts);
void hy_micro_print(FILE *out, const struct hy_micro_row *row, const struct hy_time_unit *unit);

#endif
