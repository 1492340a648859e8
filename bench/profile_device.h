/* Where one training step's time goes on a device: columns of ops.csv. */
#ifndef HY_BENCH_PROFILE_DEVICE_H
#define HY_BENCH_PROFILE_DEVICE_H

#include "bench/record.h"
#include "models/trainer.h"

/* Runs `steps` steps untraced and as many traced by CUPTI, on the batch the trainer holds;
 * gives the rows of r->ops (r->n_ops < room) what the device did for them: device_ms, kernels,
 * copies, sets, and time_ms and share_pct from that. What a step launched outside its
 * ops (a replayed graph, copies) gets a row "step". r->trace_ratio and r->busy_pct say what
 * tracing cost and how much of an untraced step the device worked. Where CUPTI cannot, or lost
 * records, it warns with the reason and all of that stays unknown. Changes the weights. */
void hy_profile_device(struct hy_trainer *t, int steps, struct hy_record *r, int room);

#endif
