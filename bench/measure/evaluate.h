/* How well a trainer's weights predict samples that they were not trained on: on the whole, by position, and each. */
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

/* One sample. */
struct hy_sample_loss {
    int sample;     /* its number: the inputs begin at token sample * seq_len of the text */
    long targets;   /* that count */
    double nll_sum; /* their plain cross-entropy in nats */
};

struct hy_evaluation {
    double nll; /* mean plain cross-entropy, nats per token */
    struct hy_position_row positions[HY_POSITION_ROWS];
    int n_positions;
    struct hy_sample_loss *samples; /* (n_samples) in the order of the split; owned */
    int n_samples;
};

/* Of the first `samples` samples of a part, 0: of all; `watch` (may be NULL) is told of every batch. HY_RUN_FAILED
 * when a device failed. *e needs its _fini either way. */
hy_status hy_evaluate(struct hy_trainer *t, struct hy_batches *b, enum hy_part part, int samples,
                      const struct hy_trace *trace, struct hy_watch *watch, struct hy_evaluation *e);
void hy_evaluation_fini(struct hy_evaluation *e); /* zeroed is fine */

#endif
