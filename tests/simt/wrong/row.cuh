/* What the right kernel and the wrong ones have in common. */
#ifndef HY_TESTS_SIMT_WRONG_ROW_CUH
#define HY_TESTS_SIMT_WRONG_ROW_CUH

#include "kernels/cuda/cuda.cuh"

extern "C" {
#include "tests/simt/wrong/wrong.h"
}

enum { ROW_THREADS = 64 };

/* This thread's share of the sum of squares of a row. */
__device__ __forceinline__ float row_squares(const struct hy_rmsnorm &a, const float *x)
{
    float sum = 0;
    for (int c = (int)threadIdx.x; c < a.D; c += ROW_THREADS)
        sum += x[c] * x[c];
    return sum;
}

__device__ __forceinline__ void row_finish(const struct hy_rmsnorm &a, const float *x, float sum)
{
    const float rstd = 1.0f / sqrtf(sum / (float)a.D + a.eps);
    for (int c = (int)threadIdx.x; c < a.D; c += ROW_THREADS)
        a.y.v[(size_t)blockIdx.x * a.y.ld + c] = x[c] * rstd * a.w.v[c];
    if (threadIdx.x == 0)
        a.rstd[blockIdx.x] = rstd;
}

template <class Kernel> void row_launch(const char *name, Kernel kernel, const union hy_args *args, size_t shared_bytes)
{
    if (args->rmsnorm.rows > 0)
        hy_launch(name, kernel, dim3(args->rmsnorm.rows), dim3(ROW_THREADS), shared_bytes, args->rmsnorm);
}

#endif
