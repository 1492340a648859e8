#include "bench/harness/peaks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness/build.h"
#include "bench/harness/env.h"
#include "bench/harness/memory.h"
#include "bench/harness/peaks_fma.h"
#include "kernels/base/clock.h"
#include "kernels/base/file.h"
#include "kernels/base/threads.h"
#include "kernels/bf16.h"
#include "kernels/linear.h"

/* Counts up when the way of measuring changes: older cache files are then left alone. */
enum { PEAKS_VERSION = 4 };

/* Calls burst(ctx) for about `seconds`, at least three times; the best time of one in seconds. */
static double best_burst(void (*burst)(void *ctx), void *ctx, double seconds)
{
    double best = 0;
    uint64_t start = hy_now_ns();
    for (int i = 0; i < 3 || hy_seconds_since(start) < seconds; i++) {
        uint64_t from = hy_now_ns();
        burst(ctx);
        double took = hy_seconds_since(from);
        if (i == 1 || (i > 1 && took < best)) /* the first call warms up */
            best = took;
    }
    return best;
}

enum { GEMM_M = 4096, GEMM_N = 1536, GEMM_K = 384 };
struct gemm {
    float *x, *w, *y;
};

static void gemm_burst(void *ctx)
{
    struct gemm *g = ctx;
    hy_gemm(false, true, GEMM_M, GEMM_N, GEMM_K, g->x, GEMM_K, g->w, GEMM_K, 0, g->y, GEMM_N);
}

static void bf16_burst(void *ctx)
{
    hy_call(hy_backend(HY_WHERE_CPU, HY_BF16), HY_OP_LINEAR, HY_FORWARD, ctx);
}

/* Seconds of the same product as a bf16 program stores it. */
static double best_bf16(const struct gemm *g, double seconds)
{
    void *x = hy_buffer((size_t)GEMM_M * GEMM_K * sizeof(hy_bf16));
    void *y = hy_buffer((size_t)GEMM_M * GEMM_N * sizeof(hy_bf16));
    union hy_args a = {.linear = {.x = {.v = x, .ld = GEMM_K},
                                  .w = {.v = g->w, .ld = GEMM_K},
                                  .y = {.v = y, .ld = GEMM_N},
                                  .rows = GEMM_M,
                                  .in = GEMM_K,
                                  .out = GEMM_N}};
    hy_op_store(HY_OP_LINEAR, &a, true);
    hy_bf16_round(x, g->x, GEMM_M, GEMM_K, GEMM_K);
    double best = best_burst(bf16_burst, &a, seconds);
    free(x);
    free(y);
    return best;
}

static void measure_gemm(struct hy_peaks *p, double seconds)
{
    const double flops = 2.0 * GEMM_M * GEMM_N * GEMM_K;
    size_t nx = (size_t)GEMM_M * GEMM_K, nw = (size_t)GEMM_N * GEMM_K;
    struct gemm g = {hy_buffer(nx * sizeof(float)), hy_buffer(nw * sizeof(float)),
                     hy_buffer((size_t)GEMM_M * GEMM_N * sizeof(float))};
    for (size_t i = 0; i < nx; i++)
        g.x[i] = (float)(i % 31) * 0.03f - 0.45f;
    for (size_t i = 0; i < nw; i++)
        g.w[i] = (float)(i % 29) * 0.03f - 0.42f;
    p->sgemm_gflops = flops / best_burst(gemm_burst, &g, seconds) * 1e-9;
    if (seconds > 0 && hy_precision_check(HY_BF16) == HY_OK)
        p->bf16_gflops = flops / best_bf16(&g, seconds) * 1e-9;
    free(g.x);
    free(g.w);
    free(g.y);
}

enum { FMA_ROUNDS = 2000000 };

static void fma_burst(void *ctx)
{
    enum hy_isa isa = *(const enum hy_isa *)ctx;
    double sum = 0;
#pragma omp parallel num_threads(hy_threads()) reduction(+ : sum)
    sum += hy_fma_rounds(isa, FMA_ROUNDS);
    hy_keep(&sum);
}

struct stream {
    void *a, *b;
    size_t bytes;
    int rounds;
};

static void copy_burst(void *ctx)
{
    struct stream *s = ctx;
    hy_copy_all(s->b, s->a, s->bytes);
}

static void read_burst(void *ctx)
{
    struct stream *s = ctx;
    uint64_t sum = hy_read_all(s->a, s->bytes, s->rounds);
    hy_keep(&sum);
}

/* Measures now: under 2 s. */
static void measure(struct hy_peaks *p)
{
    struct hy_machine m;
    hy_machine_get(&m);
    size_t llc = m.llc_bytes ? m.llc_bytes : (size_t)32 << 20;
    enum hy_isa isa = hy_isa();

    *p = (struct hy_peaks){0};
    measure_gemm(p, 0.3);
    double flops = hy_fma_flops(isa) * FMA_ROUNDS * hy_threads();
    p->fma_gflops = flops / best_burst(fma_burst, &isa, 0.1) * 1e-9;

    struct stream s = {.bytes = 2 * llc, .rounds = 1};
    s.a = hy_buffer(s.bytes);
    s.b = hy_buffer(s.bytes);
    p->copy_gbps = 2.0 * (double)s.bytes / best_burst(copy_burst, &s, 0.25) * 1e-9;
    p->read_gbps = (double)s.bytes / best_burst(read_burst, &s, 0.2) * 1e-9;
    s.bytes = llc / 2;
    s.rounds = 4;
    p->llc_gbps = (double)s.bytes * s.rounds / best_burst(read_burst, &s, 0.15) * 1e-9;
    free(s.a);
    free(s.b);
}

/* ---- cache --------------------------------------------------------------------- */
static char *cache_folder(void)
{
    const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (xdg && xdg[0] == '/')
        return hy_format("%s/hymbench", xdg);
    if (home && home[0] == '/')
        return hy_format("%s/.cache/hymbench", home);
    return NULL;
}

/* What the peaks belong to; any change gives another file. */
static char *key_text(void)
{
    struct hy_machine m;
    hy_machine_get(&m);
    return hy_format("v%d|%s|%d threads|%s|%s|%s|%s", PEAKS_VERSION, m.cpu, hy_threads(), hy_isa_name(hy_isa()),
                     hy_gemm_library(), hy_build_compiler(), hy_build_flags());
}

static bool load(struct hy_peaks *p, const char *path, const char *key)
{
    p->tf32_gflops = 0; /* CPUs have none */
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    const char *for_key = NULL;
    bool ok = root &&
              json_unpack(root, "{s:s, s:F, s:F, s:F, s:F, s:F, s:F}", "key", &for_key, "sgemm_gflops",
                          &p->sgemm_gflops, "bf16_gflops", &p->bf16_gflops, "fma_gflops", &p->fma_gflops, "copy_gbps",
                          &p->copy_gbps, "read_gbps", &p->read_gbps, "llc_gbps", &p->llc_gbps) == 0 &&
              strcmp(for_key, key) == 0 && p->sgemm_gflops > 0 && p->fma_gflops > 0 && p->copy_gbps > 0 &&
              p->read_gbps > 0 && p->llc_gbps > 0;
    json_decref(root);
    return ok;
}

json_t *hy_peaks_json(const struct hy_peaks *p)
{
    json_t *root = json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "sgemm_gflops", p->sgemm_gflops, "bf16_gflops",
                             p->bf16_gflops, "tf32_gflops", p->tf32_gflops, "fma_gflops", p->fma_gflops, "copy_gbps",
                             p->copy_gbps, "read_gbps", p->read_gbps, "llc_gbps", p->llc_gbps);
    HY_ASSERT(root, "peaks are finite numbers");
    return root;
}

static hy_status keep(const struct hy_peaks *p, const char *folder, const char *path, const char *key)
{
    hy_status status = hy_make_folders(folder);
    if (status)
        return status;
    json_t *root = hy_peaks_json(p);
    json_object_set_new(root, "key", json_string(key));
    status = hy_env_write(root, path);
    json_decref(root);
    return status;
}

/* Three products beat the peak by more than noise: it was measured while others had the machine. */
static bool outdone(const struct hy_peaks *p)
{
    struct hy_peaks now = {0};
    measure_gemm(&now, 0);
    return now.sgemm_gflops > 1.15 * p->sgemm_gflops;
}

/* A peak is the best ever seen. */
static void keep_best(struct hy_peaks *p, const struct hy_peaks *before)
{
    double *const to[] = {&p->sgemm_gflops, &p->bf16_gflops, &p->fma_gflops,
                          &p->copy_gbps,    &p->read_gbps,   &p->llc_gbps};
    const double from[] = {before->sgemm_gflops, before->bf16_gflops, before->fma_gflops,
                           before->copy_gbps,    before->read_gbps,   before->llc_gbps};
    for (size_t i = 0; i < sizeof from / sizeof *from; i++)
        if (from[i] > *to[i])
            *to[i] = from[i];
}

void hy_peaks_get(struct hy_peaks *p, bool refresh)
{
    char hex[65], *path = NULL, *key = key_text(), *folder = cache_folder();
    struct hy_peaks before = {0};
    hy_sha256_hex(key, strlen(key), hex);
    if (folder)
        path = hy_format("%s/peaks-%.16s.json", folder, hex);
    bool there = !refresh && path && load(&before, path, key);
    if (there && !outdone(&before)) {
        *p = before;
    } else {
        measure(p);
        if (there)
            keep_best(p, &before);
        if (path && keep(p, folder, path, key))
            hy_warn_once("the measured peaks are not kept: %s", hy_error());
    }
    free(path);
    free(folder);
    free(key);
}

/* ---- roofs ---------------------------------------------------------------------- */
const char *hy_bound_name(enum hy_bound b)
{
    static const char *const names[] = {"", "compute", "llc", "memory"};
    return names[b];
}

double hy_peak_of(const struct hy_peaks *p, enum hy_op_id op, enum hy_precision precision)
{
    const double products = precision == HY_BF16   ? p->bf16_gflops
                            : precision == HY_TF32 ? p->tf32_gflops
                                                   : p->sgemm_gflops;
    /* attention multiplies with what products of its precision do; a CPU's decoding has no such kernels */
    const unsigned traits = hy_ops[op].traits;
    bool multiplies = traits & HY_TRAIT_PRODUCTS && (!(traits & HY_TRAIT_CONTINUES) || p->tf32_gflops > 0);
    return traits & HY_TRAIT_GEMM || (multiplies && precision != HY_F32 && products > 0) ? products : p->fma_gflops;
}

double hy_roof_ns(const struct hy_peaks *p, double flops, double bytes, double peak_gflops, bool in_cache,
                  enum hy_bound *bound)
{
    double compute = flops / peak_gflops; /* flops per ns = GFLOP/s */
    double memory = bytes / (in_cache ? p->llc_gbps : p->read_gbps > p->copy_gbps ? p->read_gbps : p->copy_gbps);
    if (flops <= 0 && bytes <= 0) {
        *bound = HY_BOUND_NONE;
        return 0;
    }
    *bound = compute >= memory ? HY_BOUND_COMPUTE : in_cache ? HY_BOUND_LLC : HY_BOUND_MEMORY;
    return compute >= memory ? compute : memory;
}
