#include "bench/measure/evaluate.h"

#include <stdlib.h>

#include "kernels/base/clock.h"

static void open_positions(struct hy_evaluation *e, int length)
{
    e->n_positions = length < HY_POSITION_ROWS ? length : HY_POSITION_ROWS;
    for (int i = 0; i < e->n_positions; i++) { /* stretch i: positions p with p * n / length == i */
        int first = (int)(((int64_t)i * length + e->n_positions - 1) / e->n_positions);
        int next = (int)((((int64_t)i + 1) * length + e->n_positions - 1) / e->n_positions);
        e->positions[i] = (struct hy_position_row){.first = first, .last = next - 1};
    }
}

/* Adds the loss of one evaluated batch to the stretches its cells lie in. */
static void add_positions(struct hy_evaluation *e, const struct hy_trainer *t, const int32_t *targets)
{
    const float *nll = hy_trainer_nll(t);
    const int length = t->config.seq_len, cells = t->training.batch * length;
    for (int i = 0; i < cells; i++) {
        if (targets[i] < 0)
            continue;
        int stretch = (int)((int64_t)(i % length) * e->n_positions / length);
        e->positions[stretch].targets++;
        e->positions[stretch].nll_sum += (double)nll[i];
    }
}

/* Adds the batch's samples, whose numbers are `numbers` (rows); rows behind them are padding. */
static void add_samples(struct hy_evaluation *e, const struct hy_trainer *t, const int *numbers, int rows,
                        const int32_t *targets)
{
    const float *nll = hy_trainer_nll(t);
    const int length = t->config.seq_len;
    for (int i = 0; i < rows; i++) {
        struct hy_sample_loss s = {.sample = numbers[i]};
        for (int k = i * length; k < (i + 1) * length; k++) {
            if (targets[k] < 0)
                continue;
            s.targets++;
            s.nll_sum += (double)nll[k];
        }
        e->samples[e->n_samples++] = s;
    }
}

hy_status hy_evaluate(struct hy_trainer *t, struct hy_batches *b, enum hy_part part, int samples,
                      const struct hy_trace *trace, struct hy_watch *watch, struct hy_evaluation *e)
{
    const size_t cells = (size_t)t->training.batch * (size_t)t->config.seq_len;
    int32_t *ids = malloc(2 * cells * sizeof *ids);
    int n;
    const int *numbers = hy_samples_of(b->samples, part, &n);
    *e = (struct hy_evaluation){.samples = calloc((size_t)n + 1, sizeof *e->samples)};
    HY_ASSERT(ids && e->samples, "out of memory for one batch and a row per sample");
    int32_t *targets = ids + cells;
    double sum = 0;
    long valid = 0;
    struct hy_watch nobody = {.observer = NULL};
    watch = watch ? watch : &nobody;
    hy_status status = HY_OK;
    open_positions(e, t->config.seq_len);
    for (int k = 0; status == HY_OK && k < hy_batches_held_count(b, part, samples); k++) {
        double batch_sum = 0;
        long batch_valid = 0;
        const int rows = hy_batches_held(b, part, k, samples, ids, targets);
        hy_watch_begin(watch);
        const uint64_t start = hy_now_ns();
        status = hy_trainer_eval(t, ids, targets, &batch_sum, &batch_valid, trace);
        hy_watch_end(watch, (double)batch_valid, hy_seconds_since(start));
        if (status == HY_OK) {
            add_positions(e, t, targets);
            add_samples(e, t, numbers + e->n_samples, rows, targets);
        }
        sum += batch_sum;
        valid += batch_valid;
    }
    hy_watch_close(watch);
    free(ids);
    e->nll = sum / (double)valid;
    return status;
}

void hy_evaluation_fini(struct hy_evaluation *e)
{
    free(e->samples);
    *e = (struct hy_evaluation){0};
}
