/* The training loop: feeds a trainer, launches steps, reads their results when someone wants them. */
#ifndef HY_BENCH_RUN_TRAIN_LOOP_H
#define HY_BENCH_RUN_TRAIN_LOOP_H

#include "bench/cli/progress.h"
#include "bench/harness/watch.h"
#include "bench/run/replay.h"
#include "datasets/batches.h"
#include "models/train/trainer.h"
#include "report/table/columns.h"

struct hy_train_loop {
    struct hy_trainer *trainer;
    struct hy_batches *batches;
    struct hy_progress *progress;
    double cost;                  /* of a step, in the progress line's unit */
    double ppl;                   /* what that line says of the last evaluation; NaN before one */
    const struct hy_trace *trace; /* NULL, or who listens to every step */
    struct hy_replay *replay;     /* NULL, or where the run is written down: every result is waited for */
    struct hy_watch *watch;       /* NULL, or who is told of the time of every step */
    struct hy_table *log;         /* NULL, or an open steps.csv */
    double seconds, tokens;       /* wall time of all steps whose results are known, and their content tokens */
    uint64_t since_ns;            /* when the first step began whose result is not known yet */
};

/* Does steps until `step` are done in all, or someone asks to stop: trainer->step tells. Every result is then
 * known. Fails as hy_trainer_collect() does, or as feeding a device. */
hy_status hy_train_until(struct hy_train_loop *l, long step);

#endif
