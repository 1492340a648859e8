/* Selective scan, backward. With h_t = exp(delta_t A) s_{t-1} and g_t = dL/ds_t,
 *     inner_t = dy_t silu(z_t)                g_t = inner_t Ct_t + exp(delta_{t+1} A) g_{t+1}
 *     dCt_t = sum_e inner_t s_t               dBt_t = sum_e g_t drive_t,   drive_t = delta_t u_t
 *     d(drive)_t = sum_n g_t Bt_t             ddelta_t = u_t d(drive)_t + sum_n g_t h_t A
 *     dA = sum_t g_t h_t delta_t              y before the gate = sum_n s_t Ct_t + D u_t
 * s_t = h_t + drive_t Bt_t is not kept: sum_n s Ct = sum_n h Ct + drive (Bt . Ct), and
 * sum_e inner s = sum_e inner h + Bt sum_e inner drive, where Bt . Ct and sum_e inner drive
 * are one number a step.
 *
 * A block takes one sequence and CHANNELS channels from the last segment (a chunk, or at
 * most 32 steps of one) to the first:
 *     1  delta, drive, inner of all its steps to shared memory
 *     2  from the saved state forward, keeping the states before every SUB steps
 *     3  sub-tiles from the last: SUB steps forward, decays and h in registers, then back;
 *        sums over n go to the lane that owns a step and channel, sums over the warp's
 *        channels to shared memory, and over the block's warps to `work`
 *     4  du, ddt, dz of the segment, from the inputs once more (they are in L2)
 * Where time is cut into spans (scan_parts.h), a launch before finds what each span hands to the
 * one in front of it when nothing comes from behind, and one joins those as scan.cu does.
 * A last launch (scan_sums.cu) adds up what blocks left in `work`, in their order. u, z and y are of T. */
#include "kernels/cuda/scan.cuh"
#include "kernels/cuda/scan_sums.cuh"

enum {
    SEGMENT = 32, /* steps */
    WARPS = SCAN_THREADS / HY_WARP,
    SUM_THREADS = 128,
};

/* 62 KiB where CH = 2: three blocks an SM of 227 KiB, and one where an SM has 64. */
template <int CH> struct scan_segment {
    static constexpr int CHANNELS = SCAN_THREADS / SCAN_LANES * CH;
    static constexpr int SUB = 8 / CH;                       /* steps whose h and decay fill 64 registers */
    static constexpr int BATCH = SCAN_LANES / CH;            /* steps whose sums over n are one for each lane */
    static constexpr int ROWS = 4 * SCAN_THREADS / CHANNELS; /* that the block's threads cover at a time */
    float4 pair[SEGMENT][CHANNELS / 2]; /* {delta, drive} of two channels; then {sum g Bt, sum g h rate} */
    float inner[SEGMENT][CHANNELS];     /* then sum h Ct */
    float4 before[SEGMENT / SUB][CH][SCAN_THREADS];
    float4 Bt[SEGMENT][SCAN_LANES], Ct[SEGMENT][SCAN_LANES];
    float BtCt[SEGMENT], inner_drive[SEGMENT];
    float narrow[WARPS][SUB][2 * SCAN_STATES]; /* dBt, dCt of one warp's channels */
};

/* What belongs to a thread's own piece of step t: 4 channels. */
struct scan_inputs {
    float4 dt, u, z, dy;
};

template <bool FOURS, class T>
__device__ __forceinline__ scan_inputs scan_read(const struct hy_scan &a, size_t row, int c)
{
    scan_inputs p;
    p.dt = scan_load<FOURS>(a.dt.v + row * a.dt.ld, c, a.E);
    p.u = scan_load<FOURS>(hy_as<T>(a.u.v) + row * a.u.ld, c, a.E);
    p.z = scan_load<FOURS>(hy_as<T>(a.z.v) + row * a.z.ld, c, a.E);
    p.dy = scan_load<FOURS>(hy_as<T>(a.y.d) + row * a.y.ld, c, a.E);
    return p;
}

/* One step forward: decay and h of the CH x OWN states, and the state behind it. */
template <int CH>
__device__ __forceinline__ void scan_advance(const scan_segment<CH> &s, int t, int lane, int own,
                                             const float (*rate)[SCAN_OWN], float (*state)[SCAN_OWN],
                                             float (*decay)[SCAN_OWN], float (*h)[SCAN_OWN])
{
    const float4 B4 = s.Bt[t][lane];
    const float Bt[SCAN_OWN] = {B4.x, B4.y, B4.z, B4.w};
    float delta[CH], drive[CH];
    scan_read_pair<CH>(s.pair[t], own, delta, drive);
#pragma unroll
    for (int k = 0; k < CH; k++)
#pragma unroll
        for (int m = 0; m < SCAN_OWN; m++) {
            decay[k][m] = hy_exp2(delta[k] * rate[k][m]);
            h[k][m] = decay[k][m] * state[k][m];
            state[k][m] = h[k][m] + drive[k] * Bt[m];
        }
}

/* Step 1: the segment of `steps` steps from t0; steps behind are filled with delta = drive = inner = 0. */
template <int CH, bool FOURS, class T>
__device__ __forceinline__ void scan_stage(const struct hy_scan &a, scan_segment<CH> &s, int b, int t0, int steps,
                                           int e0, int slab)
{
    using segment = scan_segment<CH>;
    const int i = threadIdx.x, column = i % (segment::CHANNELS / 4) * 4, c = e0 + column;
    const float4 bias4 = scan_load<false>(a.dt_bias.v, c, a.E);
    const float bias[4] = {bias4.x, bias4.y, bias4.z, bias4.w};
#pragma unroll
    for (int r = i / (segment::CHANNELS / 4); r < SEGMENT; r += segment::ROWS) {
        float delta[4] = {0, 0, 0, 0}, drive[4] = {0, 0, 0, 0}, inner[4] = {0, 0, 0, 0}, sum = 0;
        if (r < steps) {
            const scan_inputs p = scan_read<FOURS, T>(a, (size_t)b * a.T + t0 + r, c);
            const float dt[4] = {p.dt.x, p.dt.y, p.dt.z, p.dt.w}, u[4] = {p.u.x, p.u.y, p.u.z, p.u.w};
            const float z[4] = {p.z.x, p.z.y, p.z.z, p.z.w}, dy[4] = {p.dy.x, p.dy.y, p.dy.z, p.dy.w};
#pragma unroll
            for (int k = 0; k < 4; k++) {
                delta[k] = c + k < a.E ? scan_softplus(dt[k] + bias[k]).value : 0.0f;
                drive[k] = delta[k] * u[k];
                inner[k] = dy[k] * z[k] * hy_sigmoid(z[k]);
                sum += inner[k] * drive[k];
            }
        }
        s.pair[r][scan_pair_at(column / 2)] = make_float4(delta[0], drive[0], delta[1], drive[1]);
        s.pair[r][scan_pair_at(column / 2 + 1)] = make_float4(delta[2], drive[2], delta[3], drive[3]);
        hy_store4(&s.inner[r][column], make_float4(inner[0], inner[1], inner[2], inner[3]));
#pragma unroll
        for (int o = 1; o < segment::CHANNELS / 4; o *= 2)
            sum += __shfl_xor_sync(0xffffffffu, sum, o);
        if (column == 0)
            s.inner_drive[r] = sum;
    }
    const int r = i / SCAN_LANES, n = slab + i % SCAN_LANES * SCAN_OWN;
    const size_t row = (size_t)b * a.T + t0 + r;
    float4 Bt = make_float4(0, 0, 0, 0), Ct = Bt;
    if (r < steps) {
        Bt = scan_load<FOURS>(a.Bt.v + row * a.Bt.ld, n, a.N);
        Ct = scan_load<FOURS>(a.Ct.v + row * a.Ct.ld, n, a.N);
    }
    s.Bt[r][i % SCAN_LANES] = Bt;
    s.Ct[r][i % SCAN_LANES] = Ct;
    float dot = Bt.x * Ct.x + Bt.y * Ct.y + Bt.z * Ct.z + Bt.w * Ct.w;
    dot += __shfl_xor_sync(0xffffffffu, dot, 1);
    dot += __shfl_xor_sync(0xffffffffu, dot, 2);
    if (i % SCAN_LANES == 0)
        s.BtCt[r] = dot;
}

/* What goes back in time, per state of a thread. */
template <int CH> struct scan_carry {
    float rate[CH][SCAN_OWN];
    float g[CH][SCAN_OWN];  /* exp(delta A) g of the step behind */
    float dA[CH][SCAN_OWN]; /* sum of g h delta */
};

/* Step 3: SUB steps from `first` of the segment, there and back. */
template <int CH>
__device__ __forceinline__ void scan_retreat(scan_segment<CH> &s, int first, int own, scan_carry<CH> &c)
{
    using segment = scan_segment<CH>;
    const int i = threadIdx.x, lane = i % SCAN_LANES, in_warp = i % HY_WARP, octet = in_warp / SCAN_LANES;
    float decay[segment::SUB][CH][SCAN_OWN], h[segment::SUB][CH][SCAN_OWN], state[CH][SCAN_OWN];
#pragma unroll
    for (int k = 0; k < CH; k++) {
        const float4 v = s.before[first / segment::SUB][k][i];
        state[k][0] = v.x;
        state[k][1] = v.y;
        state[k][2] = v.z;
        state[k][3] = v.w;
    }
#pragma unroll
    for (int j = 0; j < segment::SUB; j++)
        scan_advance<CH>(s, first + j, lane, own, c.rate, state, decay[j], h[j]);

#pragma unroll
    for (int batch = segment::SUB - segment::BATCH; batch >= 0; batch -= segment::BATCH) {
        float sums[SCAN_LANES * 3]; /* per step and channel: sum g Bt, sum g h rate, sum h Ct */
#pragma unroll
        for (int j = segment::BATCH - 1; j >= 0; j--) {
            const int t = first + batch + j;
            const float4 B4 = s.Bt[t][lane], C4 = s.Ct[t][lane];
            const float Bt[SCAN_OWN] = {B4.x, B4.y, B4.z, B4.w}, Ct[SCAN_OWN] = {C4.x, C4.y, C4.z, C4.w};
            float delta[CH], drive[CH], narrow[2 * SCAN_OWN] = {0, 0, 0, 0, 0, 0, 0, 0};
            scan_read_pair<CH>(s.pair[t], own, delta, drive);
#pragma unroll
            for (int k = 0; k < CH; k++) {
                const float inner = s.inner[t][own + k];
                float to_drive = 0, to_delta = 0, y = 0;
#pragma unroll
                for (int m = 0; m < SCAN_OWN; m++) {
                    const float kept = h[batch + j][k][m], g = c.g[k][m] + inner * Ct[m], gh = g * kept;
                    narrow[m] += g * drive[k];
                    narrow[SCAN_OWN + m] += inner * kept;
                    to_drive += g * Bt[m];
                    to_delta += gh * c.rate[k][m];
                    y += kept * Ct[m];
                    c.dA[k][m] += gh * delta[k];
                    c.g[k][m] = g * decay[batch + j][k][m];
                }
                sums[(j * CH + k) * 3] = to_drive;
                sums[(j * CH + k) * 3 + 1] = to_delta;
                sums[(j * CH + k) * 3 + 2] = y;
            }
            /* over the warp's channels: each lane is left with one of the 32 sums */
            scan_fold<8>(narrow, in_warp, 16);
            scan_fold<4>(narrow, in_warp, 8);
            scan_fold<2>(narrow, in_warp, 4);
            s.narrow[i / HY_WARP][batch + j][octet / 4 * SCAN_STATES + lane * SCAN_OWN + octet % 4] = narrow[0];
        }
        /* over the channel's lanes: each is left with one channel's three sums in one step */
        scan_fold<12>(sums, lane, 2);
        scan_fold<6>(sums, lane, 1);
        const int t = first + batch + lane / CH, channel = own + lane % CH;
        __syncwarp(); /* all have read what is overwritten now */
        reinterpret_cast<float2 *>(&s.pair[t][scan_pair_at(channel / 2)])[channel % 2] = make_float2(sums[0], sums[1]);
        s.inner[t][channel] = sums[2];
    }
}

__device__ __forceinline__ float4 scan_sum(float4 a, float4 b)
{
    return make_float4(a.x + b.x, a.y + b.y, a.z + b.z, a.w + b.w);
}

/* The first slab's gradient, or one that a further slab adds to; x.d is of T. */
template <bool FOURS, class T>
__device__ __forceinline__ void scan_give(const struct hy_in &x, size_t row, int c, int n, bool add, float4 v)
{
    if (x.d == NULL)
        return;
    T *at = hy_as<T>(x.d) + row * x.ld;
    if (add || x.add)
        v = scan_sum(v, scan_load<FOURS>(at, c, n));
    scan_store<FOURS>(at, c, n, v);
}

/* The same through f32 sums of the slabs, so that what is given is rounded once: `last` gives. */
template <bool FOURS, class T>
__device__ __forceinline__ void scan_give_at_last(const struct hy_in &x, float *sums, size_t row, int c, int n,
                                                  bool first, bool last, float4 v)
{
    if (!first)
        v = scan_sum(v, scan_load<FOURS>(sums + row * n, c, n));
    if (last)
        scan_give<FOURS, T>(x, row, c, n, false, v);
    else
        scan_store<FOURS>(sums + row * n, c, n, v);
}

/* Step 4. What belongs to no state (D) comes with the first slab. `slabs`: two of (B*T, E) for du and dz of several
 * slabs, NULL where those are summed where they go. */
template <int CH, bool FOURS, class T>
__device__ __forceinline__ void scan_finish(const struct hy_scan &a, const scan_segment<CH> &s, int b, int t0,
                                            int steps, int e0, int slab, float *slabs, float *dbias, float *dD)
{
    using segment = scan_segment<CH>;
    const int i = threadIdx.x, column = i % (segment::CHANNELS / 4) * 4, c = e0 + column;
    const float4 bias4 = scan_load<false>(a.dt_bias.v, c, a.E), D4 = scan_load<false>(a.D.v, c, a.E);
    const float bias[4] = {bias4.x, bias4.y, bias4.z, bias4.w};
    const float D[4] = {slab ? 0 : D4.x, slab ? 0 : D4.y, slab ? 0 : D4.z, slab ? 0 : D4.w};
#pragma unroll CH
    for (int r = i / (segment::CHANNELS / 4); r < steps; r += segment::ROWS) {
        const size_t row = (size_t)b * a.T + t0 + r;
        const scan_inputs p = scan_read<FOURS, T>(a, row, c);
        const float dt[4] = {p.dt.x, p.dt.y, p.dt.z, p.dt.w}, u[4] = {p.u.x, p.u.y, p.u.z, p.u.w};
        const float z[4] = {p.z.x, p.z.y, p.z.z, p.z.w}, dy[4] = {p.dy.x, p.dy.y, p.dy.z, p.dy.w};
        const float4 low = s.pair[r][scan_pair_at(column / 2)], high = s.pair[r][scan_pair_at(column / 2 + 1)];
        const float4 sums = hy_load4(&s.inner[r][column]);
        const float to_drive[4] = {low.x, low.z, high.x, high.z}, to_delta[4] = {low.y, low.w, high.y, high.w};
        const float y[4] = {sums.x, sums.y, sums.z, sums.w};
        float du[4], ddt[4], dz[4];
#pragma unroll
        for (int k = 0; k < 4; k++) {
            const scan_soft soft = scan_softplus(dt[k] + bias[k]);
            const float open = hy_sigmoid(z[k]), inner = dy[k] * z[k] * open;
            du[k] = to_drive[k] * soft.value + D[k] * inner;
            ddt[k] = (to_delta[k] * HY_LN2 + to_drive[k] * u[k]) * soft.slope;
            dz[k] =
                (y[k] + soft.value * u[k] * s.BtCt[r] + D[k] * u[k]) * dy[k] * (open * (1.0f + z[k] * (1.0f - open)));
            dbias[k] += ddt[k];
            if (slab == 0)
                dD[k] += inner * u[k];
        }
        const float4 du4 = make_float4(du[0], du[1], du[2], du[3]), dz4 = make_float4(dz[0], dz[1], dz[2], dz[3]);
        scan_give<FOURS, float>(a.dt, row, c, a.E, slab > 0, make_float4(ddt[0], ddt[1], ddt[2], ddt[3]));
        if (slabs) {
            const bool first = slab == 0, last = slab + SCAN_STATES >= a.N;
            scan_give_at_last<FOURS, T>(a.u, slabs, row, c, a.E, first, last, du4);
            scan_give_at_last<FOURS, T>(a.z, slabs + (size_t)a.B * a.T * a.E, row, c, a.E, first, last, dz4);
        } else {
            scan_give<FOURS, T>(a.u, row, c, a.E, slab > 0, du4);
            scan_give<FOURS, T>(a.z, row, c, a.E, slab > 0, dz4);
        }
    }
}

/* Grid (ceil(E / CHANNELS), spans, B).
 * long: states, their gradients and the pieces in flight stay in registers from phase to phase. */
template <int CH, bool FOURS, class T>
__global__ void __launch_bounds__(SCAN_THREADS, FOURS ? 3 : 2)
    scan_backward(struct hy_scan a, struct hy_scan_parts parts, int span, float *slabs)
{
    using segment = scan_segment<CH>;
    segment &s = *hy_dynamic_shared<segment>();
    const int i = threadIdx.x, lane = i % SCAN_LANES, own = i / SCAN_LANES * CH;
    const int b = blockIdx.z, e0 = blockIdx.x * segment::CHANNELS, e = e0 + own;
    /* wide blocks are for calls with many channels, whose time is not cut */
    const int start = CH == 2 ? 0 : blockIdx.y * span, stop = CH == 2 ? a.T : min(a.T, start + span);
    const size_t part = CH == 2 ? b : b * gridDim.y + blockIdx.y; /* of sums over time */
    float dbias[4] = {0, 0, 0, 0}, dD[4] = {0, 0, 0, 0};          /* of this thread's column */

    for (int slab = 0; slab < a.N; slab += SCAN_STATES) {
        const int n = slab + lane * SCAN_OWN;
        scan_carry<CH> carry;
#pragma unroll
        for (int k = 0; k < CH; k++) {
            scan_rates(a.A_log, e + k, a.E, n, a.N, carry.rate[k]);
#pragma unroll
            for (int m = 0; m < SCAN_OWN; m++) {
                carry.g[k][m] = carry.dA[k][m] = 0;
                if (CH == 1 && stop < a.T && e + k < a.E && n + m < a.N)
                    carry.g[k][m] = a.work[parts.carry + (part * a.E + e + k) * a.N + n + m];
            }
        }
        for (int begin = (stop - 1) / a.chunk * a.chunk; begin >= start; begin -= a.chunk) {
            const int end = begin + min(a.chunk, stop - begin);
            for (int t0 = begin + (end - begin - 1) / SEGMENT * SEGMENT; t0 >= begin; t0 -= SEGMENT) {
                float state[CH][SCAN_OWN];
#pragma unroll
                for (int k = 0; k < CH; k++) {
                    float4 v = make_float4(0, 0, 0, 0);
                    if (e + k < a.E)
                        v = scan_load<FOURS>(scan_saved(a, b, begin, e + k), n, a.N);
                    state[k][0] = v.x;
                    state[k][1] = v.y;
                    state[k][2] = v.z;
                    state[k][3] = v.w;
                }
                /* a long chunk: through the segments before this one */
                for (int t = begin; t <= t0; t += SEGMENT) {
                    const int steps = min(SEGMENT, end - t);
                    __syncthreads(); /* the segment before is read */
                    scan_stage<CH, FOURS, T>(a, s, b, t, steps, e0, slab);
                    __syncthreads();
#pragma unroll 1
                    for (int from = 0; from < steps; from += segment::SUB) {
                        float decay[CH][SCAN_OWN], h[CH][SCAN_OWN];
#pragma unroll
                        for (int k = 0; k < CH; k++)
                            s.before[from / segment::SUB][k][i] =
                                make_float4(state[k][0], state[k][1], state[k][2], state[k][3]);
                        if (t < t0 || from + segment::SUB < steps)
#pragma unroll
                            for (int j = 0; j < segment::SUB; j++)
                                scan_advance<CH>(s, from + j, lane, own, carry.rate, state, decay, h);
                    }
                }
                const int steps = min(SEGMENT, end - t0);
                for (int first = (steps - 1) / segment::SUB * segment::SUB; first >= 0; first -= segment::SUB) {
                    scan_retreat<CH>(s, first, own, carry);
                    __syncthreads();
                    for (int v = i; v < segment::SUB * 2 * SCAN_STATES; v += SCAN_THREADS) {
                        const int j = v / (2 * SCAN_STATES), which = v % (2 * SCAN_STATES), m = which % SCAN_STATES;
                        const bool to_Ct = which >= SCAN_STATES;
                        float sum = to_Ct
                                        ? reinterpret_cast<const float *>(s.Bt[first + j])[m] * s.inner_drive[first + j]
                                        : 0.0f;
#pragma unroll
                        for (int warp = 0; warp < WARPS; warp++)
                            sum += s.narrow[warp][j][which];
                        if (first + j < steps && slab + m < a.N)
                            a.work[(to_Ct ? parts.dCt : parts.dBt) +
                                   (((size_t)blockIdx.x * a.B + b) * a.T + t0 + first + j) * a.N + slab + m] = sum;
                    }
                    __syncthreads();
                }
                scan_finish<CH, FOURS, T>(a, s, b, t0, steps, e0, slab, slabs, dbias, dD);
            }
        }
#pragma unroll
        for (int k = 0; k < CH; k++)
            for (int m = 0; m < SCAN_OWN; m++)
                if (e + k < a.E && n + m < a.N)
                    a.work[parts.dA_log + (part * a.E + e + k) * a.N + n + m] =
                        carry.dA[k][m] * carry.rate[k][m] * HY_LN2;
    }

    /* over the rows that the block's threads took */
    const int column = i % (segment::CHANNELS / 4), row = i / (segment::CHANNELS / 4);
    __syncthreads();
    hy_store4(&s.inner[row][column * 4], make_float4(dbias[0], dbias[1], dbias[2], dbias[3]));
    hy_store4(&s.inner[segment::ROWS + row % segment::ROWS][column * 4], make_float4(dD[0], dD[1], dD[2], dD[3]));
    __syncthreads();
    for (int c = i; c < segment::CHANNELS && e0 + c < a.E; c += SCAN_THREADS) {
        float bias = 0, skip = 0;
        for (int r = 0; r < segment::ROWS; r++) {
            bias += s.inner[r][c];
            skip += s.inner[segment::ROWS + r][c];
        }
        a.work[parts.dbias + part * a.E + e0 + c] = bias;
        a.work[parts.dD + part * a.E + e0 + c] = skip;
    }
}

/* exp(delta A) g of the first step of spans 1 ..., from 0 behind them, and their sums of delta: to the
 * place of the span in front. Grid (ceil(E / 32), spans - 1, B). */
template <bool FOURS, class T>
__global__ void __launch_bounds__(SCAN_THREADS, FOURS ? 6 : 4)
    scan_hand_on(struct hy_scan a, struct hy_scan_parts parts, int span)
{
    using segment = scan_segment<1>;
    segment &s = *hy_dynamic_shared<segment>();
    const int i = threadIdx.x, lane = i % SCAN_LANES, own = i / SCAN_LANES;
    const int b = blockIdx.z, e0 = blockIdx.x * segment::CHANNELS, e = e0 + own;
    const int start = (blockIdx.y + 1) * span, stop = min(a.T, start + span);
    const size_t part = (size_t)b * (gridDim.y + 1) + blockIdx.y;
    for (int slab = 0; slab < a.N; slab += SCAN_STATES) {
        const int n = slab + lane * SCAN_OWN;
        float rate[SCAN_OWN], g[SCAN_OWN] = {0, 0, 0, 0}, total = 0;
        scan_rates(a.A_log, e, a.E, n, a.N, rate);
        for (int t0 = start + (stop - start - 1) / SEGMENT * SEGMENT; t0 >= start; t0 -= SEGMENT) {
            const int steps = min(SEGMENT, stop - t0);
            __syncthreads(); /* the segment behind is read */
            scan_stage<1, FOURS, T>(a, s, b, t0, steps, e0, slab);
            __syncthreads();
#pragma unroll 4
            for (int t = steps - 1; t >= 0; t--) {
                const float4 C4 = s.Ct[t][lane];
                const float Ct[SCAN_OWN] = {C4.x, C4.y, C4.z, C4.w}, inner = s.inner[t][own];
                float delta, drive;
                scan_read_pair<1>(s.pair[t], own, &delta, &drive);
#pragma unroll
                for (int m = 0; m < SCAN_OWN; m++)
                    g[m] = hy_exp2(delta * rate[m]) * (g[m] + inner * Ct[m]);
                total += delta;
            }
        }
        if (e >= a.E)
            continue;
#pragma unroll
        for (int m = 0; m < SCAN_OWN; m++)
            if (n + m < a.N)
                a.work[parts.carry + (part * a.E + e) * a.N + n + m] = g[m];
        if (slab == 0 && lane == 0)
            a.work[parts.delta + part * a.E + e] = total;
    }
}

/* Thread (e, n) of sequence blockIdx.y: what comes from behind a span is what the next hands on and,
 * decayed through that one, what came from behind it. */
__global__ void scan_join_back(struct hy_scan a, struct hy_scan_parts parts, int spans)
{
    const size_t states = (size_t)a.E * a.N, i = (size_t)blockIdx.x * SUM_THREADS + threadIdx.x;
    if (i >= states)
        return;
    const size_t e = i / a.N;
    const float rate = -HY_LOG2E * expf(a.A_log.v[e * a.A_log.ld + i % a.N]);
    float behind = 0;
    for (int s = spans - 2; s >= 0; s--) {
        const size_t part = (size_t)blockIdx.y * spans + s;
        float *at = &a.work[parts.carry + part * states + i];
        behind = *at + hy_exp2(a.work[parts.delta + part * a.E + e] * rate) * behind;
        *at = behind;
    }
}

template <int CH, bool FOURS, class T>
static void launch(const struct hy_scan *a, const struct hy_scan_parts &parts, int groups, float *slabs)
{
    const int span = hy_scan_span(a->B, a->T, a->E, a->chunk), spans = hy_scan_spans(a->B, a->T, a->E, a->chunk);
    const size_t shared = sizeof(scan_segment<CH>);
    if constexpr (CH == 1) {
        if (spans > 1) {
            const size_t states = (size_t)a->E * a->N, blocks = (states + SUM_THREADS - 1) / SUM_THREADS;
            hy_launch("scan_hand_on", scan_hand_on<FOURS, T>, dim3(groups, spans - 1, a->B), dim3(SCAN_THREADS), shared,
                      *a, parts, span);
            hy_launch("scan_join_back", scan_join_back, dim3((unsigned)blocks, a->B), dim3(SUM_THREADS), 0, *a, parts,
                      spans);
        }
    }
    auto kernel = scan_backward<CH, FOURS, T>;
    hy_launch("scan_backward", kernel, dim3(groups, spans, a->B), dim3(SCAN_THREADS), shared, *a, parts, span, slabs);
}

template <class T> static void backward(const struct hy_scan *a)
{
    const int channels = hy_scan_channels(a->B, a->E), groups = hy_ceil_div(a->E, channels);
    const struct hy_scan_parts parts = hy_scan_parts(a->B, a->T, a->E, a->N, a->chunk);
    const int over_time = a->B * hy_scan_spans(a->B, a->T, a->E, a->chunk); /* parts of sums over it */
    const size_t rows = (size_t)a->B * a->T;
    if (rows == 0 || a->E == 0)
        return;
    float *slabs = NULL;
    if (const size_t bytes = hy_scan_scratch(a, HY_BACKWARD))
        slabs = (float *)hy_cuda_scratch(bytes);
    const bool fours = a->E % 4 == 0 && a->N % 4 == 0 && hy_fours<T>(a->u.v, a->u.ld) && hy_fours(a->dt.v, a->dt.ld) &&
                       hy_fours<T>(a->z.v, a->z.ld) && hy_fours<T>(a->y.d, a->y.ld) && hy_fours(a->Bt.v, a->Bt.ld) &&
                       hy_fours(a->Ct.v, a->Ct.ld) && hy_fours(a->states, a->N) && hy_fours<T>(a->u.d, a->u.ld) &&
                       hy_fours(a->dt.d, a->dt.ld) && hy_fours<T>(a->z.d, a->z.ld);
    if (channels == HY_SCAN_WIDE)
        fours ? launch<2, true, T>(a, parts, groups, slabs) : launch<2, false, T>(a, parts, groups, slabs);
    else
        fours ? launch<1, true, T>(a, parts, groups, slabs) : launch<1, false, T>(a, parts, groups, slabs);
    hy_scan_sum({a->Bt, a->work + parts.dBt, groups, a->N, rows});
    hy_scan_sum({a->Ct, a->work + parts.dCt, groups, a->N, rows});
    hy_scan_sum({a->A_log, a->work + parts.dA_log, over_time, a->N, (size_t)a->E});
    hy_scan_sum({a->dt_bias, a->work + parts.dbias, over_time, a->E, 1});
    hy_scan_sum({a->D, a->work + parts.dD, over_time, a->E, 1});
    hy_scan_sums_end();
}

extern "C" void hy_scan_bwd_f32_cuda(const union hy_args *args)
{
    backward<float>(&args->scan);
}

extern "C" void hy_scan_bwd_bf16_cuda(const union hy_args *args)
{
    backward<hy_bf16>(&args->scan);
}
