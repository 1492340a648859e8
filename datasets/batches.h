/* Batches: which samples make step s, as a function of (seed, s) alone, so that a
 * run that is resumed anywhere sees what it would have seen. */
#ifndef HY_DATASETS_BATCHES_H
#define HY_DATASETS_BATCHES_H

#include <stdint.h>

#include "datasets/samples.h"

struct hy_batches {
    const struct hy_samples *samples; /* borrowed: must outlive this */
    int batch;
    int per_epoch; /* the last partial batch of an epoch is dropped */
    uint64_t seed;
    int64_t epoch; /* whose order is in `order`; -1: none yet */
    int *order;    /* [n_train], owned */
};

/* seed: of the run; another seed visits the samples in another order. */
void hy_batches_init(struct hy_batches *b, const struct hy_samples *s, int batch, uint64_t seed);
void hy_batches_fini(struct hy_batches *b);

/* inputs, targets [batch, seq_len] of step `step` >= 0: batch step % per_epoch of epoch step / per_epoch.
 * Each epoch has an order of its own; within one no sample comes twice. */
void hy_batches_train(struct hy_batches *b, int64_t step, int32_t *inputs, int32_t *targets);

/* How many batches hold the first `count` samples of a part that is not trained on (count <= 0: all of them). */
int hy_batches_held_count(const struct hy_batches *b, enum hy_part part, int count);

/* Batch k of those, in the fixed order of the split. Rows beyond the last sample have
 * inputs 0 and targets -1. Returns the rows that are real. */
int hy_batches_held(const struct hy_batches *b, enum hy_part part, int k, int count, int32_t *inputs, int32_t *targets);

#endif
