/* Vectors of HY_VEC floats and the few functions that the kernels of this folder
 * share: loads and stores, exp and its relatives, dropout masks.
 *
 * Arithmetic is written with the operators (GCC vector extensions): a * b + c
 * becomes one fused instruction where the ISA level has it (-ffp-contract=fast).
 * Everything here is `static inline`; nothing allocates or keeps state. */
#ifndef HY_KERNELS_CPU_VEC_H
#define HY_KERNELS_CPU_VEC_H

#include "kernels/base/rng.h"
#include "kernels/cpu/isa.h"

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef float hy_vf __attribute__((vector_size(4 * HY_VEC)));
typedef int32_t hy_vi __attribute__((vector_size(4 * HY_VEC)));
typedef uint32_t hy_vu __attribute__((vector_size(4 * HY_VEC)));
typedef uint64_t hy_vl __attribute__((vector_size(4 * HY_VEC))); /* HY_VEC / 2 lanes */

/* ---- what differs between the levels ------------------------------------------
 * max, min: the second operand when either is NaN (so a NaN in b survives).
 * select:   per lane, a where mask is all ones, b where it is zero.
 * load_tail, store_tail: the first n lanes, 0 < n < HY_VEC; other lanes load as 0.
 * mul_low:  per 64-bit lane, the full product of the two low 32-bit halves. */
#if defined(HY_ISA_avx512)
static inline hy_vf hy_vf_max(hy_vf a, hy_vf b)
{
    return (hy_vf)_mm512_max_ps((__m512)a, (__m512)b);
}
static inline hy_vf hy_vf_min(hy_vf a, hy_vf b)
{
    return (hy_vf)_mm512_min_ps((__m512)a, (__m512)b);
}
static inline hy_vf hy_vf_select(hy_vi mask, hy_vf a, hy_vf b)
{
    return (hy_vf)_mm512_mask_blend_ps(_mm512_movepi32_mask((__m512i)mask), (__m512)b, (__m512)a);
}
static inline hy_vf hy_vf_load_tail(const float *p, int n)
{
    return (hy_vf)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
}
static inline void hy_vf_store_tail(float *p, hy_vf v, int n)
{
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)v);
}
static inline hy_vl hy_vl_mul_low(hy_vl a, hy_vl b)
{
    return (hy_vl)_mm512_mul_epu32((__m512i)a, (__m512i)b);
}
static inline hy_vf hy_vf_sqrt(hy_vf a)
{
    return (hy_vf)_mm512_sqrt_ps((__m512)a);
}
static inline float hy_vf_sum(hy_vf v) /* always in the same order */
{
    return _mm512_reduce_add_ps((__m512)v);
}
static inline float hy_vf_largest(hy_vf v)
{
    return _mm512_reduce_max_ps((__m512)v);
}
#elif defined(HY_ISA_avx2)
static inline hy_vf hy_vf_max(hy_vf a, hy_vf b)
{
    return (hy_vf)_mm256_max_ps((__m256)a, (__m256)b);
}
static inline hy_vf hy_vf_min(hy_vf a, hy_vf b)
{
    return (hy_vf)_mm256_min_ps((__m256)a, (__m256)b);
}
static inline hy_vf hy_vf_select(hy_vi mask, hy_vf a, hy_vf b)
{
    return (hy_vf)_mm256_blendv_ps((__m256)b, (__m256)a, (__m256)mask);
}
static inline __m256i hy_vi_first(int n) /* all ones in the first n lanes */
{
    const hy_vi lane = {0, 1, 2, 3, 4, 5, 6, 7};
    return (__m256i)(lane < n);
}
static inline hy_vf hy_vf_load_tail(const float *p, int n)
{
    return (hy_vf)_mm256_maskload_ps(p, hy_vi_first(n));
}
static inline void hy_vf_store_tail(float *p, hy_vf v, int n)
{
    _mm256_maskstore_ps(p, hy_vi_first(n), (__m256)v);
}
static inline hy_vl hy_vl_mul_low(hy_vl a, hy_vl b)
{
    return (hy_vl)_mm256_mul_epu32((__m256i)a, (__m256i)b);
}
static inline hy_vf hy_vf_sqrt(hy_vf a)
{
    return (hy_vf)_mm256_sqrt_ps((__m256)a);
}
static inline float hy_vf_sum(hy_vf v)
{
    __m128 s = _mm_add_ps(_mm256_castps256_ps128((__m256)v), _mm256_extractf128_ps((__m256)v, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}
static inline float hy_vf_largest(hy_vf v)
{
    __m128 s = _mm_max_ps(_mm256_castps256_ps128((__m256)v), _mm256_extractf128_ps((__m256)v, 1));
    s = _mm_max_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}
#else
static inline hy_vf hy_vf_max(hy_vf a, hy_vf b)
{
    return (hy_vf)_mm_max_ps((__m128)a, (__m128)b);
}
static inline hy_vf hy_vf_min(hy_vf a, hy_vf b)
{
    return (hy_vf)_mm_min_ps((__m128)a, (__m128)b);
}
static inline hy_vf hy_vf_select(hy_vi mask, hy_vf a, hy_vf b)
{
    return (hy_vf)((mask & (hy_vi)a) | (~mask & (hy_vi)b));
}
static inline hy_vf hy_vf_load_tail(const float *p, int n)
{
    hy_vf v = {0};
    memcpy(&v, p, (size_t)n * sizeof *p);
    return v;
}
static inline void hy_vf_store_tail(float *p, hy_vf v, int n)
{
    memcpy(p, &v, (size_t)n * sizeof *p);
}
static inline hy_vl hy_vl_mul_low(hy_vl a, hy_vl b)
{
    return (hy_vl)_mm_mul_epu32((__m128i)a, (__m128i)b);
}
static inline hy_vf hy_vf_sqrt(hy_vf a)
{
    return (hy_vf)_mm_sqrt_ps((__m128)a);
}
static inline float hy_vf_sum(hy_vf v)
{
    return (v[0] + v[2]) + (v[1] + v[3]);
}
static inline float hy_vf_largest(hy_vf v)
{
    hy_vf w = {v[2], v[3], v[2], v[3]};
    w = hy_vf_max(v, w);
    return w[0] > w[1] ? w[0] : w[1];
}
#endif

/* ---- loads and stores, any alignment ----------------------------------------- */
static inline hy_vf hy_vf_set(float x)
{
    return x - (hy_vf){0};
}
static inline hy_vi hy_vi_set(int32_t x)
{
    return x - (hy_vi){0};
}
static inline hy_vf hy_vf_load(const float *p)
{
    hy_vf v;
    memcpy(&v, p, sizeof v);
    return v;
}
static inline void hy_vf_store(float *p, hy_vf v)
{
    memcpy(p, &v, sizeof v);
}

/* The next min(n, HY_VEC) elements, n > 0 being what is left of a row:
 *     for (int c = 0; c < D; c += HY_VEC)
 *         hy_vf_store_n(y + c, 2 * hy_vf_load_n(x + c, D - c), D - c); */
static inline hy_vf hy_vf_load_n(const float *p, int n)
{
    return n >= HY_VEC ? hy_vf_load(p) : hy_vf_load_tail(p, n);
}
static inline void hy_vf_store_n(float *p, hy_vf v, int n)
{
    if (n >= HY_VEC)
        hy_vf_store(p, v);
    else
        hy_vf_store_tail(p, v, n);
}
/* Stores v, or adds it to what is there. */
static inline void hy_vf_give_n(float *p, hy_vf v, int add, int n)
{
    hy_vf_store_n(p, add ? v + hy_vf_load_n(p, n) : v, n);
}

/* ---- activations: f32, or bf16 where the file is compiled for that ----------------
 * Arithmetic is on floats either way; storing rounds to nearest, ties to even, and
 * makes what is below the smallest normal float 0. */
#if defined(HY_STORE_bf16)
typedef uint16_t hy_stored;

static inline hy_vf hy_vs_widen(__m256i bits)
{
    return (hy_vf)_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16);
}
static inline __m256i hy_vs_narrow(hy_vf v)
{
    return (__m256i)_mm512_cvtneps_pbh((__m512)v);
}
static inline __mmask16 hy_vs_first(int n)
{
    return (__mmask16)((1u << n) - 1);
}
static inline hy_vf hy_vs_load(const hy_stored *p)
{
    return hy_vs_widen(_mm256_loadu_si256((const __m256i *)(const void *)p));
}
static inline void hy_vs_store(hy_stored *p, hy_vf v)
{
    _mm256_storeu_si256((__m256i *)(void *)p, hy_vs_narrow(v));
}
static inline hy_vf hy_vs_load_n(const hy_stored *p, int n)
{
    return n >= HY_VEC ? hy_vs_load(p) : hy_vs_widen(_mm256_maskz_loadu_epi16(hy_vs_first(n), p));
}
static inline void hy_vs_store_n(hy_stored *p, hy_vf v, int n)
{
    if (n >= HY_VEC)
        hy_vs_store(p, v);
    else
        _mm256_mask_storeu_epi16(p, hy_vs_first(n), hy_vs_narrow(v));
}
#else
typedef float hy_stored;

static inline hy_vf hy_vs_load(const hy_stored *p)
{
    return hy_vf_load(p);
}
static inline void hy_vs_store(hy_stored *p, hy_vf v)
{
    hy_vf_store(p, v);
}
static inline hy_vf hy_vs_load_n(const hy_stored *p, int n)
{
    return hy_vf_load_n(p, n);
}
static inline void hy_vs_store_n(hy_stored *p, hy_vf v, int n)
{
    hy_vf_store_n(p, v, n);
}
#endif
/* Stores past the caches; p is aligned to the vector's size. */
static inline void hy_vs_stream(hy_stored *p, hy_vf v)
{
#if defined(HY_STORE_bf16)
    _mm256_stream_si256((__m256i *)(void *)p, hy_vs_narrow(v));
#elif defined(HY_ISA_avx512)
    _mm512_stream_ps(p, (__m512)v);
#elif defined(HY_ISA_avx2)
    _mm256_stream_ps(p, (__m256)v);
#else
    _mm_stream_ps(p, (__m128)v);
#endif
}
/* Stores v, past the caches if `stream`. */
static inline void hy_vs_put_n(hy_stored *p, hy_vf v, bool stream, int n)
{
    if (stream && n >= HY_VEC)
        hy_vs_stream(p, v);
    else
        hy_vs_store_n(p, v, n);
}
/* Stores v, or adds it to what is there. */
static inline void hy_vs_give_n(hy_stored *p, hy_vf v, int add, int n)
{
    hy_vs_store_n(p, add ? v + hy_vs_load_n(p, n) : v, n);
}
/* The same; `stream` says that it goes past the caches, and is not added. */
static inline void hy_vs_hand_n(hy_stored *p, hy_vf v, int add, bool stream, int n)
{
    if (stream)
        hy_vs_put_n(p, v, true, n);
    else
        hy_vs_give_n(p, v, add, n);
}

static inline hy_vf hy_vf_abs(hy_vf x)
{
    return (hy_vf)((hy_vi)x & 0x7fffffff);
}

/* ---- exp, log1p, and what is made of them ------------------------------------- */

/* 2^n for n in [-126, 127] */
static inline hy_vf hy_vf_power_of_two(hy_vi n)
{
    return (hy_vf)((n + 127) << 23);
}

/* e^x within 1.5 ulp (subnormal results: half a unit more); 0 below -104, inf above
 * 88.73, NaN for NaN. x = n ln 2 + r, |r| <= ln 2 / 2, e^r by a polynomial (Cephes). */
static inline hy_vf hy_vf_exp(hy_vf x)
{
    const float shift = 0x1.8p23f; /* adding it rounds to an integer, kept in the low bits */
    x = hy_vf_min(hy_vf_set(89.0f), hy_vf_max(hy_vf_set(-104.0f), x));
    hy_vf t = x * 1.44269504088896341f + shift;
    hy_vf n = t - shift;
    hy_vf r = x - n * 0x1.63p-1f; /* the first part of ln 2 has 9 bits: the product is exact */
    r = r + n * 2.12194440e-4f;
    hy_vf q = r * 1.9875691500e-4f + 1.3981999507e-3f;
    q = q * r + 8.3334519073e-3f;
    q = q * r + 4.1665795894e-2f;
    q = q * r + 1.6666665459e-1f;
    q = q * r + 5.0000001201e-1f;
    hy_vf y = (q * (r * r) + r) + 1.0f;
#if defined(HY_ISA_avx512)
    return (hy_vf)_mm512_scalef_ps((__m512)y, (__m512)n);
#else
    hy_vi k = (hy_vi)t - 0x4b400000, half = k >> 1; /* in two steps: 2^n alone may be subnormal */
    return y * hy_vf_power_of_two(half) * hy_vf_power_of_two(k - half);
#endif
}

/* ln(1 + f) for sqrt(1/2) - 1 <= f <= sqrt(2) - 1, relative error 1e-7 (Cephes). */
static inline hy_vf hy_vf_log1p_near(hy_vf f)
{
    hy_vf z = f * f;
    hy_vf q = f * 7.0376836292e-2f - 1.1514610310e-1f;
    q = q * f + 1.1676998740e-1f;
    q = q * f - 1.2420140846e-1f;
    q = q * f + 1.4249322787e-1f;
    q = q * f - 1.6668057665e-1f;
    q = q * f + 2.0000714765e-1f;
    q = q * f - 2.4999993993e-1f;
    q = q * f + 3.3333331174e-1f;
    return f + (q * f - 0.5f) * z;
}

/* ln(1 + e) for 0 <= e <= 1, relative error below 2e-7; NaN for NaN. */
static inline hy_vf hy_vf_log1p_unit(hy_vf e)
{
    hy_vi upper = e > 0.41421356f;
    hy_vf f = hy_vf_select(upper, (e - 1.0f) * 0.5f, e); /* 1 + e = 2 (1 + f) in the upper part */
    return hy_vf_log1p_near(f) + hy_vf_select(upper, hy_vf_set(0.693147180559945f), hy_vf_set(0));
}

/* ln(1 + e^x), relative error below 4e-7 for every x. */
static inline hy_vf hy_vf_softplus(hy_vf x)
{
    return hy_vf_max(x, hy_vf_set(0)) + hy_vf_log1p_unit(hy_vf_exp(-hy_vf_abs(x)));
}

/* ---- dropout masks -------------------------------------------------------------
 * What a site needs in one step; see rng.h for the numbering of the elements. */
struct hy_drop {
    uint64_t keys[10][2]; /* the ten round keys */
    uint32_t step, site, threshold;
    float scale; /* 1 / (1 - p) */
};

static inline struct hy_drop hy_drop_open(uint64_t seed, uint32_t step, uint32_t site, float p)
{
    struct hy_drop d = {.step = step, .site = site, .threshold = hy_drop_threshold(p), .scale = 1.0f / (1.0f - p)};
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
        d.keys[round][0] = k0;
        d.keys[round][1] = k1;
    }
    return d;
}

/* Philox4x32-10 of HY_VEC / 2 counters {low, high, step, site}. Each word sits in
 * the low half of a 64-bit lane; the high halves hold rubbish that no
 * multiplication reads, so no round needs a shuffle. */
static inline void hy_drop_philox(const struct hy_drop *d, hy_vl low, uint32_t high, hy_vl out[4])
{
    const hy_vl zero = {0};
    hy_vl c0 = low, c1 = high + zero, c2 = d->step + zero, c3 = d->site + zero;
    for (int round = 0; round < 10; round++) {
        hy_vl a = hy_vl_mul_low(c0, UINT64_C(0xD2511F53) + zero), b = hy_vl_mul_low(c2, UINT64_C(0xCD9E8D57) + zero);
        c0 = (b >> 32) ^ c1 ^ d->keys[round][0];
        c2 = (a >> 32) ^ c3 ^ d->keys[round][1];
        c1 = b;
        c3 = a;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

/* Elements block * HY_DROP_BLOCK + 0 ... 127: mask = scale where kept, else 0. */
static inline void hy_drop_block(const struct hy_drop *d, uint64_t block, float mask[HY_DROP_BLOCK])
{
    hy_vl even_lanes;
    for (int i = 0; i < HY_VEC / 2; i++)
        even_lanes[i] = 2 * (uint64_t)i;
    const hy_vi threshold = hy_vi_set((int32_t)d->threshold);
    const hy_vf scale = hy_vf_set(d->scale), zero = {0};
    for (unsigned lane = 0; lane < 16; lane += HY_VEC) {
        hy_vl low = even_lanes + (uint32_t)(block * 16 + lane), even[4], odd[4];
        hy_drop_philox(d, low, (uint32_t)(block >> 28), even);
        hy_drop_philox(d, low + 1, (uint32_t)(block >> 28), odd);
        for (int word = 0; word < 4; word++) {
            hy_vi bits = (hy_vi)((even[word] & 0xffffffff) | (odd[word] << 32));
            hy_vi upper = (hy_vi)((hy_vu)bits >> 16);
            hy_vf_store(mask + 32 * word + lane, hy_vf_select((bits & 0xffff) >= threshold, scale, zero));
            hy_vf_store(mask + 32 * word + 16 + lane, hy_vf_select(upper >= threshold, scale, zero));
        }
    }
}

#endif
