#include "models/trainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "models/schedule.h"

enum { HUGE_PAGE = 2 << 20 };

hy_status hy_trainer_init(struct hy_trainer *t, const struct hy_config *c, const struct hy_training *training,
                          long total_steps, enum hy_backend backend)
{
    *t = (struct hy_trainer){.config = *c, .training = *training, .total_steps = total_steps};
    const struct hy_optimizer o = {.beta1 = (float)training->beta1,
                                   .beta2 = (float)training->beta2,
                                   .eps = (float)training->eps,
                                   .decay = (float)training->weight_decay,
                                   .clip = (float)training->clip,
                                   .recompute = training->recompute ? HY_RECOMPUTE_LAYERS : HY_RECOMPUTE_CHEAP};
    hy_status status = hy_weights_init(&t->weights, &t->config, true);
    if (status != HY_OK)
        goto out;
    hy_weights_draw(&t->weights, &t->config, training->seed);
    t->train = hy_lm_train(&t->config, &t->weights, training->batch, &o);
    t->eval = hy_lm_eval(&t->config, &t->weights, training->batch, c->seq_len);
    size_t a = t->train.p->arena_bytes, b = t->eval.p->arena_bytes;
    t->arena_bytes = ((a > b ? a : b) + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    t->arena = aligned_alloc(HUGE_PAGE, t->arena_bytes);
    if (!t->arena) {
        status = hy_fail(
            HY_RUN_FAILED,
            "variant '%s' needs %.0f MiB for activations, which this machine does not have; try a smaller batch",
            c->name, (double)t->arena_bytes / (1 << 20));
        goto out;
    }
    (void)madvise(t->arena, t->arena_bytes, MADV_HUGEPAGE); /* a wish: fewer TLB misses where granted */
    hy_program_bind(t->train.p, t->arena, backend);
    hy_program_bind(t->eval.p, t->arena, backend);
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
    free(t->arena);
    *t = (struct hy_trainer){0};
}

int32_t *hy_trainer_ids(const struct hy_trainer *t)
{
    return hy_tensor_data(t->train.p, t->train.ids);
}

int32_t *hy_trainer_targets(const struct hy_trainer *t)
{
    return hy_tensor_data(t->train.p, t->train.targets);
}

hy_status hy_trainer_step(struct hy_trainer *t, const struct hy_trace *trace)
{
    struct hy_program *p = t->train.p;
    const struct hy_training *r = &t->training;
    t->lr = r->lr * hy_schedule(t->step, r->warmup, t->total_steps, r->min_ratio);
    p->run.step = (uint32_t)t->step;
    p->run.lr = (float)t->lr;
    hy_program_run(p, trace);
    t->loss = *(const float *)hy_tensor_data(p, t->train.loss);
    t->norm = *(const float *)hy_tensor_data(p, t->train.norm);
    t->step++;
    if (!isfinite(t->loss) || !isfinite(t->norm))
        return hy_fail(HY_RUN_FAILED, "variant '%s': %s is not finite at step %ld; lower the learning rate",
                       t->config.name, isfinite(t->loss) ? "the gradient norm" : "the loss", t->step);
    return HY_OK;
}

void hy_trainer_eval(struct hy_trainer *t, const int32_t *ids, const int32_t *targets, double *nll_sum, long *valid,
                     const struct hy_trace *trace)
{
    struct hy_program *p = t->eval.p;
    size_t rows = (size_t)t->eval.B * (size_t)t->eval.seq_len;
    memcpy(hy_tensor_data(p, t->eval.ids), ids, rows * sizeof *ids);
    memcpy(hy_tensor_data(p, t->eval.targets), targets, rows * sizeof *targets);
    hy_program_run(p, trace);
    const float *nll = hy_tensor_data(p, t->eval.nll);
    *nll_sum = 0;
    *valid = 0;
    for (size_t i = 0; i < rows; i++) {
        if (targets[i] < 0)
            continue;
        *nll_sum += nll[i];
        ++*valid;
    }
}

const float *hy_trainer_nll(const struct hy_trainer *t)
{
    return hy_tensor_data(t->eval.p, t->eval.nll);
}

size_t hy_trainer_planned_bytes(const struct hy_trainer *t)
{
    return t->arena_bytes + hy_weights_bytes(&t->weights);
}
