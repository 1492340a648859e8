/* A run written down so that anyone can repeat it elsewhere (tests/oracle/replay.py does in PyTorch). */
#ifndef HY_BENCH_RUN_REPLAY_H
#define HY_BENCH_RUN_REPLAY_H

#include <stdint.h>
#include <stdio.h>

#include "models/train/trainer.h"

/* A folder being written: config.json, init.safetensors, batches.safetensors, steps.csv, final.safetensors. */
struct hy_replay {
    const char *dir;
    long steps, done;          /* as planned; written so far */
    size_t row;                /* ids of a step: batch * seq_len */
    int32_t *inputs, *targets; /* (steps, batch, seq_len) */
    double *rows;              /* (steps, 3): lr, loss, grad_norm */
};

/* Makes the folder, writes config.json and init.safetensors. */
hy_status hy_replay_open(struct hy_replay *r, const char *dir, const struct hy_trainer *t, long steps);
void hy_replay_batch(struct hy_replay *r, const struct hy_trainer *t); /* before the step: what it is fed */
void hy_replay_step(struct hy_replay *r, const struct hy_trainer *t);  /* after it */

/* Writes the rest: of the steps done, should the run have ended early. */
hy_status hy_replay_finish(struct hy_replay *r, const struct hy_trainer *t);
void hy_replay_fini(struct hy_replay *r); /* NULL and zeroed are fine */

#endif
