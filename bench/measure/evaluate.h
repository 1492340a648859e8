/* How well a trainer's weights predict the validation samples, on the whole and by position. */
#ifndef HY_BENCH_MEASURE_EVALUATE_H
#define HY_BENCH_MEASURE_EVALUATE_H

#include "bench/harness/watch.h"
#include "datasets/batches.h"
#include "models/train/trainer.h"

enum { HY_POSITION_ROWS = 32 };

/* A stretch of content positions. */
struct hy_position_row {
    int first, last;
    long targets;
    double nll_sum;
};

struct hy_evaluation {
    double nll; /* mean plain cross-entropy, nats per token */
    struct hy_position_row positions[HY_POSITION_ROWS];
    int n_positions;
};

/* Of the first `samples` validation samples, 0: of all; `watch` (may be NULL) is told of every batch. HY_RUN_FAILED
 * when a device failed. */
hy_status hy_evaluate(struct hy_trainer *t, struct hy_batches *b, int samples, const struct hy_trace *trace,
                      struct hy_watch *watch, struct hy_evaluation *e);

#endif
