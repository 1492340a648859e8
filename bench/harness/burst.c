#include "bench/harness/burst.h"

#include <stdlib.h>
#include <string.h>

#include "bench/harness/env.h"
#include "bench/harness/memory.h"
#include "kernels/base/clock.h"
#include "kernels/base/rng.h"
#include "kernels/base/threads.h"
#include "kernels/bf16.h"

enum { GEMM_M = 4096, GEMM_N = 1536, GEMM_K = 384, FEW_ROWS = 16 };
static const double SLOW_SECONDS = 0.1; /* of a product */

/* n random numbers; in bf16 the upper halves of what they are in f32. */
static void fill_random(struct hy_backend backend, hy_address to, const char *name, size_t n, bool bf16)
{
    float *x = malloc(n * sizeof *x);
    HY_ASSERT(x, "out of memory for a matrix of a few MiB");
    struct hy_stream s = hy_stream_open(1, name);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(hy_stream_uniform(&s) - 0.5);
    for (size_t i = 0; bf16 && i < n; i++)
        memcpy((char *)x + i * sizeof(hy_bf16), (const char *)&x[i] + sizeof(hy_bf16), sizeof(hy_bf16));
    hy_memory_put(backend, to, x, n * (bf16 ? sizeof(hy_bf16) : sizeof *x));
    free(x);
}

static const struct hy_kernel *kernel_of(const struct hy_gemm_burst *g)
{
    return hy_on_device(g->backend) ? hy_kernel_on(g->backend, HY_OP_LINEAR, HY_FORWARD)
                                    : hy_kernel_of(HY_OP_LINEAR, HY_FORWARD);
}

/* All rows, or few on a device that is slow; the first call loads and chooses what libraries need. */
static void fit_to_device(struct hy_gemm_burst *g)
{
    double seconds = 0;
    hy_cuda_scratch_lend(g->scratch, g->scratch_bytes);
    g->product.linear.rows = FEW_ROWS;
    for (int i = 0; i < 2; i++) {
        const uint64_t start = hy_now_ns();
        kernel_of(g)->run(&g->product);
        (void)hy_backend_wait(g->backend);
        seconds = hy_seconds_since(start);
    }
    hy_cuda_scratch_lend(0, 0);
    if (seconds * GEMM_M / FEW_ROWS <= SLOW_SECONDS)
        g->product.linear.rows = GEMM_M;
    else
        g->at_once = 1;
}

hy_status hy_gemm_burst_init(struct hy_gemm_burst *g, struct hy_backend backend)
{
    const size_t na = (size_t)GEMM_M * GEMM_K, nb = (size_t)GEMM_N * GEMM_K, nc = (size_t)GEMM_M * GEMM_N;
    const size_t matrices = (na + nb + nc) * sizeof(float);
    const bool bf16 = hy_on_device(backend) && hy_backend_stored(backend) == HY_BF16;
    *g = (struct hy_gemm_burst){.backend = backend};
    g->product.linear = (struct hy_linear){.rows = GEMM_M, .in = GEMM_K, .out = GEMM_N};
    hy_op_store(HY_OP_LINEAR, &g->product, bf16);
    if (hy_on_device(backend))
        g->scratch_bytes = hy_cuda_scratch_bytes(HY_OP_LINEAR, &g->product, HY_FORWARD);
    hy_status status = hy_memory_open(backend, matrices + g->scratch_bytes, &g->memory);
    if (status != HY_OK)
        return status;
    g->scratch = g->memory + matrices;
    const hy_address y = g->memory, x = y + nc * sizeof(float), w = x + na * sizeof(float);
    fill_random(backend, x, "a", na, bf16);
    fill_random(backend, w, "b", nb, false);
    g->product.linear = (struct hy_linear){.x = {.v = (const float *)x, .ld = GEMM_K},
                                           .w = {.v = (const float *)w, .ld = GEMM_K},
                                           .y = {.v = (float *)y, .ld = GEMM_N},
                                           .rows = GEMM_M,
                                           .in = GEMM_K,
                                           .out = GEMM_N};
    hy_op_store(HY_OP_LINEAR, &g->product, bf16);
    g->at_once = hy_on_device(backend) ? 32 : 1; /* a device is not waited for after each */
    if (hy_on_device(backend))
        fit_to_device(g);
    return HY_OK;
}

void hy_gemm_burst_fini(struct hy_gemm_burst *g)
{
    hy_memory_close(g->backend, g->memory);
}

double hy_gemm_burst(const struct hy_gemm_burst *g, double seconds)
{
    const double flops = 2.0 * g->product.linear.rows * GEMM_N * GEMM_K;
    const bool device = hy_on_device(g->backend);
    const struct hy_kernel *kernel = kernel_of(g);
    if (device)
        hy_cuda_scratch_lend(g->scratch, g->scratch_bytes);
    uint64_t start = hy_now_ns();
    int calls = 0;
    do {
        for (int i = 0; i < g->at_once; i++)
            kernel->run(&g->product);
        calls += g->at_once;
    } while (hy_backend_wait(g->backend) == HY_OK && hy_seconds_since(start) < seconds);
    const double rate = calls * flops / (double)(hy_now_ns() - start);
    if (device)
        hy_cuda_scratch_lend(0, 0);
    return rate;
}

void hy_read_burst_init(struct hy_read_burst *r, size_t bytes)
{
    const size_t least = 4096;
    r->bytes = bytes > least ? bytes : least;
    r->buffer = hy_buffer(r->bytes);
}

const char *hy_read_burst_level(const struct hy_read_burst *r)
{
    struct hy_machine m;
    hy_machine_get(&m);
    return r->bytes <= m.l2_bytes * (size_t)hy_threads() ? "l2" : r->bytes <= m.llc_bytes ? "llc" : "memory";
}

void hy_read_burst_fini(struct hy_read_burst *r)
{
    free(r->buffer);
    *r = (struct hy_read_burst){0};
}

double hy_read_burst(const struct hy_read_burst *r, double seconds)
{
    const size_t at_once = (size_t)4 << 20; /* a small array is read several times before the team meets again */
    const int times = r->bytes < at_once ? (int)(at_once / r->bytes) : 1;
    uint64_t start = hy_now_ns(), sum = 0;
    int rounds = 0;
    do {
        sum += hy_read_all(r->buffer, r->bytes, times);
        rounds += times;
    } while (hy_seconds_since(start) < seconds);
    double ns = (double)(hy_now_ns() - start);
    hy_keep(&sum);
    return rounds * (double)r->bytes / ns;
}
