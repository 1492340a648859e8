/* Short bursts of what a machine does best, to alternate with what is measured: whatever
 * else the machine does then hits both, and their ratio means something on a busy one. */
#ifndef HY_BENCH_HARNESS_BURST_H
#define HY_BENCH_HARNESS_BURST_H

#include <stddef.h>

#include "kernels/device.h"
#include "kernels/dispatch.h"

/* Products of 4096 x 1536 x 384 where a program of the backend runs: on the CPU in f32 whatever its precision, by the
 * linear kernel; on a device in the backend's, of random numbers that lie there as they are multiplied: rounding a
 * factor is no part of a product. A device that is simulated on the host would take minutes: one that needs over 0.1 s
 * for a product gets 16 rows of it. */
struct hy_gemm_burst {
    struct hy_backend backend;
    hy_address memory, x, w, y; /* of the three matrices; owned. The matrices in it */
    int rows, at_once;          /* of a product; products before the clock is looked at */
};
hy_status hy_gemm_burst_init(struct hy_gemm_burst *g, struct hy_backend backend); /* HY_RUN_FAILED: no memory */
void hy_gemm_burst_fini(struct hy_gemm_burst *g);
double hy_gemm_burst(const struct hy_gemm_burst *g, double seconds); /* GFLOP/s over about so long */

/* Reading one array with all threads, each its contiguous share. */
struct hy_read_burst {
    void *buffer;
    size_t bytes;
};
/* Reads `bytes` (at least 4096) again and again: at the rate of the level of the memory hierarchy that holds them. */
void hy_read_burst_init(struct hy_read_burst *r, size_t bytes);
const char *hy_read_burst_level(const struct hy_read_burst *r); /* "l2" (of all threads together), "llc" or "memory" */
void hy_read_burst_fini(struct hy_read_burst *r);
double hy_read_burst(const struct hy_read_burst *r, double seconds); /* GB/s over about so long */

#endif
