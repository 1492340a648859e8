/* The convolution continued from `tail`. Up to CONV_STEPS new steps (decoding): one launch, a
 * thread does all of its channels' steps and then moves their tail. More (prefill): runs side by
 * side as in conv.cu, and the tail behind them in a second launch, since several read it. */
#include "kernels/cuda/conv.cuh"

enum { THREADS = 128 };

template <int V> __device__ __forceinline__ conv_lane<float> lane_of(const struct hy_conv_step &a, int b, int e)
{
    const size_t row = (size_t)b * a.T;
    return conv_lane<float>{a.x.v + row * a.x.ld + e,
                            a.u.v + row * a.u.ld + e,
                            a.tail + (size_t)b * (a.taps - 1) * a.E + e,
                            a.x.ld,
                            a.u.ld,
                            a.E};
}

/* Steps first ... last - 1, of which those behind len are 0. */
template <int V>
__device__ __forceinline__ void run(const struct hy_conv_step &a, const conv_lane<float> &l, int e, int first, int last,
                                    int len)
{
    const int real = min(last, len);
    if (first < real && a.taps == CONV_TAPS)
        conv_run<V>(l, conv_read<V>(a.w, a.bias, e), first, real);
    for (int t = first; t < real && a.taps != CONV_TAPS; t++) {
        conv_vec<V> u;
#pragma unroll
        for (int k = 0; k < V; k++) {
            conv_lane<float> one = l;
            one.x += k;
            one.tail += k;
            u.at[k] = hy_silu(conv_any(one, a.w.v + (size_t)(e + k) * a.w.ld, a.bias.v[e + k], t, a.taps));
        }
        conv_store<V>(l.u + (size_t)t * l.u_ld, u);
    }
    for (int t = max(first, real); t < last; t++)
        conv_store<V>(l.u + (size_t)t * l.u_ld, conv_zero<V>());
}

/* The last taps - 1 inputs: row i of the new tail lies behind row i of the old one, or is it. */
template <int V>
__device__ __forceinline__ void move_tail(const struct hy_conv_step &a, const conv_lane<float> &l, int len)
{
    float *tail = const_cast<float *>(l.tail);
    for (int i = 0; i < a.taps - 1; i++)
        conv_store<V>(tail + (size_t)i * a.E, conv_input<V>(l, len + i - (a.taps - 1), a.taps));
}

/* A thread per V channels of a sequence. */
template <int V, bool ONLY_TAIL> __global__ void conv_step_short(struct hy_conv_step a)
{
    const int i = blockIdx.x * THREADS + threadIdx.x, columns = a.E / V;
    if (i >= a.B * columns)
        return;
    const int b = i / columns, e = i % columns * V, len = a.len[b];
    const conv_lane<float> l = lane_of<V>(a, b, e);
    if (!ONLY_TAIL)
        run<V>(a, l, e, 0, a.T, len);
    move_tail<V>(a, l, len);
}

/* Grid (channels / (32 V), ceil(runs / CONV_RUNS), B), block (CONV_LANES, CONV_RUNS). */
template <int V> __global__ void conv_step_long(struct hy_conv_step a)
{
    const int e = (blockIdx.x * CONV_LANES + threadIdx.x) * V, b = blockIdx.z;
    const int first = (blockIdx.y * CONV_RUNS + threadIdx.y) * CONV_STEPS;
    if (e < a.E && first < a.T)
        run<V>(a, lane_of<V>(a, b, e), e, first, min(first + CONV_STEPS, a.T), a.len[b]);
}

template <int V> static void launch(const struct hy_conv_step *a)
{
    const dim3 flat(hy_ceil_div(a->B * (a->E / V), THREADS)), threads(THREADS);
    if (a->T <= CONV_STEPS) {
        auto all = conv_step_short<V, false>;
        hy_launch("conv_step", all, flat, threads, 0, *a);
        return;
    }
    const dim3 grid(hy_ceil_div(a->E, CONV_LANES * V), hy_ceil_div(a->T, CONV_RUNS * CONV_STEPS), a->B);
    auto tail = conv_step_short<V, true>;
    hy_launch("conv_step", conv_step_long<V>, grid, dim3(CONV_LANES, CONV_RUNS), 0, *a);
    hy_launch("conv_step_tail", tail, flat, threads, 0, *a);
}

extern "C" void hy_conv_step_fwd_f32_cuda(const union hy_args *args)
{
    const struct hy_conv_step *a = &args->conv_step;
    if (a->B == 0 || a->T == 0 || a->E == 0)
        return;
    const bool taps = a->taps != CONV_TAPS || (hy_fours(a->w.v, a->w.ld) && hy_fours(a->bias.v, 4));
    if (a->E % 4 == 0 && taps && hy_fours(a->x.v, a->x.ld) && hy_fours(a->u.v, a->u.ld) && hy_fours(a->tail, a->E))
        launch<4>(a);
    else
        launch<1>(a);
}
