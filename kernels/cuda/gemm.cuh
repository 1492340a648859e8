/* The one GEMM front door on a device. lt/gemm.cu puts cuBLASLt behind it; on the host rig
 * tests/simt/gemm.cu does, a plain kernel that rounds as the device would. */
#ifndef HY_CUDA_GEMM_CUH
#define HY_CUDA_GEMM_CUH

#include "kernels/cuda/cuda.cuh"

extern "C" {
#include "kernels/dispatch.h"
}

/* Queues c = a' b' + beta * c: shapes and leading dimensions as hy_gemm() of kernels/linear.h, operands
 * rounded to `precision`, sums in f32; device addresses. beta is 0 (c is not read) or 1. */
void hy_cuda_gemm(enum hy_precision precision, bool ta, bool tb, int m, int n, int k, const float *a, int lda,
                  const float *b, int ldb, float beta, float *c, int ldc);

/* Takes the library's handle and workspace, so that nothing is allocated later; once per device. */
hy_status hy_cuda_gemm_open(void);
void hy_cuda_gemm_close(void);

#endif
