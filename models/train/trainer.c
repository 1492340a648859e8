#include "models/train/trainer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/train/schedule.h"

/* What a step leaves behind the arena. */
struct kept_result {
    float loss, norm;
};

static size_t cells(const struct hy_trainer *t)
{
    return (size_t)t->training.batch * (size_t)t->config.seq_len;
}

/* What the host writes for the programs and reads from them. */
static void open_batches(struct hy_trainer *t)
{
    t->ids = calloc(cells(t), sizeof *t->ids);
    t->targets = calloc(cells(t), sizeof *t->targets);
    t->nll = calloc(cells(t), sizeof *t->nll);
    HY_ASSERT(t->ids && t->targets && t->nll, "out of memory for one batch");
}

static void bind(const struct hy_trainer *t, struct hy_program *p)
{
    hy_program_bind(p, t->arena, t->backend);
    p->scratch = t->scratch;
    p->scratch_bytes = t->scratch_bytes;
}

enum hy_recompute hy_trainer_recomputes(const struct hy_training *training, struct hy_backend backend)
{
    if (training->recompute)
        return HY_RECOMPUTE_LAYERS;
    return hy_on_device(backend) ? HY_RECOMPUTE_NOTHING : HY_RECOMPUTE_CHEAP;
}

static size_t scratch_of(const struct hy_trainer *t)
{
    const size_t training = hy_program_scratch_bytes(t->train.p, t->backend),
                 evaluation = hy_program_scratch_bytes(t->eval.p, t->backend);
    return training > evaluation ? training : evaluation;
}

/* Both programs, and what they need beside the weights, which are placed. */
static void plan(struct hy_trainer *t, struct hy_optimizer o)
{
    t->eval = hy_lm_eval(&t->config, &t->weights, t->training.batch, t->config.seq_len, o.stored);
    t->train = hy_lm_train(&t->config, &t->weights, t->training.batch, &o);
    t->scratch_bytes = scratch_of(t);
    if (o.recompute == HY_RECOMPUTE_NOTHING && t->train.p->arena_bytes + t->scratch_bytes > hy_cuda_room() / 10 * 9) {
        hy_lm_fini(&t->train); /* what is cheap is computed again before a run fails */
        o.recompute = HY_RECOMPUTE_CHEAP;
        t->train = hy_lm_train(&t->config, &t->weights, t->training.batch, &o);
        t->scratch_bytes = scratch_of(t);
    }
    const size_t a = t->train.p->arena_bytes, b = t->eval.p->arena_bytes;
    t->arena_bytes = a > b ? a : b;
}

hy_status hy_trainer_init(struct hy_trainer *t, const struct hy_config *c, const struct hy_training *training,
                          long total_steps, struct hy_backend backend)
{
    *t = (struct hy_trainer){.config = *c, .training = *training, .total_steps = total_steps, .backend = backend};
    const struct hy_optimizer o = {.beta1 = (float)training->beta1,
                                   .beta2 = (float)training->beta2,
                                   .eps = (float)training->eps,
                                   .decay = (float)training->weight_decay,
                                   .clip = (float)training->clip,
                                   .recompute = hy_trainer_recomputes(training, backend),
                                   .stored = hy_backend_stored(backend),
                                   .device = hy_on_device(backend)};
    const double rows = (double)training->batch * ((double)c->seq_len + c->meta_tokens);
    if (rows > INT32_MAX) /* kernels count rows with int */
        return hy_fail(HY_BAD_INPUT,
                       "variant '%s' has %.0f positions in a batch (batch %d, seq_len %d, meta_tokens %d); at most %d "
                       "can be computed, take a smaller batch",
                       c->name, rows, training->batch, c->seq_len, c->meta_tokens, INT32_MAX);
    const bool joins = hy_on_device(backend) && !training->apart; /* a product less where two read the same input */
    hy_status status = (joins ? hy_weights_init_joined : hy_weights_init)(&t->weights, &t->config, true);
    if (status != HY_OK)
        goto out;
    hy_weights_draw(&t->weights, &t->config, training->seed);
    status = hy_weights_place(&t->weights, backend);
    plan(t, o);
    open_batches(t);
    if (status == HY_OK)
        status = hy_memory_open(backend, t->arena_bytes + HY_STEPS_AHEAD * sizeof(struct kept_result), &t->arena);
    if (status == HY_OK && t->scratch_bytes > 0)
        status = hy_memory_open(backend, t->scratch_bytes, &t->scratch);
    if (status != HY_OK) {
        char what[128];
        snprintf(what, sizeof what, "variant '%s'", c->name);
        (void)hy_fail_in(status, what);
        goto out;
    }
    bind(t, t->train.p);
    bind(t, t->eval.p);
    t->train.p->run.seed = training->seed;
out:
    if (status != HY_OK)
        hy_trainer_fini(t);
    return status;
}

void hy_trainer_fini(struct hy_trainer *t)
{
    if (!t)
        return;
    hy_lm_fini(&t->train);
    hy_lm_fini(&t->eval);
    hy_weights_fini(&t->weights);
    hy_memory_close(t->backend, t->arena);
    hy_memory_close(t->backend, t->scratch);
    hy_memory_close(t->backend, t->queue);
    free(t->ids);
    free(t->targets);
    free(t->nll);
    *t = (struct hy_trainer){0};
}

int32_t *hy_trainer_ids(const struct hy_trainer *t)
{
    return t->ids;
}

int32_t *hy_trainer_targets(const struct hy_trainer *t)
{
    return t->targets;
}

hy_status hy_trainer_queue(struct hy_trainer *t, const int32_t *ids, const int32_t *targets, int n)
{
    const size_t bytes = (size_t)n * cells(t) * sizeof *ids;
    hy_memory_close(t->backend, t->queue);
    t->queue = 0;
    t->queue_n = t->queue_at = 0;
    hy_status status = hy_memory_open(t->backend, 2 * bytes, &t->queue);
    if (status != HY_OK)
        return hy_fail_in(status, "the batches of an epoch");
    hy_memory_put(t->backend, t->queue, ids, bytes);
    hy_memory_put(t->backend, t->queue + bytes, targets, bytes);
    t->queue_n = n;
    return HY_OK;
}

int hy_trainer_queued(const struct hy_trainer *t)
{
    return t->queue_n - t->queue_at;
}

static void enter_batch(struct hy_trainer *t)
{
    struct hy_program *p = t->train.p;
    const size_t bytes = cells(t) * sizeof *t->ids;
    if (hy_trainer_queued(t) == 0) {
        hy_program_put(p, t->train.ids, t->ids);
        hy_program_put(p, t->train.targets, t->targets);
        return;
    }
    hy_address ids = t->queue + (size_t)t->queue_at * bytes;
    hy_program_copy(p, t->train.ids, ids);
    hy_program_copy(p, t->train.targets, ids + (size_t)t->queue_n * bytes);
    t->queue_at++;
}

void hy_trainer_launch(struct hy_trainer *t, const struct hy_trace *trace)
{
    HY_ASSERT(!hy_trainer_full(t), "results are collected before there is no room for more");
    struct hy_program *p = t->train.p;
    const struct hy_training *r = &t->training;
    struct hy_step_result *result = &t->results[t->launched];
    const hy_address kept = t->arena + t->arena_bytes + (size_t)t->launched * sizeof(struct kept_result);
    result->lr = r->lr * hy_schedule(t->step, r->warmup, t->total_steps, r->min_ratio);
    p->run.step = (uint32_t)t->step;
    p->run.lr = (float)result->lr;
    enter_batch(t);
    hy_program_run(p, trace);
    hy_program_copy_out(p, t->train.loss, kept + offsetof(struct kept_result, loss));
    hy_program_copy_out(p, t->train.norm, kept + offsetof(struct kept_result, norm));
    result->step = ++t->step;
    t->launched++;
}

bool hy_trainer_full(const struct hy_trainer *t)
{
    return t->launched == (hy_on_device(t->backend) ? HY_STEPS_AHEAD : 1);
}

hy_status hy_trainer_collect(struct hy_trainer *t, const struct hy_step_result **results, int *n)
{
    struct kept_result kept[HY_STEPS_AHEAD];
    const int launched = t->launched;
    *results = t->results;
    *n = t->launched = 0;
    if (launched == 0)
        return HY_OK;
    hy_status status =
        hy_memory_get(t->backend, kept, t->arena + t->arena_bytes, (size_t)launched * sizeof(struct kept_result));
    if (status != HY_OK) {
        t->step -= launched;
        return status;
    }
    for (int i = 0; i < launched; i++) {
        struct hy_step_result *r = &t->results[i];
        t->step = r->step;
        t->lr = r->lr;
        t->loss = r->loss = kept[i].loss;
        t->norm = r->norm = kept[i].norm;
        *n = i + 1;
        if (!isfinite(r->loss) || !isfinite(r->norm))
            return hy_fail(HY_RUN_FAILED, "variant '%s': %s is not finite at step %ld; lower the learning rate",
                           t->config.name, isfinite(r->loss) ? "the gradient norm" : "the loss", r->step);
    }
    return HY_OK;
}

hy_status hy_trainer_step(struct hy_trainer *t, const struct hy_trace *trace)
{
    const struct hy_step_result *results;
    int n;
    hy_trainer_launch(t, trace);
    return hy_trainer_collect(t, &results, &n);
}

hy_status hy_trainer_eval(struct hy_trainer *t, const int32_t *ids, const int32_t *targets, double *nll_sum,
                          long *valid, const struct hy_trace *trace)
{
    struct hy_program *p = t->eval.p;
    hy_program_put(p, t->eval.ids, ids);
    hy_program_put(p, t->eval.targets, targets);
    hy_program_run(p, trace);
    hy_status status = hy_program_get(p, t->eval.nll, t->nll);
    *nll_sum = 0;
    *valid = 0;
    for (size_t i = 0; i < cells(t); i++) {
        if (targets[i] < 0)
            continue;
        *nll_sum += t->nll[i];
        ++*valid;
    }
    return status;
}

const float *hy_trainer_nll(const struct hy_trainer *t)
{
    return t->nll;
}

size_t hy_trainer_planned_bytes(const struct hy_trainer *t)
{
    return t->arena_bytes + t->scratch_bytes + hy_weights_bytes(&t->weights);
}
