/* What this machine can do at best, measured: the roofs that kernels are held against. */
#ifndef HY_BENCH_HARNESS_PEAKS_H
#define HY_BENCH_HARNESS_PEAKS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "kernels/base/status.h"
#include "kernels/dispatch.h"

/* f32, all hy_threads() threads, best of several bursts. */
struct hy_peaks {
    double sgemm_gflops; /* 4096 x 1536 x 384 through the linear kernel; on a device square ones */
    double bf16_gflops;  /* the same sizes through the bf16 linear kernel, stored as a bf16 program stores
                          * them: weights in f32, all else in bf16; 0 where the machine has none */
    double tf32_gflops;  /* and through the tf32 one */
    double fma_gflops;   /* independent fused multiply-adds in registers, the ISA level in force */
    double copy_gbps;    /* bytes read plus bytes written, arrays beyond the last-level cache */
    double read_gbps;    /* one array beyond the last-level cache */
    double llc_gbps;     /* read again and again, half of the last-level cache in size */
};

/* The peaks of this CPU, thread count, ISA level and build: from the cache file
 * $XDG_CACHE_HOME/hymbench/peaks-<key>.json (else ~/.cache/hymbench), measured
 * and kept there when it is not there or `refresh`, and once more when a quick
 * look at the machine beats what is there: that was measured on a busy one. A
 * cache that cannot be written is a warning, not a failure. */
void hy_peaks_get(struct hy_peaks *p, bool refresh);

/* The peaks of what a backend runs on: a host backend's as above; the open GPU's are measured
 * each time, in under 2 s: products, and copies beyond and inside its L2. Its multiply-add
 * roof is its f32 product's rate. HY_RUN_FAILED when the device failed. */
hy_status hy_peaks_of(struct hy_backend backend, struct hy_peaks *p);

/* What the maker of a GPU states: dense products without sparsity, f32 outside the tensor cores,
 * memory; for estimates where there is no such GPU. False for a name that is not known. */
bool hy_peaks_stated(const char *gpu, struct hy_peaks *p);
const char *hy_peaks_stated_names(void); /* "a100, h100, h200" */

/* {"sgemm_gflops": ..., one key per field}; the caller decrefs. */
json_t *hy_peaks_json(const struct hy_peaks *p);

/* ---- which roof binds ------------------------------------------------------------- */
enum hy_bound { HY_BOUND_NONE, HY_BOUND_COMPUTE, HY_BOUND_LLC, HY_BOUND_MEMORY };
const char *hy_bound_name(enum hy_bound b); /* "", "compute", "llc", "memory" */

/* The best time in ns that the roofs allow for `flops` and `bytes`, and which roof
 * says so. GEMMs have the GEMM rate of their precision as their roof, and so has attention in bf16 or
 * tf32 (on a CPU: while training), everything else the FMA loop; bytes come from memory, or from the last-level cache
 * when `in_cache`. 0 and HY_BOUND_NONE for a call without flops and bytes. */
double hy_roof_ns(const struct hy_peaks *p, double flops, double bytes, double peak_gflops, bool in_cache,
                  enum hy_bound *bound);

/* The arithmetic roof of an op's kernels in a precision, for hy_roof_ns. */
double hy_peak_of(const struct hy_peaks *p, enum hy_op_id op, enum hy_precision precision);

#endif
