/* The FMA loop: one body per ISA level, chosen at run time. Target attributes, because
 * the harness itself is built for the plain machine. */
#include "bench/harness/peaks_fma.h"

#if defined(__x86_64__)
#include <immintrin.h>

/* Twelve chains hide a latency of four to five cycles on two units. */
enum { CHAINS = 12 };

__attribute__((target("avx512f"))) static double fma_avx512(long rounds)
{
    __m512 c[CHAINS], a = _mm512_set1_ps(0.999f), b = _mm512_set1_ps(0.001f);
    for (int i = 0; i < CHAINS; i++)
        c[i] = _mm512_set1_ps((float)i);
    for (long r = 0; r < rounds; r++) {
#pragma GCC unroll 12
        for (int i = 0; i < CHAINS; i++)
            c[i] = _mm512_fmadd_ps(c[i], a, b);
    }
    float sum = 0;
    for (int i = 0; i < CHAINS; i++)
        sum += _mm512_cvtss_f32(c[i]);
    return (double)sum;
}

__attribute__((target("avx2,fma"))) static double fma_avx2(long rounds)
{
    __m256 c[CHAINS], a = _mm256_set1_ps(0.999f), b = _mm256_set1_ps(0.001f);
    for (int i = 0; i < CHAINS; i++)
        c[i] = _mm256_set1_ps((float)i);
    for (long r = 0; r < rounds; r++) {
#pragma GCC unroll 12
        for (int i = 0; i < CHAINS; i++)
            c[i] = _mm256_fmadd_ps(c[i], a, b);
    }
    float sum = 0;
    for (int i = 0; i < CHAINS; i++)
        sum += _mm256_cvtss_f32(c[i]);
    return (double)sum;
}

static double fma_base(long rounds)
{
    __m128 c[CHAINS], a = _mm_set1_ps(0.999f), b = _mm_set1_ps(0.001f);
    for (int i = 0; i < CHAINS; i++)
        c[i] = _mm_set1_ps((float)i);
    for (long r = 0; r < rounds; r++) {
#pragma GCC unroll 12
        for (int i = 0; i < CHAINS; i++)
            c[i] = _mm_add_ps(_mm_mul_ps(c[i], a), b);
    }
    float sum = 0;
    for (int i = 0; i < CHAINS; i++)
        sum += _mm_cvtss_f32(c[i]);
    return (double)sum;
}

double hy_fma_rounds(enum hy_isa isa, long rounds)
{
    return isa >= HY_ISA_AVX512 ? fma_avx512(rounds) : isa == HY_ISA_AVX2 ? fma_avx2(rounds) : fma_base(rounds);
}

double hy_fma_flops(enum hy_isa isa)
{
    return 2.0 * CHAINS * (isa >= HY_ISA_AVX512 ? 16 : isa == HY_ISA_AVX2 ? 8 : 4);
}

#else /* another machine: what its compiler makes of plain C */

enum { CHAINS = 32 };

double hy_fma_rounds(enum hy_isa isa, long rounds)
{
    float c[CHAINS], sum = 0;
    (void)isa;
    for (int i = 0; i < CHAINS; i++)
        c[i] = (float)i;
    for (long r = 0; r < rounds; r++)
        for (int i = 0; i < CHAINS; i++)
            c[i] = __builtin_fmaf(c[i], 0.999f, 0.001f);
    for (int i = 0; i < CHAINS; i++)
        sum += c[i];
    return (double)sum;
}

double hy_fma_flops(enum hy_isa isa)
{
    (void)isa;
    return 2.0 * CHAINS;
}

#endif
