/* What the forward and the backward of the selective scan share.
 *
 * Vectors run over channels: HY_VEC neighbouring channels, one per lane, for one state
 * number n. Then Bt[n], Ct[n] are the same for all lanes, sums over n are plain vector
 * operations, and any N works. Arrays of this kind are laid out [n][lane]; `states`
 * and A_log in memory are (E, N), so they are transposed on the way. */
#ifndef HY_KERNELS_CPU_SCAN_H
#define HY_KERNELS_CPU_SCAN_H

#include "kernels/base/status.h"
#include "kernels/base/threads.h"
#include "kernels/cpu/vec_exp2.h"
#include "kernels/cpu/vec_tile.h"
#include "kernels/dispatch.h"
#include "kernels/scan_cut.h"

#define HY_LOG2E 1.44269504088896341f

static inline int hy_scan_least(int a, int b)
{
    return a < b ? a : b;
}

/* rate[n][lane] = A * log2(e) of channels first ... first + lanes - 1 (zero-filled to whole
 * vectors): exp(delta A) = 2^(delta * rate). rate has rows of ld floats. */
static inline void hy_scan_rates(const struct hy_scan *a, int first, int lanes, float *rate, int ld)
{
    for (int j = 0; j < lanes; j += HY_VEC)
        hy_tile_gather(a->A_log.v + (size_t)(first + j) * (size_t)a->A_log.ld, a->A_log.ld,
                       hy_scan_least(lanes - j, HY_VEC), a->N, 1, rate + j, ld);
    for (int n = 0; n < a->N; n++)
        for (int j = 0; j < lanes; j += HY_VEC) {
            float *at = rate + (ptrdiff_t)n * ld + j;
            hy_vf_store(at, -HY_LOG2E * hy_vf_exp(hy_vf_load(at)));
        }
}

/* Makes what spans found from zeros true, for the states (N) of channel e. Rows 0 ... count - 1 of
 * `ends`, ld floats apart, are what the spans hand on, row 0 the truth; row i is that of a span
 * whose sum of delta is totals[(i - 1) * ld_totals], which was entered with row i - 1. */
static inline void hy_scan_join(const struct hy_scan *a, int e, int count, float *ends, size_t ld, const float *totals,
                                size_t ld_totals)
{
    const float *A_log = a->A_log.v + (size_t)e * (size_t)a->A_log.ld;
    for (int n = 0; n < a->N; n += HY_VEC) {
        const hy_vf rate = -HY_LOG2E * hy_vf_exp(hy_vf_load_n(A_log + n, a->N - n));
        hy_vf state = hy_vf_load_n(ends + n, a->N - n);
        for (int i = 1; i < count; i++) {
            float *at = ends + (size_t)i * ld + n;
            state = hy_vf_exp2(totals[(size_t)(i - 1) * ld_totals] * rate) * state + hy_vf_load_n(at, a->N - n);
            hy_vf_store_n(at, state, a->N - n);
        }
    }
}

#endif
