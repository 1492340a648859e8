/* Hardware counters of what runs on a GPU, by CUPTI's Range Profiler: user ranges, replayed by ourselves until all
 * passes are through, so that work which changes its operands is merely run again, not restored.
 *
 * Counting serialises and slows the device: never take times while it goes on, and no device trace either. */
#ifndef HY_BENCH_INSTRUMENT_DEVICE_COUNTERS_H
#define HY_BENCH_INSTRUMENT_DEVICE_COUNTERS_H

#include "kernels/base/status.h"

struct hy_device_counters;

/* Gets ready to count the n > 0 metrics on GPU `device`, which is open, in `context` (hy_cuda_context()).
 * HY_BAD_INPUT for a metric the GPU does not have; HY_NO_DATA with the reason and the remedy where CUPTI, or an entry
 * of it, is missing, or the driver refuses; HY_RUN_FAILED when CUPTI fails to schedule them, which it does on the host.
 * The caller closes what it got. */
hy_status hy_device_counters_open(int device, void *context, const char *const *metrics, int n,
                                  struct hy_device_counters **c);
void hy_device_counters_close(struct hy_device_counters *c); /* NULL is fine */

const char *hy_device_counters_chip(const struct hy_device_counters *c);        /* "GH100" */
const char *hy_device_counters_unit(const struct hy_device_counters *c, int i); /* "byte"; lives as long as c */
int hy_device_counters_passes(const struct hy_device_counters *c);

/* Work that can be run again and again; both functions return when the device is done. */
struct hy_counted {
    void (*prepare)(void *ctx); /* before every pass, not counted */
    void (*run)(void *ctx);
    void *ctx;
};

/* Runs it once per pass; values (n), in the order of the metrics. HY_NO_DATA with the reason when a call of CUPTI fails
 * or it lost what it counted. */
hy_status hy_device_counters_count(struct hy_device_counters *c, const char *name, const struct hy_counted *work,
                                   double *values);

#endif
