/* Cross-entropy with label smoothing. A block takes a row of logits, which is read once:
 * up to 8192 of them stay in registers; of wider rows every thread keeps a running maximum
 * and the sum of exponentials below it. */
#include "kernels/cuda/row.cuh"

#include <float.h>

enum {
    THREADS = 256,
    WARPS = THREADS / HY_WARP,
    AT_ONCE = 4, /* loads under way in each thread of the backward */
    SUM_THREADS = 1024,
};

/* Largest logit, sum of exp(x - largest) and sum of the logits: of a thread, then of the block. */
struct seen {
    float largest, exps, sum;
};

__device__ __forceinline__ float largest_of(float4 v)
{
    return fmaxf(fmaxf(v.x, v.y), fmaxf(v.z, v.w));
}

__device__ __forceinline__ float exps_of(float4 v, float largest)
{
    return (expf(v.x - largest) + expf(v.y - largest)) + (expf(v.z - largest) + expf(v.w - largest));
}

/* Four logits of the row; behind its end what weighs nothing among exponentials. */
template <bool FOURS> __device__ __forceinline__ float4 logits_at(const float *x, int c, int V)
{
    if (FOURS)
        return c < V ? hy_load4(x + c) : hy_four(-FLT_MAX);
    float4 v = hy_four(-FLT_MAX);
    v.x = c < V ? x[c] : v.x;
    v.y = c + THREADS < V ? x[c + THREADS] : v.y;
    v.z = c + 2 * THREADS < V ? x[c + 2 * THREADS] : v.z;
    v.w = c + 3 * THREADS < V ? x[c + 3 * THREADS] : v.w;
    return v;
}

/* The sum of those that are there. */
template <bool FOURS> __device__ __forceinline__ float sum_at(float4 v, int c, int V)
{
    const int step = FOURS ? 1 : (int)THREADS;
    const float tail = (c + 2 * step < V ? v.z : 0) + (c + 3 * step < V ? v.w : 0);
    return (c < V ? v.x : 0) + (c + step < V ? v.y : 0) + tail;
}

/* N fours a thread in registers; 0: any number, one pass over memory. */
template <int N, bool FOURS> __device__ __forceinline__ struct seen thread_saw(const float *x, int V)
{
    const int own = FOURS ? 4 * threadIdx.x : threadIdx.x;
    struct seen s = {-FLT_MAX, 0, 0};
    if constexpr (N > 0) {
        float4 v[N];
#pragma unroll
        for (int i = 0; i < N; i++)
            v[i] = logits_at<FOURS>(x, i * 4 * THREADS + own, V);
#pragma unroll
        for (int i = 0; i < N; i++) {
            s.largest = fmaxf(s.largest, largest_of(v[i]));
            s.sum += sum_at<FOURS>(v[i], i * 4 * THREADS + own, V);
        }
#pragma unroll
        for (int i = 0; i < N; i++)
            s.exps += exps_of(v[i], s.largest);
    } else {
#pragma unroll 4
        for (int c = own; c < V; c += 4 * THREADS) {
            const float4 v = logits_at<FOURS>(x, c, V);
            const float before = s.largest;
            s.largest = fmaxf(s.largest, largest_of(v));
            s.exps = s.exps * expf(before - s.largest) + exps_of(v, s.largest);
            s.sum += sum_at<FOURS>(v, c, V);
        }
    }
    return s;
}

/* Of all threads, the same in all of them. What a thread brings that saw nothing is multiplied by exp(-FLT_MAX) = 0. */
__device__ __forceinline__ struct seen block_saw(struct seen s, struct seen *warps)
{
    const float most = hy_warp_max(s.largest);
    s.exps = hy_warp_sum(s.exps * expf(s.largest - most));
    s.sum = hy_warp_sum(s.sum);
    if (threadIdx.x % HY_WARP == 0)
        warps[threadIdx.x / HY_WARP] = {most, s.exps, s.sum};
    __syncthreads();
    struct seen all = warps[0];
#pragma unroll
    for (int w = 1; w < WARPS; w++)
        all.largest = fmaxf(all.largest, warps[w].largest);
    all.exps = all.sum = 0;
#pragma unroll
    for (int w = 0; w < WARPS; w++) {
        all.exps += warps[w].exps * expf(warps[w].largest - all.largest);
        all.sum += warps[w].sum;
    }
    return all;
}

/* lse and nll of a row, and its smoothed loss into `partial`. A NaN among the logits makes the
 * exponentials' sum NaN, and so the loss. */
template <int N, bool FOURS> __global__ void __launch_bounds__(THREADS) xent_fwd(struct hy_xent a)
{
    const int row = blockIdx.x, target = a.targets[row];
    const float *x = a.logits.v + (size_t)row * a.logits.ld;
    const float wanted = threadIdx.x == 0 && target >= 0 ? x[target] : 0;
    __shared__ struct seen warps[WARPS];
    const struct seen all = block_saw(thread_saw<N, FOURS>(x, a.V), warps);
    if (threadIdx.x != 0)
        return;
    const float lse = all.largest + logf(all.exps), nll = target >= 0 ? lse - wanted : 0;
    const double spread = (double)lse - (double)(all.sum / (float)a.V);
    a.partial[row] = target >= 0 ? (1 - (double)a.smoothing) * (double)nll + (double)a.smoothing * spread : 0;
    if (a.nll)
        a.nll[row] = nll;
    if (a.lse)
        a.lse[row] = lse;
}

/* The mean over the rows that count, in one block and always in the same order. */
__global__ void __launch_bounds__(SUM_THREADS) xent_mean(struct hy_xent a)
{
    __shared__ double sums[SUM_THREADS / HY_WARP];
    __shared__ int counts[SUM_THREADS / HY_WARP];
    double sum = 0;
    int counted = 0;
#pragma unroll 4
    for (int r = threadIdx.x; r < a.rows; r += SUM_THREADS) {
        sum += a.partial[r];
        counted += a.targets[r] >= 0;
    }
    sum = hy_block_sum<SUM_THREADS>(sum, sums);
    counted = hy_block_sum<SUM_THREADS>(counted, counts);
    if (threadIdx.x != 0)
        return;
    if (a.loss)
        a.loss[0] = counted ? (float)(sum / (double)counted) : 0;
    if (a.counted)
        a.counted[0] = (float)counted;
}

struct slope {
    float lse, floor_part, target_part, scale;
    int target;
};

/* d logit = (p - smoothing/V - (1 - smoothing) [target]) / counted */
__device__ __forceinline__ float slope_at(const struct slope &s, float x, int c)
{
    return (expf(x - s.lse) - s.floor_part - (c == s.target ? s.target_part : 0)) * s.scale;
}

/* Each element is read before its gradient is written, which may take its place. */
template <bool FOURS> __global__ void __launch_bounds__(THREADS) xent_bwd(struct hy_xent a)
{
    const int row = blockIdx.x, target = a.targets[row];
    const float *x = a.logits.v + (size_t)row * a.logits.ld;
    float *dx = a.logits.d + (size_t)row * a.logits.ld;
    if (target < 0 && a.logits.add)
        return;
    /* a row that does not count has slope 0, whatever its logits are */
    const struct slope s = {a.lse[row], a.smoothing / (float)a.V, 1 - a.smoothing, 1.0f / a.counted[0], target};
    constexpr int step = FOURS ? 4 * THREADS : THREADS;
    for (int first = FOURS ? 4 * threadIdx.x : threadIdx.x; first < a.V; first += AT_ONCE * step) {
        float4 v[AT_ONCE]; /* one number in each where they cannot be read by fours */
#pragma unroll
        for (int k = 0; k < AT_ONCE; k++) {
            const int c = first + k * step;
            v[k] = hy_four(0);
            if (c < a.V && FOURS)
                v[k] = hy_load4(x + c);
            else if (c < a.V)
                v[k].x = x[c];
        }
#pragma unroll
        for (int k = 0; k < AT_ONCE; k++) {
            const int c = first + k * step;
            if (c >= a.V)
                break;
            float4 d = hy_four(0);
            if (target >= 0)
                d = make_float4(slope_at(s, v[k].x, c), slope_at(s, v[k].y, c + 1), slope_at(s, v[k].z, c + 2),
                                slope_at(s, v[k].w, c + 3));
            if (FOURS)
                hy_store4(dx + c, a.logits.add ? hy_load4(dx + c) + d : d);
            else
                dx[c] = a.logits.add ? dx[c] + d.x : d.x;
        }
    }
}

extern "C" void hy_xent_fwd_f32_cuda(const union hy_args *args)
{
    const struct hy_xent *a = &args->xent;
    const bool fours = hy_row_fours(a->logits.v, a->logits.ld, a->V);
    const int each = hy_ceil_div(a->V, 4 * THREADS);
    void (*kernel)(struct hy_xent) = xent_fwd<0, true>;
    if (!fours)
        kernel = each <= 1 ? xent_fwd<1, false> : each <= 4 ? xent_fwd<4, false> : xent_fwd<0, false>;
    else if (each <= 8)
        kernel = each <= 1   ? xent_fwd<1, true>
                 : each <= 2 ? xent_fwd<2, true>
                 : each <= 4 ? xent_fwd<4, true>
                             : xent_fwd<8, true>;
    if (a->rows > 0)
        hy_launch("xent_fwd", kernel, dim3(a->rows), dim3(THREADS), 0, *a);
    hy_launch("xent_mean", xent_mean, dim3(1), dim3(SUM_THREADS), 0, *a);
}

extern "C" void hy_xent_bwd_f32_cuda(const union hy_args *args)
{
    const struct hy_xent *a = &args->xent;
    const bool fours = hy_row_fours(a->logits.v, a->logits.ld, a->V) && hy_row_fours(a->logits.d, 4, a->V);
    if (a->rows > 0 && a->logits.d)
        hy_launch("xent_bwd", fours ? xent_bwd<true> : xent_bwd<false>, dim3(a->rows), dim3(THREADS), 0, *a);
}
