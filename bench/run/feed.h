/* Training batches on their way to a trainer: one by one on the host, a whole epoch at a time to a device. */
#ifndef HY_BENCH_RUN_FEED_H
#define HY_BENCH_RUN_FEED_H

#include "datasets/batches.h"
#include "models/train/trainer.h"

/* Sees to it that the trainer's next step finds its batch. HY_RUN_FAILED when a device has no room. */
hy_status hy_feed(struct hy_batches *b, struct hy_trainer *t);

#endif
