/* Causal depthwise convolution and silu. Bytes bind: 8 an element forward, 12 backward, half of that
 * in bf16 (more where runs meet, from the cache), against some 20 and 50 instructions; so inputs are
 * asked for four at a time, several rows at once, and each is used from registers for all its taps.
 *
 * Backward, with g_t = du_t silu'(sum_t): dx_t = sum_j w[taps-1-j] g_{t+j}, so a run works out
 * the slopes of the taps - 1 steps behind it again rather than wait for the next run. dw and dbias
 * are summed over a part's runs in registers, over a block's threads in shared memory, and over
 * the parts, in their order, by a second launch. x and u are of T. */
#include "kernels/cuda/conv.cuh"
#include "kernels/cuda/give.cuh"

enum {
    BACK_STEPS = 32, /* of a run backward */
    BACK_AHEAD = 4,  /* rows of x and of du asked for at once */
};

template <class T> __device__ __forceinline__ conv_lane<T> lane_of(const struct hy_conv &a, int b, int e)
{
    const size_t row = (size_t)b * a.T;
    return conv_lane<T>{
        hy_as<T>(a.x.v) + row * a.x.ld + e, hy_as<T>(a.u.v) + row * a.u.ld + e, NULL, a.x.ld, a.u.ld, 0};
}

/* Grid (channels / (32 V), ceil(runs / CONV_RUNS), B), block (CONV_LANES, CONV_RUNS). */
template <int V, class T> __global__ void conv_forward(struct hy_conv a)
{
    const int e = (blockIdx.x * CONV_LANES + threadIdx.x) * V, b = blockIdx.z;
    const int first = (blockIdx.y * CONV_RUNS + threadIdx.y) * CONV_STEPS;
    if (e < a.E && first < a.T)
        conv_run<V>(lane_of<T>(a, b, e), conv_read<V>(a.w, a.bias, e), first, min(first + CONV_STEPS, a.T));
}

template <class T> __global__ void conv_forward_any(struct hy_conv a)
{
    const int e = blockIdx.x * CONV_LANES + threadIdx.x, b = blockIdx.z;
    const int first = (blockIdx.y * CONV_RUNS + threadIdx.y) * CONV_STEPS, last = min(first + CONV_STEPS, a.T);
    if (e >= a.E)
        return;
    const conv_lane<T> l = lane_of<T>(a, b, e);
    for (int t = first; t < last; t++)
        hy_store1(l.u + (size_t)t * l.u_ld, hy_silu(conv_any(l, a.w.v + (size_t)e * a.w.ld, a.bias.v[e], t, a.taps)));
}

template <class T, int V>
__device__ __forceinline__ void give(const struct hy_in &x, size_t row, int e, const conv_vec<V> &v)
{
    T *at = hy_as<T>(x.d) + row * x.ld + e;
    conv_vec<V> sum = v;
    if (x.add) {
        const conv_vec<V> there = conv_load<V>(at);
#pragma unroll
        for (int k = 0; k < V; k++)
            sum.at[k] += there.at[k];
    }
    conv_store<V>(at, sum);
}

/* One run backward: dx of its steps, and its share of dw and dbias. */
template <int V, class T>
__device__ __forceinline__ void back_run(const struct hy_conv &a, const conv_weights<V> &c, int b, int e, int first,
                                         conv_weights<V> &d)
{
    const int last = min(first + BACK_STEPS, a.T), end = last + CONV_TAPS - 1;
    const size_t row = (size_t)b * a.T;
    const conv_lane<T> l = lane_of<T>(a, b, e);
    const T *du = hy_as<T>(a.u.d) + row * a.u.ld + e;
    conv_vec<V> before[CONV_TAPS - 1], g[CONV_TAPS - 1];
#pragma unroll
    for (int i = 0; i < CONV_TAPS - 1; i++) {
        before[i] = conv_input<V>(l, first + i - (CONV_TAPS - 1), CONV_TAPS);
        g[i] = conv_zero<V>();
    }
    for (int t0 = first; t0 < end; t0 += BACK_AHEAD) {
        conv_vec<V> x[BACK_AHEAD], arriving[BACK_AHEAD];
#pragma unroll
        for (int j = 0; j < BACK_AHEAD; j++) {
            const bool real = t0 + j < min(end, a.T);
            x[j] = real ? conv_load<V>(l.x + (size_t)(t0 + j) * l.x_ld) : conv_zero<V>();
            arriving[j] = real ? conv_load<V>(du + (size_t)(t0 + j) * a.u.ld) : conv_zero<V>();
        }
#pragma unroll
        for (int j = 0; j < BACK_AHEAD; j++) {
            const int t = t0 + j;
            const conv_vec<V> sum = conv_sum<V>(c, before, x[j]);
            conv_vec<V> slope, dx; /* dx of step t - 3 */
#pragma unroll
            for (int k = 0; k < V; k++) {
                const float open = hy_sigmoid(sum.at[k]);
                slope.at[k] = arriving[j].at[k] * (open * (1.0f + sum.at[k] * (1.0f - open)));
                dx.at[k] = c.tap[3].at[k] * g[0].at[k] + c.tap[2].at[k] * g[1].at[k] + c.tap[1].at[k] * g[2].at[k] +
                           c.tap[0].at[k] * slope.at[k];
                if (t < last) {
                    d.bias.at[k] += slope.at[k];
                    d.tap[0].at[k] += slope.at[k] * before[0].at[k];
                    d.tap[1].at[k] += slope.at[k] * before[1].at[k];
                    d.tap[2].at[k] += slope.at[k] * before[2].at[k];
                    d.tap[3].at[k] += slope.at[k] * x[j].at[k];
                }
            }
            if (a.x.d && t - (CONV_TAPS - 1) >= first && t < end)
                give<T>(a.x, row + t - (CONV_TAPS - 1), e, dx);
            conv_shift<V>(before, x[j]);
            conv_shift<V>(g, slope);
        }
    }
}

/* Row blockIdx.y of `work`: dw as (taps, E), then dbias (E). Grid (channels / (32 V), parts), block
 * (CONV_LANES, CONV_RUNS): a thread takes every (parts * CONV_RUNS)th run of all sequences. */
template <int V, class T>
__global__ void __launch_bounds__(CONV_LANES *CONV_RUNS, 4) conv_backward(struct hy_conv a, int runs)
{
    __shared__ float sums[CONV_RUNS][CONV_LANES * V];
    const int e = (blockIdx.x * CONV_LANES + threadIdx.x) * V;
    conv_weights<V> d;
    d.bias = conv_zero<V>();
#pragma unroll
    for (int i = 0; i < CONV_TAPS; i++)
        d.tap[i] = conv_zero<V>();
    if (e < a.E) {
        const conv_weights<V> c = conv_read<V>(a.w, a.bias, e);
        for (int r = blockIdx.y * CONV_RUNS + threadIdx.y; r < a.B * runs; r += gridDim.y * CONV_RUNS)
            back_run<V, T>(a, c, r / runs, e, r % runs * BACK_STEPS, d);
    }
    float *part = a.work + (size_t)blockIdx.y * (CONV_TAPS + 1) * a.E;
#pragma unroll
    for (int i = 0; i <= CONV_TAPS; i++) {
        const conv_vec<V> &mine = i < CONV_TAPS ? d.tap[i % CONV_TAPS] : d.bias;
#pragma unroll
        for (int k = 0; k < V; k++)
            sums[threadIdx.y][k * CONV_LANES + threadIdx.x] = mine.at[k];
        __syncthreads();
        if (threadIdx.y == 0 && e < a.E) {
            conv_vec<V> sum = conv_zero<V>();
#pragma unroll
            for (int y = 0; y < CONV_RUNS; y++)
#pragma unroll
                for (int k = 0; k < V; k++)
                    sum.at[k] += sums[y][k * CONV_LANES + threadIdx.x];
            conv_store<V>(part + (size_t)i * a.E + e, sum);
        }
        __syncthreads();
    }
}

/* g of step t, any number of taps; 0 behind the end. */
template <class T>
__device__ __forceinline__ float slope_any(const struct hy_conv &a, const conv_lane<T> &l, int b, int e, int t)
{
    if (t >= a.T)
        return 0;
    const float sum = conv_any(l, a.w.v + (size_t)e * a.w.ld, a.bias.v[e], t, a.taps);
    return hy_load1(hy_as<T>(a.u.d) + ((size_t)b * a.T + t) * a.u.ld + e) * hy_silu_slope(sum);
}

/* The same with any number of taps, a channel per thread: tap by tap, the slopes each time anew. */
template <class T> __global__ void conv_backward_any(struct hy_conv a, int runs)
{
    __shared__ float sums[CONV_RUNS][CONV_LANES];
    const int e = blockIdx.x * CONV_LANES + threadIdx.x, stride = gridDim.y * CONV_RUNS;
    float *part = a.work + (size_t)blockIdx.y * (a.taps + 1) * a.E;
    for (int i = 0; i <= a.taps; i++) { /* a.taps: the bias, and dx */
        float mine = 0;
        for (int r = blockIdx.y * CONV_RUNS + threadIdx.y; e < a.E && r < a.B * runs; r += stride) {
            const int b = r / runs, first = r % runs * BACK_STEPS, last = min(first + BACK_STEPS, a.T);
            const conv_lane<T> l = lane_of<T>(a, b, e);
            for (int t = first; t < last; t++) {
                const float g = slope_any(a, l, b, e, t);
                mine += i < a.taps ? g * conv_input<1>(l, t + i + 1 - a.taps, a.taps).at[0] : g;
                if (i < a.taps || a.x.d == NULL)
                    continue;
                conv_vec<1> dx = conv_zero<1>();
                for (int j = 0; j < a.taps; j++)
                    dx.at[0] += a.w.v[(size_t)e * a.w.ld + a.taps - 1 - j] * slope_any(a, l, b, e, t + j);
                give<T>(a.x, (size_t)b * a.T + t, e, dx);
            }
        }
        sums[threadIdx.y][threadIdx.x] = mine;
        __syncthreads();
        if (threadIdx.y == 0 && e < a.E) {
            float sum = 0;
            for (int y = 0; y < CONV_RUNS; y++)
                sum += sums[y][threadIdx.x];
            part[(size_t)i * a.E + e] = sum;
        }
        __syncthreads();
    }
}

/* Gradients of a part lie tap by tap, E wide, and then the bias's. */
static void give_parameters(const struct hy_conv *a, int parts)
{
    const int all = (a->taps + 1) * a->E;
    for (int i = 0; i < a->taps && a->w.d; i++)
        hy_give({a->work + (size_t)i * a->E, nullptr, a->w.d + i, all, parts, a->E, (short)a->w.ld, a->w.add});
    hy_give({a->work + (size_t)a->taps * a->E, nullptr, a->bias.d, all, parts, a->E, 1, a->bias.add});
    hy_give_end();
}

template <class T> static bool fours_of(const struct hy_conv *a)
{
    return a->E % 4 == 0 && hy_fours<T>(a->x.v, a->x.ld) && hy_fours<T>(a->u.v, a->u.ld) && hy_fours(a->w.v, a->w.ld) &&
           hy_fours(a->bias.v, 4);
}

template <class T> static void forward(const struct hy_conv *a)
{
    const dim3 block(CONV_LANES, CONV_RUNS);
    if (a->B == 0 || a->T == 0 || a->E == 0)
        return;
    const int blocks = hy_ceil_div(a->T, CONV_RUNS * CONV_STEPS);
    if (a->taps != CONV_TAPS)
        hy_launch("conv_forward_any", conv_forward_any<T>, dim3(hy_ceil_div(a->E, CONV_LANES), blocks, a->B), block, 0,
                  *a);
    else if (fours_of<T>(a))
        hy_launch("conv_forward", conv_forward<4, T>, dim3(hy_ceil_div(a->E, 4 * CONV_LANES), blocks, a->B), block, 0,
                  *a);
    else
        hy_launch("conv_forward", conv_forward<1, T>, dim3(hy_ceil_div(a->E, CONV_LANES), blocks, a->B), block, 0, *a);
}

template <class T> static void backward(const struct hy_conv *a)
{
    const dim3 block(CONV_LANES, CONV_RUNS);
    if (a->B == 0 || a->T == 0 || a->E == 0)
        return;
    const int runs = hy_ceil_div(a->T, BACK_STEPS), wanted = hy_ceil_div(a->B * runs, CONV_RUNS);
    const int parts = wanted < HY_CUDA_PARTS ? wanted : HY_CUDA_PARTS;
    const bool fours =
        fours_of<T>(a) && hy_fours<T>(a->u.d, a->u.ld) && hy_fours<T>(a->x.d, a->x.ld) && hy_fours(a->work, 4);
    if (a->taps != CONV_TAPS)
        hy_launch("conv_backward_any", conv_backward_any<T>, dim3(hy_ceil_div(a->E, CONV_LANES), parts), block, 0, *a,
                  runs);
    else if (fours)
        hy_launch("conv_backward", conv_backward<4, T>, dim3(hy_ceil_div(a->E, 4 * CONV_LANES), parts), block, 0, *a,
                  runs);
    else
        hy_launch("conv_backward", conv_backward<1, T>, dim3(hy_ceil_div(a->E, CONV_LANES), parts), block, 0, *a, runs);
    give_parameters(a, parts);
}

extern "C" void hy_conv_fwd_f32_cuda(const union hy_args *args)
{
    forward<float>(&args->conv);
}

extern "C" void hy_conv_fwd_bf16_cuda(const union hy_args *args)
{
    forward<hy_bf16>(&args->conv);
}

extern "C" void hy_conv_bwd_f32_cuda(const union hy_args *args)
{
    backward<float>(&args->conv);
}

extern "C" void hy_conv_bwd_bf16_cuda(const union hy_args *args)
{
    backward<hy_bf16>(&args->conv);
}
