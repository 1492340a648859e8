/* The one entry point for matrix products on a device. lt/gemm.cu puts cuBLASLt behind it; on the host rig
 * kernels/cuda/plain/gemm.cu does, a plain kernel that rounds as the device would. */
#ifndef HY_KERNELS_CUDA_GEMM_CUH
#define HY_KERNELS_CUDA_GEMM_CUH

#include "kernels/cuda/cuda.cuh"

extern "C" {
#include "kernels/dispatch.h"
}

/* A row-major matrix, rows `ld` elements apart; its elements hy_bf16 where `bf16`, else f32. Device address. */
struct hy_matrix {
    void *at;
    int ld;
    bool bf16;
};

/* Queues c = a' b' + beta * c: shapes as hy_gemm() of kernels/linear.h, sums in f32. a and b are both f32,
 * rounded to `precision`, and then so is c; or both bf16, and c either. beta is 0 (c is not read) or 1. */
void hy_cuda_gemm(enum hy_precision precision, bool ta, bool tb, int m, int n, int k, struct hy_matrix a,
                  struct hy_matrix b, float beta, struct hy_matrix c);

/* Takes the library's handle and workspace, so that nothing is allocated later; once per device. */
hy_status hy_cuda_gemm_open(void);
void hy_cuda_gemm_close(void);

#endif
