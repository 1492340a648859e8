/* Attention forward: a block owns WARPS * 16 queries of one head, in registers their outputs and
 * running maxima and sums (online softmax), and walks over the key tiles that they see.
 * While scores are worked out the tile's values arrive, while values are added the next keys. */
#ifndef HY_KERNELS_CUDA_ATTENTION_FWD_CUH
#define HY_KERNELS_CUDA_ATTENTION_FWD_CUH

#include "kernels/cuda/attention.cuh"

/* Running softmax of a warp's rows, scores in units of 1/c of a power of two. */
template <class M> struct hy_softmax {
    float largest[M::ROWS], sum[M::ROWS]; /* `sum`: this lane's columns only */

    __device__ __forceinline__ hy_softmax()
    {
#pragma unroll
        for (int i = 0; i < M::ROWS; i++) {
            largest[i] = -INFINITY;
            sum[i] = 0;
        }
    }

    /* Scores (-inf: not seen) become weights under the new maximum; o is brought under it too. */
    template <int N, int WIDE>
    __device__ __forceinline__ void step(float s[M::ROWS][N], float o[M::ROWS][WIDE], float c)
    {
#pragma unroll
        for (int i = 0; i < M::ROWS; i++) {
            float most = s[i][0];
#pragma unroll
            for (int j = 1; j < N; j++)
                most = fmaxf(most, s[i][j]);
#pragma unroll
            for (int x = 1; x < M::LANES; x *= 2)
                most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, x));
            most = fmaxf(most, largest[i]);
            const float base = most == -INFINITY ? 0 : most * c; /* a row that has seen nothing yet */
            const float shrink = hy_exp2(largest[i] * c - base);
            largest[i] = most;
            float part = 0;
#pragma unroll
            for (int j = 0; j < N; j++) {
                s[i][j] = hy_exp2(fmaf(s[i][j], c, -base));
                part += s[i][j];
            }
            sum[i] = sum[i] * shrink + part;
#pragma unroll
            for (int j = 0; j < WIDE; j++)
                o[i][j] *= shrink;
        }
    }

    /* The sums become those of whole rows. */
    __device__ __forceinline__ void close()
    {
#pragma unroll
        for (int i = 0; i < M::ROWS; i++)
#pragma unroll
            for (int x = 1; x < M::LANES; x *= 2)
                sum[i] += __shfl_xor_sync(0xffffffffu, sum[i], x);
    }
};

/* Sizes of a kernel: tiles in elements of M, then each warp's spare floats, then a byte per 8 weights. */
template <class M, int WIDTH, int WARPS, int COLS> struct hy_fwd_shape {
    enum {
        THREADS = WARPS * HY_WARP,
        ROWS = WARPS * HY_WARP_ROWS,
        LD = WIDTH + M::PAD,
        BYTES = (ROWS + 2 * COLS) * LD * (int)sizeof(typename M::element) + WARPS * M::SPARE * 4 + ROWS * 16,
    };
};

/* Which block is whose: head by head, and the longest rows first, for they take longest. */
struct hy_block_of {
    int b, h, kv, t0; /* kv: of the K heads of its sequence */

    __device__ __forceinline__ hy_block_of(int B, int H, int K, int rows)
    {
        const int heads = B * H, bh = (int)blockIdx.x % heads;
        b = bh / H;
        h = bh % H;
        kv = h * K / H;
        t0 = (int)(gridDim.x - 1 - blockIdx.x) / heads * rows;
    }
};

/* What a block works on (a job): queries of one head and the keys of its kv head, by positions.
 *   stored         element of queries, keys, values and y in memory
 *   T, real        rows of the sequence; those behind `real` give zeros
 *   start          row t stands at position start + t
 *   queries()      from the block's first row on
 *   keys(s), values(s)   from position s on
 *   y(), lse()     of row 0; lse may be NULL
 *   drop(), row0() what drops, and the number that it gives row 0 */
template <class STORED> struct hy_attention_job {
    typedef STORED stored;
    const struct hy_attention &a;
    const hy_block_of of;
    const int aligned, T, real, start;

    __device__ __forceinline__ hy_attention_job(const struct hy_attention &args, int rows, int aligned_of)
        : a(args), of(args.B, args.H, args.K, rows), aligned(aligned_of), T(args.T), real(args.T), start(0)
    {
    }
    __device__ __forceinline__ uint64_t row0() const
    {
        return ((uint64_t)of.b * a.H + of.h) * a.T;
    }
    __device__ __forceinline__ hy_rows<stored> queries() const
    {
        return hy_rows_at(hy_as<stored>(a.q.v) + row0() * a.q.ld, a.q.ld, of.t0, a.T, a.P, aligned & HY_ALIGNED_Q);
    }
    __device__ __forceinline__ hy_rows<stored> keys(int s) const
    {
        return hy_rows_at(hy_as<stored>(a.k.v) + ((size_t)of.b * a.K + of.kv) * a.T * a.k.ld, a.k.ld, s, a.T, a.P,
                          aligned & HY_ALIGNED_K);
    }
    __device__ __forceinline__ hy_rows<stored> values(int s) const
    {
        return hy_rows_at(hy_as<stored>(a.v.v) + ((size_t)of.b * a.K + of.kv) * a.T * a.v.ld, a.v.ld, s, a.T, a.P,
                          aligned & HY_ALIGNED_V);
    }
    __device__ __forceinline__ stored *y() const
    {
        return hy_as<stored>(a.y.v) + (size_t)of.b * a.T * a.y.ld + (size_t)of.h * a.P;
    }
    __device__ __forceinline__ float *lse() const
    {
        return a.lse ? a.lse + row0() : NULL;
    }
    __device__ __forceinline__ hy_weights_drop drop() const
    {
        return hy_weights_drop{a.run, a.site, a.p, a.T};
    }
};

/* long: the phases share tiles in shared memory and sums in registers, which a call would spill or have to pass one by
 * one. */
template <class M, int WIDTH, int WARPS, int COLS, hy_stage_kind KIND, class JOB>
__device__ __forceinline__ void hy_attention_block(const JOB &job)
{
    typedef hy_fwd_shape<M, WIDTH, WARPS, COLS> S;
    typedef typename M::element element;
    element *const q = hy_dynamic_shared<element>(), *const k = q + S::ROWS * S::LD, *const v = k + COLS * S::LD;
    float *const spares = reinterpret_cast<float *>(v + COLS * S::LD);
    uint8_t *const keeps = reinterpret_cast<uint8_t *>(spares + WARPS * M::SPARE);

    const int P = job.a.P, warp = (int)threadIdx.x / HY_WARP, t0 = job.of.t0, w0 = t0 + warp * HY_WARP_ROWS;
    const int p0 = job.start + w0, p1 = job.start + min(w0 + HY_WARP_ROWS, job.real) - 1; /* the warp's positions */
    element *const mine = q + warp * HY_WARP_ROWS * S::LD;
    float *const spare = spares + warp * M::SPARE;
    uint8_t *const kept = keeps + warp * HY_WARP_ROWS * 16;
    const hy_sight see = {job.a.W, job.a.M};
    const hy_key_tiles tiles(see, job.start + t0, job.start + min(t0 + S::ROWS, job.real) - 1, COLS);
    const hy_weights_drop drop = job.drop();
    const float c = HY_LOG2E / sqrtf((float)P);

    float o[M::ROWS][WIDTH / M::LANES];
#pragma unroll
    for (int i = 0; i < M::ROWS; i++)
#pragma unroll
        for (int j = 0; j < WIDTH / M::LANES; j++)
            o[i][j] = 0;
    hy_softmax<M> softmax;
    int drawn = -1; /* the block of keys that `kept` is for */

    if (t0 < job.real) { /* the same for the whole block */
        hy_stage<M, typename JOB::stored, WIDTH, S::ROWS, S::THREADS, HY_STAGE_PLAIN> queries;
        hy_stage<M, typename JOB::stored, WIDTH, COLS, S::THREADS, KIND> ahead;
        ahead.begin(k, job.keys(tiles.first * COLS));
        queries.finish(q, job.queries());
        ahead.finish(k, job.keys(tiles.first * COLS));
        __syncthreads();

        for (int tile = tiles.first; tile < tiles.end;) {
            const int s0 = tile * COLS, s1 = s0 + COLS - 1;
            const bool any = w0 < job.real && see.any(p0, p1, s0, s1); /* the same for the whole warp */
            float s[M::ROWS][COLS / M::LANES];
            ahead.begin(v, job.values(s0));
            if (any) {
                M::template scores<COLS, WIDTH>(mine, k, s);
                if (!see.all(p0, p1, s0, s1))
#pragma unroll
                    for (int i = 0; i < M::ROWS; i++)
#pragma unroll
                        for (int j = 0; j < COLS / M::LANES; j++)
                            if (!see.one(p0 + M::row(i), s0 + M::column(j)))
                                s[i][j] = -INFINITY;
                softmax.step(s, o, c);
                if (drop.on()) {
                    if (drawn != s0 / HY_DROP_BLOCK) {
                        drawn = s0 / HY_DROP_BLOCK;
                        __syncwarp();
                        drop.fill(kept, job.row0() + (uint64_t)w0, HY_WARP_ROWS, drawn, hy_lane(), HY_WARP);
                        __syncwarp();
                    }
#pragma unroll
                    for (int i = 0; i < M::ROWS; i++)
#pragma unroll
                        for (int j = 0; j < COLS / M::LANES; j++)
                            if (!hy_keeps<COLS>(kept + M::row(i) * 16, s0, M::column(j)))
                                s[i][j] = 0;
                }
            }
            ahead.finish(v, job.values(s0));
            __syncthreads(); /* values are there; keys are done with */

            tile = tiles.after(tile);
            if (tile < tiles.end)
                ahead.begin(k, job.keys(tile * COLS));
            if (any)
                M::template add<COLS, WIDTH>(s, v, spare, o);
            if (tile < tiles.end)
                ahead.finish(k, job.keys(tile * COLS));
            __syncthreads(); /* keys are there; values are done with */
        }
        softmax.close();
    }

    float factor[M::ROWS], *const lse = job.lse();
#pragma unroll
    for (int i = 0; i < M::ROWS; i++) {
        const int t = w0 + M::row(i);
        factor[i] = t < job.real ? drop.scale() / softmax.sum[i] : 0;
        if (lse && t < job.T && M::column(0) == 0)
            lse[t] = HY_LN2 * (softmax.largest[i] * c + log2f(softmax.sum[i]));
    }
    hy_give_rows<M, WIDTH>(o, factor, job.y(), job.a.y.ld, w0, job.T, P, job.aligned & HY_ALIGNED_Y, false);
}

template <class M, int WIDTH, int WARPS, int COLS, hy_stage_kind KIND, int BLOCKS>
__global__ void __launch_bounds__(WARPS *HY_WARP, BLOCKS) attention_fwd(struct hy_attention a, int aligned)
{
    const hy_attention_job<typename M::stored> job(a, hy_fwd_shape<M, WIDTH, WARPS, COLS>::ROWS, aligned);
    hy_attention_block<M, WIDTH, WARPS, COLS, KIND>(job);
}

/* Enqueues it for heads of at most WIDTH. */
template <class M, int WIDTH, int WARPS, int COLS, hy_stage_kind KIND, int BLOCKS>
void hy_attention_fwd_launch(const struct hy_attention *a)
{
    typedef hy_fwd_shape<M, WIDTH, WARPS, COLS> S;
    const int blocks = hy_ceil_div(a->T, S::ROWS) * a->B * a->H;
    if (blocks > 0)
        hy_launch("attention_fwd", attention_fwd<M, WIDTH, WARPS, COLS, KIND, BLOCKS>, dim3((unsigned)blocks),
                  dim3(S::THREADS), S::BYTES, *a, hy_attention_aligned<typename M::stored>(a));
}

#endif
