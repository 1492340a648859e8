/* Where one training step's time goes: rows of ops.csv. */
#ifndef HY_BENCH_PROFILE_STEP_H
#define HY_BENCH_PROFILE_STEP_H

#include "bench/harness/peaks.h"
#include "bench/record.h"
#include "models/trainer.h"

enum { HY_PROFILE_STEPS = 3 }; /* timed, after one to warm up */

/* Runs steps on the batch the trainer holds and puts the mean time of every
 * (op, layer, pass) into r->ops. On a device (the times being those of launching and waiting)
 * hy_profile_device() puts the device's own in their place. Changes the weights. */
void hy_profile_step(struct hy_trainer *t, const struct hy_peaks *peaks, struct hy_record *r);

#endif
