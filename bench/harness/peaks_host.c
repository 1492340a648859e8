#include "bench/harness/peaks_host.h"

#include <math.h>
#include <stdlib.h>

#include "bench/harness/env.h"
#include "bench/harness/memory.h"
#include "bench/harness/peaks_fma.h"
#include "bench/harness/streams.h"
#include "kernels/base/clock.h"
#include "kernels/base/memory.h"
#include "kernels/base/threads.h"
#include "kernels/bf16.h"
#include "kernels/linear.h"

/* Two shapes of products, the second's matrices within the first's memory. */
enum { GEMM_M = 4096, GEMM_N = 1536, GEMM_K = 384, DEEP_M = 1024, DEEP_N = 512, DEEP_K = 1024, GRAIN = 4096 };

static const double long_enough_ns = 1e6, most_memory = 512 << 20;

static size_t llc_of(const struct hy_machine *m)
{
    return m->llc_bytes ? m->llc_bytes : (size_t)32 << 20;
}

/* Beyond every cache, whatever its policy keeps: four times the last level, where that is not too much. */
static double memory_bytes(size_t llc)
{
    const char *limit;
    double wanted = 4.0 * (double)llc;
    if (wanted > most_memory)
        wanted = most_memory > 2.0 * (double)llc ? most_memory : 2.0 * (double)llc;
    const double left = hy_memory_left(&limit) / 4;
    return fmax(0, wanted < left ? wanted : left);
}

static size_t whole(double bytes)
{
    return (size_t)(bytes / GRAIN) * GRAIN;
}

void hy_bursts_open(struct hy_bursts *b)
{
    struct hy_machine m;
    hy_machine_get(&m);
    const double threads = hy_threads(), llc = (double)llc_of(&m);
    *b = (struct hy_bursts){.isa = hy_isa()};
    /* half of what there is: the stack and the other operands of a loop are somewhere too */
    b->slice[HY_L1] = whole((double)m.l1d_bytes / 2);
    b->slice[HY_L2] = whole((double)m.l2_bytes / 2);
    b->slice[HY_LLC] = whole(llc / 2 / threads);
    if (b->slice[HY_LLC] < 2 * m.l2_bytes) /* so many threads that their L2 caches hold all of it */
        b->slice[HY_LLC] = 0;
    b->slice[HY_MEMORY] = whole(memory_bytes(llc_of(&m)) / threads);
    b->near = 4 * m.l2_bytes < b->slice[HY_LLC] ? whole(4.0 * (double)m.l2_bytes) : b->slice[HY_LLC];
    for (int level = 0; level < HY_MEMORY; level++) /* many threads, or little memory: the levels share its buffer */
        if (b->slice[level] > b->slice[HY_MEMORY])
            b->slice[level] = 0;
}

void hy_bursts_levels(struct hy_peaks *p)
{
    struct hy_machine m;
    hy_machine_get(&m);
    p->holds[HY_L1] = (double)m.l1d_bytes * hy_threads();
    p->holds[HY_L2] = (double)m.l2_bytes * hy_threads();
    p->holds[HY_LLC] = (double)llc_of(&m);
}

void hy_bursts_release(struct hy_bursts *b)
{
    free(b->stream);
    free(b->x);
    free(b->w);
    free(b->y);
    free(b->x_bf16);
    free(b->y_bf16);
    b->stream = b->x_bf16 = b->y_bf16 = NULL;
    b->x = b->w = b->y = NULL;
}

bool hy_bursts_have(const struct hy_bursts *b, enum hy_peak peak)
{
    if (peak >= HY_PEAK_STREAMS)
        return b->slice[(peak - HY_PEAK_STREAMS) / HY_TRAFFICS] > 0;
    if (peak == HY_PEAK_BF16)
        return hy_precision_check(HY_BF16) == HY_OK;
    return peak != HY_PEAK_TF32; /* CPUs have none */
}

static void make_matrices(struct hy_bursts *b)
{
    const size_t nx = (size_t)GEMM_M * GEMM_K, nw = (size_t)GEMM_N * GEMM_K, ny = (size_t)GEMM_M * GEMM_N;
    if (b->x)
        return;
    b->x = hy_buffer(nx * sizeof(float));
    b->w = hy_buffer(nw * sizeof(float));
    b->y = hy_buffer(ny * sizeof(float));
    for (size_t i = 0; i < nx; i++)
        b->x[i] = (float)(i % 31) * 0.03f - 0.45f;
    for (size_t i = 0; i < nw; i++)
        b->w[i] = (float)(i % 29) * 0.03f - 0.42f;
    if (hy_precision_check(HY_BF16) != HY_OK)
        return;
    b->x_bf16 = hy_buffer(nx * sizeof(hy_bf16));
    b->y_bf16 = hy_buffer(ny * sizeof(hy_bf16));
    hy_bf16_round(b->x_bf16, b->x, GEMM_M, GEMM_K, GEMM_K);
}

/* Flops of a product, which is made: two shapes in turn, in f32 also by the library that backward passes call. */
static double product(const struct hy_bursts *b, bool bf16, int nth)
{
    const bool deep = nth % 2, library = !bf16 && nth % 4 > 1;
    const int m = deep ? DEEP_M : GEMM_M, n = deep ? DEEP_N : GEMM_N, k = deep ? DEEP_K : GEMM_K;
    union hy_args a = {.linear = {.x = {.v = bf16 ? b->x_bf16 : (void *)b->x, .ld = k},
                                  .w = {.v = b->w, .ld = k},
                                  .y = {.v = bf16 ? b->y_bf16 : (void *)b->y, .ld = n},
                                  .rows = m,
                                  .in = k,
                                  .out = n}};
    hy_op_store(HY_OP_LINEAR, &a, bf16);
    if (library)
        hy_gemm(false, true, m, n, k, b->x, k, b->w, k, 0, b->y, n);
    else
        hy_call(hy_backend(HY_WHERE_CPU, bf16 ? HY_BF16 : HY_F32), HY_OP_LINEAR, HY_FORWARD, &a);
    return 2.0 * m * n * k;
}

static double product_rate(struct hy_bursts *b, bool bf16, int nth)
{
    make_matrices(b);
    const uint64_t from = hy_now_ns();
    const double flops = product(b, bf16, nth);
    return flops / (double)(hy_now_ns() - from);
}

static double fma_rate(const struct hy_bursts *b, long rounds)
{
    double sum = 0;
    int team = 0;
    const uint64_t from = hy_now_ns();
#pragma omp parallel num_threads(hy_threads()) reduction(+ : sum, team)
    {
        sum += hy_fma_rounds(b->isa, rounds);
        team++;
    }
    const double ns = (double)(hy_now_ns() - from);
    hy_keep(&sum);
    return hy_fma_flops(b->isa) * (double)rounds * team / ns;
}

static double stream_rate(struct hy_bursts *b, enum hy_peak peak, long rounds, int nth)
{
    const int stream = (int)peak - HY_PEAK_STREAMS;
    const enum hy_level level = (enum hy_level)(stream / HY_TRAFFICS);
    if (!b->stream)
        b->stream = hy_buffer(b->slice[HY_MEMORY] * (size_t)hy_threads());
    const bool near = level == HY_LLC && nth % 2;
    return hy_stream_rate(b->isa, (enum hy_traffic)(stream % HY_TRAFFICS), b->stream, near ? b->near : b->slice[level],
                          near ? rounds * (long)(b->slice[level] / b->near) : rounds, level == HY_MEMORY && nth % 2);
}

static double rate_of(struct hy_bursts *b, enum hy_peak peak, long rounds, int nth)
{
    if (peak == HY_PEAK_SGEMM || peak == HY_PEAK_BF16)
        return product_rate(b, peak == HY_PEAK_BF16, nth);
    return peak == HY_PEAK_FMA ? fma_rate(b, rounds) : stream_rate(b, peak, rounds, nth);
}

/* So many rounds that a burst is long enough even when nobody disturbs it; products are. */
static long rounds_for(struct hy_bursts *b, enum hy_peak peak)
{
    long rounds = 1;
    double shortest = 0;
    (void)rate_of(b, peak, rounds, 0); /* makes its memory */
    while (peak != HY_PEAK_SGEMM && peak != HY_PEAK_BF16 && shortest < long_enough_ns) {
        shortest = INFINITY;
        for (int i = 0; i < 3; i++) {
            const uint64_t from = hy_now_ns();
            (void)rate_of(b, peak, rounds, 0);
            shortest = fmin(shortest, (double)(hy_now_ns() - from));
        }
        rounds *= shortest < long_enough_ns ? 2 : 1;
    }
    return rounds;
}

double hy_burst(struct hy_bursts *b, enum hy_peak peak, int nth)
{
    const bool cold = peak == HY_PEAK_FMA ? b->rounds[peak] == 0 : peak < HY_PEAK_STREAMS ? !b->x : !b->stream;
    if (b->rounds[peak] == 0)
        b->rounds[peak] = rounds_for(b, peak);
    if (cold || peak >= HY_PEAK_STREAMS) /* a slice of a cache was pushed out meanwhile */
        (void)rate_of(b, peak, 1, nth);
    return rate_of(b, peak, b->rounds[peak], nth);
}
