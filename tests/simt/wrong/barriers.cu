/* Mistakes about who waits for whom. */
#include "tests/simt/wrong/row.cuh"

__global__ void right(struct hy_rmsnorm a)
{
    __shared__ float spare[ROW_THREADS / HY_WARP];
    const float *x = a.x.v + (size_t)blockIdx.x * a.x.ld;
    row_finish(a, x, hy_block_sum<ROW_THREADS>(row_squares(a, x), spare));
}

extern "C" void simt_right(const union hy_args *args)
{
    row_launch("right", right, args, 0);
}

__global__ void missing_barrier(struct hy_rmsnorm a)
{
    __shared__ float spare[ROW_THREADS / HY_WARP];
    const float *x = a.x.v + (size_t)blockIdx.x * a.x.ld;
    const float mine = hy_warp_sum(row_squares(a, x));
    if (threadIdx.x % HY_WARP == 0)
        spare[threadIdx.x / HY_WARP] = mine;
    /* here all should wait */
    float sum = 0;
    for (int w = 0; w < ROW_THREADS / HY_WARP; w++)
        sum += spare[w];
    row_finish(a, x, sum);
}

extern "C" void simt_missing_barrier(const union hy_args *args)
{
    row_launch("missing_barrier", missing_barrier, args, 0);
}

__global__ void barrier_in_a_branch(struct hy_rmsnorm a)
{
    __shared__ float part[ROW_THREADS];
    const float *x = a.x.v + (size_t)blockIdx.x * a.x.ld;
    part[threadIdx.x] = row_squares(a, x);
    if ((int)threadIdx.x < a.D)
        __syncthreads();
    float sum = 0;
    for (int i = 0; i < ROW_THREADS; i++)
        sum += part[i];
    row_finish(a, x, sum);
}

extern "C" void simt_barrier_in_a_branch(const union hy_args *args)
{
    row_launch("barrier_in_a_branch", barrier_in_a_branch, args, 0);
}

__global__ void left_before_a_barrier(struct hy_rmsnorm a)
{
    __shared__ float part[ROW_THREADS];
    const float *x = a.x.v + (size_t)blockIdx.x * a.x.ld;
    part[threadIdx.x] = row_squares(a, x);
    if ((int)threadIdx.x >= a.D)
        return;
    __syncthreads();
    float sum = 0;
    for (int i = 0; i < ROW_THREADS; i++)
        sum += part[i];
    row_finish(a, x, sum);
}

extern "C" void simt_left_before_a_barrier(const union hy_args *args)
{
    row_launch("left_before_a_barrier", left_before_a_barrier, args, 0);
}

__global__ void shuffle_in_a_branch(struct hy_rmsnorm a)
{
    __shared__ float spare[ROW_THREADS / HY_WARP];
    const float *x = a.x.v + (size_t)blockIdx.x * a.x.ld;
    float sum = 0;
    for (int c = (int)threadIdx.x; c < a.D; c += ROW_THREADS)
        sum += hy_warp_sum(x[c] * x[c]); /* some lanes have a column less */
    row_finish(a, x, hy_block_sum<ROW_THREADS>(sum, spare) / HY_WARP);
}

extern "C" void simt_shuffle_in_a_branch(const union hy_args *args)
{
    row_launch("shuffle_in_a_branch", shuffle_in_a_branch, args, 0);
}
