/* Selective scan, backward. With h_t = exp(delta_t A) s_{t-1} and g_t = dL/ds_t,
 *     inner_t = dy_t silu(z_t)                g_t = inner_t Ct_t + exp(delta_{t+1} A) g_{t+1}
 *     dCt_t = sum_e inner_t s_t               dBt_t = sum_e g_t drive_t,   drive_t = delta_t u_t
 *     d(drive)_t = sum_n g_t Bt_t             ddelta_t = u_t d(drive)_t + sum_n g_t h_t A
 *     dA = sum_t g_t h_t delta_t              y before the gate = sum_n s_t Ct_t + D u_t
 * With back_t = exp(delta_t A) g_t, what step t hands on, g_t h_t = back_t s_{t-1}: h is not needed.
 *
 * A block takes one sequence and CHANNELS channels from the last segment (a chunk, or at
 * most 32 steps of one) to the first:
 *     1  delta, drive, inner of all its steps to shared memory
 *     2  from the saved state forward, keeping the states before every SUB steps
 *     3  sub-tiles from the last: SUB steps forward, decays and states in registers, then back. Lanes meet in
 *        shared memory: what belongs to several of them is written, and read by the one that adds it up, which takes
 *        half the instructions of exchanging halves by shuffles. Sums over n go to the lane that owns a step and
 *        channel, sums over the warp's channels to shared memory, and over the block's warps to `work`
 *     4  du, ddt, dz of the segment, from the inputs once more (they are in L2)
 * Where time is cut into spans (scan_parts.h), a launch before finds what each span hands to the
 * one in front of it when nothing comes from behind, and one joins those as scan.cu does.
 * A last launch (scan_sums.cu) adds up what blocks left in `work`, in their order. u, z and y are of T. */
#include "kernels/cuda/scan.cuh"
#include "kernels/cuda/scan_sums.cuh"

enum {
    SEGMENT = 32, /* steps */
    WARPS = SCAN_THREADS / HY_WARP,
    MEET_STEPS = 2, /* whose dBt, dCt the lanes of a warp add up together */
    SUM_THREADS = 128,
};

/* 64 KiB where CH = 2, as much as an SM of the smallest kind has: three blocks an SM of 227 KiB. */
template <int CH> struct scan_segment {
    static constexpr int CHANNELS = SCAN_THREADS / SCAN_LANES * CH;
    static constexpr int SUB = 8 / CH;                       /* steps whose states and decays fill 64 registers */
    static constexpr int BATCH = SCAN_LANES / CH;            /* steps whose sums over n are one for each lane */
    static constexpr int ROWS = 4 * SCAN_THREADS / CHANNELS; /* that the block's threads cover at a time */
    float4 pair[SEGMENT][CHANNELS / 2]; /* {delta, drive} of two channels; then {sum g Bt, sum g h rate} */
    float inner[SEGMENT][CHANNELS];     /* then sum s Ct */
    float4 before[SEGMENT / SUB - 1][CH][SCAN_THREADS]; /* the last sub-tile's states are in registers */
    float4 Bt[SEGMENT][SCAN_LANES], Ct[SEGMENT][SCAN_LANES];
    float4 meet[WARPS][SCAN_LANES * HY_WARP]; /* each warp's own; then the sums of its channels, [SUB][2 STATES] */
};

/* What belongs to a thread's own piece of step t: 4 channels. */
struct scan_inputs {
    float4 dt, u, z, dy;
};

/* The inputs' columns c ... c + 3 of one sequence, at its first row. */
template <class T> struct scan_rows {
    const float *dt;
    const T *u, *z, *dy;

    __device__ __forceinline__ scan_rows(const struct hy_scan &a, int b, int c)
    {
        const size_t row = (size_t)b * a.T;
        dt = scan_fixed(a.dt.v + row * a.dt.ld + c);
        u = scan_fixed(hy_as<T>(a.u.v) + row * a.u.ld + c);
        z = scan_fixed(hy_as<T>(a.z.v) + row * a.z.ld + c);
        dy = scan_fixed(hy_as<T>(a.y.d) + row * a.y.ld + c);
    }

    /* Of step t; FAST: all four columns are there. */
    template <bool FAST> __device__ __forceinline__ scan_inputs read(const struct hy_scan &a, int t, int c) const
    {
        const int n = FAST ? 4 : a.E - c;
        scan_inputs p;
        p.dt = scan_load<FAST>(scan_row(dt, t, a.dt.ld), 0, n);
        p.u = scan_load<FAST>(scan_row(u, t, a.u.ld), 0, n);
        p.z = scan_load<FAST>(scan_row(z, t, a.z.ld), 0, n);
        p.dy = scan_load<FAST>(scan_row(dy, t, a.y.ld), 0, n);
        return p;
    }
};

/* One step forward: decay of the CH x OWN states, and the states behind it. */
template <int CH>
__device__ __forceinline__ void scan_advance(const scan_segment<CH> &s, int t, int lane, int own,
                                             const float (*rate)[SCAN_OWN], const float (*state)[SCAN_OWN],
                                             float (*decay)[SCAN_OWN], float (*behind)[SCAN_OWN])
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
            behind[k][m] = decay[k][m] * state[k][m] + drive[k] * Bt[m];
        }
}

/* States of a thread to and from shared memory. */
template <int CH> __device__ __forceinline__ void scan_keep(float4 (*to)[SCAN_THREADS], const float (*state)[SCAN_OWN])
{
#pragma unroll
    for (int k = 0; k < CH; k++)
        to[k][threadIdx.x] = make_float4(state[k][0], state[k][1], state[k][2], state[k][3]);
}

__device__ __forceinline__ void scan_open(float4 v, float *state)
{
    state[0] = v.x;
    state[1] = v.y;
    state[2] = v.z;
    state[3] = v.w;
}

/* Step 1: the segment of `steps` steps from t0; steps behind are filled with delta = drive = inner = 0. */
template <int CH, bool FAST, class T>
__device__ __forceinline__ void scan_stage(const struct hy_scan &a, scan_segment<CH> &s, int b, int t0, int steps,
                                           int e0, int slab)
{
    using segment = scan_segment<CH>;
    const int i = threadIdx.x, column = i % (segment::CHANNELS / 4) * 4, c = e0 + column;
    const float4 bias4 = scan_load<false>(a.dt_bias.v, c, a.E);
    const float bias[4] = {bias4.x, bias4.y, bias4.z, bias4.w};
    const scan_rows<T> rows(a, b, c);
#pragma unroll
    for (int r = i / (segment::CHANNELS / 4); r < SEGMENT; r += segment::ROWS) {
        float delta[4] = {0, 0, 0, 0}, drive[4] = {0, 0, 0, 0}, inner[4] = {0, 0, 0, 0};
        if (r < steps && c < a.E) {
            const scan_inputs p = rows.template read<FAST>(a, t0 + r, c);
            const float dt[4] = {p.dt.x, p.dt.y, p.dt.z, p.dt.w}, u[4] = {p.u.x, p.u.y, p.u.z, p.u.w};
            const float z[4] = {p.z.x, p.z.y, p.z.z, p.z.w}, dy[4] = {p.dy.x, p.dy.y, p.dy.z, p.dy.w};
#pragma unroll
            for (int k = 0; k < 4; k++) {
                delta[k] = FAST || c + k < a.E ? scan_softplus(dt[k] + bias[k]).value : 0.0f;
                drive[k] = delta[k] * u[k];
                inner[k] = dy[k] * z[k] * hy_sigmoid(z[k]);
            }
        }
        s.pair[r][scan_pair_at(column / 2)] = make_float4(delta[0], drive[0], delta[1], drive[1]);
        s.pair[r][scan_pair_at(column / 2 + 1)] = make_float4(delta[2], drive[2], delta[3], drive[3]);
        hy_store4(&s.inner[r][column], make_float4(inner[0], inner[1], inner[2], inner[3]));
    }
    const int r = i / SCAN_LANES, n = slab + i % SCAN_LANES * SCAN_OWN;
    const size_t row = (size_t)b * a.T + t0 + r;
    float4 Bt = make_float4(0, 0, 0, 0), Ct = Bt;
    if (r < steps) {
        Bt = scan_load<FAST>(a.Bt.v + row * a.Bt.ld, n, a.N);
        Ct = scan_load<FAST>(a.Ct.v + row * a.Ct.ld, n, a.N);
    }
    s.Bt[r][i % SCAN_LANES] = Bt;
    s.Ct[r][i % SCAN_LANES] = Ct;
}

/* What goes back in time, per state of a thread. */
template <int CH> struct scan_carry {
    float rate[CH][SCAN_OWN];
    float g[CH][SCAN_OWN];  /* exp(delta A) g of the step behind */
    float dA[CH][SCAN_OWN]; /* sum of g h delta */
};

/* Adds up over a warp's channels what its lanes left of MEET_STEPS steps: meet[2 * step + (0: dBt, 1: dCt)][lane]. Each
 * lane is left with two sums, of a pair of steps: two neighbouring states. Odd rows begin with the other octet: banks.
 */
__device__ __forceinline__ float2 scan_over_channels(const float4 *meet, int in_warp)
{
    const int row = in_warp / 8;
    const float2 *from = reinterpret_cast<const float2 *>(meet + row * HY_WARP) + in_warp % 8;
    float2 sum = make_float2(0, 0);
#pragma unroll
    for (int o = 0; o < HY_WARP / SCAN_LANES; o++) {
        const float2 v = from[(o ^ (row % 2)) * 8];
        sum.x += v.x;
        sum.y += v.y;
    }
    return sum;
}

/* Step 3: SUB steps from `first` of the segment, there from `state` and back. Leaves the sums over the warp's channels
 * in its s.meet, as [SUB][dBt, dCt][STATES]. long: decays and states of all steps stay in registers from the way there
 * to the way back. */
template <int CH>
__device__ __forceinline__ void scan_retreat(scan_segment<CH> &s, int first, int own, const float (*state)[SCAN_OWN],
                                             scan_carry<CH> &c)
{
    using segment = scan_segment<CH>;
    const int i = threadIdx.x, lane = i % SCAN_LANES, in_warp = i % HY_WARP;
    float4 *meet = s.meet[i / HY_WARP];
    float decay[segment::SUB][CH][SCAN_OWN], kept[segment::SUB + 1][CH][SCAN_OWN]; /* kept[j]: before step j */
    float2 narrow_sums[segment::SUB / MEET_STEPS];
#pragma unroll
    for (int k = 0; k < CH; k++)
#pragma unroll
        for (int m = 0; m < SCAN_OWN; m++)
            kept[0][k][m] = state[k][m];
#pragma unroll
    for (int j = 0; j < segment::SUB; j++)
        scan_advance<CH>(s, first + j, lane, own, c.rate, kept[j], decay[j], kept[j + 1]);

#pragma unroll
    for (int batch = segment::SUB - segment::BATCH; batch >= 0; batch -= segment::BATCH) {
        float sums[SCAN_LANES][3]; /* per step and channel: sum g Bt, sum g h rate, sum s Ct */
#pragma unroll
        for (int j = segment::BATCH - 1; j >= 0; j--) {
            const int at = batch + j, t = first + at;
            const float4 B4 = s.Bt[t][lane], C4 = s.Ct[t][lane];
            const float Bt[SCAN_OWN] = {B4.x, B4.y, B4.z, B4.w}, Ct[SCAN_OWN] = {C4.x, C4.y, C4.z, C4.w};
            float delta[CH], drive[CH], dBt[SCAN_OWN] = {0, 0, 0, 0}, dCt[SCAN_OWN] = {0, 0, 0, 0};
            scan_read_pair<CH>(s.pair[t], own, delta, drive);
#pragma unroll
            for (int k = 0; k < CH; k++) {
                const float inner = s.inner[t][own + k];
                float to_drive = 0, to_delta = 0, y = 0;
#pragma unroll
                for (int m = 0; m < SCAN_OWN; m++) {
                    const float g = c.g[k][m] + inner * Ct[m], back = g * decay[at][k][m], gh = back * kept[at][k][m];
                    dBt[m] += g * drive[k];
                    dCt[m] += inner * kept[at + 1][k][m];
                    to_drive += g * Bt[m];
                    to_delta += gh * c.rate[k][m];
                    y += kept[at + 1][k][m] * Ct[m];
                    c.dA[k][m] += gh * delta[k];
                    c.g[k][m] = back;
                }
                sums[j * CH + k][0] = to_drive;
                sums[j * CH + k][1] = to_delta;
                sums[j * CH + k][2] = y;
            }
            float4 *row = meet + 2 * (j % MEET_STEPS) * HY_WARP + in_warp;
            row[0] = make_float4(dBt[0], dBt[1], dBt[2], dBt[3]);
            row[HY_WARP] = make_float4(dCt[0], dCt[1], dCt[2], dCt[3]);
            if (j % MEET_STEPS == 0) {
                __syncwarp();
                narrow_sums[at / MEET_STEPS] = scan_over_channels(meet, in_warp);
                __syncwarp();
            }
        }
        /* over the channel's lanes: lane q is left with the sums of step and channel q of the batch; which place of
         * a row of `meet` a lane takes differs from row to row, for the banks */
#pragma unroll
        for (int q = 0; q < SCAN_LANES; q++)
            meet[q * HY_WARP + (in_warp ^ q)] = make_float4(sums[q][0], sums[q][1], sums[q][2], 0);
        __syncwarp();
        const float4 *mine = meet + lane * HY_WARP + in_warp / SCAN_LANES * SCAN_LANES;
        float4 sum = make_float4(0, 0, 0, 0);
#pragma unroll
        for (int l = 0; l < SCAN_LANES; l++) {
            const float4 v = mine[l ^ lane];
            sum.x += v.x;
            sum.y += v.y;
            sum.z += v.z;
        }
        const int t = first + batch + lane / CH, channel = own + lane % CH;
        reinterpret_cast<float2 *>(&s.pair[t][scan_pair_at(channel / 2)])[channel % 2] = make_float2(sum.x, sum.y);
        s.inner[t][channel] = sum.z;
        __syncwarp(); /* all have read what is overwritten now */
    }
    const int row = in_warp / 8;
    float2 *to = reinterpret_cast<float2 *>(meet) + row * 8 + in_warp % 8;
#pragma unroll
    for (int pair = 0; pair < segment::SUB / MEET_STEPS; pair++)
        to[pair * MEET_STEPS * SCAN_STATES] = narrow_sums[pair];
}

__device__ __forceinline__ float4 scan_sum(float4 a, float4 b)
{
    return make_float4(a.x + b.x, a.y + b.y, a.z + b.z, a.w + b.w);
}

/* Where a gradient's rows begin, NULL where nobody wants it. */
template <class T> __device__ __forceinline__ T *scan_begin(const struct hy_in &x, size_t row, int c)
{
    return x.d ? scan_fixed(hy_as<T>(x.d) + row * x.ld + c) : nullptr;
}

/* A gradient's four columns in row t of a sequence whose first row is `to`: the first slab's, or one that a further
 * slab adds to. */
template <bool FAST, class T>
__device__ __forceinline__ void scan_give(T *to, const struct hy_in &x, int t, int n, bool add, float4 v)
{
    if (to == nullptr)
        return;
    T *at = scan_row(to, t, x.ld);
    if (add || x.add)
        v = scan_sum(v, scan_load<FAST>(at, 0, n));
    scan_store<FAST>(at, 0, n, v);
}

/* The same through f32 sums of the slabs, so that what is given is rounded once: `last` gives. */
template <class T>
__device__ __forceinline__ void scan_give_at_last(T *to, const struct hy_in &x, float *sums, int t, int n, bool first,
                                                  bool last, float4 v)
{
    if (!first)
        v = scan_sum(v, scan_load<false>(sums, 0, n));
    if (last)
        scan_give<false>(to, x, t, n, false, v);
    else
        scan_store<false>(sums, 0, n, v);
}

/* Step 4. What belongs to no state (D) comes with the first slab. `slabs`: two of (B*T, E) for du and dz of several
 * slabs, NULL where those are summed where they go. */
template <int CH, bool FAST, class T>
__device__ __forceinline__ void scan_finish(const struct hy_scan &a, const scan_segment<CH> &s, int b, int t0,
                                            int steps, int e0, int slab, float *slabs, float *dbias, float *dD)
{
    using segment = scan_segment<CH>;
    const int i = threadIdx.x, column = i % (segment::CHANNELS / 4) * 4, c = e0 + column, n = FAST ? 4 : a.E - c;
    const bool first = FAST || slab == 0, last = FAST || slab + SCAN_STATES >= a.N;
    if (c >= a.E)
        return;
    const float4 bias4 = scan_load<false>(a.dt_bias.v, c, a.E), D4 = scan_load<false>(a.D.v, c, a.E);
    const float bias[4] = {bias4.x, bias4.y, bias4.z, bias4.w};
    const float D[4] = {first ? D4.x : 0, first ? D4.y : 0, first ? D4.z : 0, first ? D4.w : 0};
    const size_t row0 = (size_t)b * a.T;
    const scan_rows<T> rows(a, b, c);
    float *const ddts = scan_begin<float>(a.dt, row0, c);
    T *const dus = scan_begin<T>(a.u, row0, c), *const dzs = scan_begin<T>(a.z, row0, c);
#pragma unroll 1
    for (int r = i / (segment::CHANNELS / 4); r < steps; r += segment::ROWS) {
        const int t = t0 + r;
        const scan_inputs p = rows.template read<FAST>(a, t, c);
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
            const float open = hy_sigmoid(z[k]), gate = dy[k] * open, inner = gate * z[k];
            du[k] = to_drive[k] * soft.value + D[k] * inner;
            ddt[k] = (to_delta[k] * HY_LN2 + to_drive[k] * u[k]) * soft.slope;
            dz[k] = (y[k] + D[k] * u[k]) * (gate * (1.0f + z[k] * (1.0f - open)));
            dbias[k] += ddt[k];
            if (first)
                dD[k] += inner * u[k];
        }
        const float4 du4 = make_float4(du[0], du[1], du[2], du[3]), dz4 = make_float4(dz[0], dz[1], dz[2], dz[3]);
        scan_give<FAST>(ddts, a.dt, t, n, !first, make_float4(ddt[0], ddt[1], ddt[2], ddt[3]));
        if (!FAST && slabs) {
            float *const mine = slabs + (row0 + t) * a.E + c;
            scan_give_at_last(dus, a.u, mine, t, n, first, last, du4);
            scan_give_at_last(dzs, a.z, mine + (size_t)a.B * a.T * a.E, t, n, first, last, dz4);
        } else {
            scan_give<FAST>(dus, a.u, t, n, !first, du4);
            scan_give<FAST>(dzs, a.z, t, n, !first, dz4);
        }
    }
}

/* FAST: all rows by fours, one slab, and a chunk is a segment. Grid (ceil(E / CHANNELS), spans, B).
 * long: states, their gradients and the pieces in flight stay in registers from phase to phase. */
template <int CH, bool FAST, class T>
__global__ void __launch_bounds__(SCAN_THREADS, FAST ? 3 : 2)
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

    for (int slab = 0; slab < (FAST ? 1 : a.N); slab += SCAN_STATES) {
        const int n = slab + lane * SCAN_OWN;
        scan_carry<CH> carry;
#pragma unroll
        for (int k = 0; k < CH; k++) {
            scan_rates<FAST>(a.A_log, e + k, a.E, n, a.N, carry.rate[k]);
#pragma unroll
            for (int m = 0; m < SCAN_OWN; m++) {
                carry.g[k][m] = carry.dA[k][m] = 0;
                if (CH == 1 && stop < a.T && e + k < a.E && n + m < a.N)
                    carry.g[k][m] = a.work[parts.carry + (part * a.E + e + k) * a.N + n + m];
            }
        }
        /* which of a step's 32 sums over channels this thread adds up over warps, and where they go */
        const int which = i % (2 * SCAN_STATES), column = slab + which % SCAN_STATES;
        float *const narrow = scan_fixed(a.work + (which < SCAN_STATES ? parts.dBt : parts.dCt) +
                                         ((size_t)blockIdx.x * a.B + b) * a.T * a.N + column);
        for (int begin = (stop - 1) / a.chunk * a.chunk; begin >= start; begin -= a.chunk) {
            const int end = begin + min(a.chunk, stop - begin);
            for (int t0 = FAST ? begin : begin + (end - begin - 1) / SEGMENT * SEGMENT; t0 >= begin; t0 -= SEGMENT) {
                const int steps = min(SEGMENT, end - t0), last = (steps - 1) / segment::SUB * segment::SUB;
                float state[CH][SCAN_OWN];
#pragma unroll
                for (int k = 0; k < CH; k++)
                    scan_open(e + k < a.E ? scan_load<FAST>(scan_saved(a, b, begin, e + k), n, a.N)
                                          : make_float4(0, 0, 0, 0),
                              state[k]);
                /* a long chunk: through the segments before this one */
                for (int t = begin; t <= t0; t += SEGMENT) {
                    __syncthreads(); /* the segment before is read */
                    scan_stage<CH, FAST, T>(a, s, b, t, min(SEGMENT, end - t), e0, slab);
                    __syncthreads();
#pragma unroll 1
                    for (int from = 0; from < (t < t0 ? (int)SEGMENT : last); from += segment::SUB) {
                        float decay[CH][SCAN_OWN];
                        if (t == t0)
                            scan_keep<CH>(s.before[from / segment::SUB], state);
#pragma unroll
                        for (int j = 0; j < segment::SUB; j++)
                            scan_advance<CH>(s, from + j, lane, own, carry.rate, state, decay, state);
                    }
                    if (FAST)
                        break;
                }
#pragma unroll 1
                for (int first = last; first >= 0; first -= segment::SUB) {
                    scan_retreat<CH>(s, first, own, state, carry);
                    if (first > 0)
#pragma unroll
                        for (int k = 0; k < CH; k++)
                            scan_open(s.before[first / segment::SUB - 1][k][i], state[k]);
                    __syncthreads();
#pragma unroll
                    for (int k = 0; k < segment::SUB / WARPS; k++) {
                        const int j = k * WARPS + i / (2 * SCAN_STATES);
                        float sum = 0;
#pragma unroll
                        for (int warp = 0; warp < WARPS; warp++)
                            sum += reinterpret_cast<const float *>(s.meet[warp])[k * SCAN_THREADS + i];
                        if (first + j < steps && column < a.N)
                            *scan_row(narrow, t0 + first + j, a.N) = sum;
                    }
                    __syncthreads();
                }
                scan_finish<CH, FAST, T>(a, s, b, t0, steps, e0, slab, slabs, dbias, dD);
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
template <bool FAST, class T>
__global__ void __launch_bounds__(SCAN_THREADS, FAST ? 6 : 4)
    scan_hand_on(struct hy_scan a, struct hy_scan_parts parts, int span)
{
    using segment = scan_segment<1>;
    segment &s = *hy_dynamic_shared<segment>();
    const int i = threadIdx.x, lane = i % SCAN_LANES, own = i / SCAN_LANES;
    const int b = blockIdx.z, e0 = blockIdx.x * segment::CHANNELS, e = e0 + own;
    const int start = (blockIdx.y + 1) * span, stop = min(a.T, start + span);
    const size_t part = (size_t)b * (gridDim.y + 1) + blockIdx.y;
    for (int slab = 0; slab < (FAST ? 1 : a.N); slab += SCAN_STATES) {
        const int n = slab + lane * SCAN_OWN;
        float rate[SCAN_OWN], g[SCAN_OWN] = {0, 0, 0, 0}, total = 0;
        scan_rates<FAST>(a.A_log, e, a.E, n, a.N, rate);
        for (int t0 = start + (stop - start - 1) / SEGMENT * SEGMENT; t0 >= start; t0 -= SEGMENT) {
            const int steps = min(SEGMENT, stop - t0);
            __syncthreads(); /* the segment behind is read */
            scan_stage<1, FAST, T>(a, s, b, t0, steps, e0, slab);
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

template <int CH, bool FAST, class T>
static void launch(const struct hy_scan *a, const struct hy_scan_parts &parts, int groups, float *slabs)
{
    const int span = hy_scan_span(a->B, a->T, a->E, a->chunk), spans = hy_scan_spans(a->B, a->T, a->E, a->chunk);
    const size_t shared = sizeof(scan_segment<CH>);
    if constexpr (CH == 1) {
        if (spans > 1) {
            const size_t states = (size_t)a->E * a->N, blocks = (states + SUM_THREADS - 1) / SUM_THREADS;
            hy_launch("scan_hand_on", scan_hand_on<FAST, T>, dim3(groups, spans - 1, a->B), dim3(SCAN_THREADS), shared,
                      *a, parts, span);
            hy_launch("scan_join_back", scan_join_back, dim3((unsigned)blocks, a->B), dim3(SUM_THREADS), 0, *a, parts,
                      spans);
        }
    }
    auto kernel = scan_backward<CH, FAST, T>;
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
    const bool fast = a->chunk <= SEGMENT && a->E % 4 == 0 && scan_is_fast(a->Bt, a->Ct, a->A_log, a->states, a->N) &&
                      hy_fours<T>(a->u.v, a->u.ld) && hy_fours(a->dt.v, a->dt.ld) && hy_fours<T>(a->z.v, a->z.ld) &&
                      hy_fours<T>(a->y.d, a->y.ld) && hy_fours<T>(a->u.d, a->u.ld) && hy_fours(a->dt.d, a->dt.ld) &&
                      hy_fours<T>(a->z.d, a->z.ld);
    if (channels == HY_SCAN_WIDE)
        fast ? launch<2, true, T>(a, parts, groups, slabs) : launch<2, false, T>(a, parts, groups, slabs);
    else
        fast ? launch<1, true, T>(a, parts, groups, slabs) : launch<1, false, T>(a, parts, groups, slabs);
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
