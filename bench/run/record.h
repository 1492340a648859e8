/* The outcome of training one variant with one seed: what the tables are made
 * of. Kept as JSON beside the run, so that a resumed run knows what is done. */
#ifndef HY_BENCH_RUN_RECORD_H
#define HY_BENCH_RUN_RECORD_H

#include <jansson.h>
#include <stdint.h>

#include "bench/measure/evaluate.h"
#include "bench/measure/gpu_watch.h"
#include "bench/measure/profile.h"
#include "bench/measure/scaling_row.h"
#include "kernels/base/status.h"
#include "models/config/study.h"

struct hy_sample_text {
    char *before, *after; /* valid UTF-8; NULL: not made yet */
};

enum { HY_SCALING_ROWS = 8, HY_RECALL_ROWS = 17 };

/* Queries of samples with so many pairs, and how many were answered right. */
struct hy_recall_row {
    int pairs;
    long queries, correct;
};

struct hy_record {
    char variant[HY_MAX_NAME];
    uint64_t seed;
    char status[16];   /* "running", "ok", "nan", "failed", "interrupted" */
    char started[32];  /* UTC */
    long steps;        /* done */
    long best_samples; /* validation samples the best and the final value are means of */
    long final_samples;
    char init_sha256[65];
/* The figures: doubles named by figures.inc, NaN where not measured; best_nll and final_nll are nats per token. */
#define HY_COLUMN(column, unit, tables, decimals, meaning)
#define HY_FIGURE(field, column, unit, start, shown, average, tables, decimals, meaning) double field;
#include "report/table/figures.inc"
#undef HY_FIGURE
#undef HY_COLUMN
    struct hy_sample_text samples[HY_MAX_PROMPTS];
    struct hy_conditions conditions; /* of the training */
    struct hy_op_row *ops;
    int n_ops;
    struct hy_conditions ops_conditions;                /* of the profile */
    struct hy_nvml_sample gpu;                          /* its state when the last of them ended */
    struct hy_position_row positions[HY_POSITION_ROWS]; /* of the last evaluation */
    int n_positions;
    struct hy_scaling_row scaling[HY_SCALING_ROWS]; /* the first one is at the sample length, batch 1 */
    int n_scaling;
    struct hy_recall_row recall[HY_RECALL_ROWS]; /* of the recall task; ascending pairs */
    int n_recall;
    struct hy_sample_loss *scored[HY_PARTS]; /* [part] (n_scored[part]) of the evaluation that is the best; owned */
    int n_scored[HY_PARTS];
};

void hy_record_init(struct hy_record *r, const char *variant, uint64_t seed);
void hy_record_fini(struct hy_record *r); /* NULL and zeroed are fine */

/* A stretch of training steps more: its energy is added, the GPU's state is the one at its end. */
void hy_record_add_stretch(struct hy_record *r, const struct hy_gpu_stretch *s);

/* The evaluation's samples become the record's, in place of those it had of that part. */
void hy_record_take_samples(struct hy_record *r, enum hy_part part, struct hy_evaluation *e);

/* The profile becomes the record's, in place of the one it had; *p is zeroed. */
void hy_record_take_profile(struct hy_record *r, struct hy_profile *p);

/* All of it but the ops as a JSON object (new reference), or the ops too. */
json_t *hy_record_json(const struct hy_record *r);
/* HY_BAD_INPUT when `j` is no record; `where` names the file in the sentence. */
hy_status hy_record_parse(struct hy_record *r, json_t *j, const char *where);

hy_status hy_record_save(const struct hy_record *r, const char *path);
hy_status hy_record_load(struct hy_record *r, const char *path);

/* Finished for good: "ok" or "nan"; anything else is taken up again by --resume. */
int hy_record_done(const struct hy_record *r);

#endif
