/* Steps of training for somebody else's profiler to look at: nothing is measured here. */
#ifndef HY_BENCH_MEASURE_CAPTURE_STEPS_H
#define HY_BENCH_MEASURE_CAPTURE_STEPS_H

#include "models/train/trainer.h"

/* Runs, on the batch the trainer holds, after two steps to warm up and between hy_profiler_start() and _stop(): on a
 * device `steps` steps as they are trained (a recorded graph), each in a step range "whole"; then everywhere `steps`
 * steps op by op, in the ranges step, pass, layer, op. The ranges go to NVTX, in a range "capture" around all of them;
 * with `log` also to that file, a line "BEGIN END PASS OP PLACE LAYER" per op in ns of CLOCK_MONOTONIC_RAW, which `perf
 * record -k CLOCK_MONOTONIC_RAW` stamps its samples with too. HY_RUN_FAILED where the file cannot be written, or a
 * device fails. Changes the weights. */
hy_status hy_capture_steps(struct hy_trainer *t, int steps, const char *log);

#endif
