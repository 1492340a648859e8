#include "datasets/batches.h"

#include <stdio.h>

#include "datasets/base/memory.h"
#include "kernels/base/rng.h"

void hy_batches_init(struct hy_batches *b, const struct hy_samples *s, int batch, uint64_t seed)
{
    HY_ASSERT(batch > 0 && s->n_train >= batch, "hy_samples_make() has checked that there is one batch");
    *b = (struct hy_batches){.samples = s, .batch = batch, .per_epoch = s->n_train / batch, .seed = seed, .epoch = -1};
    b->order = hy_new((size_t)s->n_train, sizeof *b->order);
}

void hy_batches_fini(struct hy_batches *b)
{
    if (!b)
        return;
    free(b->order);
    *b = (struct hy_batches){0};
}

/* Fisher-Yates over the training samples with a stream of the epoch's own. */
static void shuffle(struct hy_batches *b, int64_t epoch)
{
    char name[64];
    snprintf(name, sizeof name, "order of epoch %lld", (long long)epoch);
    struct hy_stream stream = hy_stream_open(b->seed, name);
    int n = b->samples->n_train;
    for (int i = 0; i < n; i++)
        b->order[i] = b->samples->train[i];
    for (int i = n - 1; i > 0; i--) {
        int j = (int)(hy_stream_uniform(&stream) * (i + 1)); /* below i + 1: the draw is below 1 by 2^-33 */
        int kept = b->order[i];
        b->order[i] = b->order[j];
        b->order[j] = kept;
    }
    b->epoch = epoch;
}

static void copy_rows(const struct hy_samples *s, const int *numbers, int rows, int32_t *inputs, int32_t *targets)
{
    size_t length = (size_t)s->seq_len;
    for (int r = 0; r < rows; r++) {
        memcpy(inputs + (size_t)r * length, hy_sample_inputs(s, numbers[r]), length * sizeof *inputs);
        memcpy(targets + (size_t)r * length, hy_sample_targets(s, numbers[r]), length * sizeof *targets);
    }
}

void hy_batches_train(struct hy_batches *b, int64_t step, int32_t *inputs, int32_t *targets)
{
    HY_ASSERT(step >= 0, "steps count from 0");
    if (b->epoch != step / b->per_epoch)
        shuffle(b, step / b->per_epoch);
    copy_rows(b->samples, b->order + step % b->per_epoch * b->batch, b->batch, inputs, targets);
}

/* The numbers of the first `count` samples of a part: [*n]. */
static const int *held(const struct hy_batches *b, enum hy_part part, int count, int *n)
{
    const int *numbers = hy_samples_of(b->samples, part, n);
    if (count > 0 && count < *n)
        *n = count;
    return numbers;
}

int hy_batches_held_count(const struct hy_batches *b, enum hy_part part, int count)
{
    int n;
    held(b, part, count, &n);
    return (n + b->batch - 1) / b->batch;
}

int hy_batches_held(const struct hy_batches *b, enum hy_part part, int k, int count, int32_t *inputs, int32_t *targets)
{
    HY_ASSERT(k >= 0 && k < hy_batches_held_count(b, part, count), "a batch that there is");
    int n;
    const int *numbers = held(b, part, count, &n);
    int first = k * b->batch, rows = n - first;
    if (rows > b->batch)
        rows = b->batch;
    copy_rows(b->samples, numbers + first, rows, inputs, targets);
    size_t length = (size_t)b->samples->seq_len;
    for (size_t i = (size_t)rows * length; i < (size_t)b->batch * length; i++) {
        inputs[i] = 0;
        targets[i] = -1;
    }
    return rows;
}
