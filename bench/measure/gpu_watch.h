/* What a GPU needed for a stretch of training: energy, and its state at the end of it. */
#ifndef HY_BENCH_MEASURE_GPU_WATCH_H
#define HY_BENCH_MEASURE_GPU_WATCH_H

#include "bench/run/record.h"
#include "kernels/dispatch.h"

/* Of the GPU that the backend works on; of none, on the host and without NVML: everything stays NaN. */
struct hy_gpu_watch {
    int index; /* -1: none */
    double from;
};
struct hy_gpu_watch hy_gpu_watch_of(struct hy_backend backend);

/* A stretch begins; it ends, its joules are added to r->joules, and r->gpu is the GPU's state now. */
void hy_gpu_watch_begin(struct hy_gpu_watch *w);
void hy_gpu_watch_end(const struct hy_gpu_watch *w, struct hy_record *r);

#endif
