/* What the scan kernels share, and the kernel that runs forward in time. u, z and y are of T.
 *
 * Where four lanes share a channel (backward, and a single new step) its states lie in the registers of LANES
 * neighbouring lanes, OWN states each. Any N: 16 states at a time, a slab of them. */
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

/* Row `row` of rows that begin at `base`, ld elements apart: one multiply-add of 64 bits. */
template <class T> __device__ __forceinline__ const T *scan_row(const T *base, int row, int ld)
{
    return reinterpret_cast<const T *>(reinterpret_cast<const char *>(base) + (int64_t)row * (ld * (int)sizeof(T)));
}

template <class T> __device__ __forceinline__ T *scan_row(T *base, int row, int ld)
{
    return reinterpret_cast<T *>(reinterpret_cast<char *>(base) + (int64_t)row * (ld * (int)sizeof(T)));
}

/* A pointer to device memory that stays in its registers: the compiler would work it out anew at each use. */
template <class T> __device__ __forceinline__ T *scan_fixed(T *p)
{
#ifndef HY_SIMT
    asm volatile("" : "+l"(p));
    __builtin_assume(__isGlobal(p));
#endif
    return p;
}

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
template <bool FAST>
__device__ __forceinline__ void scan_rates(const struct hy_in &A_log, int e, int E, int n, int N, float *rate)
{
    const float4 v = scan_load<FAST>(A_log.v + (size_t)(e < E ? e : E - 1) * A_log.ld, n, N);
    const float at[SCAN_OWN] = {v.x, v.y, v.z, v.w};
#pragma unroll
    for (int m = 0; m < SCAN_OWN; m++)
        rate[m] = e < E && n + m < N ? -HY_LOG2E * expf(at[m]) : 0.0f;
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

/* Whether kernels may be FAST: rows of N take accesses of four, and there is one slab. */
static inline bool scan_is_fast(const struct hy_in &Bt, const struct hy_in &Ct, const struct hy_in &A_log,
                                const float *states, int N)
{
    return N % 4 == 0 && N <= SCAN_STATES && hy_fours(Bt.v, Bt.ld) && hy_fours(Ct.v, Ct.ld) &&
           hy_fours(A_log.v, A_log.ld) && hy_fours(states, N);
}

/* Where the states (N) of channel e before step t are saved; t begins a chunk. */
__device__ __forceinline__ float *scan_saved(const struct hy_scan &a, int b, int t, int e)
{
    const int chunks = (a.T + a.chunk - 1) / a.chunk;
    return a.states + (((size_t)b * chunks + t / a.chunk) * a.E + e) * a.N;
}

/* ---- forward in time -------------------------------------------------------------------
 * A thread takes one channel: its 16 states are in the thread's registers, so that nothing is
 * exchanged between lanes and a step's y is a sum in one thread. A block takes 64 channels; Bt and Ct of 32 steps at a
 * time come through shared memory, where all lanes read the same words. Inputs of four steps are under way while the
 * four before are worked on. FAST: rows of Bt, Ct and states take accesses of four, and there is one slab. */
enum {
    SCAN_BLOCK = HY_SCAN_FORWARD,                      /* threads, channels */
    SCAN_TILE = 32,                                    /* steps */
    SCAN_BRINGS = SCAN_TILE * SCAN_LANES / SCAN_BLOCK, /* rows of Bt and of Ct of which a thread brings four columns */
    SCAN_ROWS = SCAN_BLOCK / SCAN_LANES,               /* apart */
    SCAN_AHEAD = 4,
};

enum scan_mode {
    SCAN_TRAIN, /* from the saved state (or 0), saving states */
    SCAN_ENDS,  /* only the end of each span, from 0, for the span behind: scan_join */
    SCAN_STEP,  /* from `state`, to `state` */
};

/* What a launch does beside the op's arguments. */
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

struct scan_tile {
    float4 Bt[SCAN_TILE][SCAN_LANES], Ct[SCAN_TILE][SCAN_LANES];
};

/* One channel of one sequence: dt, u and z of the step that is brought next, y of the one that is worked on. */
template <class T> struct scan_channel {
    const float *dt;
    const T *u, *z;
    T *y;
    float bias, skip;
};

/* An element as it is stored, in a whole register: opened where it is used, not where it is waited for. */
__device__ __forceinline__ float scan_raw(const float *p)
{
    return *p;
}

__device__ __forceinline__ uint32_t scan_raw(const hy_bf16 *p)
{
    return *p;
}

__device__ __forceinline__ float scan_opened(float raw)
{
    return raw;
}

__device__ __forceinline__ float scan_opened(uint32_t raw)
{
    return hy_bf16_low(raw);
}

/* Inputs of one step. */
template <class T> struct scan_input {
    float dt;
    decltype(scan_raw((const T *)nullptr)) u, z;
};

template <class T> __device__ __forceinline__ void scan_go(const struct hy_scan &a, scan_channel<T> &c, int steps)
{
    c.dt += (int64_t)steps * a.dt.ld;
    c.u += (int64_t)steps * a.u.ld;
    c.z += (int64_t)steps * a.z.ld;
}

template <class T> __device__ __forceinline__ scan_input<T> scan_bring(const struct hy_scan &a, scan_channel<T> &c)
{
    const scan_input<T> in = {*c.dt, scan_raw(c.u), scan_raw(c.z)};
    c.dt += a.dt.ld;
    c.u += a.u.ld;
    c.z += a.z.ld;
    return in;
}

/* All states of a channel, 16 at a time, and A log2(e) of them. */
struct scan_states {
    float now[SCAN_STATES], rate[SCAN_STATES];
    float total; /* ENDS: sum of delta */
};

/* One step: states move on; returns `sum` + the sum over states of s Ct. */
template <int MODE>
__device__ __forceinline__ float scan_move(const float4 *Bt, const float4 *Ct, scan_states &s, float delta, float drive,
                                           float sum)
{
#pragma unroll
    for (int q = 0; q < SCAN_LANES; q++) {
        const float4 B4 = Bt[q], C4 = MODE == SCAN_ENDS ? B4 : Ct[q];
        const float B[SCAN_OWN] = {B4.x, B4.y, B4.z, B4.w}, C[SCAN_OWN] = {C4.x, C4.y, C4.z, C4.w};
#pragma unroll
        for (int m = 0; m < SCAN_OWN; m++) {
            float &state = s.now[q * SCAN_OWN + m];
            state = hy_exp2(delta * s.rate[q * SCAN_OWN + m]) * state + drive * B[m];
            sum += state * C[m];
        }
    }
    return sum;
}

/* Step t of a channel, whose Bt, Ct are row `r` of the tile. `first`, `final`: the slab is; `here`: y is written. */
template <int MODE, class T>
__device__ __forceinline__ void scan_one(const struct hy_scan &a, const scan_way &w, const scan_tile &tile, int r,
                                         scan_channel<T> &c, scan_states &s, const scan_input<T> &in, int b, int t,
                                         int e, bool first, bool final, bool here)
{
    const float u = scan_opened(in.u), delta = scan_softplus(in.dt + c.bias).value;
    float sum = c.skip * u;
    if (MODE == SCAN_ENDS)
        s.total += delta;
    else if (!first)
        sum = scan_sums<T>(a, w, (size_t)b * a.T + t)[e];
    sum = scan_move<MODE>(tile.Bt[r], tile.Ct[r], s, delta, delta * u, sum);
    if (MODE == SCAN_ENDS)
        return;
    if (final) {
        T y;
        hy_store1(&y, sum * hy_silu(scan_opened(in.z)));
        if (here)
            *c.y = y;
        c.y += a.y.ld;
    } else if (here) {
        scan_sums<T>(a, w, (size_t)b * a.T + t)[e] = sum;
    }
}

/* A thread's columns of Bt and Ct at step t and SCAN_ROWS, ... behind; 0 from `last` on. */
template <int MODE, bool FAST>
__device__ __forceinline__ void scan_bring_narrow(const struct hy_scan &a, size_t row0, int t, int last, int n,
                                                  float4 *Bt, float4 *Ct)
{
#pragma unroll
    for (int k = 0; k < SCAN_BRINGS; k++, t += SCAN_ROWS) {
        Bt[k] = Ct[k] = make_float4(0, 0, 0, 0);
        if (t >= last)
            continue;
        Bt[k] = scan_load<FAST>(a.Bt.v + (row0 + t) * a.Bt.ld, n, a.N);
        if (MODE != SCAN_ENDS)
            Ct[k] = scan_load<FAST>(a.Ct.v + (row0 + t) * a.Ct.ld, n, a.N);
    }
}

template <bool FAST> __device__ __forceinline__ void scan_put_states(float *to, const float *states, int slab, int N)
{
#pragma unroll
    for (int q = 0; q < SCAN_STATES; q += SCAN_OWN)
        scan_store<FAST>(to, slab + q, N, make_float4(states[q], states[q + 1], states[q + 2], states[q + 3]));
}

template <bool FAST> __device__ __forceinline__ void scan_get_states(const float *from, float *states, int slab, int N)
{
#pragma unroll
    for (int q = 0; q < SCAN_STATES; q += SCAN_OWN) {
        const float4 v = from ? scan_load<FAST>(from, slab + q, N) : make_float4(0, 0, 0, 0);
        states[q] = v.x;
        states[q + 1] = v.y;
        states[q + 2] = v.z;
        states[q + 3] = v.w;
    }
}

/* Grid (ceil(E / 64), spans, B). Threads behind E go along with the last channel and write nothing.
 * long: states, rates and inputs under way live in registers through all of it. */
template <int MODE, bool FAST, class T>
__global__ void __launch_bounds__(SCAN_BLOCK, 6) scan_forward(struct hy_scan a, scan_way w)
{
    __shared__ scan_tile tiles[2]; /* in turns: one barrier a tile */
    const int i = threadIdx.x, r = i / SCAN_LANES, b = blockIdx.z;
    const bool here = blockIdx.x * SCAN_BLOCK + i < (unsigned)a.E;
    const int e = here ? (int)(blockIdx.x * SCAN_BLOCK) + i : a.E - 1;
    const int first = blockIdx.y * w.span, end = min(a.T, first + w.span);
    const int last = MODE == SCAN_STEP ? min(w.len[b], a.T) : end; /* steps behind leave the state */
    const size_t row0 = (size_t)b * a.T;

    for (int slab = 0; slab < (FAST ? 1 : a.N); slab += SCAN_STATES) {
        const bool first_slab = FAST || slab == 0, final = FAST || slab + SCAN_STATES >= a.N;
        const int n = slab + i % SCAN_LANES * SCAN_OWN;
        const size_t begin = row0 + first;
        scan_channel<T> c = {scan_fixed(a.dt.v + begin * a.dt.ld + e),
                             scan_fixed(hy_as<T>(a.u.v) + begin * a.u.ld + e),
                             scan_fixed(hy_as<T>(a.z.v) + begin * a.z.ld + e),
                             scan_fixed(hy_as<T>(a.y.v) + begin * a.y.ld + e),
                             a.dt_bias.v[e],
                             a.D.v[e]};
        scan_states s;
        s.total = 0;
        const float *from = MODE == SCAN_STEP                 ? w.state + ((size_t)b * a.E + e) * a.N
                            : MODE == SCAN_TRAIN && first > 0 ? scan_saved(a, b, first, e)
                                                              : nullptr;
        scan_get_states<FAST>(from, s.now, slab, a.N);
#pragma unroll
        for (int q = 0; q < SCAN_STATES; q += SCAN_OWN)
            scan_rates<FAST>(a.A_log, e, a.E, slab + q, a.N, &s.rate[q]);
        float *save = MODE == SCAN_TRAIN && a.chunk > 0 && a.states ? scan_saved(a, b, first, e) : nullptr;
        int save_at = save ? first : last; /* where the next chunk begins */
        float4 Bt[SCAN_BRINGS], Ct[SCAN_BRINGS];
        scan_bring_narrow<MODE, FAST>(a, row0, first + r, last, n, Bt, Ct);
        scan_input<T> under_way[SCAN_AHEAD] = {};
        bool brought = false; /* the next steps' inputs are */

#pragma unroll 1
        for (int t = first, turn = 0, stop; t < last; t = stop, turn ^= 1) {
            if (t == save_at) {
                if (here)
                    scan_put_states<FAST>(save, s.now, slab, a.N);
                save += (size_t)a.E * a.N;
                save_at += min(a.chunk, last - t);
            }
            stop = min(t + SCAN_TILE, save_at); /* a tile ends where a chunk does */
            scan_tile &tile = tiles[turn];
#pragma unroll
            for (int k = 0; k < SCAN_BRINGS; k++) {
                tile.Bt[r + k * SCAN_ROWS][i % SCAN_LANES] = Bt[k];
                tile.Ct[r + k * SCAN_ROWS][i % SCAN_LANES] = Ct[k];
            }
            __syncthreads();
            scan_bring_narrow<MODE, FAST>(a, row0, stop + r, last, n, Bt, Ct);
            int at = t;
            if (!brought && t + SCAN_AHEAD <= stop)
#pragma unroll
                for (int j = 0; j < SCAN_AHEAD; j++)
                    under_way[j] = scan_bring(a, c);
#pragma unroll 1
            for (; at + SCAN_AHEAD <= stop; at += SCAN_AHEAD) {
                scan_input<T> in[SCAN_AHEAD];
#pragma unroll
                for (int j = 0; j < SCAN_AHEAD; j++)
                    in[j] = under_way[j];
                brought = at + 2 * SCAN_AHEAD <= last;
                if (brought)
#pragma unroll
                    for (int j = 0; j < SCAN_AHEAD; j++)
                        under_way[j] = scan_bring(a, c);
#pragma unroll
                for (int j = 0; j < SCAN_AHEAD; j++)
                    scan_one<MODE>(a, w, tile, at - t + j, c, s, in[j], b, at + j, e, first_slab, final, here);
            }
            if (at < stop && brought) { /* too few steps for what was brought: they are brought anew, one by one */
                scan_go(a, c, -SCAN_AHEAD);
                brought = false;
            }
#pragma unroll 1
            for (; at < stop; at++)
                scan_one<MODE>(a, w, tile, at - t, c, s, scan_bring(a, c), b, at, e, first_slab, final, here);
        }

        if (MODE == SCAN_STEP) {
            if (here)
                scan_put_states<FAST>(w.state + ((size_t)b * a.E + e) * a.N, s.now, slab, a.N);
            for (int t = max(last, 0); here && final && t < end; t++, c.y += a.y.ld)
                hy_store1(c.y, 0.0f);
        }
        if (MODE == SCAN_ENDS && end < a.T && here) {
            /* where the next span's state belongs; the sum of delta lies in the row of this span's second chunk */
            if (first_slab)
                scan_saved(a, b, first + a.chunk, 0)[e] = s.total;
            scan_put_states<FAST>(scan_saved(a, b, end, e), s.now, slab, a.N);
        }
        if (!FAST)
            __syncthreads(); /* the tile is read before the next slab's takes its place */
    }
}

#endif
