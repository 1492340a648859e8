/* Profiles of programs by the host's timers. */
#ifndef HY_BENCH_MEASURE_PROFILE_STEP_H
#define HY_BENCH_MEASURE_PROFILE_STEP_H

#include "bench/harness/peaks.h"
#include "bench/harness/rounds.h"
#include "bench/measure/listen.h"
#include "bench/measure/profile.h"
#include "models/train/trainer.h"

enum { HY_PROFILE_STEPS = 3 }; /* timed, after one to warm up */

/* Runs steps on the batch the trainer holds: *out is made, of the mean time of every (op, layer,
 * pass). On a device (the times being those of launching and waiting) hy_profile_device() puts
 * the device's own in their place. A step during which others were at work is taken again, up to as many again;
 * `observer` NULL: nobody looks on, as on a device. Changes the weights. */
void hy_profile_step(struct hy_trainer *t, const struct hy_peaks *peaks, struct hy_observer *observer,
                     struct hy_profile *out);

/* *out is made, of rounds that `l` listened to: the mean times of the runs of `p` in those that count, and the
 * conditions. */
void hy_profile_rounds(const struct hy_program *p, struct hy_listener *l, const struct hy_rounds *rounds,
                       const struct hy_peaks *peaks, struct hy_profile *out);

#endif
