/* Norm of all gradients: a block sums the squares of HY_NORM_BLOCK of them in double, then
 * one block adds those sums. Who adds what depends on n alone. */
#include "kernels/cuda/row.cuh"

enum {
    THREADS = 1024,
    AT_ONCE = 4, /* loads under way in each thread */
};

__device__ __forceinline__ double squares(float4 v)
{
    return ((double)v.x * v.x + (double)v.y * v.y) + ((double)v.z * v.z + (double)v.w * v.w);
}

template <bool FOURS> __global__ void __launch_bounds__(THREADS) gradnorm_blocks(struct hy_gradnorm a)
{
    __shared__ double spare[THREADS / HY_WARP];
    const size_t start = (size_t)blockIdx.x * HY_NORM_BLOCK;
    const float *g = a.g + start;
    const int n = a.n - start < HY_NORM_BLOCK ? (int)(a.n - start) : (int)HY_NORM_BLOCK;
    const int whole = FOURS ? n / 4 : 0;
    double sum = 0;
    for (int i = threadIdx.x; i < whole; i += AT_ONCE * THREADS) {
        float4 v[AT_ONCE];
#pragma unroll
        for (int k = 0; k < AT_ONCE; k++)
            v[k] = i + k * THREADS < whole ? hy_load4(g + 4 * (i + k * THREADS)) : hy_four(0);
#pragma unroll
        for (int k = 0; k < AT_ONCE; k++)
            sum += squares(v[k]);
    }
    for (int i = 4 * whole + threadIdx.x; i < n; i += THREADS)
        sum += (double)g[i] * g[i];
    sum = hy_block_sum<THREADS>(sum, spare);
    if (threadIdx.x == 0)
        a.partial[blockIdx.x] = sum;
}

__global__ void __launch_bounds__(THREADS) gradnorm_total(struct hy_gradnorm a, int blocks)
{
    __shared__ double spare[THREADS / HY_WARP];
    double sum = 0;
    for (int i = threadIdx.x; i < blocks; i += THREADS)
        sum += a.partial[i];
    sum = hy_block_sum<THREADS>(sum, spare);
    if (threadIdx.x == 0)
        a.norm[0] = (float)sqrt(sum);
}

extern "C" void hy_gradnorm_fwd_f32_cuda(const union hy_args *args)
{
    const struct hy_gradnorm *a = &args->gradnorm;
    const int blocks = (int)((a->n + HY_NORM_BLOCK - 1) / HY_NORM_BLOCK);
    if (blocks > 0)
        hy_launch("gradnorm_blocks", hy_fours(a->g, 4) ? gradnorm_blocks<true> : gradnorm_blocks<false>, dim3(blocks),
                  dim3(THREADS), 0, *a);
    hy_launch("gradnorm_total", gradnorm_total, dim3(1), dim3(THREADS), 0, *a, blocks);
}
