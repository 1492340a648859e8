/* cuBLASLt behind gemm.cuh. The library's own heuristic chooses an algorithm the
 * first time a product of some shape is asked for, or names eight that are timed (kernels/products.h); the choice is
 * kept, so that the same shape always runs the same kernel and a recorded step asks nothing.
 *
 * cuBLASLt is column-major: a row-major product c = a' b' is its c^T = b'^T a'^T, so that
 * b comes first, and what is "transposed" there is what is not here. */
#include "kernels/cuda/gemm.cuh"

#include "kernels/cuda/lt/library.cuh"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern "C" {
#include "kernels/base/file.h"
#include "kernels/device.h"
#include "kernels/products.h"
}

enum { WORKSPACE_BYTES = 32 << 20, MAX_PLANS = 1024 };

struct shape {
    enum hy_precision precision;
    bool ta, tb, adds, bf16, c_bf16; /* stored: a and b, c */
    int m, n, k, lda, ldb, ldc;
    int alignment; /* bytes on which all three matrices start: a choice may depend on it */
};

struct plan {
    struct shape shape;
    cublasLtMatmulDesc_t product;
    cublasLtMatrixLayout_t a, b, c; /* of our a, b, c */
    cublasLtMatmulAlgo_t algorithm;
};

static struct {
    struct hy_lt call;
    cublasLtHandle_t handle;
    void *workspace;
    struct plan *plans;
    int n_plans;
    char *kept, *key; /* where timed choices are; NULL: none are timed */
} lt;

/* Names what a choice depends on. */
static void open_kept(void)
{
    const struct hy_cuda_about about = hy_cuda_about();
    if (!hy_products_timed())
        return;
    lt.key = hy_format("%s driver %d runtime %d cublasLt %zu", about.name, about.driver, about.runtime,
                       lt.call.GetVersion());
    lt.kept = hy_products_path(lt.key);
}

hy_status hy_cuda_gemm_open(void)
{
    hy_status loaded = hy_lt_open(&lt.call);
    if (loaded != HY_OK)
        return loaded;
    cublasStatus_t status = lt.call.Create(&lt.handle);
    if (status != CUBLAS_STATUS_SUCCESS)
        return hy_fail(HY_RUN_FAILED, "cuBLASLt does not start (%s); use --device cpu",
                       lt.call.GetStatusString(status));
    lt.plans = (struct plan *)calloc(MAX_PLANS, sizeof *lt.plans);
    HY_ASSERT(lt.plans, "out of memory for the list of products");
    if (cudaMalloc(&lt.workspace, WORKSPACE_BYTES) != cudaSuccess) {
        (void)cudaGetLastError();
        hy_cuda_gemm_close();
        return hy_fail(HY_RUN_FAILED,
                       "the GPU has no %d MiB left for cuBLASLt's workspace; is another program using it?",
                       WORKSPACE_BYTES >> 20);
    }
    open_kept();
    return HY_OK;
}

void hy_cuda_gemm_close(void)
{
    for (int i = 0; i < lt.n_plans; i++) {
        (void)lt.call.MatmulDescDestroy(lt.plans[i].product);
        (void)lt.call.MatrixLayoutDestroy(lt.plans[i].a);
        (void)lt.call.MatrixLayoutDestroy(lt.plans[i].b);
        (void)lt.call.MatrixLayoutDestroy(lt.plans[i].c);
    }
    free(lt.plans);
    free(lt.kept);
    free(lt.key);
    if (lt.workspace)
        (void)cudaFree(lt.workspace);
    if (lt.handle)
        (void)lt.call.Destroy(lt.handle);
    memset(&lt, 0, sizeof lt);
}

static cublasComputeType_t compute_type(const struct shape *s)
{
    if (s->bf16)
        return CUBLAS_COMPUTE_32F;
    switch (s->precision) {
    case HY_TF32:
        return CUBLAS_COMPUTE_32F_FAST_TF32;
    case HY_BF16:
        return CUBLAS_COMPUTE_32F_FAST_16BF;
    default:
        return CUBLAS_COMPUTE_32F;
    }
}

/* The largest power of two up to 256 that divides an address. */
static int alignment_of(const void *p)
{
    int bytes = 256;
    while ((uintptr_t)p % (uintptr_t)bytes != 0)
        bytes /= 2;
    return bytes;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

static cublasStatus_t layout(cublasLtMatrixLayout_t *l, int rows, int cols, int ld, bool bf16)
{
    /* stored row-major (rows, cols): column-major (cols, rows) */
    return lt.call.MatrixLayoutCreate(l, bf16 ? CUDA_R_16BF : CUDA_R_32F, (uint64_t)cols, (uint64_t)rows, ld);
}

struct operands {
    const void *a, *b;
    void *c;
};

/* ---- timing the candidates ---------------------------------------------------------- */

enum { TIMED_RUNS = 4 };

struct timing {
    const struct plan *plan;
    const struct operands *operands;
    const cublasLtMatmulHeuristicResult_t *candidates;
    cudaEvent_t from, to;
};

static cublasStatus_t run(const struct plan *p, const cublasLtMatmulAlgo_t *algorithm, const struct operands *o)
{
    const float one = 1.0f, beta = p->shape.adds ? 1.0f : 0.0f;
    return lt.call.Matmul(lt.handle, p->product, &one, o->b, p->b, o->a, p->a, &beta, o->c, p->c, o->c, p->c, algorithm,
                          lt.workspace, WORKSPACE_BYTES, hy_cuda_stream());
}

/* Milliseconds of one run, the mean of a few behind one that is not timed; less than 0 where it does not run. */
static double time_one(void *of, int candidate)
{
    const struct timing *t = (const struct timing *)of;
    const cublasLtMatmulAlgo_t *algorithm = &t->candidates[candidate].algo;
    float ms = 0;
    bool good = t->candidates[candidate].state == CUBLAS_STATUS_SUCCESS;
    for (int i = 0; i <= TIMED_RUNS && good; i++) {
        if (i == 1)
            good = cudaEventRecord(t->from, hy_cuda_stream()) == cudaSuccess;
        good = good && run(t->plan, algorithm, t->operands) == CUBLAS_STATUS_SUCCESS;
    }
    good = good && cudaEventRecord(t->to, hy_cuda_stream()) == cudaSuccess &&
           cudaEventSynchronize(t->to) == cudaSuccess && cudaEventElapsedTime(&ms, t->from, t->to) == cudaSuccess;
    (void)cudaGetLastError();
    return good ? (double)ms / TIMED_RUNS : -1;
}

/* A shape as one word of the file. */
static char *name_of(const struct shape *s)
{
    return hy_format("%s-%s-%s%c%c-%dx%dx%d-%d,%d,%d-%d%s", hy_precision_name(s->precision), s->bf16 ? "bf16" : "f32",
                     s->c_bf16 ? "bf16" : "f32", s->ta ? 't' : 'n', s->tb ? 't' : 'n', s->m, s->n, s->k, s->lda, s->ldb,
                     s->ldc, s->alignment, s->adds ? "-adds" : "");
}

/* While a step is recorded nothing can be timed, and where there is no memory for a result neither: the library's
 * first then. */
static int timed(const struct plan *p, const struct operands *o, const cublasLtMatmulHeuristicResult_t *best, int found,
                 double *ms)
{
    const struct shape *s = &p->shape;
    const size_t bytes = ((size_t)(s->m - 1) * s->ldc + s->n) * (s->c_bf16 ? sizeof(hy_bf16) : sizeof(float));
    struct operands mine = *o;
    struct timing t = {p, &mine, best, NULL, NULL};
    cudaStreamCaptureStatus capture = cudaStreamCaptureStatusActive;
    int fastest = -1;
    if (cudaStreamIsCapturing(hy_cuda_stream(), &capture) != cudaSuccess || capture != cudaStreamCaptureStatusNone)
        return -1;
    mine.c = NULL; /* memory of its own: what is added to is not touched */
    if (cudaMalloc(&mine.c, bytes) == cudaSuccess &&
        cudaMemsetAsync(mine.c, 0, bytes, hy_cuda_stream()) == cudaSuccess && cudaEventCreate(&t.from) == cudaSuccess &&
        cudaEventCreate(&t.to) == cudaSuccess)
        fastest = hy_products_fastest(found, time_one, &t, ms);
    if (t.from)
        (void)cudaEventDestroy(t.from);
    if (t.to)
        (void)cudaEventDestroy(t.to);
    (void)cudaFree(mine.c);
    (void)cudaGetLastError();
    return fastest;
}

static cublasLtMatmulAlgo_t fastest(const struct plan *p, const struct operands *o,
                                    const cublasLtMatmulHeuristicResult_t *best, int found)
{
    static_assert(sizeof(cublasLtMatmulAlgo_t) == sizeof(struct hy_product_algorithm), "as the library describes it");
    struct hy_product_algorithm kept;
    char *name = name_of(&p->shape);
    int chosen = -1;
    double ms = 0;
    if (lt.kept && hy_products_find(lt.kept, lt.key, name, &kept))
        for (int i = 0; i < found && chosen < 0; i++) /* only what the library still proposes */
            if (memcmp(&best[i].algo, &kept, sizeof kept) == 0)
                chosen = i;
    if (chosen < 0) {
        chosen = timed(p, o, best, found, &ms);
        if (chosen >= 0 && lt.kept) {
            memcpy(&kept, &best[chosen].algo, sizeof kept);
            (void)hy_products_keep(lt.kept, lt.key, name, &kept, ms); /* else it is timed again next time */
        }
    }
    free(name);
    return best[chosen < 0 ? 0 : chosen].algo;
}

static cublasStatus_t choose(struct plan *p, const struct operands *o)
{
    const struct shape *s = &p->shape;
    const uint32_t alignment = (uint32_t)s->alignment;
    const size_t workspace = WORKSPACE_BYTES;
    cublasLtMatmulPreference_t wish = NULL;
    cublasLtMatmulHeuristicResult_t best[HY_PRODUCT_CANDIDATES];
    const int wanted = lt.key ? (int)HY_PRODUCT_CANDIDATES : 1;
    int found = 0;
    cublasStatus_t status = lt.call.MatmulPreferenceCreate(&wish);
    if (status != CUBLAS_STATUS_SUCCESS)
        return status;
    (void)lt.call.MatmulPreferenceSetAttribute(wish, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspace,
                                               sizeof workspace);
    /* sums in one order: no reduction that depends on which part is done first */
    const uint32_t reductions = CUBLASLT_REDUCTION_SCHEME_NONE | CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE;
    (void)lt.call.MatmulPreferenceSetAttribute(wish, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, &reductions,
                                               sizeof reductions);
    (void)lt.call.MatmulPreferenceSetAttribute(wish, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, &alignment,
                                               sizeof alignment);
    (void)lt.call.MatmulPreferenceSetAttribute(wish, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, &alignment,
                                               sizeof alignment);
    (void)lt.call.MatmulPreferenceSetAttribute(wish, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, &alignment,
                                               sizeof alignment);
    (void)lt.call.MatmulPreferenceSetAttribute(wish, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, &alignment,
                                               sizeof alignment);
    status = lt.call.MatmulAlgoGetHeuristic(lt.handle, p->product, p->b, p->a, p->c, p->c, wish, wanted, best, &found);
    (void)lt.call.MatmulPreferenceDestroy(wish);
    if (status == CUBLAS_STATUS_SUCCESS && found == 0)
        status = CUBLAS_STATUS_NOT_SUPPORTED;
    if (status == CUBLAS_STATUS_SUCCESS)
        p->algorithm = found > 1 ? fastest(p, o, best, found) : best[0].algo;
    return status;
}

static cublasStatus_t describe(struct plan *p, const struct operands *o)
{
    const struct shape *s = &p->shape;
    const cublasOperation_t of_a = s->ta ? CUBLAS_OP_T : CUBLAS_OP_N, of_b = s->tb ? CUBLAS_OP_T : CUBLAS_OP_N;
    cublasStatus_t status = lt.call.MatmulDescCreate(&p->product, compute_type(s), CUDA_R_32F);
    if (status == CUBLAS_STATUS_SUCCESS)
        status = lt.call.MatmulDescSetAttribute(p->product, CUBLASLT_MATMUL_DESC_TRANSA, &of_b, sizeof of_b);
    if (status == CUBLAS_STATUS_SUCCESS)
        status = lt.call.MatmulDescSetAttribute(p->product, CUBLASLT_MATMUL_DESC_TRANSB, &of_a, sizeof of_a);
    if (status == CUBLAS_STATUS_SUCCESS)
        status = layout(&p->a, s->ta ? s->k : s->m, s->ta ? s->m : s->k, s->lda, s->bf16);
    if (status == CUBLAS_STATUS_SUCCESS)
        status = layout(&p->b, s->tb ? s->n : s->k, s->tb ? s->k : s->n, s->ldb, s->bf16);
    if (status == CUBLAS_STATUS_SUCCESS)
        status = layout(&p->c, s->m, s->n, s->ldc, s->c_bf16);
    return status == CUBLAS_STATUS_SUCCESS ? choose(p, o) : status;
}

/* The plan for a shape; NULL, and noted, where the library has none. */
static const struct plan *plan_for(const struct shape *s, const struct operands *o)
{
    for (int i = 0; i < lt.n_plans; i++)
        if (memcmp(&lt.plans[i].shape, s, sizeof *s) == 0)
            return &lt.plans[i];
    HY_ASSERT(lt.n_plans < MAX_PLANS, "programs have fewer different products than that");
    struct plan *p = &lt.plans[lt.n_plans];
    memset(p, 0, sizeof *p);
    p->shape = *s;
    cublasStatus_t status = describe(p, o);
    if (status != CUBLAS_STATUS_SUCCESS) {
        char what[64];
        snprintf(what, sizeof what, "choosing a product (%s)", lt.call.GetStatusString(status));
        hy_cuda_note(cudaErrorNotSupported, what);
        return NULL;
    }
    lt.n_plans++;
    return p;
}

void hy_cuda_gemm(enum hy_precision precision, bool ta, bool tb, int m, int n, int k, struct hy_matrix a,
                  struct hy_matrix b, float beta, struct hy_matrix c)
{
    struct shape s;
    HY_ASSERT(a.bf16 == b.bf16 && (a.bf16 || !c.bf16), "what cuBLASLt multiplies");
    if (m == 0 || n == 0 || hy_cuda_counted("product"))
        return;
    memset(&s, 0, sizeof s); /* shapes are compared byte by byte */
    s.precision = precision;
    s.ta = ta;
    s.tb = tb;
    s.adds = beta != 0.0f;
    s.bf16 = a.bf16;
    s.c_bf16 = c.bf16;
    s.m = m;
    s.n = n;
    s.k = k;
    s.lda = a.ld;
    s.ldb = b.ld;
    s.ldc = c.ld;
    s.alignment = least(alignment_of(a.at), least(alignment_of(b.at), alignment_of(c.at)));
    const struct operands o = {a.at, b.at, c.at};
    const struct plan *p = plan_for(&s, &o);
    if (!p)
        return;
    const cublasStatus_t status = run(p, &p->algorithm, &o);
    if (status != CUBLAS_STATUS_SUCCESS)
        hy_cuda_note(cudaErrorUnknown, "a matrix product");
}
