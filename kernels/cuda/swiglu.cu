/* SwiGLU with dropout. A warp takes 256 columns of a row, two blocks of the dropout's
 * numbering, so that one Philox call a lane serves them. A lane takes two fours of them: WIDE 4: one of each block,
 * WIDE 8: neighbours, which in bf16 are one access of 16 bytes; 0: single ones, where rows are not aligned. All
 * operands are of T. */
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
    const unsigned at = blockIdx.x * (THREADS / HY_WARP) + threadIdx.x / HY_WARP, row = at / (unsigned)parts;
    return {(long)row, (int)(at - row * parts) * PIECES, row < (unsigned)a.rows};
}

/* A lane's two fours of a row of F, from its first piece. */
template <int WIDE, class T> __device__ __forceinline__ void read_two(const T *row, int piece, int F, float4 *v)
{
    if constexpr (WIDE == 8) {
        const int c = piece * HY_PIECE + 8 * (threadIdx.x % HY_WARP);
        v[0] = v[1] = hy_four(0);
        if (c < F)
            hy_load8(row + c, v);
    } else {
#pragma unroll
        for (int i = 0; i < PIECES; i++)
            v[i] = hy_row_read<WIDE == 4>(row, (piece + i) * HY_PIECE, F);
    }
}

template <int WIDE, class T>
__device__ __forceinline__ void give_two(T *row, int piece, int F, const float4 *v, int add)
{
    if constexpr (WIDE == 8) {
        const int c = piece * HY_PIECE + 8 * (threadIdx.x % HY_WARP);
        if (c >= F)
            return;
        float4 there[PIECES] = {hy_four(0), hy_four(0)};
        if (add)
            hy_load8(row + c, there);
        hy_store8(row + c, add ? v[0] + there[0] : v[0], add ? v[1] + there[1] : v[1]);
    } else {
#pragma unroll
        for (int i = 0; i < PIECES; i++)
            hy_row_give<WIDE == 4>(row, (piece + i) * HY_PIECE, F, v[i], add);
    }
}

/* Their factors. All lanes call it. */
template <int WIDE> __device__ __forceinline__ void drop_two(const struct hy_swiglu &a, const struct part &p, float4 *v)
{
    hy_row_drop<WIDE != 0> drop(hy_drop_open(a.run, a.site, a.p), p.row, a.F);
    drop.pair(p.piece);
    if constexpr (WIDE == 8)
        drop.factors_of_eight(v);
    else
#pragma unroll
        for (int i = 0; i < PIECES; i++)
            v[i] = drop.factor(p.piece + i);
}

template <int WIDE, class T> __global__ void __launch_bounds__(THREADS) swiglu_fwd(struct hy_swiglu a)
{
    const struct part p = part_of(a);
    if (!p.there) /* whole warps leave */
        return;
    const T *gate = hy_as<T>(a.x.v) + p.row * a.x.ld;
    float4 g[PIECES], up[PIECES], kept[PIECES];
    read_two<WIDE>(gate, p.piece, a.F, g);
    read_two<WIDE>(gate + a.F, p.piece, a.F, up);
    drop_two<WIDE>(a, p, kept);
#pragma unroll
    for (int i = 0; i < PIECES; i++) {
        const float4 silu = make_float4(hy_silu(g[i].x), hy_silu(g[i].y), hy_silu(g[i].z), hy_silu(g[i].w));
        up[i] = silu * kept[i] * up[i];
    }
    give_two<WIDE>(hy_as<T>(a.y.v) + p.row * a.y.ld, p.piece, a.F, up, 0);
}

/* What arrives at a gate that is x and whose other factor is up, from g = what arrives at their product. */
__device__ __forceinline__ void gate_back(float x, float up, float g, float *dgate, float *dup)
{
    const float s = hy_sigmoid(x);
    *dgate = g * up * (s * (1.0f + x * (1.0f - s)));
    *dup = g * x * s;
}

/* A lane reads its elements before it writes their gradients, which may take their place. */
template <int WIDE, class T> __global__ void __launch_bounds__(THREADS) swiglu_bwd(struct hy_swiglu a)
{
    const struct part p = part_of(a);
    if (!p.there)
        return;
    const T *gate = hy_as<T>(a.x.v) + p.row * a.x.ld, *dy = hy_as<T>(a.y.d) + p.row * a.y.ld;
    T *dgate = hy_as<T>(a.x.d) + p.row * a.x.ld;
    float4 x[PIECES], up[PIECES], g[PIECES], kept[PIECES];
    read_two<WIDE>(gate, p.piece, a.F, x);
    read_two<WIDE>(gate + a.F, p.piece, a.F, up);
    read_two<WIDE>(dy, p.piece, a.F, g);
    drop_two<WIDE>(a, p, kept);
#pragma unroll
    for (int i = 0; i < PIECES; i++) {
        const float4 arriving = g[i] * kept[i], gate_was = x[i], up_was = up[i];
        gate_back(gate_was.x, up_was.x, arriving.x, &x[i].x, &up[i].x);
        gate_back(gate_was.y, up_was.y, arriving.y, &x[i].y, &up[i].y);
        gate_back(gate_was.z, up_was.z, arriving.z, &x[i].z, &up[i].z);
        gate_back(gate_was.w, up_was.w, arriving.w, &x[i].w, &up[i].w);
    }
    give_two<WIDE>(dgate, p.piece, a.F, x, a.x.add);
    give_two<WIDE>(dgate + a.F, p.piece, a.F, up, a.x.add);
}

/* How the rows of a call may be read. */
template <class T> static int wide_of(const struct hy_swiglu *a)
{
    const bool fours = hy_row_fours<T>(a->x.v, a->x.ld, a->F) && hy_row_fours<T>(a->y.v, a->y.ld, a->F) &&
                       hy_row_fours<T>(a->x.d, 4, a->F) && hy_row_fours<T>(a->y.d, 4, a->F);
    const bool eights = a->F % 8 == 0 && hy_eights<T>(a->x.v, a->x.ld) && hy_eights<T>(a->y.v, a->y.ld) &&
                        hy_eights<T>(a->x.d, 8) && hy_eights<T>(a->y.d, 8);
    return eights ? 8 : fours ? 4 : 0;
}

static dim3 grid_of(const struct hy_swiglu *a)
{
    const long warps = (long)a->rows * hy_ceil_div(a->F, PIECES * HY_PIECE), each = THREADS / HY_WARP;
    return dim3((unsigned)((warps + each - 1) / each));
}

template <class T> static void forward(const struct hy_swiglu *a)
{
    const int wide = wide_of<T>(a);
    if (a->rows > 0)
        hy_launch("swiglu_fwd", wide == 8 ? swiglu_fwd < sizeof(T) == 2 ? 8 : 4,
                  T >
              : wide == 4 ? swiglu_fwd<4, T>
                          : swiglu_fwd<0, T>,
                  grid_of(a), dim3(THREADS), 0, *a);
}

template <class T> static void backward(const struct hy_swiglu *a)
{
    const int wide = wide_of<T>(a);
    if (a->rows > 0 && a->x.d)
        hy_launch("swiglu_bwd", wide == 8 ? swiglu_bwd < sizeof(T) == 2 ? 8 : 4,
                  T >
              : wide == 4 ? swiglu_bwd<4, T>
                          : swiglu_bwd<0, T>,
                  grid_of(a), dim3(THREADS), 0, *a);
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
