/* Products of bfloat16 matrices with f32 sums, by oneDNN: what stands behind the
 * bf16 side of linear.h (linear_bf16.c). */
#ifndef HY_KERNELS_MATMUL_H
#define HY_KERNELS_MATMUL_H

#include "kernels/bf16.h"

/* A factor of a product: row-major, rows of ld elements; `transposed`: the product takes its transpose. */
struct hy_factor {
    const hy_bf16 *at;
    int ld;
    bool transposed;
};

/* Where a product goes: f32, or bf16 (hy_bf16 elements, the sums rounded once); `add`: on top of what is there. */
struct hy_product {
    void *at;
    int ld;
    bool bf16, add;
};

/* c = a' b', or c += a' b', with a' (m, k), b' (k, n), c (m, n).
 *
 * m, n, k > 0. Runs on hy_threads() threads of the one pool; the same sizes and
 * threads give the same bits. What the library prepares for a set of sizes is kept
 * for the next call: after the first step of a program nothing is prepared any more.
 * Called from one thread at a time. 2*m*n*k flops. */
void hy_matmul_bf16(int m, int n, int k, struct hy_factor a, struct hy_factor b, struct hy_product c);

/* Version of oneDNN, "2.6.3". Static memory. */
const char *hy_matmul_library(void);

/* The instructions that oneDNN uses here, the machine's own or what ONEDNN_MAX_CPU_ISA leaves: "avx512_core_amx". */
const char *hy_matmul_isa(void);

#endif
