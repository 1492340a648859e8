/* Training one variant: weights, a training and an evaluation program in one
 * arena, and the state a resumed run needs. Feeds on batches the caller brings. */
#ifndef HY_MODELS_TRAIN_TRAINER_H
#define HY_MODELS_TRAIN_TRAINER_H

#include "models/config/study.h"
#include "models/lm.h"

/* What an optimizer step came to. */
struct hy_step_result {
    long step; /* from 1 */
    double lr;
    float loss; /* nats per target of the batch, label smoothing included */
    float norm; /* Euclidean, of all gradients before clipping */
};

/* Steps a device is given before their results are read: waiting once in so many costs nothing that shows. */
enum { HY_STEPS_AHEAD = 32 };

struct hy_trainer {
    struct hy_config config;
    struct hy_training training;
    struct hy_weights weights;
    struct hy_lm train, eval;
    struct hy_backend backend;
    hy_address arena; /* owned, of the backend; both programs work in it, and behind it lie the results */
    size_t arena_bytes;
    hy_address scratch; /* owned: what a device's rows need while they run, for both programs; 0 where none does */
    size_t scratch_bytes;
    int32_t *ids, *targets; /* the next batch: int32 (batch, seq_len), what the caller writes */
    hy_address queue;       /* owned: batches that lie ahead, the ids of all, then the targets of all */
    int queue_n, queue_at;  /* how many, and which is next */
    float *nll;             /* of the last evaluation: (batch, seq_len) */
    long step;              /* optimizer steps done, those launched included */
    long total_steps;       /* S of the schedule */
    struct hy_step_result results[HY_STEPS_AHEAD];
    int launched; /* steps whose results were not collected yet */
    /* of the last step collected: */
    float loss, norm;
    double lr;
};

/* What a step computes again on that backend: whole layers where the training says so; nothing on a GPU that has room
 * for what is kept instead (else what is cheap: hy_trainer_init() sees to it), and on the host what is cheap. */
enum hy_recompute hy_trainer_recomputes(const struct hy_training *training, struct hy_backend backend);

/* Builds and plans both programs, allocates all memory, draws initial values
 * from training->seed. `total_steps` is S. HY_RUN_FAILED when memory is short. */
hy_status hy_trainer_init(struct hy_trainer *t, const struct hy_config *c, const struct hy_training *training,
                          long total_steps, struct hy_backend backend);
void hy_trainer_fini(struct hy_trainer *t); /* NULL is fine */

/* Where the caller writes the next batch, int32 (batch, seq_len); rows with target < 0 are ignored. */
int32_t *hy_trainer_ids(const struct hy_trainer *t);
int32_t *hy_trainer_targets(const struct hy_trainer *t);

/* The next n batches, kept where the programs work: ids and targets, int32 (n, batch, seq_len), are
 * copied at once. Steps take them one after the other, then again what the caller writes. */
hy_status hy_trainer_queue(struct hy_trainer *t, const int32_t *ids, const int32_t *targets, int n);
int hy_trainer_queued(const struct hy_trainer *t); /* how many are left */

/* Launches one optimizer step on the next queued batch, else on the one written last, and waits for nothing: a
 * device does it when it comes to it, and keeps the loss and the norm. Not while the trainer is full. */
void hy_trainer_launch(struct hy_trainer *t, const struct hy_trace *trace);

/* No further step before the results are collected: always after one on the host, after HY_STEPS_AHEAD on a device. */
bool hy_trainer_full(const struct hy_trainer *t);

/* Waits for the steps launched since the last call: *n of them, in order, in the trainer's memory until the next
 * launch. HY_RUN_FAILED when the loss or the gradient norm of one is not finite: it is the last of
 * them, t->step is its number, and the weights are spoilt; or, with none, when a device failed. */
hy_status hy_trainer_collect(struct hy_trainer *t, const struct hy_step_result **results, int *n);

/* Both for one step. */
hy_status hy_trainer_step(struct hy_trainer *t, const struct hy_trace *trace);

/* Plain cross-entropy of one evaluation batch: sum over valid targets, and how
 * many there were. ids and targets are int32 (batch, seq_len). HY_RUN_FAILED when a device failed. */
hy_status hy_trainer_eval(struct hy_trainer *t, const int32_t *ids, const int32_t *targets, double *nll_sum,
                          long *valid, const struct hy_trace *trace);

/* Of the last hy_trainer_eval(): plain loss of each cell, (batch * seq_len), 0 where ignored. */
const float *hy_trainer_nll(const struct hy_trainer *t);

/* Bytes planned before the run: arena, weights, and what rows need while they run. */
size_t hy_trainer_planned_bytes(const struct hy_trainer *t);

#endif
