/* The stretch of a run that a profiler is to keep: from cuProfilerStart to cuProfilerStop, the driver's own calls,
 * which `nsys --capture-range=cudaProfilerApi` and `ncu --profile-from-start off` wait for. */
#ifndef HY_BENCH_INSTRUMENT_PROFILER_SPAN_H
#define HY_BENCH_INSTRUMENT_PROFILER_SPAN_H

#include <stdbool.h>

/* Tells the driver (libcuda.so.1, or what HYMBENCH_CUDA_LIB names), whose device is open. Without a driver nothing
 * happens and it is false, as where the driver refuses. */
bool hy_profiler_start(void);
void hy_profiler_stop(void);

#endif
