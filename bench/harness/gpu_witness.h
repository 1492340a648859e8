/* Whether a GPU ran as fast as it can while something was timed on it: what the driver's management library says
 * before and behind it (bench/instrument/nvml.h).
 *
 *     hy_gpu_witness_begin(&w);
 *     ... what is timed on the device, waited for ...
 *     struct hy_gpu_seen seen = hy_gpu_witness_end(&w);
 *     if (seen.slow) take it again
 *
 * Heat and limits of power lower a clock for seconds, and times of then agree with each other. What is held against a
 * clock is the highest that this witness has seen: one opened for a run knows best at its end. A look takes some 50 us,
 * by the host, beside the times that the device takes itself; samples shorter than 0.3 ms share one. */
#ifndef HY_BENCH_HARNESS_GPU_WITNESS_H
#define HY_BENCH_HARNESS_GPU_WITNESS_H

#include <stdbool.h>

#include "bench/instrument/nvml.h"

struct hy_gpu_witness {
    void *device;                     /* as NVML knows it; NULL: nobody looks on */
    bool clocks, reasons;             /* what it tells */
    double best_mhz, best_memory_mhz; /* highest ones so far; 0: none */
    struct hy_nvml_sample before;
};
void hy_gpu_witness_open(struct hy_gpu_witness *w, int index); /* of the GPU that CUDA calls so; never fails */

struct hy_gpu_seen {
    double mhz, memory_mhz;     /* the lower ones of both ends; NaN: not known */
    struct hy_nvml_sample last; /* behind it; its `throttle` is what held clocks back at either end */
    bool slow;                  /* something held them back, or the clock was over 3 % below the highest */
};
void hy_gpu_witness_begin(struct hy_gpu_witness *w);
struct hy_gpu_seen hy_gpu_witness_end(struct hy_gpu_witness *w);

/* "clocks+reasons", "clocks", "reasons", "none"; in front of it "queue" where who measures saw to it that the device
 * never waited for its host. Static memory: the column `witness`. */
const char *hy_gpu_witness_name(const struct hy_gpu_witness *w, bool queue);

/* The same memory for a text that this once gave; NULL for any other. */
const char *hy_gpu_witness_named(const char *text);

/* What several stretches come to: means by time of those with known clocks, the hottest state, and what held any of
 * them back last. Zeroed at first. */
struct hy_gpu_seen_sum {
    double seconds, mhz_seconds, memory_mhz_seconds;
    struct hy_nvml_sample last;
    bool any;
};
void hy_gpu_seen_add(struct hy_gpu_seen_sum *to, const struct hy_gpu_seen *seen, double seconds);
void hy_gpu_seen_join(struct hy_gpu_seen_sum *to, const struct hy_gpu_seen_sum *more);

/* Their clocks over the highest that the witness has seen; NaN where not known. */
double hy_gpu_clock_ratio(const struct hy_gpu_seen_sum *s, const struct hy_gpu_witness *w);
double hy_gpu_memory_ratio(const struct hy_gpu_seen_sum *s, const struct hy_gpu_witness *w);

/* As a state to tell: the mean clocks, the last power, the highest temperature, the reasons. */
struct hy_nvml_sample hy_gpu_seen_state(const struct hy_gpu_seen_sum *s);

#endif
