/* What a GPU needed for a stretch of training: energy, and its state at the end of it. */
#ifndef HY_BENCH_MEASURE_GPU_WATCH_H
#define HY_BENCH_MEASURE_GPU_WATCH_H

#include "bench/instrument/nvml.h"
#include "kernels/dispatch.h"

/* Of the GPU that the backend works on; of none, on the host and without NVML: everything is NaN. */
struct hy_gpu_watch {
    int index; /* -1: none */
    double from;
};
struct hy_gpu_watch hy_gpu_watch_of(struct hy_backend backend);

struct hy_gpu_stretch {
    double joules;
    struct hy_nvml_sample state; /* when it ended */
};

void hy_gpu_watch_begin(struct hy_gpu_watch *w); /* a stretch begins */
struct hy_gpu_stretch hy_gpu_watch_end(const struct hy_gpu_watch *w);

#endif
