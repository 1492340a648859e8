#include "bench/harness/peaks.h"

#include <math.h>

const char *hy_level_name(enum hy_level level)
{
    static const char *const names[HY_LEVELS] = {"l1", "l2", "llc", "memory"};
    return names[level];
}

#define STREAMS(level) level "_read_gbps", level "_write_gbps", level "_copy_gbps"

const char *hy_peak_name(enum hy_peak peak)
{
    static const char *const names[HY_PEAKS] = {"sgemm_gflops", "bf16_gflops", "tf32_gflops",  "fma_gflops",
                                                STREAMS("l1"),  STREAMS("l2"), STREAMS("llc"), STREAMS("memory")};
    return names[peak];
}

json_t *hy_peaks_json(const struct hy_peaks *p)
{
    json_t *root = json_object();
    for (int i = 0; i < HY_PEAKS; i++)
        json_object_set_new(root, hy_peak_name((enum hy_peak)i), json_real(p->rate[i]));
    return root;
}

/* ---- roofs ---------------------------------------------------------------------- */
const char *hy_bound_name(enum hy_bound b)
{
    return b == HY_BOUND_NONE      ? ""
           : b == HY_BOUND_COMPUTE ? "compute"
                                   : hy_level_name((enum hy_level)(b - HY_BOUND_LEVELS));
}

enum hy_peak hy_peak_of(const struct hy_peaks *p, enum hy_op_id op, enum hy_precision precision)
{
    const enum hy_peak products = precision == HY_BF16   ? HY_PEAK_BF16
                                  : precision == HY_TF32 ? HY_PEAK_TF32
                                                         : HY_PEAK_SGEMM;
    /* attention multiplies with what products of its precision do; a CPU's decoding has no such kernels */
    const unsigned traits = hy_ops[op].traits;
    bool multiplies = traits & HY_TRAIT_PRODUCTS && (!(traits & HY_TRAIT_CONTINUES) || p->rate[HY_PEAK_TF32] > 0);
    if (traits & HY_TRAIT_GEMM || (multiplies && precision != HY_F32 && p->rate[products] > 0))
        return products;
    return HY_PEAK_FMA;
}

/* The best that a level gives; what was not measured there is no better than what lies further out. */
static double best_rate(const struct hy_peaks *p, enum hy_level level)
{
    double best = 0;
    for (int t = 0; t < HY_TRAFFICS; t++)
        best = fmax(best, p->rate[hy_peak_stream(level, (enum hy_traffic)t)]);
    return best > 0 || level == HY_MEMORY ? best : best_rate(p, (enum hy_level)(level + 1));
}

/* ns for the bytes, and the level that takes most of them. */
static double moving_ns(const struct hy_peaks *p, double bytes, bool cold, enum hy_level *where)
{
    double sum = 0, most = -1;
    *where = HY_MEMORY;
    for (int level = cold ? HY_MEMORY : HY_L1; level < HY_LEVELS && bytes > 0; level++) {
        const double here = level == HY_MEMORY ? bytes : fmin(bytes, p->holds[level]);
        const double ns = here > 0 ? here / best_rate(p, (enum hy_level)level) : 0;
        if (ns > most) {
            most = ns;
            *where = (enum hy_level)level;
        }
        sum += ns;
        bytes -= here;
    }
    return sum;
}

double hy_roof_ns(const struct hy_peaks *p, const struct hy_work *w, enum hy_bound *bound)
{
    enum hy_level where;
    *bound = HY_BOUND_NONE;
    if (w->flops <= 0 && w->bytes <= 0)
        return 0;
    const double compute = w->flops > 0 ? w->flops / p->rate[w->compute] : 0; /* flops per ns = GFLOP/s */
    const double moving = moving_ns(p, w->bytes, w->cold, &where);
    *bound = compute >= moving ? HY_BOUND_COMPUTE : (enum hy_bound)(HY_BOUND_LEVELS + (int)where);
    return fmax(compute, moving);
}
