#include "bench/harness/streams.h"

#include <omp.h>
#include <stdint.h>
#include <string.h>

#include "kernels/base/clock.h"
#include "kernels/base/threads.h"

/* 64 bytes at a time; the compiler makes of it what the function's target has. */
typedef uint64_t line __attribute__((vector_size(64), may_alias));
enum { LINE = 64, AT_ONCE = 8 };

/* The lines of a slice in one go. Nothing of it may be kept in registers for the next round, and no loop become a call
 * of memset or memcpy, which choose for themselves. */
#define READ_BODY(isa, TARGET)                                                                  \
    TARGET static void read_##isa(const line *p, size_t lines)                                  \
    {                                                                                           \
        line s[AT_ONCE] = {{0}};                                                                \
        for (size_t i = 0; i + AT_ONCE <= lines; i += AT_ONCE)                                  \
            _Pragma("GCC unroll 8") for (int k = 0; k < AT_ONCE; k++) s[k] |= p[i + (size_t)k]; \
        s[0] |= s[1] | s[2] | s[3] | s[4] | s[5] | s[6] | s[7];                                 \
        hy_keep(s);                                                                             \
    }
#define WRITE_BODY(isa, TARGET)                                                               \
    TARGET static void write_##isa(line *p, size_t lines)                                     \
    {                                                                                         \
        const line one = {1, 1, 1, 1, 1, 1, 1, 1};                                            \
        for (size_t i = 0; i + AT_ONCE <= lines; i += AT_ONCE) {                              \
            _Pragma("GCC unroll 8") for (int k = 0; k < AT_ONCE; k++) p[i + (size_t)k] = one; \
            hy_keep(p);                                                                       \
        }                                                                                     \
    }
#define COPY_BODY(isa, TARGET)                                                                                 \
    TARGET static void copy_##isa(line *to, const line *from, size_t lines)                                    \
    {                                                                                                          \
        for (size_t i = 0; i + AT_ONCE <= lines; i += AT_ONCE) {                                               \
            _Pragma("GCC unroll 8") for (int k = 0; k < AT_ONCE; k++) to[i + (size_t)k] = from[i + (size_t)k]; \
            hy_keep(to);                                                                                       \
        }                                                                                                      \
    }

#if defined(__x86_64__)
#include <immintrin.h>
READ_BODY(base, )
WRITE_BODY(base, )
COPY_BODY(base, )
READ_BODY(avx2, __attribute__((target("avx2"))))
WRITE_BODY(avx2, __attribute__((target("avx2"))))
COPY_BODY(avx2, __attribute__((target("avx2"))))
READ_BODY(avx512, __attribute__((target("avx512f"))))
WRITE_BODY(avx512, __attribute__((target("avx512f"))))
COPY_BODY(avx512, __attribute__((target("avx512f"))))

/* The width does not matter here: whole lines are gathered before they leave. */
static void write_past(line *p, size_t lines)
{
    const __m128i one = _mm_set1_epi64x(1);
    __m128i *to = (__m128i *)(void *)p;
    for (size_t i = 0; i < lines * (LINE / sizeof *to); i++)
        _mm_stream_si128(to + i, one);
    _mm_sfence();
}

static void copy_past(line *p, const line *q, size_t lines)
{
    __m128i *to = (__m128i *)(void *)p;
    const __m128i *from = (const __m128i *)(const void *)q;
    for (size_t i = 0; i < lines * (LINE / sizeof *to); i++)
        _mm_stream_si128(to + i, _mm_load_si128(from + i));
    _mm_sfence();
}
#else
READ_BODY(base, )
WRITE_BODY(base, )
COPY_BODY(base, )
#define read_avx2    read_base
#define read_avx512  read_base
#define write_avx2   write_base
#define write_avx512 write_base
#define copy_avx2    copy_base
#define copy_avx512  copy_base
static void write_past(line *p, size_t lines)
{
    memset(p, 1, lines * LINE);
}
static void copy_past(line *to, const line *from, size_t lines)
{
    memcpy(to, from, lines * LINE);
}
#endif

static void read_lines(enum hy_isa isa, const line *p, size_t lines)
{
    (isa >= HY_ISA_AVX512 ? read_avx512 : isa == HY_ISA_AVX2 ? read_avx2 : read_base)(p, lines);
}

static void write_lines(enum hy_isa isa, line *p, size_t lines, bool past)
{
    if (past)
        write_past(p, lines);
    else
        (isa >= HY_ISA_AVX512 ? write_avx512 : isa == HY_ISA_AVX2 ? write_avx2 : write_base)(p, lines);
}

static void copy_lines(enum hy_isa isa, line *to, const line *from, size_t lines, bool past)
{
    if (past)
        copy_past(to, from, lines);
    else
        (isa >= HY_ISA_AVX512 ? copy_avx512 : isa == HY_ISA_AVX2 ? copy_avx2 : copy_base)(to, from, lines);
}

double hy_stream_rate(enum hy_isa isa, enum hy_traffic traffic, void *buffer, size_t slice, long rounds, bool past)
{
    const size_t lines = slice / LINE;
    int team = 1;
    const uint64_t from = hy_now_ns();
#pragma omp parallel num_threads(hy_threads())
    {
        line *p = (line *)(void *)((char *)buffer + (size_t)omp_get_thread_num() * slice);
#pragma omp master
        team = omp_get_num_threads();
        for (long r = 0; r < rounds; r++) {
            if (traffic == HY_READING)
                read_lines(isa, p, lines);
            else if (traffic == HY_WRITING)
                write_lines(isa, p, lines, past);
            else
                copy_lines(isa, p + lines / 2, p, lines / 2, past);
        }
    }
    const double ns = (double)(hy_now_ns() - from);
    return (double)slice * (double)rounds * team / ns;
}
