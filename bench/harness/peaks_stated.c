/* What the makers of GPUs state. */
#include <string.h>

#include "bench/harness/peaks.h"

#define STATED(f32, products_bf16, products_tf32, gbps)                        \
    {                                                                          \
        .rate = {                                                              \
            [HY_PEAK_SGEMM] = (f32),                                           \
            [HY_PEAK_BF16] = (products_bf16),                                  \
            [HY_PEAK_TF32] = (products_tf32),                                  \
            [HY_PEAK_FMA] = (f32),                                             \
            [HY_PEAK_STREAMS + HY_MEMORY * HY_TRAFFICS + HY_COPYING] = (gbps), \
        }                                                                      \
    }

/* NVIDIA's data sheets of the SXM boards, dense: A100 80GB (2021), H100 (2022), H200 (2024). */
static const struct {
    const char *name;
    struct hy_peaks peaks;
} stated[] = {
    {"a100", STATED(19500, 312000, 156000, 2039)},
    {"h100", STATED(67000, 989400, 494700, 3350)},
    {"h200", STATED(67000, 989400, 494700, 4800)},
};

bool hy_peaks_stated(const char *gpu, struct hy_peaks *p)
{
    for (size_t i = 0; i < sizeof stated / sizeof *stated; i++)
        if (strcmp(gpu, stated[i].name) == 0) {
            *p = stated[i].peaks;
            return true;
        }
    return false;
}

const char *hy_peaks_stated_names(void)
{
    return "a100, h100, h200";
}
