/* Where the time of a program's runs goes, op by op: rows of ops.csv, or a table on the terminal. */
#ifndef HY_BENCH_MEASURE_PROFILE_H
#define HY_BENCH_MEASURE_PROFILE_H

#include <stdio.h>

#include "bench/harness/conditions.h"

struct hy_op_row { /* a row of ops.csv */
    char op[24], pass[16];
    int layer; /* -1 outside the layers */
    long calls;
    double time_ms, share_pct, flops, bytes, roof_pct; /* NaN: not known */
    double device_ms;           /* the device worked for it, by CUPTI; NaN where that was not traced */
    long kernels, copies, sets; /* the device ran for it; meaningless where device_ms is NaN */
};

struct hy_profile {
    struct hy_op_row *rows; /* (n), with room for `room` */
    int n, room;
    struct hy_conditions conditions; /* in which its steps were timed */
    double trace_ratio;              /* a traced step's time over an untraced one's; NaN: not traced */
    double busy_pct;                 /* share of an untraced step during which the device worked; NaN: not known */
};

/* No rows yet, room for so many. */
void hy_profile_init(struct hy_profile *p, int room);
void hy_profile_fini(struct hy_profile *p); /* NULL and zeroed are fine */

/* The row of an op, pass and layer: the one there is, else a new one, everything 0 but device_ms. */
struct hy_op_row *hy_profile_row(struct hy_profile *p, const char *op, const char *pass, int layer);

/* The rows into ops.csv. */
void hy_profile_put(struct hy_table *out, const char *variant, const struct hy_profile *p);

/* The rows as a table, layers summed. */
void hy_profile_print(const struct hy_profile *p, FILE *to);

#endif
