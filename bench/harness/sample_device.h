/* Timing one call on a device again and again, by the device's own clock, between two marks in its queue. */
#ifndef HY_BENCH_HARNESS_SAMPLE_DEVICE_H
#define HY_BENCH_HARNESS_SAMPLE_DEVICE_H

#include "bench/harness/gpu_witness.h"
#include "bench/harness/sample.h"
#include "kernels/device.h"

/* Before each sample memory of two L2 caches is read, which leaves nothing else in the cache, and nothing that would
 * be written back while the sample is taken. It also gives the host the time to queue what is measured: where the
 * device came to the first mark before all of it was queued, the times would be the host's, and the sample is taken
 * again behind `lead` such reads, twice as many each time. */
struct hy_device_stopwatch {
    hy_address flushed; /* owned */
    size_t flushed_bytes;
    int lead;
    struct hy_gpu_witness witness;
};

/* Of the open device. HY_RUN_FAILED when it has no room. */
hy_status hy_device_stopwatch_open(struct hy_device_stopwatch *w);
void hy_device_stopwatch_close(struct hy_device_stopwatch *w); /* zeroed is fine */

/* Leaves the device's L2 as a sample wants it: without anything of run(ctx), or (hot) with what it touches. Queued, not
 * waited for. */
void hy_device_prepare(const struct hy_device_stopwatch *w, bool cold, void (*run)(void *ctx), void *ctx);

struct hy_device_sampled {
    struct hy_sampled s;
    struct hy_nvml_sample
        gpu; /* the GPU's state at the samples that count, and what held back any of them, or of those laid aside */
    double host_bound_pct; /* of all samples taken, those that were late for their device */
};

/* Of *s the rule, `cold`, `reach`, trace and name are read. Calls run(ctx) unmeasured first (at least twice and 2 ms),
 * then samples it, in groups of at least 0.3 ms. A group in which the GPU was slow (gpu_witness.h) is laid aside and
 * taken again, and so is each sample whose host was late. Never more than half of what was taken is dropped: where more
 * was laid aside all of it counts, and the quality is `drifted` where the GPU was slow for most of that time, else
 * `disturbed`; so it is where time ran out before there were enough, as hy_sample() has it. A device that fails gives
 * zeros; whoever asks it for a result is told. */
void hy_sample_device(struct hy_device_sampled *out, struct hy_device_stopwatch *w, const struct hy_sampling *s,
                      void (*run)(void *ctx), void *ctx);

#endif
