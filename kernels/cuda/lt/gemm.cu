/* cuBLASLt behind gemm.cuh. The library's own heuristic chooses an algorithm the
 * first time a product of some shape is asked for; the choice is kept, so that the same
 * shape always runs the same kernel and a recorded step asks nothing.
 *
 * cuBLASLt is column-major: a row-major product c = a' b' is its c^T = b'^T a'^T, so that
 * b comes first, and what is "transposed" there is what is not here. */
#include "kernels/cuda/gemm.cuh"

#include "kernels/cuda/lt/library.cuh"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
} lt;

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

static cublasStatus_t choose(struct plan *p)
{
    const struct shape *s = &p->shape;
    const uint32_t alignment = (uint32_t)s->alignment;
    const size_t workspace = WORKSPACE_BYTES;
    cublasLtMatmulPreference_t wish = NULL;
    cublasLtMatmulHeuristicResult_t best;
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
    status = lt.call.MatmulAlgoGetHeuristic(lt.handle, p->product, p->b, p->a, p->c, p->c, wish, 1, &best, &found);
    (void)lt.call.MatmulPreferenceDestroy(wish);
    if (status == CUBLAS_STATUS_SUCCESS && found == 0)
        status = CUBLAS_STATUS_NOT_SUPPORTED;
    if (status == CUBLAS_STATUS_SUCCESS)
        p->algorithm = best.algo;
    return status;
}

static cublasStatus_t describe(struct plan *p)
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
    return status == CUBLAS_STATUS_SUCCESS ? choose(p) : status;
}

/* The plan for a shape; NULL, and noted, where the library has none. */
static const struct plan *plan_for(const struct shape *s)
{
    for (int i = 0; i < lt.n_plans; i++)
        if (memcmp(&lt.plans[i].shape, s, sizeof *s) == 0)
            return &lt.plans[i];
    HY_ASSERT(lt.n_plans < MAX_PLANS, "programs have fewer different products than that");
    struct plan *p = &lt.plans[lt.n_plans];
    memset(p, 0, sizeof *p);
    p->shape = *s;
    cublasStatus_t status = describe(p);
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
    const float one = 1.0f;
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
    const struct plan *p = plan_for(&s);
    if (!p)
        return;
    cublasStatus_t status = lt.call.Matmul(lt.handle, p->product, &one, b.at, p->b, a.at, p->a, &beta, c.at, p->c, c.at,
                                           p->c, &p->algorithm, lt.workspace, WORKSPACE_BYTES, hy_cuda_stream());
    if (status != CUBLAS_STATUS_SUCCESS)
        hy_cuda_note(cudaErrorUnknown, "a matrix product");
}
