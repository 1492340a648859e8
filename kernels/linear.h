/* The one entry point for matrix products: every dense matrix product of the program on the CPU
 * goes through here, whichever library is behind it (kernels/NOTES.md, "gemm"). */
#ifndef HY_KERNELS_LINEAR_H
#define HY_KERNELS_LINEAR_H

#include <stdbool.h>

/* c = a' b' + beta * c, all matrices row-major, f32.
 *
 *   a' (m, k): a with rows of lda elements; if ta, a is stored (k, m) and a' its transpose
 *   b' (k, n): likewise, stored (n, k) if tb
 *   c  (m, n): rows of ldc elements, apart from a and b; beta = 0 does not read it
 *
 * Any of m, n, k may be 0. Runs on hy_threads() threads; the same sizes and
 * threads give the same bits. 2*m*n*k flops. */
void hy_gemm(bool ta, bool tb, int m, int n, int k, const float *a, int lda, const float *b, int ldb, float beta,
             float *c, int ldc);

/* The libraries behind it: "oneDNN 2.6.3, OpenBLAS 0.3.21 (Cooperlake)". Static memory. */
const char *hy_gemm_library(void);

#endif
