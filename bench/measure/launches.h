/* What a training step queues on a GPU, counted where there is none: launches by pass, op and kernel. */
#ifndef HY_BENCH_MEASURE_LAUNCHES_H
#define HY_BENCH_MEASURE_LAUNCHES_H

#include <stdio.h>

#include "kernels/dispatch.h"
#include "models/config/study.h"

enum { HY_MOST_LAUNCH_ROWS = 256 };

/* So many of one kind. A product is one launch, whatever kernels the library takes for it. */
struct hy_launch_row {
    const char *pass;   /* "forward", "backward" (what is computed again included) or "update"; "" beside the ops ... */
    const char *op;     /* ... which is then "step": what the host copies for one */
    const char *kernel; /* as hy_launch() names it, "product", or "copy" and "fill", which are no launches */
    long n;
};

struct hy_launches {
    struct hy_launch_row rows[HY_MOST_LAUNCH_ROWS]; /* in the order in which a step has them */
    int n;
    long launches, copies; /* sums: kernels and products; copies and fills */
};

/* Counts an optimizer step of a variant in a precision. HY_RUN_FAILED in a build without CUDA kernels, or where the
 * host has no room for the weights. */
hy_status hy_launches_count(struct hy_launches *l, const struct hy_config *c, const struct hy_training *training,
                            enum hy_precision precision);

/* As text: a line that sums up, and a table with a column for each pass. */
void hy_launches_print(const struct hy_launches *l, const char *variant, enum hy_precision precision, FILE *to);

/* As rows of CSV, with the header where it is the first. */
void hy_launches_put(const struct hy_launches *l, const char *variant, enum hy_precision precision, bool header,
                     FILE *to);

#endif
