#include "bench/harness/burst.h"

#include <stdlib.h>

#include "bench/harness/env.h"
#include "bench/harness/memory.h"
#include "bench/harness/random_fill.h"
#include "kernels/base/clock.h"
#include "kernels/base/threads.h"

enum { GEMM_M = 4096, GEMM_N = 1536, GEMM_K = 384, FEW_ROWS = 16 };
static const double SLOW_SECONDS = 0.1; /* of a product */

/* On the CPU by the row that its programs run. */
static void product(const struct hy_gemm_burst *g)
{
    const union hy_args a = {.linear = {.x = {.v = (const float *)g->x, .ld = GEMM_K},
                                        .w = {.v = (const float *)g->w, .ld = GEMM_K},
                                        .y = {.v = (float *)g->y, .ld = GEMM_N},
                                        .rows = g->rows,
                                        .in = GEMM_K,
                                        .out = GEMM_N}};
    if (hy_on_device(g->backend))
        hy_cuda_product(g->backend.precision, g->rows, GEMM_N, GEMM_K, g->x, g->w, g->y);
    else
        hy_kernel_of(HY_OP_LINEAR, HY_FORWARD)->run(&a);
}

/* All rows, or few on a device that is slow; the first call loads and chooses what libraries need. */
static void fit_to_device(struct hy_gemm_burst *g)
{
    double seconds = 0;
    g->rows = FEW_ROWS;
    for (int i = 0; i < 2; i++) {
        const uint64_t start = hy_now_ns();
        product(g);
        (void)hy_backend_wait(g->backend);
        seconds = hy_seconds_since(start);
    }
    const bool slow = seconds * GEMM_M / FEW_ROWS > SLOW_SECONDS;
    g->rows = slow ? FEW_ROWS : GEMM_M;
    g->at_once = slow ? 1 : 32; /* a device is not waited for after each */
}

hy_status hy_gemm_burst_init(struct hy_gemm_burst *g, struct hy_backend backend)
{
    const size_t na = (size_t)GEMM_M * GEMM_K, nb = (size_t)GEMM_N * GEMM_K, nc = (size_t)GEMM_M * GEMM_N;
    const bool bf16 = hy_on_device(backend) && backend.precision == HY_BF16;
    *g = (struct hy_gemm_burst){.backend = backend, .rows = GEMM_M, .at_once = 1};
    hy_status status = hy_memory_open(backend, (na + nb + nc) * sizeof(float), &g->memory);
    if (status != HY_OK)
        return status;
    g->y = g->memory;
    g->x = g->y + nc * sizeof(float);
    g->w = g->x + na * sizeof(float);
    hy_random_fill(backend, g->x, "a", na, bf16);
    hy_random_fill(backend, g->w, "b", nb, bf16);
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
    const double flops = 2.0 * g->rows * GEMM_N * GEMM_K;
    uint64_t start = hy_now_ns();
    int calls = 0;
    do {
        for (int i = 0; i < g->at_once; i++)
            product(g);
        calls += g->at_once;
    } while (hy_backend_wait(g->backend) == HY_OK && hy_seconds_since(start) < seconds);
    return calls * flops / (double)(hy_now_ns() - start);
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
