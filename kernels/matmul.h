/* Products of bfloat16 matrices with f32 sums, by oneDNN: what stands behind the
 * front door's bf16 side (linear_bf16.c). */
#ifndef HY_MATMUL_H
#define HY_MATMUL_H

#include "kernels/bf16.h"

/* c = a' b', or c += a' b'; all row-major, a and b without gaps.
 *
 *   a' (m, k): a; if ta, a is stored (k, m) and a' its transpose
 *   b' (k, n): b; if tb, b is stored (n, k)
 *   c  (m, n): rows of ldc elements
 *
 * m, n, k > 0. Runs on hy_threads() threads of the one pool; the same sizes and
 * threads give the same bits. What the library prepares for a set of sizes is kept
 * for the next call: after the first step of a program nothing is prepared any more.
 * Called from one thread at a time. 2*m*n*k flops. */
void hy_matmul_bf16(bool ta, bool tb, int m, int n, int k, const hy_bf16 *a, const hy_bf16 *b, bool add, float *c,
                    int ldc);

/* Version of oneDNN, "2.6.3". Static memory. */
const char *hy_matmul_library(void);

#endif
