/* Mistakes about where memory ends and how rows lie. */
#include "tests/simt/wrong/row.cuh"

__global__ void bound_one_too_far(struct hy_rmsnorm a)
{
    __shared__ float spare[ROW_THREADS / HY_WARP];
    const float *x = a.x.v + (size_t)blockIdx.x * a.x.ld;
    float sum = 0;
    for (int c = (int)threadIdx.x; c <= a.D; c += ROW_THREADS)
        sum += x[c] * x[c];
    row_finish(a, x, hy_block_sum<ROW_THREADS>(sum, spare));
}

extern "C" void simt_bound_one_too_far(const union hy_args *args)
{
    row_launch("bound_one_too_far", bound_one_too_far, args, 0);
}

extern "C" void simt_bound_one_short(const union hy_args *args)
{
    union hy_args a = *args;
    a.rmsnorm.D -= a.rmsnorm.D > 1;
    simt_right(&a);
}

extern "C" void simt_stride_is_the_width(const union hy_args *args)
{
    union hy_args a = *args;
    a.rmsnorm.x.ld = a.rmsnorm.y.ld = a.rmsnorm.D;
    simt_right(&a);
}

__global__ void fours_where_not_aligned(struct hy_rmsnorm a)
{
    __shared__ float spare[ROW_THREADS / HY_WARP];
    const float *x = a.x.v + (size_t)blockIdx.x * a.x.ld;
    float sum = 0;
    for (int c = 4 * (int)threadIdx.x; c < a.D; c += 4 * ROW_THREADS)
        if (c + 3 < a.D) {
            const float4 v = hy_load4(x + c);
            sum += v.x * v.x + v.y * v.y + v.z * v.z + v.w * v.w;
        } else {
            for (int rest = c; rest < a.D; rest++)
                sum += x[rest] * x[rest];
        }
    row_finish(a, x, hy_block_sum<ROW_THREADS>(sum, spare));
}

extern "C" void simt_fours_where_not_aligned(const union hy_args *args)
{
    row_launch("fours_where_not_aligned", fours_where_not_aligned, args, 0);
}

__global__ void shared_too_small(struct hy_rmsnorm a)
{
    __shared__ float part[ROW_THREADS - 1];
    float *all = part; /* which hides its length */
    const float *x = a.x.v + (size_t)blockIdx.x * a.x.ld;
    all[threadIdx.x] = row_squares(a, x);
    __syncthreads();
    float sum = 0;
    for (int i = 0; i < ROW_THREADS; i++)
        sum += all[i];
    row_finish(a, x, sum);
}

extern "C" void simt_shared_too_small(const union hy_args *args)
{
    row_launch("shared_too_small", shared_too_small, args, 0);
}

__global__ void in_dynamic_shared(struct hy_rmsnorm a)
{
    float *part = hy_dynamic_shared<float>();
    const float *x = a.x.v + (size_t)blockIdx.x * a.x.ld;
    part[threadIdx.x] = row_squares(a, x);
    __syncthreads();
    float sum = 0;
    for (int i = 0; i < ROW_THREADS; i++)
        sum += part[i];
    row_finish(a, x, sum);
}

extern "C" void simt_dynamic_shared_too_small(const union hy_args *args)
{
    row_launch("in_dynamic_shared", in_dynamic_shared, args, (ROW_THREADS - 1) * sizeof(float));
}

__global__ void dynamic_shared_not_cleared(struct hy_rmsnorm a)
{
    float *part = hy_dynamic_shared<float>();
    const float *x = a.x.v + (size_t)blockIdx.x * a.x.ld;
    part[threadIdx.x] += row_squares(a, x);
    __syncthreads();
    float sum = 0;
    for (int i = 0; i < ROW_THREADS; i++)
        sum += part[i];
    row_finish(a, x, sum);
}

extern "C" void simt_dynamic_shared_not_cleared(const union hy_args *args)
{
    row_launch("dynamic_shared_not_cleared", dynamic_shared_not_cleared, args, ROW_THREADS * sizeof(float));
}

/* The last row has no block. */
extern "C" void simt_too_few_blocks(const union hy_args *args)
{
    union hy_args a = *args;
    a.rmsnorm.rows -= a.rmsnorm.rows > 1;
    simt_right(&a);
}

extern "C" void simt_host_reads_the_device(const union hy_args *args)
{
    union hy_args a = *args;
    if (a.rmsnorm.w.v[0] == 0.0f)
        a.rmsnorm.eps = 0;
    simt_right(&a);
}
