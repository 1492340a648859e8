/* Attention of a chunk of new tokens over the meta entries, their sequence's cache and each other:
 * the forward of attention_fwd.cuh with keys that lie in three places. */
#ifndef HY_KERNELS_CUDA_ATTEND_CUH
#define HY_KERNELS_CUDA_ATTEND_CUH

#include "kernels/cuda/attention_fwd.cuh"

/* Where position s of a sequence lies under one kv head, of its keys or of its values. */
struct hy_cache_rows {
    typedef float stored;
    const float *meta, *ring, *fresh;
    int meta_ld, ring_ld, fresh_ld;
    int M, C, start, end; /* positions 0 .. M-1 meta, .. start-1 in the ring, .. end-1 new */
    int first, P;         /* row 0 is position `first` */
    bool aligned;

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

/* The rows of keys (or of values) that sequence b has under kv head `kv`, from position `first` on. */
__device__ __forceinline__ hy_cache_rows hy_cache_at(const struct hy_attend &a, const struct hy_in &meta,
                                                     const struct hy_in &ring, const struct hy_in &fresh, int b, int kv,
                                                     int start, int len, int first, bool aligned)
{
    const size_t head = (size_t)b * a.K + kv;
    hy_cache_rows r;
    r.meta = meta.v + (size_t)kv * a.M * meta.ld;
    r.ring = ring.v + head * a.C * ring.ld;
    r.fresh = fresh.v + head * a.T * fresh.ld;
    r.meta_ld = meta.ld;
    r.ring_ld = ring.ld;
    r.fresh_ld = fresh.ld;
    r.M = a.M;
    r.C = a.C;
    r.start = start;
    r.end = start + len;
    r.first = first;
    r.P = a.P;
    r.aligned = aligned;
    return r;
}

struct hy_attend_job {
    typedef float stored;
    const struct hy_attend &a;
    const hy_block_of of;
    const int aligned, T, real, start;

    __device__ __forceinline__ hy_attend_job(const struct hy_attend &args, int rows, int aligned_of)
        : a(args), of(args.B, args.H, args.K, rows), aligned(aligned_of), T(args.T), real(args.len[of.b]),
          start(args.start[of.b])
    {
    }
    __device__ __forceinline__ uint64_t row0() const
    {
        return ((uint64_t)of.b * a.H + of.h) * a.T;
    }
    __device__ __forceinline__ hy_rows<float> queries() const
    {
        return hy_rows_at(a.q.v + row0() * a.q.ld, a.q.ld, of.t0, real, a.P, aligned & HY_ALIGNED_Q);
    }
    __device__ __forceinline__ hy_cache_rows keys(int s) const
    {
        return hy_cache_at(a, a.mk, a.ck, a.k, of.b, of.kv, start, real, s, aligned & HY_ALIGNED_K);
    }
    __device__ __forceinline__ hy_cache_rows values(int s) const
    {
        return hy_cache_at(a, a.mv, a.cv, a.v, of.b, of.kv, start, real, s, aligned & HY_ALIGNED_V);
    }
    __device__ __forceinline__ float *y() const
    {
        return a.y.v + (size_t)of.b * a.T * a.y.ld + (size_t)of.h * a.P;
    }
    __device__ __forceinline__ float *lse() const
    {
        return NULL;
    }
    __device__ __forceinline__ hy_weights_drop drop() const
    {
        return hy_weights_drop{NULL, 0, 0, a.T};
    }
};

/* Whether each of the three places may be read 16 bytes at a time. */
static inline int hy_attend_aligned(const struct hy_attend *a)
{
    const bool k = hy_fours(a->k.v, a->k.ld) && (a->M == 0 || hy_fours(a->mk.v, a->mk.ld)) &&
                   (a->C == 0 || hy_fours(a->ck.v, a->ck.ld));
    const bool v = hy_fours(a->v.v, a->v.ld) && (a->M == 0 || hy_fours(a->mv.v, a->mv.ld)) &&
                   (a->C == 0 || hy_fours(a->cv.v, a->cv.ld));
    return hy_aligned_if<float>(a->q.v, a->q.ld, a->P, HY_ALIGNED_Q) |
           hy_aligned_if<float>(a->y.v, a->y.ld, a->P, HY_ALIGNED_Y) | (k && a->P % 4 == 0 ? HY_ALIGNED_K : 0) |
           (v && a->P % 4 == 0 ? HY_ALIGNED_V : 0);
}

template <class M, int WIDTH, int WARPS, int COLS, hy_stage_kind KIND, int BLOCKS>
__global__ void __launch_bounds__(WARPS *HY_WARP, BLOCKS) attend_chunk(struct hy_attend a, int aligned)
{
    const hy_attend_job job(a, hy_fwd_shape<M, WIDTH, WARPS, COLS>::ROWS, aligned);
    hy_attention_block<M, WIDTH, WARPS, COLS, KIND>(job);
}

/* Enqueues it for heads of at most WIDTH. */
template <class M, int WIDTH, int WARPS, int COLS, hy_stage_kind KIND, int BLOCKS>
void hy_attend_chunk_launch(const struct hy_attend *a)
{
    typedef hy_fwd_shape<M, WIDTH, WARPS, COLS> S;
    const int blocks = hy_ceil_div(a->T, S::ROWS) * a->B * a->H;
    if (blocks > 0)
        hy_launch("attend_chunk", attend_chunk<M, WIDTH, WARPS, COLS, KIND, BLOCKS>, dim3((unsigned)blocks),
                  dim3(S::THREADS), S::BYTES, *a, hy_attend_aligned(a));
}

/* Few tokens a sequence, where reading the cache is the work: the same in all precisions, in f32.
 * False where chunks pay. */
bool hy_attend_few(const struct hy_attend *a);

#endif
