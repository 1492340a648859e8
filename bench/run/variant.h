/* Trains, evaluates, samples and profiles one variant with one seed and one learning rate. */
#ifndef HY_BENCH_RUN_VARIANT_H
#define HY_BENCH_RUN_VARIANT_H

#include "bench/cli/material.h"
#include "bench/cli/progress.h"
#include "bench/harness/conditions.h"
#include "bench/harness/gpu_witness.h"
#include "bench/harness/peaks.h"
#include "bench/run/record.h"
#include "kernels/base/trace.h"
#include "kernels/dispatch.h"

/* What all variants of a run share. */
struct hy_run_context {
    const struct hy_study *study;
    const struct hy_material *material;
    const char *dir;      /* the run folder: weights/, state/, records/ and the logs go there */
    const char *name;     /* the run's, for the tables */
    char *tokenizer_json; /* goes into the weights files */
    struct hy_backend backend;
    const struct hy_peaks *peaks;
    struct hy_progress *progress;
    struct hy_observer *observer; /* looks on while the host works; NULL: nobody does, as at a device */
    struct hy_gpu_witness *gpu;   /* looks on while a device works; NULL on the host */
    const struct hy_trace *trace; /* NULL, or who listens to every step */
    bool resume;
};

/* Which of a variant's runs: each seed is trained with each rate of the study (hy_study_rate). */
struct hy_run_key {
    uint64_t seed;
    double lr; /* peak */
};

/* Does all of it. *r is filled from the record or state found when resuming.
 * HY_OK: done (r->status "ok"); HY_RUN_FAILED: this variant could not go on, the
 * sentence says why, others may; HY_INTERRUPTED: asked to stop, state kept. */
hy_status hy_run_variant(const struct hy_run_context *x, const struct hy_config *c, const struct hy_run_key *key,
                         struct hy_record *r);

/* "<dir>/<folder>/<variant>-s<seed><suffix>", where rates are swept "...-s<seed>-lr<rate><suffix>"; malloc'd. */
char *hy_run_path(const struct hy_run_context *x, const char *folder, const char *variant, const struct hy_run_key *key,
                  const char *suffix);

#endif
