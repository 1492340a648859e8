/* What products multiply where activations are bf16: two neighbouring terms of a sum in 32 bits, which
 * one instruction multiplies and adds; sums stay f32. HY_FOLD terms make one element; with
 * activations in f32 that is one, and an element is a float. A vector of elements is handled as an
 * hy_vf either way; sizes and distances in memory count what is stored (hy_stored). */
#ifndef HY_KERNELS_CPU_VEC_FOLD_H
#define HY_KERNELS_CPU_VEC_FOLD_H

#include "kernels/cpu/vec.h"

#include <stddef.h>

#if defined(HY_STORE_bf16)
enum { HY_FOLD = 2 };

/* sum + (the element at a) * b, lane by lane */
static inline hy_vf hy_fold_add(hy_vf sum, const hy_stored *a, hy_vf b)
{
    int pair;
    memcpy(&pair, a, sizeof pair);
    return (hy_vf)_mm512_dpbf16_ps((__m512)sum, (__m512bh)_mm512_set1_epi32(pair), (__m512bh)b);
}
/* The next elements of a row with n > 0 terms left; terms behind them are 0. */
static inline hy_vf hy_fold_load_n(const hy_stored *p, int n)
{
    return (hy_vf)_mm512_maskz_loadu_epi16(n >= 32 ? 0xffffffffu : (1u << n) - 1, p);
}
/* The elements {x[0], x[1]}, rounded. */
static inline hy_vf hy_fold_make(const hy_vf x[HY_FOLD])
{
    const __m512i turn = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6,
                                          21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    return (hy_vf)_mm512_permutexvar_epi16(turn, (__m512i)_mm512_cvtne2ps_pbh((__m512)x[1], (__m512)x[0]));
}
/* The elements of two rows of which n > 0 terms are left; a row that is NULL counts as zeros. */
static inline hy_vf hy_fold_rows_n(const hy_stored *const p[HY_FOLD], int n)
{
    const __m512i turn = _mm512_set_epi16(47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40, 8, 39, 7, 38, 6,
                                          37, 5, 36, 4, 35, 3, 34, 2, 33, 1, 32, 0);
    const __mmask16 first = n >= HY_VEC ? 0xffff : hy_vs_first(n);
    __m256i x[HY_FOLD];
    for (int i = 0; i < HY_FOLD; i++)
        x[i] = p[i] ? _mm256_maskz_loadu_epi16(first, p[i]) : _mm256_setzero_si256();
    return (hy_vf)_mm512_permutex2var_epi16(_mm512_castsi256_si512(x[0]), turn, _mm512_castsi256_si512(x[1]));
}
#else
enum { HY_FOLD = 1 };

static inline hy_vf hy_fold_add(hy_vf sum, const hy_stored *a, hy_vf b)
{
    return *a * b + sum;
}
static inline hy_vf hy_fold_load_n(const hy_stored *p, int n)
{
    return hy_vf_load_n(p, n);
}
static inline hy_vf hy_fold_make(const hy_vf x[HY_FOLD])
{
    return x[0];
}
static inline hy_vf hy_fold_rows_n(const hy_stored *const p[HY_FOLD], int n)
{
    return p[0] ? hy_vf_load_n(p[0], n) : (hy_vf){0};
}
#endif

/* A vector of whole elements. */
static inline hy_vf hy_fold_load(const hy_stored *p)
{
    hy_vf v;
    memcpy(&v, p, sizeof v);
    return v;
}
static inline void hy_fold_store(hy_stored *p, hy_vf v)
{
    memcpy(p, &v, sizeof v);
}

/* n up to whole elements, and up to whole vectors. */
static inline int hy_fold_whole(int n)
{
    return (n + HY_FOLD - 1) / HY_FOLD * HY_FOLD;
}
static inline int hy_vec_whole(int n)
{
    return (n + HY_VEC - 1) / HY_VEC * HY_VEC;
}

#endif
