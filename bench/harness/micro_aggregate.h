/* What the repetitions of one benchmark come to, as google-benchmark reports them. */
#ifndef HY_BENCH_HARNESS_MICRO_AGGREGATE_H
#define HY_BENCH_HARNESS_MICRO_AGGREGATE_H

#include "bench/harness/micro_out.h"
#include "bench/harness/micro_rows.h"

/* Over the medians of the repetitions; sd with n-1, cv = sd / mean. */
enum hy_aggregate { HY_AGGREGATE_MEAN, HY_AGGREGATE_MEDIAN, HY_AGGREGATE_SD, HY_AGGREGATE_CV, HY_AGGREGATES };
const char *hy_aggregate_name(enum hy_aggregate a); /* google-benchmark's: "mean", "median", "stddev", "cv" */

/* The figures of one aggregate; of cv each is a share of 1. */
struct hy_aggregate_figures {
    double ns, gflops, gbps;
};

struct hy_micro_aggregates {
    struct hy_aggregate_figures of[HY_AGGREGATES];
    size_t n;                /* repetitions in them: those that hold, or all where fewer than two do */
    enum hy_quality quality; /* ok, or the first one's that is not where all were taken */
};

/* False, and *a zeroed, where fewer than two repetitions of benchmark `b` have times. */
bool hy_micro_aggregate(struct hy_micro_aggregates *a, const struct hy_micro_rows *r, size_t b);

/* A line per aggregate of the benchmark whose repetition `row` is one, under those of hy_micro_print(). */
void hy_micro_print_aggregates(FILE *out, const struct hy_micro_row *row, const struct hy_micro_aggregates *a,
                               const struct hy_time_unit *unit);

#endif
