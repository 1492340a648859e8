/* Rows of the microbenchmark as google-benchmark writes them, for tools that were made for it. */
#ifndef HY_BENCH_HARNESS_MICRO_GOOGLE_H
#define HY_BENCH_HARNESS_MICRO_GOOGLE_H

#include <jansson.h>
#include <stdio.h>

#include "bench/harness/micro_out.h"
#include "bench/harness/micro_rows.h"

struct hy_google_style {
    const struct hy_time_unit *unit; /* of the times; NULL: ns */
    bool aggregates_only;            /* no rows of repetitions where there are aggregates of them */
};

/* JSON, schema 1: {"context": ..., "benchmarks": []}. Each benchmark's repetitions follow one another, then, where two
 * or more have times, their aggregates (run_type "aggregate"). real_time and cpu_time are the median of the samples; a
 * kernel that was skipped has error_occurred, and times of 0 for the readers that want a number. The caller decrefs.
 * NaN never gets in. */
json_t *hy_google_json(const char *executable, const struct hy_micro_rows *rows, const struct hy_google_style *style);

/* The same rows as CSV: google-benchmark's ten columns, then our figures as its user counters. Errors of the stream
 * stay in ferror(). */
void hy_google_csv(FILE *out, const struct hy_micro_rows *rows, const struct hy_google_style *style);

#endif
