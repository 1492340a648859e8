/* Mistakes about copies under way. */
#include "tests/simt/wrong/row.cuh"

enum { ROW_WIDEST = 4096 };

/* The row comes through shared memory, each thread's columns by itself. */
__device__ __forceinline__ void begin(float *held, const struct hy_rmsnorm &a)
{
    const float *x = a.x.v + (size_t)blockIdx.x * a.x.ld;
    for (int c = (int)threadIdx.x; c < a.D; c += ROW_THREADS)
        simt::copy4_later(held + c, x + c);
    simt::copy_commit();
}

__global__ void copy_not_waited_for(struct hy_rmsnorm a)
{
    __shared__ float spare[ROW_THREADS / HY_WARP];
    float *held = hy_dynamic_shared<float>();
    begin(held, a);
    simt::copy_wait(1); /* of one group: waits for none */
    __syncthreads();
    const float sum = hy_block_sum<ROW_THREADS>(row_squares(a, held), spare);
    row_finish(a, held, sum);
    simt::copy_wait(0);
}

extern "C" void simt_copy_not_waited_for(const union hy_args *args)
{
    row_launch("copy_not_waited_for", copy_not_waited_for, args, ROW_WIDEST * sizeof(float));
}

__global__ void copy_without_a_barrier(struct hy_rmsnorm a)
{
    __shared__ float spare[ROW_THREADS / HY_WARP];
    float *held = hy_dynamic_shared<float>();
    begin(held, a);
    simt::copy_wait(0);
    /* here all should wait: the next line reads what others copied */
    float sum = 0;
    for (int c = ROW_THREADS - 1 - (int)threadIdx.x; c < a.D; c += ROW_THREADS)
        sum += held[c] * held[c];
    sum = hy_block_sum<ROW_THREADS>(sum, spare);
    row_finish(a, held, sum);
}

extern "C" void simt_copy_without_a_barrier(const union hy_args *args)
{
    row_launch("copy_without_a_barrier", copy_without_a_barrier, args, ROW_WIDEST * sizeof(float));
}
