/* What a training will take, said before it begins. */
#ifndef HY_BENCH_RUN_PLAN_H
#define HY_BENCH_RUN_PLAN_H

#include "datasets/samples.h"
#include "models/train/trainer.h"

/* Steps the schedule spans (S) and steps that will be done (--steps may stop early). */
long hy_study_total_steps(const struct hy_study *s, const struct hy_samples *samples);
long hy_study_run_steps(const struct hy_study *s, const struct hy_samples *samples);

/* Flops of one training step of a variant: what a step costs. */
double hy_variant_step_flops(const struct hy_config *c, int batch);

/* "Hybrid-Mine: 29.1 M parameters, plans 2412 MiB (with --recompute 1130)" on stderr. */
void hy_print_plan(struct hy_trainer *t);

#endif
