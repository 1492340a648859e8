/* What the processors counted in one training step, op by op. */
#ifndef HY_BENCH_MEASURE_PROFILE_PERF_H
#define HY_BENCH_MEASURE_PROFILE_PERF_H

#include <stdio.h>

#include "bench/instrument/perf_events.h"
#include "models/train/trainer.h"

struct hy_perf_row { /* layers summed */
    char op[24], pass[16];
    double counts[HY_PERF_EVENTS]; /* of one step; NaN: not counted */
};

struct hy_perf_profile {
    struct hy_perf_row *rows; /* (n) in the order of the step */
    int n;
    int steps; /* counted */
    bool have[HY_PERF_EVENTS];
    char why[320]; /* of hy_perf: why hardware events are missing, and what to set; else "" */
};

/* Runs `steps` steps on the batch the trainer holds, on the CPU, after one to warm up: *out is made. Nothing is timed:
 * reading the counters takes longer than short ops do. Changes the weights. */
void hy_profile_perf(struct hy_trainer *t, int steps, struct hy_perf_profile *out);
void hy_perf_profile_fini(struct hy_perf_profile *p); /* NULL and zeroed are fine */

/* The rows as a table: what is counted, and instructions per cycle. */
void hy_perf_profile_print(const struct hy_perf_profile *p, FILE *to);

#endif
