/* What the forward and the backward of the selective scan share.
 *
 * Vectors run over channels: HY_VEC neighbouring channels, one per lane, for one state
 * number n. Then Bt[n], Ct[n] are the same for all lanes, sums over n are plain vector
 * operations, and any N works. Arrays of this kind are laid out [n][lane]; `states`
 * and A_log in memory are (E, N), so they are transposed on the way. */
#ifndef HY_CPU_SCAN_H
#define HY_CPU_SCAN_H

#include "kernels/base/status.h"
#include "kernels/base/threads.h"
#include "kernels/cpu/vec_exp2.h"
#include "kernels/cpu/vec_tile.h"
#include "kernels/dispatch.h"

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

/* Chunks that `states` has per sequence; 0: none are saved. */
static inline int hy_scan_chunks(const struct hy_scan *a)
{
    return a->chunk > 0 ? (a->T + a->chunk - 1) / a->chunk : 0;
}

#endif
