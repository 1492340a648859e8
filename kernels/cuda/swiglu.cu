/* SwiGLU with dropout. A warp takes 256 columns of a row, two blocks of the dropout's
 * numbering, so that one Philox call a lane serves them. All operands are of T. */
#include "kernels/cuda/row.cuh"

enum {
    THREADS = 256,
    PIECES = 2, /* of a row, for each warp */
};

/* Where a warp's part is: row, and its first piece. */
struct part {
    long row;
    int piece;
    bool there;
};

__device__ __forceinline__ struct part part_of(const struct hy_swiglu &a)
{
    const int parts = hy_ceil_div(a.F, PIECES * HY_PIECE);
    const long at = (long)blockIdx.x * (THREADS / HY_WARP) + threadIdx.x / HY_WARP, row = at / parts;
    return {row, (int)(at - row * parts) * PIECES, row < a.rows};
}

template <bool FOURS, class T> __global__ void __launch_bounds__(THREADS) swiglu_fwd(struct hy_swiglu a)
{
    const struct part p = part_of(a);
    if (!p.there) /* whole warps leave */
        return;
    const T *gate = hy_as<T>(a.x.v) + p.row * a.x.ld;
    T *y = hy_as<T>(a.y.v) + p.row * a.y.ld;
    float4 g[PIECES], up[PIECES];
#pragma unroll
    for (int i = 0; i < PIECES; i++) {
        g[i] = hy_row_read<FOURS>(gate, (p.piece + i) * HY_PIECE, a.F);
        up[i] = hy_row_read<FOURS>(gate + a.F, (p.piece + i) * HY_PIECE, a.F);
    }
    hy_row_drop<FOURS> drop(hy_drop_open(a.run, a.site, a.p), p.row, a.F);
    drop.pair(p.piece);
#pragma unroll
    for (int i = 0; i < PIECES; i++) {
        const float4 silu = make_float4(hy_silu(g[i].x), hy_silu(g[i].y), hy_silu(g[i].z), hy_silu(g[i].w));
        hy_row_write<FOURS>(y, (p.piece + i) * HY_PIECE, a.F, silu * drop.factor(p.piece + i) * up[i]);
    }
}

/* What arrives at a gate that is x and whose other factor is up, from g = what arrives at their product. */
__device__ __forceinline__ void gate_back(float x, float up, float g, float *dgate, float *dup)
{
    const float s = hy_sigmoid(x);
    *dgate = g * up * (s * (1.0f + x * (1.0f - s)));
    *dup = g * x * s;
}

/* A lane reads its elements before it writes their gradients, which may take their place. */
template <bool FOURS, class T> __global__ void __launch_bounds__(THREADS) swiglu_bwd(struct hy_swiglu a)
{
    const struct part p = part_of(a);
    if (!p.there)
        return;
    const T *gate = hy_as<T>(a.x.v) + p.row * a.x.ld, *dy = hy_as<T>(a.y.d) + p.row * a.y.ld;
    T *dgate = hy_as<T>(a.x.d) + p.row * a.x.ld;
    float4 x[PIECES], up[PIECES], g[PIECES];
#pragma unroll
    for (int i = 0; i < PIECES; i++) {
        x[i] = hy_row_read<FOURS>(gate, (p.piece + i) * HY_PIECE, a.F);
        up[i] = hy_row_read<FOURS>(gate + a.F, (p.piece + i) * HY_PIECE, a.F);
        g[i] = hy_row_read<FOURS>(dy, (p.piece + i) * HY_PIECE, a.F);
    }
    hy_row_drop<FOURS> drop(hy_drop_open(a.run, a.site, a.p), p.row, a.F);
    drop.pair(p.piece);
#pragma unroll
    for (int i = 0; i < PIECES; i++) {
        const float4 arriving = g[i] * drop.factor(p.piece + i);
        float4 dg, du;
        gate_back(x[i].x, up[i].x, arriving.x, &dg.x, &du.x);
        gate_back(x[i].y, up[i].y, arriving.y, &dg.y, &du.y);
        gate_back(x[i].z, up[i].z, arriving.z, &dg.z, &du.z);
        gate_back(x[i].w, up[i].w, arriving.w, &dg.w, &du.w);
        hy_row_give<FOURS>(dgate, (p.piece + i) * HY_PIECE, a.F, dg, a.x.add);
        hy_row_give<FOURS>(dgate + a.F, (p.piece + i) * HY_PIECE, a.F, du, a.x.add);
    }
}

template <class T> static bool fours(const struct hy_swiglu *a)
{
    return hy_row_fours<T>(a->x.v, a->x.ld, a->F) && hy_row_fours<T>(a->y.v, a->y.ld, a->F) &&
           hy_row_fours<T>(a->x.d, 4, a->F) && hy_row_fours<T>(a->y.d, 4, a->F);
}

static dim3 grid_of(const struct hy_swiglu *a)
{
    const long warps = (long)a->rows * hy_ceil_div(a->F, PIECES * HY_PIECE), each = THREADS / HY_WARP;
    return dim3((unsigned)((warps + each - 1) / each));
}

template <class T> static void forward(const struct hy_swiglu *a)
{
    if (a->rows > 0)
        hy_launch("swiglu_fwd", fours<T>(a) ? swiglu_fwd<true, T> : swiglu_fwd<false, T>, grid_of(a), dim3(THREADS), 0,
                  *a);
}

template <class T> static void backward(const struct hy_swiglu *a)
{
    if (a->rows > 0 && a->x.d)
        hy_launch("swiglu_bwd", fours<T>(a) ? swiglu_bwd<true, T> : swiglu_bwd<false, T>, grid_of(a), dim3(THREADS), 0,
                  *a);
}

extern "C" void hy_swiglu_fwd_f32_cuda(const union hy_args *args)
{
    forward<float>(&args->swiglu);
}

extern "C" void hy_swiglu_fwd_bf16_cuda(const union hy_args *args)
{
    forward<hy_bf16>(&args->swiglu);
}

extern "C" void hy_swiglu_bwd_f32_cuda(const union hy_args *args)
{
    backward<float>(&args->swiglu);
}

extern "C" void hy_swiglu_bwd_bf16_cuda(const union hy_args *args)
{
    backward<hy_bf16>(&args->swiglu);
}
