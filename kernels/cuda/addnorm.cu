/* Residual add with dropout, then RMS norm, in one pass: a warp takes a row of the residual
 * stream, which stays in registers between the two. h and sum are f32 always, x and y of T. */
#include "kernels/cuda/mixer_end.cuh"

enum {
    THREADS = 128,
    ROWS = 6, /* in the backward's registers: sum, what arrives at it, dy, sums for w, and a Philox call */
};

template <int N, bool FOURS, class T> __global__ void __launch_bounds__(THREADS) addnorm_fwd(struct hy_addnorm a)
{
    const long r = (long)blockIdx.x * (THREADS / HY_WARP) + threadIdx.x / HY_WARP;
    if (r >= (long)a.B * a.T) /* whole warps leave */
        return;
    const int n = hy_pieces<N>(a.D);
    const hy_row<N, FOURS> h(a.h.v + r * a.h.ld, a.D);
    const hy_row<N, FOURS, T> x(hy_as<T>(a.x.v) + r * a.x.ld, a.D);
    hy_row_drop<FOURS> drop(hy_drop_open(a.run, a.site, a.p), r, a.D);
    float *sum = a.sum.v + r * a.sum.ld;
    float4 kept[N ? N : 1];
    float squares = 0;
#pragma unroll
    for (int i = 0; i < n; i++) {
        if (i % 2 == 0)
            drop.pair(i);
        const float4 v = h.piece(i) + x.piece(i) * drop.factor(i);
        hy_row_write<FOURS>(sum, i * HY_PIECE, a.D, v);
        squares += hy_sum4(v * v);
        kept[N ? i : 0] = v;
    }
    const long to = hy_normed_row(a, r);
    if (to < 0)
        return;
    const float rstd = hy_rstd(hy_warp_sum(squares), a.D, a.eps);
    T *y = hy_as<T>(a.y.v) + to * a.y.ld;
#pragma unroll
    for (int i = 0; i < n; i++) { /* a lane finds in memory what it wrote itself */
        const float4 v = N ? kept[N ? i : 0] : hy_row_read<FOURS>(sum, i * HY_PIECE, a.D);
        hy_row_write<FOURS>(y, i * HY_PIECE, a.D, v * rstd * hy_row_read<FOURS>(a.w.v, i * HY_PIECE, a.D));
    }
    if (a.rstd && threadIdx.x % HY_WARP == 0)
        a.rstd[to] = rstd;
}

/* One row: g = what arrives at the sum + the norm's gradient; dh = g, dx = drop(g). */
template <int N, bool FOURS, class T>
__global__ void __launch_bounds__(HY_WARP *hy_part_warps(N, ROWS), 1) addnorm_bwd(struct hy_addnorm a)
{
    float *shared = hy_dynamic_shared<float>();
    hy_row_sums<N, FOURS> dw(shared, a.D);
    const int n = hy_pieces<N>(a.D), warps = blockDim.x / HY_WARP;
    const hy_drop open = hy_drop_open(a.run, a.site, a.p);
    long first, last;
    hy_part_rows((long)a.B * a.T, &first, &last);
    for (long r = first + threadIdx.x / HY_WARP; r < last; r += warps) {
        const long from = hy_normed_row(a, r); /* < 0: dy and rstd count as 0 */
        const hy_row<N, FOURS> sum(a.sum.v + r * a.sum.ld, a.D);
        const hy_row<N, FOURS> dsum(a.sum.d ? a.sum.d + r * a.sum.ld : nullptr, a.D);
        const hy_row<N, FOURS, T> dy(from < 0 ? nullptr : hy_as<T>(a.y.d) + from * a.y.ld, a.D);
        const float rstd = from < 0 ? 0 : a.rstd[from];
        float dot = 0;
#pragma unroll
        for (int i = 0; i < n; i++) {
            const float4 g = dy.piece(i) * sum.piece(i);
            dw.add(i, g * rstd);
            dot += hy_sum4(g * hy_row_read<FOURS>(a.w.v, i * HY_PIECE, a.D));
        }
        const float pull = hy_warp_sum(dot) * rstd * rstd * rstd / (float)a.D;
        hy_row_drop<FOURS> drop(open, r, a.D);
#pragma unroll
        for (int i = 0; i < n; i++) {
            if (i % 2 == 0 && a.x.d)
                drop.pair(i);
            const float4 w = hy_row_read<FOURS>(a.w.v, i * HY_PIECE, a.D);
            const float4 g = dsum.piece(i) + (dy.piece(i) * w * rstd - sum.piece(i) * pull);
            if (a.h.d)
                hy_row_give<FOURS>(a.h.d + r * a.h.ld, i * HY_PIECE, a.D, g, a.h.add);
            if (a.x.d)
                hy_row_give<FOURS>(hy_as<T>(a.x.d) + r * a.x.ld, i * HY_PIECE, a.D, g * drop.factor(i), a.x.add);
        }
    }
    dw.leave();
    __syncthreads();
    hy_part_finish(shared, warps, a.D, a.work + (size_t)blockIdx.x * a.D);
}

void hy_addnorm_give(const struct hy_addnorm *a, int parts)
{
    hy_give({a->work, nullptr, a->w.d, a->D, parts, a->D, 1, a->w.add});
}

template <class T> static void forward(const struct hy_addnorm *a)
{
    if (a->B * a->T == 0)
        return;
    hy_by_width(a->D, hy_addnorm_fours<T>(a), [a](auto w) {
        hy_launch("addnorm_fwd", addnorm_fwd<w.N, w.FOURS, T>, dim3(hy_ceil_div(a->B * a->T, THREADS / HY_WARP)),
                  dim3(THREADS), 0, *a);
    });
}

template <class T> static void backward(const struct hy_addnorm *a)
{
    const int parts = hy_row_parts((long)a->B * a->T);
    hy_by_width(a->D, hy_addnorm_fours<T>(a), [a, parts](auto w) {
        const int warps = hy_part_warps_of(w.N, ROWS, a->D);
        hy_launch("addnorm_bwd", addnorm_bwd<w.N, w.FOURS, T>, dim3(parts), dim3(warps * HY_WARP),
                  (size_t)warps * a->D * sizeof(float), *a);
    });
    hy_addnorm_give(a, parts);
    hy_give_end();
}

extern "C" void hy_addnorm_fwd_f32_cuda(const union hy_args *args)
{
    forward<float>(&args->addnorm);
}

extern "C" void hy_addnorm_fwd_bf16_cuda(const union hy_args *args)
{
    forward<hy_bf16>(&args->addnorm);
}

extern "C" void hy_addnorm_bwd_f32_cuda(const union hy_args *args)
{
    backward<float>(&args->addnorm);
}

extern "C" void hy_addnorm_bwd_bf16_cuda(const union hy_args *args)
{
    backward<hy_bf16>(&args->addnorm);
}
