/* Embedding. Forward: a warp copies a row. Backward: a block owns eight rows of the table,
 * far apart (frequent ids are neighbours), finds their occurrences among all ids, in order,
 * and adds the rows that arrive there: no id is written by two, no order is left to chance. */
#include "kernels/cuda/row.cuh"

enum {
    COPY_THREADS = 128,
    AHEAD = 3, /* pieces of a row under way in a copying warp: all of the study's */
    THREADS = 512,
    WARPS = THREADS / HY_WARP,
    OWN = 8,            /* rows of the table for each block */
    TILE = 4 * THREADS, /* ids looked at together */
    LIST = 2 * TILE,    /* occurrences kept until they are added */
    AT_ONCE = 8,        /* rows under way in each warp */
};

template <bool FOURS> __global__ void __launch_bounds__(COPY_THREADS) embed_fwd(struct hy_embed a)
{
    const unsigned r = blockIdx.x * (COPY_THREADS / HY_WARP) + threadIdx.x / HY_WARP;
    const long b = r / (unsigned)a.T;
    if (b >= a.B) /* whole warps leave */
        return;
    const int t = (int)(r % (unsigned)a.T);
    const float *from =
        t < a.M ? a.meta.v + (long)t * a.meta.ld : a.table.v + (long)a.ids[b * (a.T - a.M) + t - a.M] * a.table.ld;
    float *h = a.h.v + (size_t)r * a.h.ld;
    for (int first = 0; first < a.D; first += AHEAD * HY_PIECE) {
        float4 v[AHEAD];
#pragma unroll
        for (int k = 0; k < AHEAD; k++)
            v[k] = hy_row_read<FOURS>(from, first + k * HY_PIECE, a.D);
#pragma unroll
        for (int k = 0; k < AHEAD; k++)
            hy_row_write<FOURS>(h, first + k * HY_PIECE, a.D, v[k]);
    }
}

/* The ids at first ... first + 3, -1 behind the last of n. */
__device__ __forceinline__ int4 four_ids(const int32_t *ids, int first, int n)
{
    if ((uintptr_t)ids % 16 == 0 && first + 4 <= n)
        return *reinterpret_cast<const int4 *>(ids + first);
    return make_int4(first < n ? ids[first] : -1, first + 1 < n ? ids[first + 1] : -1,
                     first + 2 < n ? ids[first + 2] : -1, first + 3 < n ? ids[first + 3] : -1);
}

/* Sum over the threads before this one in the block, and over all of it. All threads call it. */
__device__ __forceinline__ int block_before(int count, int *warps, int *all)
{
    const int lane = threadIdx.x % HY_WARP;
    int sum = count;
#pragma unroll
    for (int o = 1; o < HY_WARP; o *= 2) {
        const int lower = __shfl_up_sync(0xffffffffu, sum, o);
        sum += lane >= o ? lower : 0;
    }
    if (lane == HY_WARP - 1)
        warps[threadIdx.x / HY_WARP] = sum;
    __syncthreads();
    int before = 0;
    *all = 0;
    for (int w = 0; w < WARPS; w++) {
        before += w < (int)threadIdx.x / HY_WARP ? warps[w] : 0;
        *all += warps[w];
    }
    __syncthreads();
    return before + sum - count;
}

/* The block's ids are those with id mod `blocks` (a power of two) = blockIdx.x; own = id / blocks.
 * An occurrence: token * OWN + own. A warp takes 128 columns of one row at a time. */
template <bool FOURS>
__device__ __forceinline__ void add_occurrences(const struct hy_embed &a, const int *list, int n, int blocks, bool more)
{
    const int pieces = hy_ceil_div(a.D, HY_PIECE), tokens = a.T - a.M;
    for (int task = threadIdx.x / HY_WARP; task < OWN * pieces; task += WARPS) {
        const int own = task / pieces, first = task % pieces * HY_PIECE, id = own * blocks + (int)blockIdx.x;
        if (id >= a.V)
            return;
        float *d = a.table.d + (long)id * a.table.ld;
        float4 sum = more || a.table.add ? hy_row_read<FOURS>(d, first, a.D) : hy_four(0);
        float4 got = hy_four(0);
        for (int i = 0; i < n;) {
            const float *rows[AT_ONCE]; /* the next occurrences; NULL reads as zeros */
#pragma unroll
            for (int k = 0; k < AT_ONCE; k++) {
                while (i < n && list[i] % OWN != own)
                    i++;
                const int token = i < n ? list[i++] / OWN : -1, b = token / tokens;
                rows[k] = token < 0 ? nullptr : a.h.d + ((long)b * a.T + a.M + token - b * tokens) * a.h.ld;
            }
            float4 v[AT_ONCE];
#pragma unroll
            for (int k = 0; k < AT_ONCE; k++)
                v[k] = hy_row_read<FOURS>(rows[k], first, a.D);
#pragma unroll
            for (int k = 0; k < AT_ONCE; k++)
                got = got + v[k];
        }
        hy_row_write<FOURS>(d, first, a.D, sum + got);
    }
}

template <bool FOURS> __global__ void __launch_bounds__(THREADS) embed_bwd_table(struct hy_embed a, int shift)
{
    __shared__ int list[LIST], warps[WARPS];
    const int n = a.B * (a.T - a.M), blocks = 1 << shift, mask = blocks - 1;
    int kept = 0;
    bool more = false;
    for (int start = 0; start < n; start += TILE) {
        const int first = start + 4 * (int)threadIdx.x;
        const int4 ids = four_ids(a.ids, first, n);
        const int mine = (int)blockIdx.x;
        const bool x = ids.x >= 0 && (ids.x & mask) == mine, y = ids.y >= 0 && (ids.y & mask) == mine;
        const bool z = ids.z >= 0 && (ids.z & mask) == mine, w = ids.w >= 0 && (ids.w & mask) == mine;
        int all, at = kept + block_before(x + y + z + w, warps, &all);
        if (x)
            list[at++] = first * OWN + (ids.x >> shift);
        if (y)
            list[at++] = (first + 1) * OWN + (ids.y >> shift);
        if (z)
            list[at++] = (first + 2) * OWN + (ids.z >> shift);
        if (w)
            list[at++] = (first + 3) * OWN + (ids.w >> shift);
        kept += all;
        if (kept <= LIST - TILE)
            continue;
        __syncthreads();
        add_occurrences<FOURS>(a, list, kept, blocks, more);
        __syncthreads();
        kept = 0;
        more = true;
    }
    __syncthreads();
    add_occurrences<FOURS>(a, list, kept, blocks, more);
}

static bool fours(const struct hy_embed *a)
{
    return hy_row_fours(a->table.v, a->table.ld, a->D) && hy_row_fours(a->meta.v, a->meta.ld, a->D) &&
           hy_row_fours(a->h.v, a->h.ld, a->D) && hy_row_fours(a->table.d, 4, a->D) &&
           hy_row_fours(a->meta.d, 4, a->D) && hy_row_fours(a->h.d, 4, a->D);
}

extern "C" void hy_embed_fwd_f32_cuda(const union hy_args *args)
{
    const struct hy_embed *a = &args->embed;
    if (a->B * a->T > 0)
        hy_launch("embed_fwd", fours(a) ? embed_fwd<true> : embed_fwd<false>,
                  dim3(hy_ceil_div(a->B * a->T, COPY_THREADS / HY_WARP)), dim3(COPY_THREADS), 0, *a);
}

extern "C" void hy_embed_bwd_f32_cuda(const union hy_args *args)
{
    const struct hy_embed *a = &args->embed;
    int shift = 0;
    while (OWN << shift < a->V)
        shift++;
    if (a->table.d && a->V > 0)
        hy_launch("embed_bwd_table", fours(a) ? embed_bwd_table<true> : embed_bwd_table<false>, dim3(1u << shift),
                  dim3(THREADS), 0, *a, shift);
    /* every sequence begins with the meta tokens: a sequence is a part of their sums */
    const bool whole = a->h.ld == a->D && a->meta.ld == a->D; /* rows without gaps are one */
    for (int t = 0; t < (whole ? 1 : a->M); t++)
        hy_give({a->h.d + (size_t)t * a->h.ld, nullptr, a->meta.d ? a->meta.d + (size_t)t * a->meta.ld : nullptr,
                 a->T * a->h.ld, a->B, whole ? a->M * a->D : a->D, 1, a->meta.add});
    hy_give_end();
}
