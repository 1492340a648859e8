/* RMS norm. A warp takes a row, which is read once and kept in registers while it is at
 * most 1024 wide; the weight's gradient is summed by parts (row_sums.cu). x is the residual
 * stream, f32 always; y is of T. */
#include "kernels/cuda/row.cuh"

enum {
    THREADS = 128,
    ROWS = 3, /* in the backward's registers: x, dy, sums */
};

template <int N, bool FOURS, class T> __global__ void __launch_bounds__(THREADS) rmsnorm_fwd(struct hy_rmsnorm a)
{
    const int row = blockIdx.x * (THREADS / HY_WARP) + threadIdx.x / HY_WARP, n = hy_pieces<N>(a.D);
    if (row >= a.rows) /* whole warps leave */
        return;
    const hy_row<N, FOURS> x(a.x.v + (size_t)row * a.x.ld, a.D);
    T *y = hy_as<T>(a.y.v) + (size_t)row * a.y.ld;
    float sum = 0;
#pragma unroll
    for (int i = 0; i < n; i++)
        sum += hy_sum4(x.piece(i) * x.piece(i));
    const float rstd = hy_rstd(hy_warp_sum(sum), a.D, a.eps);
#pragma unroll
    for (int i = 0; i < n; i++)
        hy_row_write<FOURS>(y, i * HY_PIECE, a.D, x.piece(i) * rstd * hy_row_read<FOURS>(a.w.v, i * HY_PIECE, a.D));
    if (a.rstd && threadIdx.x % HY_WARP == 0)
        a.rstd[row] = rstd;
}

/* dx = rstd * (w dy - x * rstd^2 * mean(x w dy)); dw gathers dy * x * rstd. */
template <int N, bool FOURS, class T>
__global__ void __launch_bounds__(HY_WARP *hy_part_warps(N, ROWS), 1) rmsnorm_bwd(struct hy_rmsnorm a)
{
    float *shared = hy_dynamic_shared<float>();
    hy_row_sums<N, FOURS> dw(shared, a.D);
    const int n = hy_pieces<N>(a.D), warps = blockDim.x / HY_WARP;
    long first, last;
    hy_part_rows(a.rows, &first, &last);
    for (long row = first + threadIdx.x / HY_WARP; row < last; row += warps) {
        const hy_row<N, FOURS> x(a.x.v + row * a.x.ld, a.D);
        const hy_row<N, FOURS, T> dy(hy_as<T>(a.y.d) + row * a.y.ld, a.D);
        const float rstd = a.rstd[row];
        float dot = 0;
#pragma unroll
        for (int i = 0; i < n; i++) {
            const float4 g = dy.piece(i) * x.piece(i);
            dw.add(i, g * rstd);
            dot += hy_sum4(g * hy_row_read<FOURS>(a.w.v, i * HY_PIECE, a.D));
        }
        if (!a.x.d)
            continue;
        const float pull = hy_warp_sum(dot) * rstd * rstd * rstd / (float)a.D;
        float *dx = a.x.d + row * a.x.ld;
#pragma unroll
        for (int i = 0; i < n; i++) {
            const float4 g = dy.piece(i) * hy_row_read<FOURS>(a.w.v, i * HY_PIECE, a.D) * rstd;
            hy_row_give<FOURS>(dx, i * HY_PIECE, a.D, g - x.piece(i) * pull, a.x.add);
        }
    }
    dw.leave();
    __syncthreads();
    hy_part_finish(shared, warps, a.D, a.work + (size_t)blockIdx.x * a.D);
}

template <class T> static bool fours(const struct hy_rmsnorm *a)
{
    return hy_row_fours(a->x.v, a->x.ld, a->D) && hy_row_fours(a->w.v, 4, a->D) &&
           hy_row_fours<T>(a->y.v, a->y.ld, a->D) && hy_row_fours(a->x.d, 4, a->D) && hy_row_fours<T>(a->y.d, 4, a->D);
}

template <class T> static void forward(const struct hy_rmsnorm *a)
{
    if (a->rows == 0)
        return;
    hy_by_width(a->D, fours<T>(a), [a](auto w) {
        hy_launch("rmsnorm_fwd", rmsnorm_fwd<w.N, w.FOURS, T>, dim3(hy_ceil_div(a->rows, THREADS / HY_WARP)),
                  dim3(THREADS), 0, *a);
    });
}

template <class T> static void backward(const struct hy_rmsnorm *a)
{
    const int parts = hy_row_parts(a->rows);
    hy_by_width(a->D, fours<T>(a), [a, parts](auto w) {
        const int warps = hy_part_warps_of(w.N, ROWS, a->D);
        hy_launch("rmsnorm_bwd", rmsnorm_bwd<w.N, w.FOURS, T>, dim3(parts), dim3(warps * HY_WARP),
                  (size_t)warps * a->D * sizeof(float), *a);
    });
    hy_give({a->work, nullptr, a->w.d, a->D, parts, a->D, 1, a->w.add});
    hy_give_end();
}

extern "C" void hy_rmsnorm_fwd_f32_cuda(const union hy_args *args)
{
    forward<float>(&args->rmsnorm);
}

extern "C" void hy_rmsnorm_fwd_bf16_cuda(const union hy_args *args)
{
    forward<hy_bf16>(&args->rmsnorm);
}

extern "C" void hy_rmsnorm_bwd_f32_cuda(const union hy_args *args)
{
    backward<float>(&args->rmsnorm);
}

extern "C" void hy_rmsnorm_bwd_bf16_cuda(const union hy_args *args)
{
    backward<hy_bf16>(&args->rmsnorm);
}
