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

hy_status hy_evaluate(struct hy_trainer *t, struct hy_batches *b, int samples, const struct hy_trace *trace,
                      struct hy_watch *watch, struct hy_evaluation *e)
{
    const size_t cells = (size_t)t->training.batch * (size_t)t->config.seq_len;
    int32_t *ids = malloc(2 * cells * sizeof *ids), *targets = ids + cells;
    HY_ASSERT(ids, "out of memory for one batch");
    double sum = 0;
    long valid = 0;
    struct hy_watch nobody = {.observer = NULL};
    watch = watch ? watch : &nobody;
    hy_status status = HY_OK;
    open_positions(e, t->config.seq_len);
    for (int k = 0; status == HY_OK && k < hy_batches_val_count(b, samples); k++) {
        double batch_sum = 0;
        long batch_valid = 0;
        hy_batches_val(b, k, samples, ids, targets);
        hy_watch_begin(watch);
        const uint64_t start = hy_now_ns();
        status = hy_trainer_eval(t, ids, targets, &batch_sum, &batch_valid, trace);
        hy_watch_end(watch, (double)batch_valid, hy_seconds_since(start));
        if (status == HY_OK)
            add_positions(e, t, targets);
        sum += batch_sum;
        valid += batch_valid;
    }
    hy_watch_close(watch);
    free(ids);
    e->nll = sum / (double)valid;
    return status;
}
