/* 2^x: the exponential of the attention and of the scan, whose callers put the factor log2(e)
 * where it costs nothing, and of sigmoid and silu. */
#ifndef HY_KERNELS_CPU_VEC_EXP2_H
#define HY_KERNELS_CPU_VEC_EXP2_H

#include "kernels/cpu/vec.h"

/* 2^(factor x) for -127 <= factor x <= 127. The product is not rounded before its whole part is off. */
#if defined(HY_ISA_avx512)
/* factor x = k / 32 + f, |f| <= 1/64: 2^f - 1 by a minimax polynomial, 2^(k % 32 / 32) from a table
 * in two registers. An entry lacks k % 32 << 18, so that adding k << 18 to its bits both
 * restores it and multiplies it by 2^(k / 32): three multiply-adds in place of seven. */
static inline hy_vf hy_vf_exp2_times(hy_vf x, float factor)
{
    const hy_vi low = {0x3f800000, 0x3f7ecd87, 0x3f7daac3, 0x3f7c980f, 0x3f7b95c2, 0x3f7aa43a, 0x3f79c3d3, 0x3f78f4f0,
                       0x3f7837f0, 0x3f778d3a, 0x3f76f532, 0x3f767043, 0x3f75fed7, 0x3f75a15b, 0x3f75583f, 0x3f7523f6};
    const hy_vi high = {0x3f7504f3, 0x3f74fbaf, 0x3f7508a4, 0x3f752c4d, 0x3f75672a, 0x3f75b9be, 0x3f76248c, 0x3f76a81e,
                        0x3f7744fd, 0x3f77fbb8, 0x3f78ccdf, 0x3f79b907, 0x3f7ac0c7, 0x3f7be4ba, 0x3f7d257d, 0x3f7e83b3};
    const float shift = 0x1.8p18f; /* adding it rounds to 1/32, k in the low bits */
    hy_vf t = x * factor + shift;
    hy_vf f = x * factor - (t - shift);
    hy_vf p = f * 0x1.ebfbe4p-3f + 0x1.62e584p-1f;
    hy_vi entry = (hy_vi)_mm512_permutex2var_epi32((__m512i)low, (__m512i)t, (__m512i)high);
    hy_vf scale = (hy_vf)(entry + ((hy_vi)t << 18));
    return scale * (p * f) + scale;
}
#else
/* factor x = n + f, |f| <= 1/2: 2^f by a polynomial that is minimax in the relative error. */
static inline hy_vf hy_vf_exp2_times(hy_vf x, float factor)
{
    const float shift = 0x1.8p23f; /* adding it rounds to an integer, kept in the low bits */
    hy_vf t = x * factor + shift;
    hy_vf f = x * factor - (t - shift);
    hy_vf y = f * 0x1.41fbb0p-13f + 0x1.5f3e3ap-10f;
    y = y * f + 0x1.3b2d4cp-7f;
    y = y * f + 0x1.c6aee8p-5f;
    y = y * f + 0x1.ebfbdcp-3f;
    y = y * f + 0x1.62e430p-1f;
    y = y * f + 1.0f;
    return (hy_vf)((hy_vi)y + ((hy_vi)t << 23)); /* adds n to the exponent: y is in [0.7, 1.5] */
}
#endif

/* 2^x for x <= 127, within 2 ulp where the result is normal; below 2^-126 the result is
 * wrong by at most 2^-126, and exactly 0 from x = -127 down. Exactly 1 at 0, NaN for NaN. */
static inline hy_vf hy_vf_exp2(hy_vf x)
{
    return hy_vf_exp2_times(hy_vf_max(hy_vf_set(-127.0f), x), 1);
}

/* 1 / (1 + e^-x), also the derivative of softplus, within 3 + |x| / 4 ulp (3 + |x| without fused
 * multiply-adds), at least 1e-38; NaN for NaN. */
static inline hy_vf hy_vf_sigmoid(hy_vf x)
{
    x = hy_vf_min(hy_vf_set(88), hy_vf_max(hy_vf_set(-87), x));
    hy_vf d = 1.0f + hy_vf_exp2_times(x, -1.44269504088896341f);
#if defined(HY_ISA_avx512)
    hy_vf r = (hy_vf)_mm512_rcp14_ps((__m512)d); /* and a Newton step: a third of a division's cost */
    return r + r * (1.0f - d * r);
#else
    return 1.0f / d;
#endif
}

/* x * sigmoid(x) */
static inline hy_vf hy_vf_silu(hy_vf x)
{
    return x * hy_vf_sigmoid(x);
}

/* The derivative of silu, from x and s = sigmoid(x). */
static inline hy_vf hy_vf_silu_slope(hy_vf x, hy_vf s)
{
    return s * (1.0f + x * (1.0f - s));
}

#endif
