/* What the row-wise kernels share: a row kept in the registers of one warp, sums of
 * parameter gradients over rows, and dropout at one Philox call per eight elements.
 *
 * A warp takes 128 columns of a row at a time, four a lane. FOURS: the four are
 * neighbours, read and written at once (rows aligned, a multiple of four wide, see
 * hy_row_fours); otherwise they stand 32 apart, so that a warp's accesses still join.
 * N is the number of such pieces in a row; 0: any number, and the row is read again
 * where it is used again. */
#ifndef HY_KERNELS_CUDA_ROW_CUH
#define HY_KERNELS_CUDA_ROW_CUH

#include "kernels/cuda/cuda.cuh"
#include "kernels/cuda/give.cuh"

enum { HY_PIECE = 4 * HY_WARP }; /* columns of a row that a warp takes at a time */

/* ---- four numbers ----------------------------------------------------------------- */

__device__ __forceinline__ float4 hy_four(float v)
{
    return make_float4(v, v, v, v);
}

__device__ __forceinline__ float4 operator+(float4 a, float4 b)
{
    return make_float4(a.x + b.x, a.y + b.y, a.z + b.z, a.w + b.w);
}

__device__ __forceinline__ float4 operator-(float4 a, float4 b)
{
    return make_float4(a.x - b.x, a.y - b.y, a.z - b.z, a.w - b.w);
}

__device__ __forceinline__ float4 operator*(float4 a, float4 b)
{
    return make_float4(a.x * b.x, a.y * b.y, a.z * b.z, a.w * b.w);
}

__device__ __forceinline__ float4 operator*(float4 a, float b)
{
    return make_float4(a.x * b, a.y * b, a.z * b, a.w * b);
}

__device__ __forceinline__ float hy_sum4(float4 a)
{
    return (a.x + a.y) + (a.z + a.w);
}

/* ---- a row ------------------------------------------------------------------------- */

/* Whether rows of T at p, ld apart and D wide, may be taken four at a time; NULL may. */
template <class T = float> static inline bool hy_row_fours(const void *p, int ld, int D)
{
    return D % 4 == 0 && hy_fours<T>(p, ld);
}

/* The lane's four of the piece at column `first`; 0 behind the row's end, and where row is NULL. */
template <bool FOURS, class T> __device__ __forceinline__ float4 hy_row_read(const T *row, int first, int D)
{
    const int lane = threadIdx.x % HY_WARP;
    if (FOURS)
        return row && first + 4 * lane < D ? hy_load4(row + first + 4 * lane) : hy_four(0);
    const int c = first + lane;
    float4 v = hy_four(0);
    if (row) {
        v.x = c < D ? hy_load1(row + c) : 0;
        v.y = c + HY_WARP < D ? hy_load1(row + c + HY_WARP) : 0;
        v.z = c + 2 * HY_WARP < D ? hy_load1(row + c + 2 * HY_WARP) : 0;
        v.w = c + 3 * HY_WARP < D ? hy_load1(row + c + 3 * HY_WARP) : 0;
    }
    return v;
}

template <bool FOURS, class T> __device__ __forceinline__ void hy_row_write(T *row, int first, int D, float4 v)
{
    const int lane = threadIdx.x % HY_WARP;
    if (FOURS) {
        if (first + 4 * lane < D)
            hy_store4(row + first + 4 * lane, v);
        return;
    }
    const int c = first + lane;
    if (c < D)
        hy_store1(row + c, v.x);
    if (c + HY_WARP < D)
        hy_store1(row + c + HY_WARP, v.y);
    if (c + 2 * HY_WARP < D)
        hy_store1(row + c + 2 * HY_WARP, v.z);
    if (c + 3 * HY_WARP < D)
        hy_store1(row + c + 3 * HY_WARP, v.w);
}

/* Hands over a gradient: writes it, or adds it to what is there. */
template <bool FOURS, class T> __device__ __forceinline__ void hy_row_give(T *row, int first, int D, float4 v, int add)
{
    if (add)
        v = hy_row_read<FOURS>(row, first, D) + v;
    hy_row_write<FOURS>(row, first, D, v);
}

/* How many pieces a loop over a row takes: a constant where the row is in registers. */
template <int N> __device__ __forceinline__ int hy_pieces(int D)
{
    return N ? N : hy_ceil_div(D, HY_PIECE);
}

/* A row, all of its loads under way before the first is needed. */
template <int N, bool FOURS, class T = float> struct hy_row {
    const T *at;
    int D;
    hy_stored4<T> kept[N ? N : 1];

    __device__ __forceinline__ hy_row(const T *row, int width) : at(row), D(width)
    {
        static_assert(N == 0 || FOURS, "what is kept is in fours");
        const int c = threadIdx.x % HY_WARP * 4;
#pragma unroll
        for (int i = 0; i < N; i++)
            kept[i] = row && i * HY_PIECE + c < width ? *reinterpret_cast<const hy_stored4<T> *>(row + i * HY_PIECE + c)
                                                      : hy_stored4<T>{};
    }
    __device__ __forceinline__ float4 piece(int i) const
    {
        return N ? kept[N ? i : 0].open() : hy_row_read<FOURS>(at, i * HY_PIECE, D);
    }
};

__device__ __forceinline__ float hy_rstd(float squares, int D, float eps)
{
    return 1.0f / sqrtf(squares / (float)D + eps);
}

/* ---- one instance for every usual width -------------------------------------------- */

template <int PIECES, bool FOURS_> struct hy_width {
    static constexpr int N = PIECES;
    static constexpr bool FOURS = FOURS_;
};

/* Calls launch(hy_width<N, FOURS>()) with the N that fits rows D wide. */
template <class F> void hy_by_width(int D, bool fours, F launch)
{
    const int pieces = hy_ceil_div(D, HY_PIECE);
    if (!fours)
        launch(hy_width<0, false>());
    else if (pieces <= 1)
        launch(hy_width<1, true>());
    else if (pieces == 2)
        launch(hy_width<2, true>());
    else if (pieces == 3)
        launch(hy_width<3, true>());
    else if (pieces == 4)
        launch(hy_width<4, true>());
    else if (pieces <= 6)
        launch(hy_width<6, true>());
    else if (pieces <= 8)
        launch(hy_width<8, true>());
    else
        launch(hy_width<0, true>());
}

/* ---- sums over rows ----------------------------------------------------------------- */

/* Blocks that share out the rows of a sum; each leaves its own in `work`. */
static inline int hy_row_parts(long rows)
{
    return rows < 1 ? 1 : rows < HY_CUDA_PARTS ? (int)rows : (int)HY_CUDA_PARTS;
}

/* The block's rows: first ... last - 1, contiguous; its warps take them in turn. The first blocks take one more where
 * they do not divide. Less than 2^32 rows: a division of 64 bits is some 80 instructions. */
__device__ __forceinline__ void hy_part_rows(long rows, long *first, long *last)
{
    const unsigned n = (unsigned)rows, each = n / gridDim.x, more = n - each * gridDim.x;
    *first = (long)blockIdx.x * each + min(blockIdx.x, more);
    *last = *first + each + (blockIdx.x < more);
}

/* A warp's sums over its rows, in registers; N = 0: in its row of shared memory. */
template <int N, bool FOURS> struct hy_row_sums {
    float *at;
    int D;
    float4 kept[N ? N : 1];

    __device__ __forceinline__ hy_row_sums(float *shared, int width)
        : at(shared + (size_t)(threadIdx.x / HY_WARP) * width), D(width)
    {
        const int n = hy_pieces<N>(width);
        for (int i = 0; i < n; i++)
            if (N)
                kept[N ? i : 0] = hy_four(0);
            else
                hy_row_write<FOURS>(at, i * HY_PIECE, width, hy_four(0));
    }
    __device__ __forceinline__ void add(int i, float4 v)
    {
        if (N)
            kept[N ? i : 0] = kept[N ? i : 0] + v;
        else
            hy_row_give<FOURS>(at, i * HY_PIECE, D, v, 1);
    }
    /* To shared memory, where hy_part_finish() finds it behind a barrier. */
    __device__ __forceinline__ void leave()
    {
#pragma unroll
        for (int i = 0; i < N; i++)
            hy_row_write<FOURS>(at, i * HY_PIECE, D, kept[i]);
    }
};

/* The block's sums: n columns of `rows` rows in shared memory, added in their order. */
__device__ __forceinline__ void hy_part_finish(const float *shared, int rows, int n, float *to)
{
    for (int c = threadIdx.x; c < n; c += blockDim.x) {
        float sum = shared[c];
        for (int r = 1; r < rows; r++)
            sum += shared[(size_t)r * n + c];
        to[c] = sum;
    }
}

/* Warps of such a block, whose lanes keep `rows` rows or sums of N pieces in registers: one block
 * has a multiprocessor to itself, so as many as the registers allow (kernels/cuda/NOTES.md). */
static constexpr int hy_part_warps(int N, int rows)
{
    const int registers = 4 * N * rows + 36, warps = 65536 / HY_WARP / registers / 4 * 4;
    return N == 0 ? 8 : warps > 32 ? 32 : warps;
}

/* The same at run time: where the sums are in shared memory, `columns` for each warp, as many as 48 KiB hold. */
static inline int hy_part_warps_of(int N, int rows, int columns)
{
    int warps = hy_part_warps(N, rows);
    while (N == 0 && warps > 1 && (size_t)warps * (size_t)columns * sizeof(float) > 48 * 1024)
        warps /= 2;
    return warps;
}

/* ---- dropout ------------------------------------------------------------------------- */

/* Factors of pieces of a row, in pairs: pair(i) for even i, then factor(i), factor(i + 1).
 * A piece is a block of the numbering in rng.h. All lanes call both. */
template <bool FOURS> struct hy_row_drop {
    hy_drop drop;
    uint64_t block; /* of the row's first piece */
    uint32_t word;

    __device__ __forceinline__ hy_row_drop(const hy_drop &d, uint64_t row, int D)
        : drop(d), block(row * (uint64_t)hy_ceil_div(D, HY_DROP_BLOCK)), word(0)
    {
    }

    /* Half of the warp draws for piece i, half for i + 1: a lane makes one byte, whose bit k says
     * whether element 16 k + lane16 is kept, and four neighbours put their bytes together. */
    __device__ __forceinline__ void pair(int i)
    {
        if (!FOURS || drop.threshold == 0)
            return;
        const unsigned lane = threadIdx.x % HY_WARP;
        const hy_word4 words = hy_drop_words(drop, block + i + lane / 16, lane % 16);
        uint32_t byte = 0;
#pragma unroll
        for (unsigned k = 0; k < 8; k++)
            byte |= (uint32_t)hy_drop_kept(drop, words, 16 * k) << k;
        word = byte << 8 * (lane % 4);
        word |= __shfl_xor_sync(0xffffffffu, word, 1);
        word |= __shfl_xor_sync(0xffffffffu, word, 2);
    }

    __device__ __forceinline__ float4 factor(int i) const
    {
        const unsigned lane = threadIdx.x % HY_WARP;
        if (drop.threshold == 0)
            return hy_four(drop.scale);
        if (FOURS) { /* elements 4 lane + j: 16 k + lane16 with k = lane / 4, lane16 = 4 (lane % 4) + j */
            const uint32_t bits = __shfl_sync(0xffffffffu, word, 16 * (i % 2) + 4 * (lane % 4)) >> lane / 4;
            return make_float4(bits & 1 ? drop.scale : 0, bits >> 8 & 1 ? drop.scale : 0,
                               bits >> 16 & 1 ? drop.scale : 0, bits >> 24 & 1 ? drop.scale : 0);
        }
        const hy_word4 words = hy_drop_words(drop, block + i, lane % 16);
        return make_float4(hy_drop_kept(drop, words, lane) ? drop.scale : 0,
                           hy_drop_kept(drop, words, lane + 32) ? drop.scale : 0,
                           hy_drop_kept(drop, words, lane + 64) ? drop.scale : 0,
                           hy_drop_kept(drop, words, lane + 96) ? drop.scale : 0);
    }

    /* The same of a lane that has eight neighbours of the pair, 8 lane ...: in a block of 128 those are elements
     * 16 k + lane16 with k = lane % 16 / 2, lane16 = 8 (lane % 2) + j. All lanes call it. */
    __device__ __forceinline__ void factors_of_eight(float4 *v) const
    {
        static_assert(FOURS, "what pair() drew");
        const unsigned lane = threadIdx.x % HY_WARP, from = lane / 16 * 16 + lane % 2 * 8, k = lane % 16 / 2;
        v[0] = v[1] = hy_four(drop.scale);
        if (drop.threshold == 0)
            return;
#pragma unroll
        for (unsigned i = 0; i < 2; i++) {
            const uint32_t bits = __shfl_sync(0xffffffffu, word, from + 4 * i) >> k;
            v[i] = make_float4(bits & 1 ? drop.scale : 0, bits >> 8 & 1 ? drop.scale : 0,
                               bits >> 16 & 1 ? drop.scale : 0, bits >> 24 & 1 ? drop.scale : 0);
        }
    }
};

#endif
