/* What the scan kernels share, and the kernel that runs forward in time.
 *
 * A channel's states lie in the registers of LANES neighbouring lanes, OWN states each; a
 * thread holds them for CH neighbouring channels, so that a Bt, Ct read from shared memory
 * serves CH channels. A block takes CHANNELS = 32 CH channels through time in tiles of
 * 16 / CH steps: 512 elements of u, dt and z, a piece of four of each per thread.
 *     1  each thread: delta = softplus(dt + bias) and the drive delta * u of its 4 elements,
 *        to shared memory; then it asks for its pieces of the next tile
 *     2  the recurrence over the tile: states in registers, y summed over the lanes
 *     3  each thread, for its 4 elements: skip and gate, one store
 * Any N: 16 states at a time, the sums of y in between kept as f32 (scan_way). Steps behind the
 * end and channels behind E run with delta = drive = 0, which leaves a state as it is. u, z and y
 * are of T. */
#ifndef HY_KERNELS_CUDA_SCAN_CUH
#define HY_KERNELS_CUDA_SCAN_CUH

#include "kernels/cuda/cuda.cuh"

extern "C" {
#include "kernels/scan_parts.h"
}

enum {
    SCAN_THREADS = 128,
    SCAN_LANES = 4, /* that share a channel */
    SCAN_OWN = 4,   /* states of a channel in one lane */
    SCAN_STATES = SCAN_LANES * SCAN_OWN,
};

/* Columns c ... c + 3 of a row of n; those behind n are 0. FOURS: rows take accesses of four elements
 * and n is a multiple of 4, so that a piece is inside or outside. */
template <bool FOURS> __device__ __forceinline__ hy_stored4<float> scan_fetch_four(const float *row, int c, int n)
{
    hy_stored4<float> x = {make_float4(0, 0, 0, 0)};
    if (c < n)
        x.v = FOURS ? hy_load4(row + c)
                    : make_float4(row[c], c + 1 < n ? row[c + 1] : 0, c + 2 < n ? row[c + 2] : 0,
                                  c + 3 < n ? row[c + 3] : 0);
    return x;
}

template <bool FOURS> __device__ __forceinline__ hy_stored4<hy_bf16> scan_fetch_four(const hy_bf16 *row, int c, int n)
{
    hy_stored4<hy_bf16> x = {make_uint2(0, 0)};
    if (FOURS && c < n)
        x.v = *reinterpret_cast<const uint2 *>(row + c);
    else if (c < n)
        x.v = make_uint2(row[c] | (c + 1 < n ? (uint32_t)row[c + 1] << 16 : 0),
                         (c + 2 < n ? row[c + 2] : 0) | (c + 3 < n ? (uint32_t)row[c + 3] << 16 : 0));
    return x;
}

template <bool FOURS, class T> __device__ __forceinline__ float4 scan_load(const T *row, int c, int n)
{
    return scan_fetch_four<FOURS>(row, c, n).open();
}

template <bool FOURS, class T> __device__ __forceinline__ void scan_store(T *row, int c, int n, float4 v)
{
    if (c >= n)
        return;
    if (FOURS) {
        hy_store4(row + c, v);
        return;
    }
    hy_store1(row + c, v.x);
    if (c + 1 < n)
        hy_store1(row + c + 1, v.y);
    if (c + 2 < n)
        hy_store1(row + c + 2, v.z);
    if (c + 3 < n)
        hy_store1(row + c + 3, v.w);
}

/* softplus(x) = max(x, 0) + log(1 + e), e = exp(-|x|): log(1 + e) = 2 artanh(w), w = e / (2 + e)
 * <= 1/3, by a polynomial in w^2 within 8e-9 of it. */
struct scan_soft {
    float value, slope;
};

__device__ __forceinline__ scan_soft scan_softplus(float x)
{
    const float e = hy_exp2(-HY_LOG2E * fabsf(x)), w = hy_ratio(e, 2.0f + e), v = w * w;
    float p = 0.28157779574394226f;
    p = p * v + 0.27965158224105835f;
    p = p * v + 0.4002459645271301f;
    p = p * v + 0.6666632294654846f;
    p = p * v + 2.0f;
    return scan_soft{fmaxf(x, 0.0f) + w * p, hy_ratio(x >= 0 ? 1.0f : e, 1.0f + e)};
}

/* A log2(e) of one lane's states: exp(delta A) = 2^(delta rate). 0 where there is no state. */
__device__ __forceinline__ void scan_rates(const struct hy_in &A_log, int e, int E, int n, int N, float *rate)
{
#pragma unroll
    for (int m = 0; m < SCAN_OWN; m++)
        rate[m] = e < E && n + m < N ? -HY_LOG2E * expf(A_log.v[(size_t)e * A_log.ld + n + m]) : 0.0f;
}

/* Half of a sum over lanes that leaves each lane another part of COUNT sums: lanes that differ in
 * `bit` exchange halves, the lane with the bit keeps the upper. */
template <int COUNT> __device__ __forceinline__ void scan_fold(float *v, int lane, int bit)
{
    const bool upper = lane & bit;
#pragma unroll
    for (int i = 0; i < COUNT / 2; i++) {
        const float keep = upper ? v[i + COUNT / 2] : v[i], give = upper ? v[i] : v[i + COUNT / 2];
        v[i] = keep + __shfl_xor_sync(0xffffffffu, give, bit);
    }
}

/* {delta, drive} of two channels are one float4. Where it lies in its row: threads write
 * neighbouring pairs and read every other one, neither with bank conflicts. */
__device__ __forceinline__ int scan_pair_at(int pair)
{
    return pair ^ ((pair >> 3) & 1);
}

/* A row's {delta, drive} of the CH channels that begin at `channel` of the block. */
template <int CH>
__device__ __forceinline__ void scan_read_pair(const float4 *row, int channel, float *delta, float *drive)
{
    const float4 *at = row + scan_pair_at(channel / 2);
    if (CH == 2) {
        const float4 p = *at;
        delta[0] = p.x;
        drive[0] = p.y;
        delta[CH - 1] = p.z;
        drive[CH - 1] = p.w;
    } else {
        const float2 p = reinterpret_cast<const float2 *>(at)[channel % 2];
        delta[0] = p.x;
        drive[0] = p.y;
    }
}

/* What a launch of scan_forward does beside the op's arguments. */
struct scan_way {
    float *state;       /* STEP: (B*E, N), continued in place */
    const int32_t *len; /* STEP: (B) real rows of each sequence */
    int span;           /* steps of one block: whole chunks if there are several spans */
    float *sums;        /* (B*T, E) for y's sums between slabs where y is bf16 and N > 16 */
};

/* Where the sums of a row's y are kept between slabs: in y where that does not round them. */
template <class T> __device__ __forceinline__ float *scan_sums(const struct hy_scan &a, const scan_way &w, size_t row)
{
    return sizeof(T) < sizeof(float) ? w.sums + row * a.E : a.y.v + row * a.y.ld;
}

enum scan_mode {
    SCAN_TRAIN, /* from the saved state (or 0), saving states */
    SCAN_ENDS,  /* only the end of each span, from 0, for the span behind: scan_join */
    SCAN_STEP,  /* from `state`, to `state` */
};

template <int CH> struct scan_tile {
    static constexpr int CHANNELS = SCAN_THREADS / SCAN_LANES * CH;
    static constexpr int STEPS = 4 * SCAN_THREADS / CHANNELS;
    static constexpr int SUMS = CHANNELS + 8 * CH; /* what a warp adds to lies in different banks */
    float4 pair[STEPS][CHANNELS / 2];
    float4 Bt[STEPS][SCAN_LANES], Ct[STEPS][SCAN_LANES];
    float sum[STEPS][SUMS];
    float4 bias[CHANNELS / 4], skip[CHANNELS / 4]; /* of the channels; registers are what is short */
};

/* Where the states (N) of channel e before step t are saved; t begins a chunk. */
__device__ __forceinline__ float *scan_saved(const struct hy_scan &a, int b, int t, int e)
{
    const int chunks = (a.T + a.chunk - 1) / a.chunk;
    return a.states + (((size_t)b * chunks + t / a.chunk) * a.E + e) * a.N;
}

/* The pieces of a tile that one thread brings: of dt and u early, of Bt or Ct (which many blocks
 * read, so that they are near) and of z later. */
template <class T> struct scan_pieces {
    float4 dt;
    hy_stored4<T> u;
};

template <int CH, bool FOURS, class T>
__device__ __forceinline__ scan_pieces<T> scan_fetch(const struct hy_scan &a, int b, int t0, int last, int e0)
{
    using tile = scan_tile<CH>;
    const int i = threadIdx.x, t = t0 + i / (tile::CHANNELS / 4), e = e0 + i % (tile::CHANNELS / 4) * 4;
    const size_t row = (size_t)b * a.T + t;
    scan_pieces<T> p = {};
    if (t < last) {
        p.dt = scan_load<FOURS>(a.dt.v + row * a.dt.ld, e, a.E);
        p.u = scan_fetch_four<FOURS>(hy_as<T>(a.u.v) + row * a.u.ld, e, a.E);
    }
    return p;
}

template <int CH, bool FOURS>
__device__ __forceinline__ float4 scan_fetch_narrow(const struct hy_scan &a, int b, int t0, int last, int slab)
{
    using tile = scan_tile<CH>;
    const int i = threadIdx.x, n = slab + i % SCAN_LANES * SCAN_OWN, r = t0 + i / SCAN_LANES % tile::STEPS;
    const size_t row = (size_t)b * a.T + r;
    if (r >= last || i >= 2 * tile::STEPS * SCAN_LANES)
        return make_float4(0, 0, 0, 0);
    return i < tile::STEPS * SCAN_LANES ? scan_load<FOURS>(a.Bt.v + row * a.Bt.ld, n, a.N)
                                        : scan_load<FOURS>(a.Ct.v + row * a.Ct.ld, n, a.N);
}

/* Grid (ceil(E / CHANNELS), spans, B). Registers: 16 (CH = 1) or 32 (CH = 2) hold states and rates, 28
 * the pieces. Six blocks of the wide form are 24 warps an SM: one wave at B16 E3072.
 * long: those registers live from phase to phase. */
template <int CH, int MODE, bool FOURS, class T>
__global__ void __launch_bounds__(SCAN_THREADS, CH == 2 && FOURS ? 6 : 5) scan_forward(struct hy_scan a, scan_way w)
{
    using tile = scan_tile<CH>;
    __shared__ tile s;
    const int i = threadIdx.x, lane = i % SCAN_LANES, own = i / SCAN_LANES * CH; /* first channel of the states */
    const int b = blockIdx.z, e0 = blockIdx.x * tile::CHANNELS, e = e0 + own;
    const int my_row = i / (tile::CHANNELS / 4), my_column = i % (tile::CHANNELS / 4) * 4, c = e0 + my_column;
    /* wide blocks are for calls with many channels, whose time is not cut */
    const int first = CH == 2 ? 0 : blockIdx.y * w.span, end = CH == 2 ? a.T : min(a.T, first + w.span);
    const int last = MODE == SCAN_STEP ? min(w.len[b], a.T) : end; /* steps behind leave the state */
    if (my_row == 0) {
        s.bias[my_column / 4] = scan_load<false>(a.dt_bias.v, c, a.E);
        s.skip[my_column / 4] = scan_load<false>(a.D.v, c, a.E);
    }
    __syncthreads();

    for (int slab = 0; slab < a.N; slab += SCAN_STATES) {
        const int n = slab + lane * SCAN_OWN;
        float rate[CH][SCAN_OWN], state[CH][SCAN_OWN], total[CH];
        int save_at = MODE == SCAN_TRAIN && a.chunk > 0 && a.states ? first : a.T; /* where the next chunk begins */
#pragma unroll
        for (int k = 0; k < CH; k++) {
            scan_rates(a.A_log, e + k, a.E, n, a.N, rate[k]);
            float4 v = make_float4(0, 0, 0, 0);
            if (MODE == SCAN_STEP && e + k < a.E)
                v = scan_load<FOURS>(w.state + ((size_t)b * a.E + e + k) * a.N, n, a.N);
            if (MODE == SCAN_TRAIN && first > 0 && e + k < a.E)
                v = scan_load<FOURS>(scan_saved(a, b, first, e + k), n, a.N);
            state[k][0] = v.x;
            state[k][1] = v.y;
            state[k][2] = v.z;
            state[k][3] = v.w;
            total[k] = 0;
        }
        scan_pieces<T> p = scan_fetch<CH, FOURS, T>(a, b, first, last, e0);
        float4 narrow = scan_fetch_narrow<CH, FOURS>(a, b, first, last, slab);

#pragma unroll 1
        for (int t0 = first, stop; t0 < end; t0 = stop) {
            if (t0 == save_at) {
#pragma unroll
                for (int k = 0; k < CH; k++)
                    if (e + k < a.E)
                        scan_store<FOURS>(scan_saved(a, b, t0, e + k), n, a.N,
                                          make_float4(state[k][0], state[k][1], state[k][2], state[k][3]));
                save_at += min(a.chunk, a.T - t0);
            }
            stop = min(min(t0 + tile::STEPS, save_at), end); /* a tile ends where a chunk does */
            if (t0 < last) {
                const bool real = t0 + my_row < min(stop, last);
                const float4 bias = s.bias[my_column / 4], u = p.u.open();
                float delta[4] = {p.dt.x + bias.x, p.dt.y + bias.y, p.dt.z + bias.z, p.dt.w + bias.w};
#pragma unroll
                for (int k = 0; k < 4; k++)
                    delta[k] = real && c + k < a.E ? scan_softplus(delta[k]).value : 0.0f;
                if (MODE != SCAN_ENDS) { /* what the sums begin with: the skip, or the sum over the states before */
                    const float4 skip = s.skip[my_column / 4];
                    float4 v = make_float4(skip.x * u.x, skip.y * u.y, skip.z * u.z, skip.w * u.w);
                    if (slab > 0 && real)
                        v = scan_load<FOURS>(scan_sums<T>(a, w, (size_t)b * a.T + t0 + my_row), c, a.E);
                    hy_store4(&s.sum[my_row][my_column], v);
                }
                float4 *pairs = s.pair[my_row];
                pairs[scan_pair_at(my_column / 2)] = make_float4(delta[0], delta[0] * u.x, delta[1], delta[1] * u.y);
                pairs[scan_pair_at(my_column / 2 + 1)] =
                    make_float4(delta[2], delta[2] * u.z, delta[3], delta[3] * u.w);
                if (i < tile::STEPS * SCAN_LANES)
                    s.Bt[i / SCAN_LANES][i % SCAN_LANES] = narrow;
                else if (i < 2 * tile::STEPS * SCAN_LANES)
                    s.Ct[i / SCAN_LANES - tile::STEPS][i % SCAN_LANES] = narrow;
            }
            hy_stored4<T> waiting = {};
            if (MODE != SCAN_ENDS && t0 + my_row < last)
                waiting = scan_fetch_four<FOURS>(hy_as<T>(a.z.v) + ((size_t)b * a.T + t0 + my_row) * a.z.ld, c, a.E);
            if (stop < last)
                p = scan_fetch<CH, FOURS, T>(a, b, stop, last, e0);
            __syncthreads();

#pragma unroll 1
            for (int q = 0; t0 + q < stop && t0 + q < last; q += SCAN_LANES / CH) {
                float y[SCAN_LANES];
#pragma unroll
                for (int j = 0; j < SCAN_LANES / CH; j++) {
                    const int t = q + j;
                    const float4 B4 = s.Bt[t][lane], C4 = MODE == SCAN_ENDS ? B4 : s.Ct[t][lane];
                    const float Bt[SCAN_OWN] = {B4.x, B4.y, B4.z, B4.w}, Ct[SCAN_OWN] = {C4.x, C4.y, C4.z, C4.w};
                    float delta[CH], drive[CH];
                    scan_read_pair<CH>(s.pair[t], own, delta, drive);
#pragma unroll
                    for (int k = 0; k < CH; k++) {
                        float sum = 0;
#pragma unroll
                        for (int m = 0; m < SCAN_OWN; m++) {
                            state[k][m] = hy_exp2(delta[k] * rate[k][m]) * state[k][m] + drive[k] * Bt[m];
                            sum += state[k][m] * Ct[m];
                        }
                        y[j * CH + k] = sum;
                        total[k] += delta[k];
                    }
                }
                if (MODE != SCAN_ENDS) { /* each lane is left with one channel's sum in one step */
                    scan_fold<SCAN_LANES>(y, lane, 2);
                    scan_fold<SCAN_LANES / 2>(y, lane, 1);
                    s.sum[q + lane / CH][own + lane % CH] += y[0];
                }
            }
            __syncthreads();

            narrow = scan_fetch_narrow<CH, FOURS>(a, b, stop, last, slab);
            const int t = t0 + my_row;
            if (MODE != SCAN_ENDS && t < stop && c < a.E) {
                const size_t row = (size_t)b * a.T + t;
                const bool gives = slab + SCAN_STATES >= a.N;
                float4 v = make_float4(0, 0, 0, 0);
                if (t < last) {
                    v = hy_load4(&s.sum[my_row][my_column]);
                    if (gives) {
                        const float4 z = waiting.open();
                        v = make_float4(v.x * (z.x * hy_sigmoid(z.x)), v.y * (z.y * hy_sigmoid(z.y)),
                                        v.z * (z.z * hy_sigmoid(z.z)), v.w * (z.w * hy_sigmoid(z.w)));
                    }
                }
                if (gives)
                    scan_store<FOURS>(hy_as<T>(a.y.v) + row * a.y.ld, c, a.E, v);
                else
                    scan_store<FOURS>(scan_sums<T>(a, w, row), c, a.E, v);
            }
        }

#pragma unroll
        for (int k = 0; k < CH; k++) {
            if (e + k >= a.E)
                continue;
            const float4 v = make_float4(state[k][0], state[k][1], state[k][2], state[k][3]);
            if (MODE == SCAN_STEP)
                scan_store<FOURS>(w.state + ((size_t)b * a.E + e + k) * a.N, n, a.N, v);
            if (MODE == SCAN_ENDS && end < a.T) {
                /* where the next span's state belongs; the sum of delta lies in the row of this span's second chunk */
                if (slab == 0 && lane == 0)
                    scan_saved(a, b, first + a.chunk, 0)[e + k] = total[k];
                scan_store<FOURS>(scan_saved(a, b, end, e + k), n, a.N, v);
            }
        }
    }
}

#endif
