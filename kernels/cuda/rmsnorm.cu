/* RMS norm. One warp a row while a row is read once from memory and once from cache;
 * the weight's gradient is summed over rows by HY_CUDA_PARTS blocks, then over those. */
#include "kernels/cuda/cuda.cuh"

enum { THREADS = 128 };

__global__ void rmsnorm_fwd(struct hy_rmsnorm a)
{
    const int lane = threadIdx.x % HY_WARP, row = blockIdx.x * (THREADS / HY_WARP) + threadIdx.x / HY_WARP;
    if (row >= a.rows) /* whole warps leave */
        return;
    const float *x = a.x.v + (size_t)row * a.x.ld;
    float *y = a.y.v + (size_t)row * a.y.ld;
    float sum = 0;
    for (int c = lane; c < a.D; c += HY_WARP)
        sum += x[c] * x[c];
    const float rstd = 1.0f / sqrtf(hy_warp_sum(sum) / a.D + a.eps);
    for (int c = lane; c < a.D; c += HY_WARP)
        y[c] = x[c] * rstd * a.w.v[c];
    if (lane == 0)
        a.rstd[row] = rstd;
}

extern "C" void hy_rmsnorm_fwd_f32_cuda(const union hy_args *args)
{
    const struct hy_rmsnorm *a = &args->rmsnorm;
    if (a->rows == 0)
        return;
    hy_launch("rmsnorm_fwd", rmsnorm_fwd, dim3(hy_ceil_div(a->rows, THREADS / HY_WARP)), dim3(THREADS), 0, *a);
}
