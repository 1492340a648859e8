/* The second kernel of a sum over rows: a block takes 32 columns of one gradient, eight
 * rows of threads an eighth of the parts each, and adds the eighths in order. */
#include "kernels/cuda/row.cuh"

enum { EIGHTHS = 8 };

__global__ void __launch_bounds__(HY_WARP *EIGHTHS) give_sums(struct hy_give g)
{
    __shared__ float sums[EIGHTHS][HY_WARP];
    const struct hy_given &to = g.of[blockIdx.y];
    const int c = blockIdx.x * HY_WARP + threadIdx.x, eighth = threadIdx.y;
    const int first = g.parts * eighth / EIGHTHS, last = g.parts * (eighth + 1) / EIGHTHS;
    float sum = 0;
    if (c < g.n) {
#pragma unroll 8
        for (int part = first; part < last; part++)
            sum += to.sums[(size_t)part * g.stride + c];
    }
    sums[eighth][threadIdx.x] = sum;
    __syncthreads();
    if (eighth > 0 || c >= g.n || !to.d)
        return;
    sum = sums[0][threadIdx.x];
#pragma unroll
    for (int i = 1; i < EIGHTHS; i++)
        sum += sums[i][threadIdx.x];
    if (to.scale)
        sum *= to.scale[c];
    to.d[c] = to.add ? to.d[c] + sum : sum;
}

void hy_give_sums(const struct hy_give &give, int count)
{
    bool wanted = false;
    for (int i = 0; i < count; i++)
        wanted = wanted || give.of[i].d;
    if (wanted && give.n > 0)
        hy_launch("give_sums", give_sums, dim3(hy_ceil_div(give.n, HY_WARP), count), dim3(HY_WARP, EIGHTHS), 0, give);
}
