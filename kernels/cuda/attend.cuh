/* Attention of a chunk of new tokens over the meta entries, their sequence's cache and each other:
 * the forward of attention_fwd.cuh with keys that lie in three places. */
#ifndef HY_ATTEND_CUH
#define HY_ATTEND_CUH

#include "kernels/cuda/attention_fwd.cuh"

/* Where position s of a sequence lies under one kv head, of its keys or of its values. */
struct hy_cache_rows {
    const float *meta, *ring, *fresh;
    int meta_ld, ring_ld, fresh_ld;
    int M, C, start, end; /* positions 0 .. M-1 meta, .. start-1 in the ring, .. end-1 new */
    int first, P;         /* row 0 is position `first` */
    bool fours;

    __device__ __forceinline__ bool there(int r) const
    {
        const int s = first + r;
        return s < end && (s < M || s >= start - C);
    }
    __device__ __forceinline__ const float *at(int r) const
    {
        const int s = first + r;
        if (s < M)
            return meta + (size_t)s * meta_ld;
        if (s < start)
            return ring + (size_t)((s - M) % C) * ring_ld;
        return fresh + (size_t)(s - start) * fresh_ld;
    }
};

struct hy_cache_source {
    hy_cache_rows k, v;

    __device__ __forceinline__ hy_cache_source(const struct hy_attend &a, int b, int kv, int fours)
    {
        const size_t head = (size_t)b * a.K + kv;
        k.M = v.M = a.M;
        k.C = v.C = a.C;
        k.start = v.start = a.start[b];
        k.end = v.end = a.start[b] + a.len[b];
        k.first = v.first = 0;
        k.P = v.P = a.P;
        k.fours = fours & HY_FOURS_K;
        v.fours = fours & HY_FOURS_V;
        k.meta = a.mk.v + (size_t)kv * a.M * a.mk.ld;
        v.meta = a.mv.v + (size_t)kv * a.M * a.mv.ld;
        k.ring = a.ck.v + head * a.C * a.ck.ld;
        v.ring = a.cv.v + head * a.C * a.cv.ld;
        k.fresh = a.k.v + head * a.T * a.k.ld;
        v.fresh = a.v.v + head * a.T * a.v.ld;
        k.meta_ld = a.mk.ld;
        v.meta_ld = a.mv.ld;
        k.ring_ld = a.ck.ld;
        v.ring_ld = a.cv.ld;
        k.fresh_ld = a.k.ld;
        v.fresh_ld = a.v.ld;
    }
    static __device__ __forceinline__ hy_cache_rows from(hy_cache_rows rows, int s)
    {
        rows.first = s;
        return rows;
    }
    __device__ __forceinline__ hy_cache_rows keys(int s) const
    {
        return from(k, s);
    }
    __device__ __forceinline__ hy_cache_rows values(int s) const
    {
        return from(v, s);
    }
};

/* Whether each of the three places may be read four at a time. */
static inline int hy_attend_fours(const struct hy_attend *a)
{
    const bool k = hy_fours(a->k.v, a->k.ld) && (a->M == 0 || hy_fours(a->mk.v, a->mk.ld)) &&
                   (a->C == 0 || hy_fours(a->ck.v, a->ck.ld));
    const bool v = hy_fours(a->v.v, a->v.ld) && (a->M == 0 || hy_fours(a->mv.v, a->mv.ld)) &&
                   (a->C == 0 || hy_fours(a->cv.v, a->cv.ld));
    return hy_fours_if(a->q.v, a->q.ld, a->P, HY_FOURS_Q) | hy_fours_if(a->y.v, a->y.ld, a->P, HY_FOURS_Y) |
           (k && a->P % 4 == 0 ? HY_FOURS_K : 0) | (v && a->P % 4 == 0 ? HY_FOURS_V : 0);
}

template <class M, int WIDTH, int WARPS, int COLS, hy_stage_kind KIND, int BLOCKS>
__global__ void __launch_bounds__(WARPS *HY_WARP, BLOCKS) attend_chunk(struct hy_attend a, int fours)
{
    const hy_block_of of(a.B, a.H, a.K, hy_fwd_shape<M, WIDTH, WARPS, COLS>::ROWS);
    const size_t row0 = ((size_t)of.b * a.H + of.h) * a.T;
    hy_queries q;
    q.real = a.len[of.b];
    q.q = hy_rows_at(a.q.v + row0 * a.q.ld, a.q.ld, of.t0, q.real, a.P, fours & HY_FOURS_Q);
    q.y = a.y.v + (size_t)of.b * a.T * a.y.ld + (size_t)of.h * a.P;
    q.lse = NULL;
    q.ldy = a.y.ld;
    q.T = a.T;
    q.t0 = of.t0;
    q.start = a.start[of.b];
    q.row0 = row0;
    q.W = a.W;
    q.M = a.M;
    const hy_cache_source source(a, of.b, of.kv - of.b * a.K, fours);
    hy_attention_block<M, WIDTH, WARPS, COLS, KIND>(q, source, NULL, fours & HY_FOURS_Y);
}

/* Enqueues it for heads of at most WIDTH. */
template <class M, int WIDTH, int WARPS, int COLS, hy_stage_kind KIND, int BLOCKS>
void hy_attend_chunk_launch(const struct hy_attend *a)
{
    typedef hy_fwd_shape<M, WIDTH, WARPS, COLS> S;
    const int blocks = hy_ceil_div(a->T, S::ROWS) * a->B * a->H;
    if (blocks > 0)
        hy_launch("attend_chunk", attend_chunk<M, WIDTH, WARPS, COLS, KIND, BLOCKS>, dim3((unsigned)blocks),
                  dim3(S::THREADS), S::BYTES, *a, hy_attend_fours(a));
}

/* Few tokens a sequence, where reading the cache is the work: the same in all precisions, in f32.
 * False where chunks pay. */
bool hy_attend_few(const struct hy_attend *a);

#endif
