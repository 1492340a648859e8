#include "kernels/linear.h"

#include "kernels/base/status.h"
#include "kernels/base/threads.h"
#include "kernels/blas_core.h"
#include "kernels/dispatch.h"

#include <cblas.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>
#include <string.h>

/* The OpenMP build shares our thread pool; another one brings its own, and the
 * two then fight for the cores. Asked once. */
static void check_library(void)
{
    static bool asked;
    if (asked)
        return;
    asked = true;
    if (openblas_get_parallel() != 2)
        hy_warn_once("this OpenBLAS is not the OpenMP build, so training is slower than it should be; "
                     "install libopenblas0-openmp and start the program again");
}

const char *hy_gemm_library(void)
{
    static char name[128];
    if (!name[0]) {
        char version[32] = "of an unknown version";
        const dnnl_version_t *dnnl = dnnl_version();
        (void)sscanf(openblas_get_config(), "%*s %31s", version);
        (void)snprintf(name, sizeof name, "oneDNN %d.%d.%d, OpenBLAS %s (%s%s)", dnnl->major, dnnl->minor, dnnl->patch,
                       version, hy_blas_core()->name, hy_blas_core()->used ? "" : ", not used");
    }
    return name;
}

/* The sizes at which OpenBLAS is the faster one, up to twice; at nearly all others
 * oneDNN leads, by a tenth and more (NOTES.md). */
static bool wide_but_flat(bool ta, int m, int n)
{
    return hy_blas_core()->used && !ta && m >= 16 && m < 512 && n > 1024;
}

void hy_gemm(bool ta, bool tb, int m, int n, int k, const float *a, int lda, const float *b, int ldb, float beta,
             float *c, int ldc)
{
    check_library();
    if (m == 0 || n == 0)
        return;
    if (k == 0) {
        for (int r = 0; r < m && beta == 0; r++)
            memset(c + (size_t)r * (size_t)ldc, 0, (size_t)n * sizeof *c);
        if (beta == 0)
            return;
    }
    if (m == 1 && !ta && tb &&
        hy_blas_core()->used) { /* one token: reading b is the work, which sgemm would do twice to pack it */
        cblas_sgemv(CblasRowMajor, CblasNoTrans, n, k, 1.0f, b, ldb, a, 1, beta, c, 1);
        return;
    }
    if (wide_but_flat(ta, m, n)) {
        cblas_sgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, m, n, k, 1.0f, a,
                    lda, b, ldb, beta, c, ldc);
        return;
    }
    const int threads = hy_team_begin();
    dnnl_status_t status = dnnl_sgemm(ta ? 'T' : 'N', tb ? 'T' : 'N', m, n, k, 1.0f, a, lda, b, ldb, beta, c, ldc);
    hy_team_end(threads);
    HY_ASSERT(status == dnnl_success, "oneDNN refused a matrix product (out of memory?); try a smaller batch");
}

void hy_linear_fwd_f32_blas(const union hy_args *u)
{
    const struct hy_linear *a = &u->linear;
    hy_gemm(false, true, a->rows, a->out, a->in, a->x.v, a->x.ld, a->w.v, a->w.ld, 0.0f, a->y.v, a->y.ld);
}

void hy_linear_bwd_f32_blas(const union hy_args *u)
{
    const struct hy_linear *a = &u->linear;
    if (a->x.d)
        hy_gemm(false, false, a->rows, a->in, a->out, a->y.d, a->y.ld, a->w.v, a->w.ld, a->x.add ? 1.0f : 0.0f, a->x.d,
                a->x.ld);
    if (a->w.d)
        hy_gemm(true, false, a->out, a->in, a->rows, a->y.d, a->y.ld, a->x.v, a->x.ld, a->w.add ? 1.0f : 0.0f, a->w.d,
                a->w.ld);
}
