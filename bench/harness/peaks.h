/* What a machine can do at best, and the roofs that follow from it. */
#ifndef HY_BENCH_HARNESS_PEAKS_H
#define HY_BENCH_HARNESS_PEAKS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "kernels/base/status.h"
#include "kernels/dispatch.h"

/* Where operands lie. A GPU has the last two only. */
enum hy_level { HY_L1, HY_L2, HY_LLC, HY_MEMORY, HY_LEVELS };
const char *hy_level_name(enum hy_level level); /* "l1", "l2", "llc", "memory" */

/* What is done there: every byte of a buffer read once, written once, or half of it copied to the other half. */
enum hy_traffic { HY_READING, HY_WRITING, HY_COPYING, HY_TRAFFICS };

/* Products of matrices by precision, multiply-adds in registers, and bytes per level and kind of traffic. */
enum hy_peak {
    HY_PEAK_SGEMM,
    HY_PEAK_BF16, /* 0 where the machine has none */
    HY_PEAK_TF32,
    HY_PEAK_FMA,
    HY_PEAK_STREAMS,
    HY_PEAKS = HY_PEAK_STREAMS + HY_LEVELS * HY_TRAFFICS,
};
static inline enum hy_peak hy_peak_stream(enum hy_level level, enum hy_traffic traffic)
{
    return (enum hy_peak)(HY_PEAK_STREAMS + (int)level * HY_TRAFFICS + (int)traffic);
}
const char *hy_peak_name(enum hy_peak peak); /* "sgemm_gflops", "l2_read_gbps": a key of env.json */

struct hy_peaks {
    double rate[HY_PEAKS];   /* GFLOP/s, GB/s of bytes read plus bytes written; 0: there is none, or not measured */
    double holds[HY_MEMORY]; /* bytes of a level, of all threads together; 0: unknown */
};

/* The open GPU's, measured now in under 2 s: products of random numbers, multiply-adds in registers, and reading,
 * writing and copying inside its L2 (which is its HY_LLC) and beyond. HY_RUN_FAILED when the device failed. */
hy_status hy_peaks_of_device(struct hy_backend backend, struct hy_peaks *p);

/* What the maker of a GPU states: dense products without sparsity, f32 outside the tensor cores,
 * memory; for estimates where there is no such GPU. False for a name that is not known. */
bool hy_peaks_stated(const char *gpu, struct hy_peaks *p);
const char *hy_peaks_stated_names(void); /* "a100, h100, h200" */

/* {"sgemm_gflops": ..., one key per peak}; the caller decrefs. */
json_t *hy_peaks_json(const struct hy_peaks *p);

/* ---- which roof binds ------------------------------------------------------------- */
enum hy_bound {
    HY_BOUND_NONE,
    HY_BOUND_COMPUTE,
    HY_BOUND_LEVELS, /* and one for each of enum hy_level */
    HY_BOUND_LLC = HY_BOUND_LEVELS + HY_LLC,
    HY_BOUND_MEMORY = HY_BOUND_LEVELS + HY_MEMORY,
};
const char *hy_bound_name(enum hy_bound b); /* "", "compute", or the level's name */

/* What a call asks of the machine. */
struct hy_work {
    double flops;
    double bytes;         /* distinct ones: hy_op_footprint() */
    enum hy_peak compute; /* the rate of its arithmetic: hy_peak_of() */
    bool cold;            /* nothing of it is cached when it begins */
};

/* The least time in ns that the peaks allow, and what says so: the larger of flops over their rate, and of bytes over
 * the best rate of the level that they lie in. A hot call's lie in the nearest caches that have room: as many as the
 * L1 caches hold there, the next in the L2 caches, and so on, which no kernel can beat that touches each of them once.
 * Of the levels the one named takes most of the time. 0 and HY_BOUND_NONE for a call without work. */
double hy_roof_ns(const struct hy_peaks *p, const struct hy_work *w, enum hy_bound *bound);

/* The arithmetic of an op's kernels: products have the rate of products of their precision, and so has attention in
 * bf16 or tf32 (on a CPU: while training), everything else the multiply-add loop's. */
enum hy_peak hy_peak_of(const struct hy_peaks *p, enum hy_op_id op, enum hy_precision precision);

#endif
