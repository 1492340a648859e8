/* The roofs of a GPU: measured on the one that is open, or as its maker states them. */
#include <math.h>
#include <string.h>

#include "bench/harness/peaks.h"
#include "bench/harness/timer.h"
#include "kernels/device.h"

enum { SIDE = 4096, ROUNDS = 8, BURSTS = 3 };

/* ROUNDS calls of `work` at a time; the best time of one call in seconds, NaN when the device failed. */
static double best_seconds(enum hy_backend backend, void (*work)(enum hy_backend backend, void *ctx), void *ctx)
{
    double best = NAN;
    for (int burst = 0; burst <= BURSTS; burst++) {
        if (hy_backend_wait(backend) != HY_OK)
            return NAN;
        uint64_t start = hy_now_ns();
        for (int i = 0; i < ROUNDS; i++)
            work(backend, ctx);
        if (hy_backend_wait(backend) != HY_OK)
            return NAN;
        double seconds = hy_seconds_since(start) / ROUNDS;
        if (burst > 0 && !(seconds > best)) /* the first one warms up */
            best = seconds;
    }
    return best;
}

static void product(enum hy_backend backend, void *ctx)
{
    hy_kernel_on(backend, HY_OP_LINEAR, HY_FORWARD)->run(ctx);
}

struct copying {
    hy_address from, to;
    size_t bytes;
};

static void copying(enum hy_backend backend, void *ctx)
{
    const struct copying *c = ctx;
    hy_memory_copy(backend, c->to, c->from, c->bytes);
}

/* Three matrices of SIDE x SIDE, or two halves to copy between. */
static void measure(struct hy_peaks *p, hy_address memory, size_t bytes)
{
    const size_t matrix = (size_t)SIDE * SIDE * sizeof(float);
    const double flops = 2.0 * SIDE * SIDE * SIDE;
    union hy_args a = {.linear = {.x = {.v = (const float *)memory, .ld = SIDE},
                                  .w = {.v = (const float *)(memory + matrix), .ld = SIDE},
                                  .y = {.v = (float *)(memory + 2 * matrix), .ld = SIDE},
                                  .rows = SIDE,
                                  .in = SIDE,
                                  .out = SIDE}};
    hy_memory_fill(HY_BACKEND_CUDA, memory, 0, bytes);
    p->sgemm_gflops = flops / best_seconds(HY_BACKEND_CUDA, product, &a) * 1e-9;
    p->tf32_gflops = flops / best_seconds(HY_BACKEND_CUDA_TF32, product, &a) * 1e-9;
    p->bf16_gflops = flops / best_seconds(HY_BACKEND_CUDA_BF16, product, &a) * 1e-9;
    p->fma_gflops = p->sgemm_gflops;
    struct copying c = {memory, memory + bytes / 2, bytes / 2};
    p->copy_gbps = 2.0 * (double)c.bytes / best_seconds(HY_BACKEND_CUDA, copying, &c) * 1e-9;
    p->read_gbps = p->copy_gbps;
    size_t inside = hy_cuda_about().l2_bytes / 4;
    c = (struct copying){memory, memory + inside, inside};
    p->llc_gbps = 2.0 * (double)inside / best_seconds(HY_BACKEND_CUDA, copying, &c) * 1e-9;
}

hy_status hy_peaks_of(enum hy_backend backend, struct hy_peaks *p)
{
    if (!hy_on_device(backend)) {
        hy_peaks_get(p, false);
        return HY_OK;
    }
    const size_t l2 = hy_cuda_about().l2_bytes, matrices = 3 * (size_t)SIDE * SIDE * sizeof(float);
    const size_t bytes = 8 * l2 > matrices ? 8 * l2 : matrices;
    hy_address memory;
    *p = (struct hy_peaks){0};
    hy_status status = hy_memory_open(backend, bytes, &memory);
    if (status != HY_OK)
        return hy_fail_in(status, "measuring the GPU's peaks");
    measure(p, memory, bytes);
    status = hy_backend_wait(backend);
    hy_memory_close(backend, memory);
    return status;
}

/* NVIDIA's data sheets of the SXM boards, dense: A100 80GB (2021), H100 (2022), H200 (2024). */
static const struct {
    const char *name;
    struct hy_peaks peaks;
} stated[] = {
    {"a100",
     {.sgemm_gflops = 19500,
      .bf16_gflops = 312000,
      .tf32_gflops = 156000,
      .fma_gflops = 19500,
      .copy_gbps = 2039,
      .read_gbps = 2039,
      .llc_gbps = 2039}},
    {"h100",
     {.sgemm_gflops = 67000,
      .bf16_gflops = 989400,
      .tf32_gflops = 494700,
      .fma_gflops = 67000,
      .copy_gbps = 3350,
      .read_gbps = 3350,
      .llc_gbps = 3350}},
    {"h200",
     {.sgemm_gflops = 67000,
      .bf16_gflops = 989400,
      .tf32_gflops = 494700,
      .fma_gflops = 67000,
      .copy_gbps = 4800,
      .read_gbps = 4800,
      .llc_gbps = 4800}},
};

bool hy_peaks_stated(const char *gpu, struct hy_peaks *p)
{
    for (size_t i = 0; i < sizeof stated / sizeof *stated; i++)
        if (strcmp(gpu, stated[i].name) == 0) {
            *p = stated[i].peaks;
            return true;
        }
    return false;
}

const char *hy_peaks_stated_names(void)
{
    return "a100, h100, h200";
}
