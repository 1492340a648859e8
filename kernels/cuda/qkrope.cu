/* RMS norm and rotation of q and k heads. A head's row lies in P/4 lanes, four elements each,
 * where P is 16, 32, 64 or 128 and rows are aligned; a group of lanes takes a few heads of one
 * position together, which share the angles. Other shapes: a warp for each head's row.
 * x, q, k and v are of T. */
#include "kernels/cuda/angles.cuh"
#include "kernels/cuda/row.cuh"

enum {
    HEADS = 4, /* of one position, that a group takes together */
    THREADS = 256,
    BACK_THREADS = 512,
    ANY_WARPS = 4, /* of a block, in the kernels for any shape */
};

/* Where head number h (q heads, k heads, v heads) of position t in sequence b goes. */
template <class T> struct head {
    T *y;        /* NULL: there is no such head */
    const T *dy; /* NULL: nothing arrives */
    float *rstd; /* NULL for v heads */
    bool is_q, is_v;
};

template <class T> __device__ __forceinline__ head<T> head_of(const struct hy_qkrope &a, int b, int t, int h)
{
    const size_t r = (size_t)b * a.T + t;
    if (h < a.H) {
        const size_t at = (((size_t)b * a.H + h) * a.T + t) * a.q.ld;
        return {hy_as<T>(a.q.v) + at, a.q.d ? hy_as<T>(a.q.d) + at : nullptr, a.rq ? a.rq + r * a.H + h : nullptr, true,
                false};
    }
    h -= a.H;
    if (h < a.K) {
        const size_t at = (((size_t)b * a.K + h) * a.T + t) * a.k.ld;
        return {hy_as<T>(a.k.v) + at, a.k.d ? hy_as<T>(a.k.d) + at : nullptr, a.rk ? a.rk + r * a.K + h : nullptr,
                false, false};
    }
    h -= a.K;
    const size_t at = (((size_t)b * a.K + h) * a.T + t) * a.v.ld;
    return {hy_as<T>(a.v.v) + at, a.v.d ? hy_as<T>(a.v.d) + at : nullptr, nullptr, false, true};
}

__device__ __forceinline__ int position(const struct hy_qkrope &a, int b, int t)
{
    return a.positions ? a.start[b] + t : t;
}

/* ---- heads in groups of G lanes ------------------------------------------------------ */

template <int G> __device__ __forceinline__ float group_sum(float v)
{
#pragma unroll
    for (int o = G / 2; o > 0; o /= 2)
        v += __shfl_xor_sync(0xffffffffu, v, o);
    return v;
}

/* The frequencies of the lane's pairs: two where pairs are neighbours, else four. */
template <int G, bool PAIRS> struct frequencies {
    uint64_t of[PAIRS ? 2 : 4];

    __device__ __forceinline__ frequencies(double ratio)
    {
        const int lane = threadIdx.x % G, first = PAIRS ? 2 * lane : 4 * (lane % (G / 2));
#pragma unroll
        for (int i = 0; i < (PAIRS ? 2 : 4); i++)
            of[i] = hy_rope_frequency(ratio, first + i);
    }
};

/* cos and sin for the lane's four elements at one position. */
template <int G, bool PAIRS> struct angles {
    float c[PAIRS ? 2 : 4], s[PAIRS ? 2 : 4];

    __device__ __forceinline__ angles(const frequencies<G, PAIRS> &f, int t)
    {
#pragma unroll
        for (int i = 0; i < (PAIRS ? 2 : 4); i++) {
            const float2 turn = hy_rope_turn(f.of[i], t);
            c[i] = turn.x;
            s[i] = turn.y;
        }
    }

    /* Rotates forward (sign 1) or back (-1). All lanes call it. */
    __device__ __forceinline__ float4 rotate(float4 v, float sign) const
    {
        if constexpr (PAIRS) {
            const float s0 = sign * s[0], s1 = sign * s[1];
            return make_float4(v.x * c[0] - v.y * s0, v.y * c[0] + v.x * s0, v.z * c[1] - v.w * s1,
                               v.w * c[1] + v.z * s1);
        } else {
            const float to = threadIdx.x % G < G / 2 ? -sign : sign;
            float4 other;
            other.x = __shfl_xor_sync(0xffffffffu, v.x, G / 2);
            other.y = __shfl_xor_sync(0xffffffffu, v.y, G / 2);
            other.z = __shfl_xor_sync(0xffffffffu, v.z, G / 2);
            other.w = __shfl_xor_sync(0xffffffffu, v.w, G / 2);
            return v * make_float4(c[0], c[1], c[2], c[3]) + other * (make_float4(s[0], s[1], s[2], s[3]) * to);
        }
    }
};

template <int G, bool PAIRS, class T>
__global__ void __launch_bounds__(THREADS) qkrope_fwd(struct hy_qkrope a, double ratio)
{
    const unsigned rows = (unsigned)a.B * (unsigned)a.T, own = blockIdx.x * (THREADS / G) + threadIdx.x / G;
    const bool there = own < rows; /* groups behind the end go along for the shuffles */
    const unsigned r = there ? own : rows - 1;
    const int b = (int)(r / (unsigned)a.T), t = (int)(r % (unsigned)a.T), lane = threadIdx.x % G,
              first = blockIdx.y * HEADS, heads = a.H + 2 * a.K;
    const T *x = hy_as<T>(a.x.v) + (size_t)r * a.x.ld + 4 * lane;
    float4 v[HEADS];
#pragma unroll
    for (int i = 0; i < HEADS; i++)
        v[i] = first + i < heads ? hy_load4(x + (first + i) * a.P) : hy_four(0);
    const angles<G, PAIRS> turn(frequencies<G, PAIRS>(ratio), position(a, b, t));
#pragma unroll
    for (int i = 0; i < HEADS; i++) {
        if (first + i >= heads) /* the same in all lanes */
            break;
        const head<T> to = head_of<T>(a, b, t, first + i);
        if (!to.is_v) {
            const float rstd = hy_rstd(group_sum<G>(hy_sum4(v[i] * v[i])), a.P, a.eps);
            v[i] = turn.rotate(v[i] * rstd * hy_load4((to.is_q ? a.wq.v : a.wk.v) + 4 * lane), 1);
            if (there && lane == 0 && to.rstd)
                *to.rstd = rstd;
        }
        if (there)
            hy_store4(to.y + 4 * lane, v[i]);
    }
}

/* A part's groups take (position, heads) in turn; sums for wq and wk stay in registers. */
template <int G, bool PAIRS, class T>
__global__ void __launch_bounds__(BACK_THREADS, 1) qkrope_bwd(struct hy_qkrope a, double ratio)
{
    float *shared = hy_dynamic_shared<float>();
    const int lane = threadIdx.x % G, group = threadIdx.x / G, groups = BACK_THREADS / G;
    const int heads = a.H + 2 * a.K, batches = hy_ceil_div(heads, HEADS);
    const frequencies<G, PAIRS> f(ratio);
    const float4 wq = hy_load4(a.wq.v + 4 * lane), wk = a.K ? hy_load4(a.wk.v + 4 * lane) : hy_four(0);
    float4 dwq = hy_four(0), dwk = hy_four(0);
    long begin, end;
    hy_part_rows((long)a.B * a.T, &begin, &end);
    const int items = (int)(end - begin) * batches;
    for (int base = 0; base < items; base += groups) { /* the same for all lanes, because of the shuffles */
        const bool there = base + group < items;
        const unsigned item = there ? (unsigned)(base + group) : 0, row = item / (unsigned)batches;
        const unsigned r = (unsigned)begin + row;
        const int first = (int)(item - row * (unsigned)batches) * HEADS;
        const int b = (int)(r / (unsigned)a.T), t = (int)(r % (unsigned)a.T);
        const T *x = hy_as<T>(a.x.v) + (size_t)r * a.x.ld + 4 * lane;
        float4 v[HEADS], dy[HEADS];
        float rstd[HEADS];
#pragma unroll
        for (int i = 0; i < HEADS; i++) {
            v[i] = dy[i] = hy_four(0);
            rstd[i] = 0;
            if (!there || first + i >= heads)
                continue;
            const head<T> from = head_of<T>(a, b, t, first + i);
            if (from.dy)
                dy[i] = hy_load4(from.dy + 4 * lane);
            if (from.is_v)
                continue;
            v[i] = hy_load4(x + (first + i) * a.P);
            rstd[i] = *from.rstd;
        }
        const angles<G, PAIRS> turn(f, position(a, b, t));
#pragma unroll
        for (int i = 0; i < HEADS; i++) {
            const int h = first + i;
            const float4 g = turn.rotate(dy[i], -1), w = h < a.H ? wq : wk;
            const float4 s = g * v[i] * rstd[i]; /* 0 for v heads and where there is none */
            dwq = h < a.H ? dwq + s : dwq;
            dwk = h < a.H ? dwk : dwk + s;
            const float pull = group_sum<G>(hy_sum4(s * w)) * rstd[i] * rstd[i] / (float)a.P;
            if (!a.x.d || !there || h >= heads)
                continue;
            const float4 d = h < a.H + a.K ? g * w * rstd[i] - v[i] * pull : dy[i];
            T *dx = hy_as<T>(a.x.d) + (size_t)r * a.x.ld + h * a.P + 4 * lane;
            hy_store4(dx, a.x.add ? hy_load4(dx) + d : d);
        }
    }
    hy_store4(shared + group * 2 * a.P + 4 * lane, dwq);
    hy_store4(shared + (group * 2 + 1) * a.P + 4 * lane, dwk);
    __syncthreads();
    hy_part_finish(shared, groups, 2 * a.P, a.work + (size_t)blockIdx.x * 2 * a.P);
}

/* ---- any shape -------------------------------------------------------------------------- */

/* The two elements of pair j. */
__device__ __forceinline__ int2 pair_of(const struct hy_qkrope &a, int j)
{
    return a.interleaved ? make_int2(2 * j, 2 * j + 1) : make_int2(j, j + a.P / 2);
}

template <class T>
__global__ void __launch_bounds__(ANY_WARPS *HY_WARP) qkrope_any_fwd(struct hy_qkrope a, double ratio)
{
    const int heads = a.H + 2 * a.K, lane = threadIdx.x % HY_WARP;
    const unsigned at = blockIdx.x * ANY_WARPS + threadIdx.x / HY_WARP, r = at / (unsigned)heads;
    if (r >= (unsigned)a.B * (unsigned)a.T) /* whole warps leave */
        return;
    const int b = (int)(r / (unsigned)a.T), t = (int)(r % (unsigned)a.T), h = (int)(at % (unsigned)heads);
    const head<T> to = head_of<T>(a, b, t, h);
    const T *x = hy_as<T>(a.x.v) + (size_t)r * a.x.ld + (size_t)h * a.P;
    const float *w = to.is_q ? a.wq.v : a.wk.v;
    float sum = 0;
    for (int i = lane; i < a.P; i += HY_WARP)
        sum += hy_load1(x + i) * hy_load1(x + i);
    const float rstd = hy_rstd(hy_warp_sum(sum), a.P, a.eps);
    for (int j = lane; j < a.P / 2; j += HY_WARP) {
        const int2 e = pair_of(a, j);
        float x0 = hy_load1(x + e.x), x1 = hy_load1(x + e.y);
        if (!to.is_v) {
            const float2 turn = hy_rope_turn(hy_rope_frequency(ratio, j), position(a, b, t));
            const float v0 = x0 * rstd * w[e.x], v1 = x1 * rstd * w[e.y];
            x0 = v0 * turn.x - v1 * turn.y;
            x1 = v1 * turn.x + v0 * turn.y;
        }
        hy_store1(to.y + e.x, x0);
        hy_store1(to.y + e.y, x1);
    }
    if (lane == 0 && to.rstd)
        *to.rstd = rstd;
}

/* Each warp sums into a row of shared memory; an element of it belongs to one lane. */
template <class T>
__global__ void __launch_bounds__(ANY_WARPS *HY_WARP) qkrope_any_bwd(struct hy_qkrope a, double ratio)
{
    float *shared = hy_dynamic_shared<float>();
    const int heads = a.H + 2 * a.K, lane = threadIdx.x % HY_WARP, warp = threadIdx.x / HY_WARP;
    float *sums = shared + (size_t)warp * 2 * a.P;
    for (int j = lane; j < a.P / 2; j += HY_WARP) {
        const int2 e = pair_of(a, j);
        sums[e.x] = sums[e.y] = sums[a.P + e.x] = sums[a.P + e.y] = 0;
    }
    long begin, end;
    hy_part_rows((long)a.B * a.T * heads, &begin, &end);
    for (unsigned at = (unsigned)begin + warp; at < (unsigned)end; at += ANY_WARPS) {
        const unsigned r = at / (unsigned)heads;
        const int b = (int)(r / (unsigned)a.T), t = (int)(r % (unsigned)a.T), h = (int)(at % (unsigned)heads);
        const head<T> from = head_of<T>(a, b, t, h);
        const T *x = hy_as<T>(a.x.v) + (size_t)r * a.x.ld + (size_t)h * a.P;
        T *dx = a.x.d ? hy_as<T>(a.x.d) + (size_t)r * a.x.ld + (size_t)h * a.P : nullptr;
        const float *w = from.is_q ? a.wq.v : a.wk.v;
        float *dw = from.is_q ? sums : sums + a.P;
        const float rstd = from.is_v ? 0 : *from.rstd;
        float dot = 0;
        for (int pass = from.is_v ? 1 : 0; pass < 2; pass++) { /* sums, then what needs them */
            const float pull = pass ? hy_warp_sum(dot) * rstd * rstd * rstd / (float)a.P : 0;
            for (int j = lane; j < a.P / 2; j += HY_WARP) {
                const int2 e = pair_of(a, j);
                const float d0 = from.dy ? hy_load1(from.dy + e.x) : 0, d1 = from.dy ? hy_load1(from.dy + e.y) : 0;
                float g0 = d0, g1 = d1;
                if (!from.is_v) {
                    const float x0 = hy_load1(x + e.x), x1 = hy_load1(x + e.y);
                    const float2 turn = hy_rope_turn(hy_rope_frequency(ratio, j), position(a, b, t));
                    g0 = d0 * turn.x + d1 * turn.y;
                    g1 = d1 * turn.x - d0 * turn.y;
                    if (pass == 0) {
                        dot += g0 * x0 * w[e.x] + g1 * x1 * w[e.y];
                        dw[e.x] += g0 * x0 * rstd;
                        dw[e.y] += g1 * x1 * rstd;
                    }
                    g0 = g0 * w[e.x] * rstd - x0 * pull;
                    g1 = g1 * w[e.y] * rstd - x1 * pull;
                }
                if (pass == 0 || !dx)
                    continue;
                hy_store1(dx + e.x, a.x.add ? hy_load1(dx + e.x) + g0 : g0);
                hy_store1(dx + e.y, a.x.add ? hy_load1(dx + e.y) + g1 : g1);
            }
        }
    }
    __syncthreads();
    hy_part_finish(shared, ANY_WARPS, 2 * a.P, a.work + (size_t)blockIdx.x * 2 * a.P);
}

/* ---- launching --------------------------------------------------------------------------- */

template <class T> static bool fours(const struct hy_qkrope *a)
{
    return hy_row_fours<T>(a->x.v, a->x.ld, a->P) && hy_row_fours(a->wq.v, 4, a->P) && hy_row_fours(a->wk.v, 4, a->P) &&
           hy_row_fours<T>(a->q.v, a->q.ld, a->P) && hy_row_fours<T>(a->k.v, a->k.ld, a->P) &&
           hy_row_fours<T>(a->v.v, a->v.ld, a->P) && hy_row_fours<T>(a->x.d, 4, a->P) &&
           hy_row_fours<T>(a->q.d, 4, a->P) && hy_row_fours<T>(a->k.d, 4, a->P) && hy_row_fours<T>(a->v.d, 4, a->P);
}

typedef void rope_kernel(struct hy_qkrope, double);

struct rope_kernels {
    int P;
    rope_kernel *forward[2], *backward[2]; /* [interleaved] */
};

/* NULL: no group of lanes fits, the kernels for any shape serve. */
template <class T> static const struct rope_kernels *kernels_of(const struct hy_qkrope *a)
{
    static const struct rope_kernels known[] = {
        {16, {qkrope_fwd<4, false, T>, qkrope_fwd<4, true, T>}, {qkrope_bwd<4, false, T>, qkrope_bwd<4, true, T>}},
        {32, {qkrope_fwd<8, false, T>, qkrope_fwd<8, true, T>}, {qkrope_bwd<8, false, T>, qkrope_bwd<8, true, T>}},
        {64, {qkrope_fwd<16, false, T>, qkrope_fwd<16, true, T>}, {qkrope_bwd<16, false, T>, qkrope_bwd<16, true, T>}},
        {128, {qkrope_fwd<32, false, T>, qkrope_fwd<32, true, T>}, {qkrope_bwd<32, false, T>, qkrope_bwd<32, true, T>}},
    };
    for (const struct rope_kernels &k : known)
        if (k.P == a->P && fours<T>(a))
            return &k;
    return nullptr;
}

template <class T> static void forward(const struct hy_qkrope *a)
{
    const int rows = a->B * a->T, heads = a->H + 2 * a->K;
    const double ratio = hy_rope_ratio(a->base, a->P);
    const struct rope_kernels *known = kernels_of<T>(a);
    if (rows == 0)
        return;
    if (known)
        hy_launch("qkrope_fwd", known->forward[a->interleaved != 0],
                  dim3(hy_ceil_div(rows, THREADS / (a->P / 4)), hy_ceil_div(heads, HEADS)), dim3(THREADS), 0, *a,
                  ratio);
    else
        hy_launch("qkrope_any_fwd", qkrope_any_fwd<T>,
                  dim3((unsigned)(((long)rows * heads + ANY_WARPS - 1) / ANY_WARPS)), dim3(ANY_WARPS * HY_WARP), 0, *a,
                  ratio);
}

template <class T> static void backward(const struct hy_qkrope *a)
{
    const int parts = hy_row_parts((long)a->B * a->T), P = a->P;
    const double ratio = hy_rope_ratio(a->base, P);
    const struct rope_kernels *known = kernels_of<T>(a);
    if (known)
        hy_launch("qkrope_bwd", known->backward[a->interleaved != 0], dim3(parts), dim3(BACK_THREADS),
                  BACK_THREADS * 8 * sizeof(float), *a, ratio);
    else
        hy_launch("qkrope_any_bwd", qkrope_any_bwd<T>, dim3(parts), dim3(ANY_WARPS * HY_WARP),
                  (size_t)ANY_WARPS * 2 * P * sizeof(float), *a, ratio);
    hy_give({a->work, nullptr, a->wq.d, 2 * P, parts, P, 1, a->wq.add});
    if (a->K > 0)
        hy_give({a->work + P, nullptr, a->wk.d, 2 * P, parts, P, 1, a->wk.add});
    hy_give_end();
}

extern "C" void hy_qkrope_fwd_f32_cuda(const union hy_args *args)
{
    forward<float>(&args->qkrope);
}

extern "C" void hy_qkrope_fwd_bf16_cuda(const union hy_args *args)
{
    forward<hy_bf16>(&args->qkrope);
}

extern "C" void hy_qkrope_bwd_f32_cuda(const union hy_args *args)
{
    backward<float>(&args->qkrope);
}

extern "C" void hy_qkrope_bwd_bf16_cuda(const union hy_args *args)
{
    backward<hy_bf16>(&args->qkrope);
}
