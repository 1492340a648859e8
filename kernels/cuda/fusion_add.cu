/* Two ops of a hybrid layer in one pass over its rows: fusion of the branches and addnorm, whose x is what fusion gives
 * (kernels/pairs.h). Forward x stays in registers; backward so does its gradient. Both are rounded as they would be
 * where they are stored: results are those of the two kernels one after the other. */
#include "kernels/cuda/mixer_end.cuh"

extern "C" {
#include "kernels/pairs.h"
}

enum {
    THREADS = 128,
    ROWS = 9, /* in the backward's registers: sum, dsum, dy, a, m, what goes from one to the other, and three sums */
};

/* The pieces of a row that fit there, rows of T; wider ones take two launches. */
template <class T> static constexpr int most_pieces(void)
{
    return sizeof(T) == sizeof(float) ? 4 : 6;
}

/* hy_part_warps(), which counts on fewer registers beside the rows than this kernel takes where they are short. */
static constexpr int warps_of(int N)
{
    return N == 1 ? 20 : hy_part_warps(N, ROWS);
}

__device__ __forceinline__ float4 as_stored(float4 v, const float *)
{
    return v;
}

__device__ __forceinline__ float4 as_stored(float4 v, const hy_bf16 *)
{
    const uint32_t one = hy_bf16_pair(v.x, v.y), two = hy_bf16_pair(v.z, v.w);
    return make_float4(hy_bf16_low(one), hy_bf16_high(one), hy_bf16_low(two), hy_bf16_high(two));
}

template <int N, class T>
__global__ void __launch_bounds__(THREADS) fusion_addnorm_fwd(struct hy_fusion f, struct hy_addnorm a)
{
    const long r = (long)blockIdx.x * (THREADS / HY_WARP) + threadIdx.x / HY_WARP;
    if (r >= (long)f.rows) /* whole warps leave */
        return;
    const int D = f.D;
    const hy_row<N, true, T> xa(hy_as<T>(f.a.v) + r * f.a.ld, D), xm(hy_as<T>(f.m.v) + r * f.m.ld, D);
    const hy_row<N, true> h(a.h.v + r * a.h.ld, D);
    float sum_a = 0, sum_m = 0, squares = 0;
#pragma unroll
    for (int i = 0; i < N; i++) {
        const float4 va = xa.piece(i), vm = xm.piece(i);
        sum_a += hy_sum4(va * va);
        sum_m += hy_sum4(vm * vm);
    }
    const float ra = hy_rstd(hy_warp_sum(sum_a), D, f.eps), rm = hy_rstd(hy_warp_sum(sum_m), D, f.eps);
    hy_row_drop<true> drop(hy_drop_open(a.run, a.site, a.p), r, D);
    float *const sum = a.sum.v + r * a.sum.ld;
    float4 kept[N];
#pragma unroll
    for (int i = 0; i < N; i++) {
        const float4 va = xa.piece(i) * hy_fusion_gain<true>(f, f.wa, f.beta_a, i * HY_PIECE);
        const float4 vm = xm.piece(i) * hy_fusion_gain<true>(f, f.wm, f.beta_m, i * HY_PIECE);
        const float4 x = as_stored(va * (ra * f.scale) + vm * (rm * f.scale), (const T *)nullptr);
        if (i % 2 == 0)
            drop.pair(i);
        const float4 v = h.piece(i) + x * drop.factor(i);
        hy_row_write<true>(sum, i * HY_PIECE, D, v);
        squares += hy_sum4(v * v);
        kept[i] = v;
    }
    const bool first = threadIdx.x % HY_WARP == 0;
    if (first && f.ra)
        f.ra[r] = ra;
    if (first && f.rm)
        f.rm[r] = rm;
    const long to = hy_normed_row(a, r);
    if (to < 0)
        return;
    const float rstd = hy_rstd(hy_warp_sum(squares), D, a.eps);
    T *const y = hy_as<T>(a.y.v) + to * a.y.ld;
#pragma unroll
    for (int i = 0; i < N; i++)
        hy_row_write<true>(y, i * HY_PIECE, D, kept[i] * rstd * hy_row_read<true>(a.w.v, i * HY_PIECE, D));
    if (first && a.rstd)
        a.rstd[to] = rstd;
}

/* One row: g = what arrives at the sum + the norm's gradient; dh = g; d = drop(g) goes on to both branches. */
template <int N, class T>
__global__ void __launch_bounds__(HY_WARP *warps_of(N), 1) addnorm_fusion_bwd(struct hy_addnorm a, struct hy_fusion f)
{
    float *const shared = hy_dynamic_shared<float>();
    const int D = f.D, warps = blockDim.x / HY_WARP;
    hy_row_sums<N, true> dw(shared, D), sa(shared, D), sm(shared, D);
    const hy_drop open = hy_drop_open(a.run, a.site, a.p);
    long from_row, to_row;
    hy_part_rows((long)f.rows, &from_row, &to_row);
    for (long r = from_row + threadIdx.x / HY_WARP; r < to_row; r += warps) {
        const long from = hy_normed_row(a, r); /* < 0: dy and rstd count as 0 */
        const hy_row<N, true> sum(a.sum.v + r * a.sum.ld, D);
        const hy_row<N, true> dsum(a.sum.d ? a.sum.d + r * a.sum.ld : nullptr, D);
        const hy_row<N, true, T> dy(from < 0 ? nullptr : hy_as<T>(a.y.d) + from * a.y.ld, D);
        const hy_row<N, true, T> xa(hy_as<T>(f.a.v) + r * f.a.ld, D), xm(hy_as<T>(f.m.v) + r * f.m.ld, D);
        const float rstd = from < 0 ? 0 : a.rstd[from];
        float dot = 0;
#pragma unroll
        for (int i = 0; i < N; i++) {
            const float4 g = dy.piece(i) * sum.piece(i);
            dw.add(i, g * rstd);
            dot += hy_sum4(g * hy_row_read<true>(a.w.v, i * HY_PIECE, D));
        }
        const float pull = hy_warp_sum(dot) * rstd * rstd * rstd / (float)D;
        const float ra = f.ra[r], rm = f.rm[r], ga = f.scale * ra, gm = f.scale * rm;
        hy_row_drop<true> drop(open, r, D);
        float4 d[N];
        float dot_a = 0, dot_m = 0;
#pragma unroll
        for (int i = 0; i < N; i++) {
            if (i % 2 == 0)
                drop.pair(i);
            const float4 w = hy_row_read<true>(a.w.v, i * HY_PIECE, D);
            const float4 g = dsum.piece(i) + (dy.piece(i) * w * rstd - sum.piece(i) * pull);
            if (a.h.d)
                hy_row_give<true>(a.h.d + r * a.h.ld, i * HY_PIECE, D, g, a.h.add);
            d[i] = as_stored(g * drop.factor(i), (const T *)nullptr);
            const float4 ta = d[i] * xa.piece(i), tm = d[i] * xm.piece(i);
            sa.add(i, ta * ga);
            sm.add(i, tm * gm);
            dot_a += hy_sum4(ta * hy_fusion_gain<true>(f, f.wa, f.beta_a, i * HY_PIECE));
            dot_m += hy_sum4(tm * hy_fusion_gain<true>(f, f.wm, f.beta_m, i * HY_PIECE));
        }
        const float pull_a = hy_warp_sum(dot_a) * ga * ra * ra / (float)D;
        const float pull_m = hy_warp_sum(dot_m) * gm * rm * rm / (float)D;
#pragma unroll
        for (int i = 0; i < N; i++) {
            if (f.a.d)
                hy_row_give<true>(
                    hy_as<T>(f.a.d) + r * f.a.ld, i * HY_PIECE, D,
                    d[i] * hy_fusion_gain<true>(f, f.wa, f.beta_a, i * HY_PIECE) * ga - xa.piece(i) * pull_a, f.a.add);
            if (f.m.d)
                hy_row_give<true>(
                    hy_as<T>(f.m.d) + r * f.m.ld, i * HY_PIECE, D,
                    d[i] * hy_fusion_gain<true>(f, f.wm, f.beta_m, i * HY_PIECE) * gm - xm.piece(i) * pull_m, f.m.add);
        }
    }
    float *const work = f.work + (size_t)blockIdx.x * 2 * D;
    dw.leave();
    __syncthreads();
    hy_part_finish(shared, warps, D, a.work + (size_t)blockIdx.x * D);
    __syncthreads(); /* one place for all three, one after the other */
    sa.leave();
    __syncthreads();
    hy_part_finish(shared, warps, D, work);
    __syncthreads();
    sm.leave();
    __syncthreads();
    hy_part_finish(shared, warps, D, work + D);
}

/* ---- launching ------------------------------------------------------------------------ */

template <class T> static bool fits(const struct hy_fusion *f, const struct hy_addnorm *a)
{
    return hy_fusion_fours<T>(f) && hy_addnorm_fours<T>(a) && hy_ceil_div(f->D, HY_PIECE) <= most_pieces<T>();
}

template <class T> static void forward(const union hy_args *first, const union hy_args *second)
{
    const struct hy_fusion *f = &first->fusion;
    const struct hy_addnorm *a = &second->addnorm;
    if (f->rows == 0)
        return;
    if (!fits<T>(f, a)) {
        (sizeof(T) == sizeof(float) ? hy_fusion_fwd_f32_cuda : hy_fusion_fwd_bf16_cuda)(first);
        (sizeof(T) == sizeof(float) ? hy_addnorm_fwd_f32_cuda : hy_addnorm_fwd_bf16_cuda)(second);
        return;
    }
    hy_by_width(f->D, true, [f, a](auto w) {
        if constexpr (w.N > 0 && w.N <= most_pieces<T>())
            hy_launch("fusion_addnorm_fwd", fusion_addnorm_fwd<w.N, T>, dim3(hy_ceil_div(f->rows, THREADS / HY_WARP)),
                      dim3(THREADS), 0, *f, *a);
    });
}

template <class T> static void backward(const union hy_args *first, const union hy_args *second)
{
    const struct hy_addnorm *a = &first->addnorm;
    const struct hy_fusion *f = &second->fusion;
    if (f->rows == 0 || !fits<T>(f, a)) {
        (sizeof(T) == sizeof(float) ? hy_addnorm_bwd_f32_cuda : hy_addnorm_bwd_bf16_cuda)(first);
        (sizeof(T) == sizeof(float) ? hy_fusion_bwd_f32_cuda : hy_fusion_bwd_bf16_cuda)(second);
        return;
    }
    const int parts = hy_row_parts(f->rows);
    hy_by_width(f->D, true, [f, a, parts](auto w) {
        if constexpr (w.N > 0 && w.N <= most_pieces<T>()) {
            const int warps = warps_of(w.N);
            hy_launch("addnorm_fusion_bwd", addnorm_fusion_bwd<w.N, T>, dim3(parts), dim3(warps * HY_WARP),
                      (size_t)warps * f->D * sizeof(float), *a, *f);
        }
    });
    hy_addnorm_give(a, parts);
    hy_fusion_give(f, parts);
    hy_give_end();
}

extern "C" void hy_fusion_addnorm_fwd_f32_cuda(const union hy_args *first, const union hy_args *second)
{
    forward<float>(first, second);
}

extern "C" void hy_fusion_addnorm_fwd_bf16_cuda(const union hy_args *first, const union hy_args *second)
{
    forward<hy_bf16>(first, second);
}

extern "C" void hy_addnorm_fusion_bwd_f32_cuda(const union hy_args *first, const union hy_args *second)
{
    backward<float>(first, second);
}

extern "C" void hy_addnorm_fusion_bwd_bf16_cuda(const union hy_args *first, const union hy_args *second)
{
    backward<hy_bf16>(first, second);
}
