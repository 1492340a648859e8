/* The peaks of the GPU that is open: times by its own clock, of random numbers, stored as they are multiplied. */
#include <math.h>

#include "bench/harness/peaks.h"
#include "bench/harness/random_fill.h"
#include "kernels/device.h"

enum { LEAST_SIDE = 128, MOST_SIDE = 4096, MOST_ROUNDS = 4096, BURSTS = 5 };
static const double long_enough_ns = 1e6, burst_ns = 5e6;

typedef void work_fn(void *ctx, int rounds);

/* ns of one of `rounds` calls in a row; NaN when the device failed. All but the first are queued while the device is at
 * work; what it waits for that one is a thousandth of a burst. */
static double ns_of(work_fn *work, void *ctx, int rounds)
{
    double ns;
    hy_cuda_mark(HY_MARK_FROM);
    work(ctx, rounds);
    hy_cuda_mark(HY_MARK_TO);
    return hy_cuda_marked_ns(&ns) == HY_OK ? ns / rounds : NAN;
}

/* The best of several bursts, each some milliseconds. The first call brings its kernel to the device. */
static double best_ns(work_fn *work, void *ctx)
{
    int rounds = 1;
    double best = NAN;
    (void)ns_of(work, ctx, 1);
    double one = ns_of(work, ctx, 1);
    while (rounds < MOST_ROUNDS && one * rounds < burst_ns) {
        rounds *= 2;
        one = ns_of(work, ctx, rounds);
    }
    for (int burst = 0; burst < BURSTS && one == one; burst++)
        best = fmin(best, ns_of(work, ctx, rounds));
    return best;
}

/* ---- products ------------------------------------------------------------------------ */

struct square {
    enum hy_precision precision;
    hy_address memory; /* of the three matrices */
    int side;
};

static size_t elements(int side)
{
    return (size_t)side * (size_t)side;
}

static void product(void *ctx, int rounds)
{
    const struct square *s = ctx;
    const size_t bytes = elements(s->side) * sizeof(float); /* in bf16 it leaves half of them unused */
    for (int i = 0; i < rounds; i++)
        hy_cuda_product(s->precision, s->side, s->side, s->side, s->memory, s->memory + bytes, s->memory + 2 * bytes);
}

static void fill(const struct square *s)
{
    const struct hy_backend backend = hy_backend(HY_WHERE_CUDA, s->precision);
    const bool bf16 = s->precision == HY_BF16;
    hy_random_fill(backend, s->memory, "a", elements(s->side), bf16);
    hy_random_fill(backend, s->memory + elements(s->side) * sizeof(float), "b", elements(s->side), bf16);
}

/* GFLOP/s of square matrices, as large as it takes for one product to be long enough. */
static double product_rate(enum hy_precision precision, hy_address memory)
{
    struct square s = {precision, memory, LEAST_SIDE};
    fill(&s);
    (void)ns_of(product, &s, 1); /* a library chooses its kernel */
    while (s.side < MOST_SIDE && ns_of(product, &s, 2) < long_enough_ns) {
        s.side *= 2;
        fill(&s);
        (void)ns_of(product, &s, 1);
    }
    return 2.0 * s.side * s.side * s.side / best_ns(product, &s);
}

/* ---- multiply-adds --------------------------------------------------------------------- */

struct fma {
    hy_address memory;
    double flops; /* of a round */
};

static void fma_rounds(void *ctx, int rounds)
{
    struct fma *f = ctx;
    f->flops = hy_cuda_fma(f->memory, rounds) / rounds;
}

static double fma_rate(hy_address memory)
{
    struct fma f = {memory, 0};
    const double ns = best_ns(fma_rounds, &f);
    return f.flops / ns;
}

/* ---- memory ---------------------------------------------------------------------------- */

struct stream {
    enum hy_touch touch;
    hy_address memory;
    size_t bytes;
};

static void stream(void *ctx, int rounds)
{
    const struct stream *s = ctx;
    hy_cuda_touch(s->touch, s->memory, s->bytes, rounds);
}

/* GB/s of a footprint: every byte of it once a round. */
static double stream_rate(enum hy_traffic traffic, hy_address memory, size_t bytes)
{
    static const enum hy_touch touches[HY_TRAFFICS] = {
        [HY_READING] = HY_TOUCH_READ, [HY_WRITING] = HY_TOUCH_WRITE, [HY_COPYING] = HY_TOUCH_COPY};
    struct stream s = {touches[traffic], memory, bytes};
    return (double)bytes / best_ns(stream, &s);
}

/* In the L2 cache, whose parts lie nearer to some multiprocessors than to others, the best of two footprints: a quarter
 * of it and half; and in memory, of four times as many bytes as the cache has. */
static void stream_rates(struct hy_peaks *p, hy_address memory, size_t l2, size_t beyond)
{
    for (int t = 0; t < HY_TRAFFICS; t++) {
        const enum hy_traffic traffic = (enum hy_traffic)t;
        p->rate[hy_peak_stream(HY_LLC, traffic)] =
            fmax(stream_rate(traffic, memory, l2 / 4), stream_rate(traffic, memory, l2 / 2));
        p->rate[hy_peak_stream(HY_MEMORY, traffic)] = stream_rate(traffic, memory, beyond);
    }
}

hy_status hy_peaks_of_device(struct hy_backend backend, struct hy_peaks *p)
{
    const size_t grain = 4096, least = (size_t)16 << 20, matrices = 3 * elements(MOST_SIDE) * sizeof(float);
    const size_t l2 = hy_cuda_about().l2_bytes / grain * grain, beyond = 4 * l2 > least ? 4 * l2 : least;
    const size_t bytes = beyond > matrices ? beyond : matrices;
    hy_address memory;
    *p = (struct hy_peaks){0};
    hy_status status = hy_memory_open(backend, bytes, &memory);
    if (status != HY_OK)
        return hy_fail_in(status, "measuring the GPU's peaks");
    p->rate[HY_PEAK_SGEMM] = product_rate(HY_F32, memory);
    if (hy_cuda_about().sm >= 80) { /* before, there are no such products */
        p->rate[HY_PEAK_TF32] = product_rate(HY_TF32, memory);
        p->rate[HY_PEAK_BF16] = product_rate(HY_BF16, memory);
    }
    p->rate[HY_PEAK_FMA] = fmax(fma_rate(memory), p->rate[HY_PEAK_SGEMM]); /* products are multiply-adds, too */
    hy_random_fill(backend, memory, "stream", beyond / sizeof(float), false);
    stream_rates(p, memory, l2, beyond);
    p->holds[HY_LLC] = (double)l2;
    status = hy_backend_wait(backend);
    hy_memory_close(backend, memory);
    return status;
}
