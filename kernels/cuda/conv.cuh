/* What the causal convolutions share. A thread takes V neighbouring channels (4 where rows
 * are aligned for it, else 1) through a run of steps; the last inputs stay in registers, so
 * a run reads taps - 1 rows that the run before it reads too (from the cache). Four taps, the
 * models' number, are known at compile time; any other number reads inputs once per tap. */
#ifndef HY_KERNELS_CUDA_CONV_CUH
#define HY_KERNELS_CUDA_CONV_CUH

#include "kernels/cuda/cuda.cuh"

enum {
    CONV_LANES = 32, /* along channels */
    CONV_RUNS = 4,   /* of a block, one after the other in time */
    CONV_STEPS = 16, /* of a run */
    CONV_AHEAD = 8,  /* rows asked for at once */
    CONV_TAPS = 4,
};

template <int V> struct conv_vec {
    float at[V];
};

template <int V> __device__ __forceinline__ conv_vec<V> conv_zero()
{
    conv_vec<V> x;
#pragma unroll
    for (int k = 0; k < V; k++)
        x.at[k] = 0;
    return x;
}

template <int V, class T> __device__ __forceinline__ conv_vec<V> conv_load(const T *p)
{
    conv_vec<V> x;
    if (V == 4) {
        const float4 v = hy_load4(p);
        x.at[0] = v.x;
        x.at[V / 4] = v.y;
        x.at[V / 2] = v.z;
        x.at[V - 1] = v.w;
    } else {
        x.at[0] = hy_load1(p);
    }
    return x;
}

template <int V, class T> __device__ __forceinline__ void conv_store(T *p, const conv_vec<V> &x)
{
    if (V == 4)
        hy_store4(p, make_float4(x.at[0], x.at[V / 4], x.at[V / 2], x.at[V - 1]));
    else
        hy_store1(p, x.at[0]);
}

/* Four taps of V channels, and their bias. */
template <int V> struct conv_weights {
    conv_vec<V> tap[CONV_TAPS], bias;
};

template <int V>
__device__ __forceinline__ conv_weights<V> conv_read(const struct hy_in &w, const struct hy_in &bias, int e)
{
    conv_weights<V> c;
    c.bias = conv_load<V>(bias.v + e);
#pragma unroll
    for (int k = 0; k < V; k++) {
        const float *from = w.v + (size_t)(e + k) * w.ld;
        const float4 taps = V == 4 ? hy_load4(from) : make_float4(from[0], from[1], from[2], from[3]);
        c.tap[0].at[k] = taps.x;
        c.tap[1].at[k] = taps.y;
        c.tap[2].at[k] = taps.z;
        c.tap[3].at[k] = taps.w;
    }
    return c;
}

/* bias + sum of taps: `before` are the last three inputs, oldest first. */
template <int V>
__device__ __forceinline__ conv_vec<V> conv_sum(const conv_weights<V> &c, const conv_vec<V> *before,
                                                const conv_vec<V> &x)
{
    conv_vec<V> sum;
#pragma unroll
    for (int k = 0; k < V; k++)
        sum.at[k] = c.bias.at[k] + c.tap[0].at[k] * before[0].at[k] + c.tap[1].at[k] * before[1].at[k] +
                    c.tap[2].at[k] * before[2].at[k] + c.tap[3].at[k] * x.at[k];
    return sum;
}

template <int V> __device__ __forceinline__ void conv_shift(conv_vec<V> *before, const conv_vec<V> &x)
{
    before[0] = before[1];
    before[1] = before[2];
    before[2] = x;
}

/* Channels e ... e + V - 1 of one sequence: x and u, of T, begin at its first row; tail (taps - 1, E) at the
 * inputs before it, NULL: zeros. */
template <class T> struct conv_lane {
    const T *x;
    T *u;
    const float *tail;
    int x_ld, u_ld, tail_ld;
};

/* Input of step t >= 1 - taps. */
template <int V, class T> __device__ __forceinline__ conv_vec<V> conv_input(const conv_lane<T> &l, int t, int taps)
{
    if (t >= 0)
        return conv_load<V>(l.x + (size_t)t * l.x_ld);
    return l.tail ? conv_load<V>(l.tail + (size_t)(t + taps - 1) * l.tail_ld) : conv_zero<V>();
}

/* Steps first ... last - 1, four taps. */
template <int V, class T>
__device__ __forceinline__ void conv_run(const conv_lane<T> &l, const conv_weights<V> &c, int first, int last)
{
    conv_vec<V> before[CONV_TAPS - 1];
#pragma unroll
    for (int i = 0; i < CONV_TAPS - 1; i++)
        before[i] = conv_input<V>(l, first + i - (CONV_TAPS - 1), CONV_TAPS);
    for (int t0 = first; t0 < last; t0 += CONV_AHEAD) {
        conv_vec<V> x[CONV_AHEAD];
#pragma unroll
        for (int j = 0; j < CONV_AHEAD; j++)
            x[j] = t0 + j < last ? conv_load<V>(l.x + (size_t)(t0 + j) * l.x_ld) : conv_zero<V>();
#pragma unroll
        for (int j = 0; j < CONV_AHEAD; j++) {
            conv_vec<V> u = conv_sum<V>(c, before, x[j]);
#pragma unroll
            for (int k = 0; k < V; k++)
                u.at[k] *= hy_sigmoid(u.at[k]);
            if (t0 + j < last)
                conv_store<V>(l.u + (size_t)(t0 + j) * l.u_ld, u);
            conv_shift<V>(before, x[j]);
        }
    }
}

/* Before the silu, one channel, any number of taps: w points to the channel's. */
template <class T>
__device__ __forceinline__ float conv_any(const conv_lane<T> &l, const float *w, float bias, int t, int taps)
{
    float sum = bias;
    for (int i = 0; i < taps; i++)
        sum += w[i] * conv_input<1>(l, t + i + 1 - taps, taps).at[0];
    return sum;
}

#endif
