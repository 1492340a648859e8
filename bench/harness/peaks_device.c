/* The peaks of the GPU that is open. */
#include <math.h>

#include "bench/harness/peaks.h"
#include "kernels/base/clock.h"
#include "kernels/device.h"

enum { LEAST_SIDE = 128, MOST_SIDE = 4096, MOST_ROUNDS = 32, BURSTS = 3 };
static const double long_enough = 1e-3; /* seconds of one call: launching and waiting are then a percent */

typedef void work_fn(struct hy_backend backend, void *ctx);

/* Seconds of one of `rounds` calls in a row; NaN when the device failed. */
static double seconds_of(struct hy_backend backend, work_fn *work, void *ctx, int rounds)
{
    if (hy_backend_wait(backend) != HY_OK)
        return NAN;
    uint64_t start = hy_now_ns();
    for (int i = 0; i < rounds; i++)
        work(backend, ctx);
    return hy_backend_wait(backend) == HY_OK ? hy_seconds_since(start) / rounds : NAN;
}

/* The best of several bursts of some 20 calls' worth of `long_enough`, behind one that warms up. */
static double best_seconds(struct hy_backend backend, work_fn *work, void *ctx)
{
    double one = seconds_of(backend, work, ctx, 1), best = NAN;
    int rounds = (int)fmax(1, fmin(MOST_ROUNDS, 20 * long_enough / one));
    for (int burst = 0; burst < BURSTS && one == one; burst++)
        best = fmin(best, seconds_of(backend, work, ctx, rounds));
    return best;
}

static void product(struct hy_backend backend, void *ctx)
{
    hy_kernel_on(backend, HY_OP_LINEAR, HY_FORWARD)->run(ctx);
}

static size_t matrix_bytes(int side)
{
    return (size_t)side * (size_t)side * sizeof(float);
}

/* A product stored as the backend's programs store it; in bf16 it leaves some of the memory unused. */
static union hy_args square(struct hy_backend backend, hy_address memory, int side)
{
    const hy_address w = memory + matrix_bytes(side), y = w + matrix_bytes(side);
    union hy_args a = {.linear = {.x = {.v = (const float *)memory, .ld = side},
                                  .w = {.v = (const float *)w, .ld = side},
                                  .y = {.v = (float *)y, .ld = side},
                                  .rows = side,
                                  .in = side,
                                  .out = side}};
    hy_op_store(HY_OP_LINEAR, &a, hy_backend_stored(backend) == HY_BF16);
    return a;
}

/* GFLOP/s of square matrices, as large as it takes for one product to be long enough. */
static double product_rate(struct hy_backend backend, hy_address memory)
{
    int side = LEAST_SIDE;
    union hy_args a = square(backend, memory, side);
    while (side < MOST_SIDE && seconds_of(backend, product, &a, 2) < long_enough) {
        side *= 2;
        a = square(backend, memory, side);
    }
    return 2.0 * side * side * side / best_seconds(backend, product, &a) * 1e-9;
}

struct copying {
    hy_address from, to;
    size_t bytes;
};

static void copying(struct hy_backend backend, void *ctx)
{
    const struct copying *c = ctx;
    hy_memory_copy(backend, c->to, c->from, c->bytes);
}

static double copy_rate(hy_address memory, size_t bytes)
{
    struct copying c = {memory, memory + bytes, bytes};
    return 2.0 * (double)bytes / best_seconds(hy_backend(HY_WHERE_CUDA, HY_F32), copying, &c) * 1e-9;
}

hy_status hy_peaks_of_device(struct hy_backend backend, struct hy_peaks *p)
{
    const size_t l2 = hy_cuda_about().l2_bytes, matrices = 3 * matrix_bytes(MOST_SIDE);
    const union hy_args largest = square(hy_backend(HY_WHERE_CUDA, HY_BF16), 0, MOST_SIDE);
    const size_t scratch = hy_cuda_scratch_bytes(HY_OP_LINEAR, &largest, HY_FORWARD);
    const size_t bytes = 8 * l2 > matrices + scratch ? 8 * l2 : matrices + scratch;
    hy_address memory;
    *p = (struct hy_peaks){0};
    hy_status status = hy_memory_open(backend, bytes, &memory);
    if (status != HY_OK)
        return hy_fail_in(status, "measuring the GPU's peaks");
    hy_memory_fill(backend, memory, 0, bytes);
    hy_cuda_scratch_lend(memory + matrices, scratch);
    p->rate[HY_PEAK_SGEMM] = product_rate(hy_backend(HY_WHERE_CUDA, HY_F32), memory);
    if (hy_cuda_about().sm >= 80) { /* before, there are no such products */
        p->rate[HY_PEAK_TF32] = product_rate(hy_backend(HY_WHERE_CUDA, HY_TF32), memory);
        p->rate[HY_PEAK_BF16] = product_rate(hy_backend(HY_WHERE_CUDA, HY_BF16), memory);
    }
    p->rate[HY_PEAK_FMA] = p->rate[HY_PEAK_SGEMM];
    p->rate[hy_peak_stream(HY_MEMORY, HY_COPYING)] = copy_rate(memory, 4 * l2);
    p->rate[hy_peak_stream(HY_LLC, HY_COPYING)] = copy_rate(memory, l2 / 4);
    p->holds[HY_LLC] = (double)l2;
    status = hy_backend_wait(backend);
    hy_cuda_scratch_lend(0, 0);
    hy_memory_close(backend, memory);
    return status;
}
