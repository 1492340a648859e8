/* The hybrid head's branch fusion: both branches' rows stay in the registers of one warp. a, m and y are of T. */
#include "kernels/cuda/mixer_end.cuh"

enum {
    THREADS = 128,
    ROWS = 5, /* in the backward's registers: a, m, dy and the sums of both branches */
};

template <int N, bool FOURS, class T> __global__ void __launch_bounds__(THREADS) fusion_fwd(struct hy_fusion a)
{
    const int row = blockIdx.x * (THREADS / HY_WARP) + threadIdx.x / HY_WARP, n = hy_pieces<N>(a.D);
    if (row >= a.rows) /* whole warps leave */
        return;
    const hy_row<N, FOURS, T> xa(hy_as<T>(a.a.v) + (size_t)row * a.a.ld, a.D);
    const hy_row<N, FOURS, T> xm(hy_as<T>(a.m.v) + (size_t)row * a.m.ld, a.D);
    T *y = hy_as<T>(a.y.v) + (size_t)row * a.y.ld;
    float sum_a = 0, sum_m = 0;
#pragma unroll
    for (int i = 0; i < n; i++) {
        const float4 va = xa.piece(i), vm = xm.piece(i);
        sum_a += hy_sum4(va * va);
        sum_m += hy_sum4(vm * vm);
    }
    const float ra = hy_rstd(hy_warp_sum(sum_a), a.D, a.eps), rm = hy_rstd(hy_warp_sum(sum_m), a.D, a.eps);
#pragma unroll
    for (int i = 0; i < n; i++) {
        const float4 va = xa.piece(i) * hy_fusion_gain<FOURS>(a, a.wa, a.beta_a, i * HY_PIECE);
        const float4 vm = xm.piece(i) * hy_fusion_gain<FOURS>(a, a.wm, a.beta_m, i * HY_PIECE);
        hy_row_write<FOURS>(y, i * HY_PIECE, a.D, va * (ra * a.scale) + vm * (rm * a.scale));
    }
    if (threadIdx.x % HY_WARP != 0)
        return;
    if (a.ra)
        a.ra[row] = ra;
    if (a.rm)
        a.rm[row] = rm;
}

/* Both parameters of a branch follow from its one sum s = sum over rows of scale * dy * x * rstd:
 * dw = beta * s, dbeta = w * s. A part leaves the sums of a and m side by side, 2 D of them. */
template <int N, bool FOURS, class T>
__global__ void __launch_bounds__(HY_WARP *hy_part_warps(N, ROWS), 1) fusion_bwd(struct hy_fusion a)
{
    const int n = hy_pieces<N>(a.D), warps = blockDim.x / HY_WARP;
    float *shared_a = hy_dynamic_shared<float>(), *shared_m = N ? shared_a : shared_a + (size_t)warps * a.D;
    hy_row_sums<N, FOURS> sa(shared_a, a.D), sm(shared_m, a.D);
    long first, last;
    hy_part_rows(a.rows, &first, &last);
    for (int row = (int)first + threadIdx.x / HY_WARP; row < (int)last; row += warps) {
        const hy_row<N, FOURS, T> xa(hy_as<T>(a.a.v) + (size_t)row * a.a.ld, a.D),
            xm(hy_as<T>(a.m.v) + (size_t)row * a.m.ld, a.D), dy(hy_as<T>(a.y.d) + (size_t)row * a.y.ld, a.D);
        const float ra = a.ra[row], rm = a.rm[row], ga = a.scale * ra, gm = a.scale * rm;
        float dot_a = 0, dot_m = 0;
#pragma unroll
        for (int i = 0; i < n; i++) {
            const float4 d = dy.piece(i), ta = d * xa.piece(i), tm = d * xm.piece(i);
            sa.add(i, ta * ga);
            sm.add(i, tm * gm);
            dot_a += hy_sum4(ta * hy_fusion_gain<FOURS>(a, a.wa, a.beta_a, i * HY_PIECE));
            dot_m += hy_sum4(tm * hy_fusion_gain<FOURS>(a, a.wm, a.beta_m, i * HY_PIECE));
        }
        const float pull_a = hy_warp_sum(dot_a) * ga * ra * ra / (float)a.D;
        const float pull_m = hy_warp_sum(dot_m) * gm * rm * rm / (float)a.D;
#pragma unroll
        for (int i = 0; i < n; i++) {
            const float4 d = dy.piece(i);
            if (a.a.d)
                hy_row_give<FOURS>(
                    hy_as<T>(a.a.d) + (size_t)row * a.a.ld, i * HY_PIECE, a.D,
                    d * hy_fusion_gain<FOURS>(a, a.wa, a.beta_a, i * HY_PIECE) * ga - xa.piece(i) * pull_a, a.a.add);
            if (a.m.d)
                hy_row_give<FOURS>(
                    hy_as<T>(a.m.d) + (size_t)row * a.m.ld, i * HY_PIECE, a.D,
                    d * hy_fusion_gain<FOURS>(a, a.wm, a.beta_m, i * HY_PIECE) * gm - xm.piece(i) * pull_m, a.m.add);
        }
    }
    float *work = a.work + (size_t)blockIdx.x * 2 * a.D;
    sa.leave();
    __syncthreads();
    hy_part_finish(shared_a, warps, a.D, work);
    __syncthreads(); /* the sums of m may take the place of a's */
    sm.leave();
    __syncthreads();
    hy_part_finish(shared_m, warps, a.D, work + a.D);
}

void hy_fusion_give(const struct hy_fusion *a, int parts)
{
    const int D = a->D;
    const float *of_a = a->work, *of_m = a->work + D;
    const float *beta_a = a->has_beta ? a->beta_a.v : nullptr, *beta_m = a->has_beta ? a->beta_m.v : nullptr;
    hy_give({of_a, beta_a, a->wa.d, 2 * D, parts, D, 1, a->wa.add});
    hy_give({of_m, beta_m, a->wm.d, 2 * D, parts, D, 1, a->wm.add});
    if (a->has_beta) {
        hy_give({of_a, a->wa.v, a->beta_a.d, 2 * D, parts, D, 1, a->beta_a.add});
        hy_give({of_m, a->wm.v, a->beta_m.d, 2 * D, parts, D, 1, a->beta_m.add});
    }
}

template <class T> static void forward(const struct hy_fusion *a)
{
    if (a->rows == 0)
        return;
    hy_by_width(a->D, hy_fusion_fours<T>(a), [a](auto w) {
        hy_launch("fusion_fwd", fusion_fwd<w.N, w.FOURS, T>, dim3(hy_ceil_div(a->rows, THREADS / HY_WARP)),
                  dim3(THREADS), 0, *a);
    });
}

template <class T> static void backward(const struct hy_fusion *a)
{
    const int parts = hy_row_parts(a->rows), D = a->D;
    hy_by_width(D, hy_fusion_fours<T>(a), [a, parts, D](auto w) {
        const int columns = w.N ? D : 2 * D, warps = hy_part_warps_of(w.N, ROWS, columns);
        hy_launch("fusion_bwd", fusion_bwd<w.N, w.FOURS, T>, dim3(parts), dim3(warps * HY_WARP),
                  (size_t)warps * columns * sizeof(float), *a);
    });
    hy_fusion_give(a, parts);
    hy_give_end();
}

extern "C" void hy_fusion_fwd_f32_cuda(const union hy_args *args)
{
    forward<float>(&args->fusion);
}

extern "C" void hy_fusion_fwd_bf16_cuda(const union hy_args *args)
{
    forward<hy_bf16>(&args->fusion);
}

extern "C" void hy_fusion_bwd_f32_cuda(const union hy_args *args)
{
    backward<float>(&args->fusion);
}

extern "C" void hy_fusion_bwd_bf16_cuda(const union hy_args *args)
{
    backward<hy_bf16>(&args->fusion);
}
