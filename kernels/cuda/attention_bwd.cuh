/* Attention backward. With w the weights, d = drop's factors, dw = d * (dy v^T), delta = sum_s w dw = sum_p dy y:
 *   dv = (w d)^T dy      ds = w (dw - delta)      dq = ds k / sqrt(P)      dk = ds^T q / sqrt(P)
 * The weights come back from the scores and the saved lse, tile by tile.
 *
 * Two kernels, each with its sums in registers from beginning to end, so that there are no atomics
 * and every sum runs in one order: one owns queries and walks over keys (dq: three products; on its way it leaves
 * delta for the other), one owns keys and walks over the queries of all heads that share them (dk, dv: four
 * products). Seven products where five would do if dq could be added to by many blocks. */
#ifndef HY_KERNELS_CUDA_ATTENTION_BWD_CUH
#define HY_KERNELS_CUDA_ATTENTION_BWD_CUH

#include "kernels/cuda/attention.cuh"

/* ---- delta ---------------------------------------------------------------------------------- */

enum { HY_DELTA_THREADS = 256 };

/* delta (B*H*T) = sum_p dy * y, of queries t0 .. t0 + N - 1 (as far as there are such) of sequence b and head h; dy
 * rounded as in the products, for then the difference dw - delta of equal terms (a query that sees one key) comes out
 * as nothing. By a warp; the loads of all rows are under way together. */
template <class M, int N>
__device__ __forceinline__ void hy_leave_deltas(const struct hy_attention &a, int aligned, int b, int h, int t0)
{
    typedef typename M::stored stored;
    static_assert(N <= HY_WARP, "a lane leaves one of them");
    const size_t first = ((size_t)b * a.T + t0) * a.y.ld + (size_t)h * a.P;
    const stored *const y = hy_as<stored>(a.y.v) + first, *const dy = hy_as<stored>(a.y.d) + first;
    const bool pairs = (aligned & HY_ALIGNED_Y) && (aligned & HY_ALIGNED_DY);
    float sums[N], mine = 0;
#pragma unroll
    for (int i = 0; i < N; i++)
        sums[i] = 0;
    if (pairs)
        for (int c = 2 * hy_lane(); c < a.P; c += 2 * HY_WARP) {
#pragma unroll
            for (int i = 0; i < N; i++)
                if (t0 + i < a.T) {
                    const float2 v = hy_load2(y + (size_t)i * a.y.ld + c), d = hy_load2(dy + (size_t)i * a.y.ld + c);
                    sums[i] += M::rounded(d.x) * v.x + M::rounded(d.y) * v.y;
                }
        }
    else
        for (int c = hy_lane(); c < a.P; c += HY_WARP) {
#pragma unroll
            for (int i = 0; i < N; i++)
                if (t0 + i < a.T)
                    sums[i] += M::rounded(hy_load1(dy + (size_t)i * a.y.ld + c)) * hy_load1(y + (size_t)i * a.y.ld + c);
        }
#pragma unroll
    for (int i = 0; i < N; i++) {
        const float sum = hy_warp_sum(sums[i]);
        mine = hy_lane() == i ? sum : mine;
    }
    if (hy_lane() < N && t0 + hy_lane() < a.T)
        a.delta[((size_t)b * a.H + h) * a.T + t0 + hy_lane()] = mine;
}

/* Where nobody wants dq, whose kernel leaves them on its way. A warp a row. */
template <class M> __global__ void attention_delta(struct hy_attention a, int aligned)
{
    const size_t n = (size_t)blockIdx.x * (HY_DELTA_THREADS / HY_WARP) + threadIdx.x / HY_WARP;
    if (n >= (size_t)a.B * a.T * a.H) /* whole warps leave */
        return;
    const int bt = (int)(n / a.H);
    hy_leave_deltas<M, 1>(a, aligned, bt / a.T, (int)(n % a.H), bt % a.T);
}

/* ---- dq ------------------------------------------------------------------------------------------ */

/* Tiles that come by copies have two places each, in turns: the next arrives while this one is read, and one barrier a
 * tile does. What comes through registers has one. */
template <class M, int WIDTH, int WARPS, int COLS, hy_stage_kind KIND> struct hy_bwd_shape {
    enum {
        THREADS = WARPS * HY_WARP,
        ROWS = WARPS * HY_WARP_ROWS,
        LD = WIDTH + M::PAD,
        PLACES = KIND == HY_STAGE_COPY ? 2 : 1,
        TILES = 2 * (ROWS + PLACES * COLS) * LD * (int)sizeof(typename M::element) + WARPS * M::SPARE * 4,
        BYTES_Q = TILES + ROWS * 16,
        BYTES_KV = TILES + PLACES * (2 * COLS * 4 + COLS * 16),
    };
};

/* long: the phases share tiles in shared memory and sums in registers, which a call would spill or have to pass one by
 * one. */
template <class M, int WIDTH, int WARPS, int COLS, hy_stage_kind KIND, int BLOCKS>
__global__ void __launch_bounds__(WARPS *HY_WARP, BLOCKS) attention_bwd_q(struct hy_attention a, int aligned)
{
    typedef hy_bwd_shape<M, WIDTH, WARPS, COLS, KIND> S;
    typedef typename M::element element;
    typedef typename M::stored stored;
    element *const q = hy_dynamic_shared<element>(), *const dy = q + S::ROWS * S::LD;
    element *const staged = dy + S::ROWS * S::LD; /* of each place, keys and values */
    float *const spares = reinterpret_cast<float *>(staged + S::PLACES * 2 * COLS * S::LD);
    uint8_t *const keeps = reinterpret_cast<uint8_t *>(spares + WARPS * M::SPARE);

    const int heads = a.B * a.H, bh = (int)blockIdx.x % heads,
              t0 = ((int)(gridDim.x - 1 - blockIdx.x) / heads) * S::ROWS;
    const int b = bh / a.H, h = bh % a.H, kv = b * a.K + h * a.K / a.H;
    const int warp = (int)threadIdx.x / HY_WARP, w0 = t0 + warp * HY_WARP_ROWS, w1 = min(w0 + HY_WARP_ROWS, a.T) - 1;
    const int mine = warp * HY_WARP_ROWS * S::LD;
    float *const spare = spares + warp * M::SPARE;
    uint8_t *const kept = keeps + warp * HY_WARP_ROWS * 16;
    const stored *const keys = hy_as<stored>(a.k.v) + (size_t)kv * a.T * a.k.ld;
    const stored *const values = hy_as<stored>(a.v.v) + (size_t)kv * a.T * a.v.ld;
    const size_t out = (size_t)b * a.T * a.y.ld + (size_t)h * a.P;
    const hy_sight see = {a.W, a.M};
    const hy_key_tiles tiles(see, t0, min(t0 + S::ROWS, a.T) - 1, COLS);
    const hy_weights_drop drop = {a.run, a.site, a.p, a.T};
    const float scale = 1.0f / sqrtf((float)a.P), c = HY_LOG2E * scale, undropped = drop.scale();

    if (w0 < a.T)
        hy_leave_deltas<M, HY_WARP_ROWS>(a, aligned, b, h, w0);
    __syncwarp(); /* a lane reads below what another one left */
    float dq[M::ROWS][WIDTH / M::LANES], lse[M::ROWS], delta[M::ROWS];
#pragma unroll
    for (int i = 0; i < M::ROWS; i++) {
        const int t = w0 + M::row(i);
        lse[i] = t < a.T ? a.lse[(size_t)bh * a.T + t] * HY_LOG2E : 0;
        delta[i] = t < a.T ? a.delta[(size_t)bh * a.T + t] : 0;
#pragma unroll
        for (int j = 0; j < WIDTH / M::LANES; j++)
            dq[i][j] = 0;
    }
    int drawn = -1;

    hy_stage<M, stored, WIDTH, S::ROWS, S::THREADS, HY_STAGE_PLAIN> once;
    hy_stage<M, stored, WIDTH, COLS, S::THREADS, KIND> k_ahead, v_ahead;
    hy_rows<stored> k_rows = hy_rows_at(keys, a.k.ld, tiles.first * COLS, a.T, a.P, aligned & HY_ALIGNED_K);
    hy_rows<stored> v_rows = hy_rows_at(values, a.v.ld, tiles.first * COLS, a.T, a.P, aligned & HY_ALIGNED_V);
    k_ahead.begin(staged, k_rows);
    v_ahead.begin(staged + COLS * S::LD, v_rows);
    once.finish(
        q, hy_rows_at(hy_as<stored>(a.q.v) + (size_t)bh * a.T * a.q.ld, a.q.ld, t0, a.T, a.P, aligned & HY_ALIGNED_Q));
    once.finish(dy, hy_rows_at(hy_as<stored>(a.y.d) + out, a.y.ld, t0, a.T, a.P, aligned & HY_ALIGNED_DY));

    for (int tile = tiles.first, place = 0; tile < tiles.end;) {
        const int s0 = tile * COLS, s1 = s0 + COLS - 1;
        element *const k = staged + place * 2 * COLS * S::LD, *const v = k + COLS * S::LD;
        k_ahead.finish(k, k_rows);
        v_ahead.finish(v, v_rows);
        __syncthreads();
        tile = tiles.after(tile);
        k_rows = hy_rows_at(keys, a.k.ld, tile * COLS, a.T, a.P, aligned & HY_ALIGNED_K);
        v_rows = hy_rows_at(values, a.v.ld, tile * COLS, a.T, a.P, aligned & HY_ALIGNED_V);
        place = (place + 1) % S::PLACES;
        if (tile < tiles.end) {
            k_ahead.begin(staged + place * 2 * COLS * S::LD, k_rows);
            v_ahead.begin(staged + (place * 2 + 1) * COLS * S::LD, v_rows);
        }
        if (w0 < a.T && see.any(w0, w1, s0, s1)) { /* the same for the whole warp */
            float s[M::ROWS][COLS / M::LANES], dw[M::ROWS][COLS / M::LANES];
            const bool all = see.all(w0, w1, s0, s1);
            M::template scores<COLS, WIDTH>(q + mine, k, s);
            M::template scores<COLS, WIDTH>(dy + mine, v, dw);
            if (drop.on() && drawn != s0 / HY_DROP_BLOCK) {
                drawn = s0 / HY_DROP_BLOCK;
                __syncwarp();
                drop.fill(kept, (uint64_t)bh * a.T + w0, HY_WARP_ROWS, drawn, hy_lane(), HY_WARP);
                __syncwarp();
            }
#pragma unroll
            for (int i = 0; i < M::ROWS; i++)
#pragma unroll
                for (int j = 0; j < COLS / M::LANES; j++) {
                    const bool keep = !drop.on() || hy_keeps<COLS>(kept + M::row(i) * 16, s0, M::column(j));
                    const bool seen = all || see.one(w0 + M::row(i), s0 + M::column(j));
                    const float w = seen ? hy_exp2(fmaf(s[i][j], c, -lse[i])) : 0;
                    s[i][j] = w * ((keep ? dw[i][j] * undropped : 0) - delta[i]);
                }
            M::template add<COLS, WIDTH>(s, k, spare, dq);
        }
        if (S::PLACES == 1)
            __syncthreads(); /* the tile is done with */
    }

    float factor[M::ROWS];
#pragma unroll
    for (int i = 0; i < M::ROWS; i++)
        factor[i] = scale;
    hy_give_rows<M, WIDTH>(dq, factor, hy_as<stored>(a.q.d) + (size_t)bh * a.T * a.q.ld, a.q.ld, w0, a.T, a.P,
                           aligned & HY_ALIGNED_DQ, a.q.add);
}

/* ---- dk, dv ------------------------------------------------------------------------------------------ */

/* Which of them a launch computes. Wide heads take a launch for each: their sums fill a lane's registers. */
enum { HY_WANT_K = 1, HY_WANT_V = 2 };

/* long: as attention_bwd_q, for the same reason. */
template <class M, int WIDTH, int WARPS, int COLS, hy_stage_kind KIND, int BLOCKS, int WANT>
__global__ void __launch_bounds__(WARPS *HY_WARP, BLOCKS) attention_bwd_kv(struct hy_attention a, int aligned)
{
    typedef hy_bwd_shape<M, WIDTH, WARPS, COLS, KIND> S;
    typedef typename M::element element;
    typedef typename M::stored stored;
    element *const k = hy_dynamic_shared<element>(), *const v = k + S::ROWS * S::LD;
    element *const staged =
        v + S::ROWS * S::LD; /* of each place, queries and dy; behind all, their lse, delta, keeps */
    float *const spares = reinterpret_cast<float *>(staged + S::PLACES * 2 * COLS * S::LD);
    float *const lses = spares + WARPS * M::SPARE;
    uint8_t *const all_keeps = reinterpret_cast<uint8_t *>(lses + S::PLACES * 2 * COLS);

    /* the first keys first: most queries see them */
    const int all_kv = a.B * a.K, kv = (int)blockIdx.x % all_kv, s0 = (int)blockIdx.x / all_kv * S::ROWS;
    const int b = kv / a.K, first_head = (kv % a.K * a.H + a.K - 1) / a.K,
              end_head = ((kv % a.K + 1) * a.H + a.K - 1) / a.K;
    const int warp = (int)threadIdx.x / HY_WARP, w0 = s0 + warp * HY_WARP_ROWS, w1 = w0 + HY_WARP_ROWS - 1;
    const int mine = warp * HY_WARP_ROWS * S::LD;
    float *const spare = spares + warp * M::SPARE;
    const hy_sight see = {a.W, a.M};
    const hy_weights_drop drop = {a.run, a.site, a.p, a.T};
    const float scale = 1.0f / sqrtf((float)a.P), c = HY_LOG2E * scale, undropped = drop.scale();
    const bool want_k = (WANT & HY_WANT_K) && a.k.d, want_v = (WANT & HY_WANT_V) && a.v.d;

    float dk[M::ROWS][WANT & HY_WANT_K ? WIDTH / M::LANES : 1], dv[M::ROWS][WANT & HY_WANT_V ? WIDTH / M::LANES : 1];
#pragma unroll
    for (int i = 0; i < M::ROWS; i++) {
#pragma unroll
        for (int j = 0; j < (int)(sizeof dk[0] / sizeof dk[0][0]); j++)
            dk[i][j] = 0;
#pragma unroll
        for (int j = 0; j < (int)(sizeof dv[0] / sizeof dv[0][0]); j++)
            dv[i][j] = 0;
    }

    hy_stage<M, stored, WIDTH, S::ROWS, S::THREADS, HY_STAGE_PLAIN> once;
    once.finish(
        k, hy_rows_at(hy_as<stored>(a.k.v) + (size_t)kv * a.T * a.k.ld, a.k.ld, s0, a.T, a.P, aligned & HY_ALIGNED_K));
    once.finish(
        v, hy_rows_at(hy_as<stored>(a.v.v) + (size_t)kv * a.T * a.v.ld, a.v.ld, s0, a.T, a.P, aligned & HY_ALIGNED_V));

    /* Queries s0 .. last see a key of this block: tile after tile of one head, then the next head. */
    const int last = a.W == 0 || s0 < a.M ? a.T - 1 : min(a.T - 1, s0 + S::ROWS - 1 + a.W - 1);
    const int first_t = s0 / COLS * COLS;
    const auto q_at = [&](int h, int t) {
        return hy_rows_at(hy_as<stored>(a.q.v) + ((size_t)b * a.H + h) * a.T * a.q.ld, a.q.ld, t, a.T, a.P,
                          aligned & HY_ALIGNED_Q);
    };
    const auto dy_at = [&](int h, int t) {
        return hy_rows_at(hy_as<stored>(a.y.d) + (size_t)b * a.T * a.y.ld + (size_t)h * a.P, a.y.ld, t, a.T, a.P,
                          aligned & HY_ALIGNED_DY);
    };
    hy_stage<M, stored, WIDTH, COLS, S::THREADS, KIND> q_ahead, dy_ahead;
    if (first_head < end_head) {
        q_ahead.begin(staged, q_at(first_head, first_t));
        dy_ahead.begin(staged + COLS * S::LD, dy_at(first_head, first_t));
    }
    for (int h = first_head, t0 = first_t, place = 0; h < end_head;) {
        element *const q = staged + place * 2 * COLS * S::LD, *const dy = q + COLS * S::LD;
        float *const lse = lses + place * 2 * COLS, *const delta = lse + COLS;
        uint8_t *const keeps = all_keeps + place * COLS * 16;
        const size_t row0 = ((size_t)b * a.H + h) * a.T + t0;
        q_ahead.finish(q, q_at(h, t0));
        dy_ahead.finish(dy, dy_at(h, t0));
        for (int n = (int)threadIdx.x; n < COLS; n += S::THREADS) {
            const bool there = t0 + n < a.T;
            lse[n] = there ? a.lse[row0 + n] * HY_LOG2E : 0;
            delta[n] = there && want_k ? a.delta[row0 + n] : 0;
        }
        if (drop.on())
            drop.fill(keeps, row0, COLS, s0 / HY_DROP_BLOCK, (int)threadIdx.x, S::THREADS);
        __syncthreads();
        const bool same_head = t0 + COLS <= last;
        const int next_t = same_head ? t0 + COLS : first_t, next_h = same_head ? h : h + 1;
        place = (place + 1) % S::PLACES;
        if (next_h < end_head) {
            q_ahead.begin(staged + place * 2 * COLS * S::LD, q_at(next_h, next_t));
            dy_ahead.begin(staged + (place * 2 + 1) * COLS * S::LD, dy_at(next_h, next_t));
        }
        const int t1 = min(t0 + COLS, a.T) - 1;
        if (see.any(t0, t1, w0, w1)) { /* the same for the whole warp */
            float s[M::ROWS][COLS / M::LANES], dw[M::ROWS][COLS / M::LANES];
            const bool all = see.all(t0, t1, w0, w1);
            M::template scores<COLS, WIDTH>(k + mine, q, s);
            if (want_k)
                M::template scores<COLS, WIDTH>(v + mine, dy, dw);
#pragma unroll
            for (int i = 0; i < M::ROWS; i++)
#pragma unroll
                for (int j = 0; j < COLS / M::LANES; j++) {
                    const int n = M::column(j);
                    const bool seen = all || see.one(t0 + n, w0 + M::row(i));
                    const bool keep = !drop.on() || hy_keeps<HY_WARP_ROWS>(keeps + n * 16, w0, M::row(i));
                    const float w = seen ? hy_exp2(fmaf(s[i][j], c, -lse[n])) : 0;
                    s[i][j] = keep ? w : 0;
                    if (want_k)
                        dw[i][j] = w * ((keep ? dw[i][j] * undropped : 0) - delta[n]);
                }
            if constexpr ((WANT & HY_WANT_V) != 0)
                if (want_v)
                    M::template add<COLS, WIDTH>(s, dy, spare, dv);
            if constexpr ((WANT & HY_WANT_K) != 0)
                if (want_k)
                    M::template add<COLS, WIDTH>(dw, q, spare, dk);
        }
        if (S::PLACES == 1)
            __syncthreads(); /* the tile is done with */
        h = next_h;
        t0 = next_t;
    }

    float factor[M::ROWS];
    if constexpr ((WANT & HY_WANT_K) != 0)
        if (want_k) {
#pragma unroll
            for (int i = 0; i < M::ROWS; i++)
                factor[i] = scale;
            hy_give_rows<M, WIDTH>(dk, factor, hy_as<stored>(a.k.d) + (size_t)kv * a.T * a.k.ld, a.k.ld, w0, a.T, a.P,
                                   aligned & HY_ALIGNED_DK, a.k.add);
        }
    if constexpr ((WANT & HY_WANT_V) != 0)
        if (want_v) {
#pragma unroll
            for (int i = 0; i < M::ROWS; i++)
                factor[i] = undropped;
            hy_give_rows<M, WIDTH>(dv, factor, hy_as<stored>(a.v.d) + (size_t)kv * a.T * a.v.ld, a.v.ld, w0, a.T, a.P,
                                   aligned & HY_ALIGNED_DV, a.v.add);
        }
}

/* ---- launching ------------------------------------------------------------------------------------------ */

/* Enqueues what is wanted, for heads of at most WIDTH; BLOCKS_Q, BLOCKS_KV: at least so many on an SM. */
template <class M, int WIDTH, int WARPS, int COLS, hy_stage_kind KIND, int BLOCKS_Q, int BLOCKS_KV>
void hy_attention_bwd_launch(const struct hy_attention *a)
{
    typedef hy_bwd_shape<M, WIDTH, WARPS, COLS, KIND> S;
    const int aligned = hy_attention_aligned<typename M::stored>(a), tiles = hy_ceil_div(a->T, S::ROWS),
              rows = a->B * a->T * a->H;
    if (rows == 0 || (!a->q.d && !a->k.d && !a->v.d))
        return;
    if (!a->q.d && a->k.d)
        hy_launch("attention_delta", attention_delta<M>, dim3((unsigned)hy_ceil_div(rows, HY_DELTA_THREADS / HY_WARP)),
                  dim3(HY_DELTA_THREADS), 0, *a, aligned);
    if (a->q.d)
        hy_launch("attention_bwd_q", attention_bwd_q<M, WIDTH, WARPS, COLS, KIND, BLOCKS_Q>,
                  dim3((unsigned)(tiles * a->B * a->H)), dim3(S::THREADS), S::BYTES_Q, *a, aligned);
    if (!a->k.d && !a->v.d)
        return;
    const dim3 grid((unsigned)(tiles * a->B * a->K)), block(S::THREADS);
    if constexpr (WIDTH <= 128) {
        hy_launch("attention_bwd_kv", attention_bwd_kv<M, WIDTH, WARPS, COLS, KIND, BLOCKS_KV, HY_WANT_K | HY_WANT_V>,
                  grid, block, S::BYTES_KV, *a, aligned);
    } else {
        if (a->k.d)
            hy_launch("attention_bwd_k", attention_bwd_kv<M, WIDTH, WARPS, COLS, KIND, BLOCKS_KV, HY_WANT_K>, grid,
                      block, S::BYTES_KV, *a, aligned);
        if (a->v.d)
            hy_launch("attention_bwd_v", attention_bwd_kv<M, WIDTH, WARPS, COLS, KIND, BLOCKS_KV, HY_WANT_V>, grid,
                      block, S::BYTES_KV, *a, aligned);
    }
}

#endif
