/* What the convolution over whole sequences and the one that continues them share: the taps of
 * HY_VEC channels in registers. (always_inline: `taps` and `n` must become constants there.) */
#ifndef HY_KERNELS_CPU_CONV_H
#define HY_KERNELS_CPU_CONV_H

#include "kernels/cpu/vec_exp2.h"
#include "kernels/ops.h"

static inline __attribute__((always_inline)) void hy_conv_weights(const struct hy_in *from, int taps, int c, int n,
                                                                  hy_vf w[])
{
    for (int i = 0; i < taps; i++) {
        float lanes[HY_VEC] = {0};
        for (int lane = 0; lane < HY_VEC && lane < n; lane++)
            lanes[lane] = from->v[(long)(c + lane) * from->ld + i];
        w[i] = hy_vf_load(lanes);
    }
}

static inline __attribute__((always_inline)) hy_vf hy_convolve(int taps, const hy_vf w[], hy_vf bias,
                                                               const hy_vf past[], hy_vf x)
{
    hy_vf sum = bias + w[taps - 1] * x;
    for (int i = 0; i < taps - 1; i++)
        sum += w[i] * past[i];
    return sum;
}

/* Drops the oldest of n and puts x behind the others. */
static inline __attribute__((always_inline)) void hy_conv_push(hy_vf past[], int n, hy_vf x)
{
    for (int i = 0; i + 1 < n; i++)
        past[i] = past[i + 1];
    if (n > 0)
        past[n - 1] = x;
}

#endif
