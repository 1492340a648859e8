#include "bench/run/plan.h"

#include <stdio.h>

long hy_study_total_steps(const struct hy_study *s, const struct hy_samples *samples)
{
    return (long)s->training.epochs * (samples->n_train / s->training.batch);
}

long hy_study_run_steps(const struct hy_study *s, const struct hy_samples *samples)
{
    long all = hy_study_total_steps(s, samples);
    return s->training.steps > 0 && s->training.steps < all ? s->training.steps : all;
}

double hy_variant_step_flops(const struct hy_config *c, int batch)
{
    const struct hy_optimizer none = {0};
    struct hy_weights w = {0};
    double flops = 0;
    if (hy_weights_init(&w, c, false) == HY_OK) {
        struct hy_lm m = hy_lm_train(c, &w, batch, &none);
        flops = hy_program_flops(m.p);
        hy_lm_fini(&m);
    }
    hy_weights_fini(&w);
    return flops;
}

void hy_print_plan(struct hy_trainer *t)
{
    bool layers = t->training.recompute;
    const struct hy_training turned = {.recompute = !layers};
    const struct hy_optimizer o = {.recompute = hy_trainer_recomputes(&turned, t->backend),
                                   .stored = t->train.p->stored,
                                   .device = hy_on_device(t->backend)};
    size_t other = hy_lm_train_bytes(&t->config, &t->weights, t->training.batch, &o);
    fprintf(stderr, "%s, seed %llu: %.1f M parameters, plans %.0f MiB (%s --recompute %.0f)\n", t->config.name,
            (unsigned long long)t->training.seed, (double)t->weights.params.count / 1e6,
            (double)hy_trainer_planned_bytes(t) / (1 << 20), layers ? "without" : "with",
            (double)(hy_trainer_planned_bytes(t) - t->train.p->arena_bytes + other) / (1 << 20));
}
