/* Where the time of a program's runs goes: rows of ops.csv, or a table on the terminal. */
#ifndef HY_BENCH_MEASURE_PROFILE_STEP_H
#define HY_BENCH_MEASURE_PROFILE_STEP_H

#include <stdio.h>

#include <stdio.h>

#include "bench/harness/peaks.h"
#include "bench/instrument/instrument.h"
#include "bench/run/record.h"
#include "models/train/trainer.h"

enum { HY_PROFILE_STEPS = 3 }; /* timed, after one to warm up */

/* Runs steps on the batch the trainer holds and puts the mean time of every
 * (op, layer, pass) into r->ops. On a device (the times being those of launching and waiting)
 * hy_profile_device() puts the device's own in their place. Changes the weights. */
void hy_profile_step(struct hy_trainer *t, const struct hy_peaks *peaks, struct hy_record *r);

/* The mean times of the runs that `slots` heard of, all of them of `p`, into r->ops. */
void hy_profile_rows(const struct hy_program *p, const struct hy_slots *slots, const struct hy_peaks *peaks,
                     struct hy_record *r);

/* r->ops as a table, layers summed. */
void hy_profile_print(const struct hy_record *r, FILE *to);

/* The mean times of the runs that `slots` heard of, all of them of `p`, into r->ops. */
void hy_profile_rows(const struct hy_program *p, const struct hy_slots *slots, const struct hy_peaks *peaks,
                     struct hy_record *r);

/* r->ops as a table, layers summed. */
void hy_profile_print(const struct hy_record *r, FILE *to);

#endif
