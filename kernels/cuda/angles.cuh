/* Rotary angles without tables: accurate at every position, and without arithmetic in double
 * but for one frequency at a thread's start.
 *
 * An angle counts in turns, as a fraction of 64 bits: position times frequency then wraps by
 * itself, and what is left is exact to t * 2^-54 turns. Its sine and cosine come from the
 * quadrant and polynomials within 45 degrees of it, within 1e-7. */
#ifndef HY_KERNELS_CUDA_ANGLES_CUH
#define HY_KERNELS_CUDA_ANGLES_CUH

#include "kernels/cuda/cuda.cuh"

#include <math.h>

/* base^(-2/P): what the host works out; a frequency is one of its powers. */
static inline double hy_rope_ratio(float base, int P)
{
    return pow((double)base, -2.0 / (double)P);
}

/* Turns per position of pair j, base^(-2j/P) / 2 pi, modulo 1 and times 2^64. */
__device__ __forceinline__ uint64_t hy_rope_frequency(double ratio, int j)
{
    double turns = 0.15915494309189533577; /* 1 / 2 pi */
    for (; j > 0; j /= 2, ratio *= ratio)
        if (j % 2)
            turns *= ratio;
    return (uint64_t)((turns - floor(turns)) * 18446744073709551616.0);
}

/* cos and sin of the angle that a pair of this frequency has at position t */
__device__ __forceinline__ float2 hy_rope_turn(uint64_t frequency, int t)
{
    const uint64_t angle = frequency * (uint64_t)t + ((uint64_t)1 << 61); /* an eighth on: quadrants centred on 0 */
    const unsigned quadrant = (unsigned)(angle >> 62);
    const int rest = (int)((uint32_t)(angle >> 30) ^ 0x80000000u); /* in 2^-34 turns, within an eighth */
    const float r = (float)rest * (6.283185307179586f / 17179869184.0f), z = r * r;
    float s = z * -1.9515295891e-4f + 8.3321608736e-3f; /* Cephes sinf, cosf */
    s = (s * z - 1.6666654611e-1f) * z * r + r;
    float c = z * 2.443315711809948e-5f - 1.388731625493765e-3f;
    c = (c * z + 4.166664568298827e-2f) * (z * z) - 0.5f * z + 1.0f;
    const float cosine = quadrant % 2 ? s : c, sine = quadrant % 2 ? c : s;
    return make_float2(quadrant == 1 || quadrant == 2 ? -cosine : cosine, quadrant >= 2 ? -sine : sine);
}

#endif
