/* Mistakes about results stored in bf16. */
#include "tests/simt/wrong/row.cuh"

/* Row r of y begins at element r * row. STORE rounds. */
template <class Store> __device__ __forceinline__ void finish(const struct hy_rmsnorm &a, size_t row, Store store)
{
    __shared__ float spare[ROW_THREADS / HY_WARP];
    const float *x = a.x.v + (size_t)blockIdx.x * a.x.ld;
    const float rstd = 1.0f / sqrtf(hy_block_sum<ROW_THREADS>(row_squares(a, x), spare) / (float)a.D + a.eps);
    hy_bf16 *y = hy_as<hy_bf16>(a.y.v) + blockIdx.x * row;
    for (int c = (int)threadIdx.x; c < a.D; c += ROW_THREADS)
        store(y + c, x[c] * rstd * a.w.v[c]);
    if (threadIdx.x == 0)
        a.rstd[blockIdx.x] = rstd;
}

__device__ __forceinline__ void rounded(hy_bf16 *y, float v)
{
    hy_store1(y, v);
}

__device__ __forceinline__ void truncated(hy_bf16 *y, float v)
{
    *y = (hy_bf16)(__float_as_uint(v) >> 16);
}

__global__ void bf16_right(struct hy_rmsnorm a)
{
    finish(a, (size_t)a.y.ld, rounded);
}

extern "C" void simt_bf16_right(const union hy_args *args)
{
    row_launch("bf16_right", bf16_right, args, 0);
}

__global__ void bf16_truncated(struct hy_rmsnorm a)
{
    finish(a, (size_t)a.y.ld, truncated);
}

extern "C" void simt_bf16_truncated(const union hy_args *args)
{
    row_launch("bf16_truncated", bf16_truncated, args, 0);
}

/* As many bytes to the next row as floats would take: within the operand up to its middle, and behind it from there. */
__global__ void bf16_rows_as_of_floats(struct hy_rmsnorm a)
{
    finish(a, 2 * (size_t)a.y.ld, rounded);
}

extern "C" void simt_bf16_rows_as_of_floats(const union hy_args *args)
{
    row_launch("bf16_rows_as_of_floats", bf16_rows_as_of_floats, args, 0);
}
