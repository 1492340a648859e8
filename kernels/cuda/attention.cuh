/* What the forward and the backward of attention share.
 *
 * A block owns some rows (queries forward and for dq, keys for dk and dv), 16 a warp, and walks
 * over tiles of COLS columns (keys, or queries) that the whole block stages in shared memory.
 * Rows are padded to WIDTH >= P with zeros, so any P works; so do any T (rows behind the end
 * are zeros too) and any row distance (16-byte accesses where everything is aligned to them).
 * Operands in memory are of T: f32, or, for products in bf16, bf16 as the tiles hold it. */
#ifndef HY_KERNELS_CUDA_ATTENTION_CUH
#define HY_KERNELS_CUDA_ATTENTION_CUH

#include "kernels/cuda/attention_tile.cuh"

enum {
    HY_WARP_ROWS = 16,
    HY_WIDEST_HEAD = 256,
    /* operands whose rows may be read and written 16 bytes at a time */
    HY_ALIGNED_Q = 1,
    HY_ALIGNED_K = 2,
    HY_ALIGNED_V = 4,
    HY_ALIGNED_Y = 8,
    HY_ALIGNED_DQ = 16,
    HY_ALIGNED_DK = 32,
    HY_ALIGNED_DV = 64,
    HY_ALIGNED_DY = 128,
};

/* Whether rows of P elements of T may be read and written 16 bytes at a time. */
template <class T> static inline int hy_aligned_if(const void *p, int ld, int P, int flag)
{
    constexpr int IN_PIECE = 16 / sizeof(T);
    return P % IN_PIECE == 0 && ld % IN_PIECE == 0 && (uintptr_t)p % 16 == 0 ? flag : 0;
}

template <class T> static inline int hy_attention_aligned(const struct hy_attention *a)
{
    return hy_aligned_if<T>(a->q.v, a->q.ld, a->P, HY_ALIGNED_Q) |
           hy_aligned_if<T>(a->k.v, a->k.ld, a->P, HY_ALIGNED_K) |
           hy_aligned_if<T>(a->v.v, a->v.ld, a->P, HY_ALIGNED_V) |
           hy_aligned_if<T>(a->y.v, a->y.ld, a->P, HY_ALIGNED_Y) |
           hy_aligned_if<T>(a->q.d, a->q.ld, a->P, HY_ALIGNED_DQ) |
           hy_aligned_if<T>(a->k.d, a->k.ld, a->P, HY_ALIGNED_DK) |
           hy_aligned_if<T>(a->v.d, a->v.ld, a->P, HY_ALIGNED_DV) |
           hy_aligned_if<T>(a->y.d, a->y.ld, a->P, HY_ALIGNED_DY);
}

/* ---- tiles --------------------------------------------------------------------------------- */

/* Neighbouring rows of an operand: `count` of them from v on, P wide. */
template <class T> struct hy_rows {
    typedef T stored;
    const T *v;
    int ld, count, P;
    bool aligned;

    __device__ __forceinline__ bool there(int r) const
    {
        return r < count;
    }
    __device__ __forceinline__ const T *at(int r) const
    {
        return v + (size_t)r * ld;
    }
};

/* The word at `at`, of whose elements `left` are there; the others are 0. */
__device__ __forceinline__ uint32_t hy_word(const float *at, int left)
{
    return left > 0 ? __float_as_uint(at[0]) : 0;
}

__device__ __forceinline__ uint32_t hy_word(const hy_bf16 *at, int left)
{
    return left > 1 ? at[0] | (uint32_t)at[1] << 16 : left > 0 ? at[0] : 0;
}

/* 16 bytes of row r, from column c on, of what has the members of hy_rows; zeros where there are none. */
template <class ROWS> __device__ __forceinline__ uint4 hy_rows_load(const ROWS &rows, int r, int c)
{
    constexpr int IN_WORD = 4 / sizeof(typename ROWS::stored);
    if (!rows.there(r) || c >= rows.P)
        return make_uint4(0, 0, 0, 0);
    const typename ROWS::stored *const at = rows.at(r) + c;
    const int left = rows.P - c;
    if (rows.aligned)
        return *reinterpret_cast<const uint4 *>(at);
    return make_uint4(hy_word(at, left), hy_word(at + IN_WORD, left - IN_WORD),
                      hy_word(at + 2 * IN_WORD, left - 2 * IN_WORD), hy_word(at + 3 * IN_WORD, left - 3 * IN_WORD));
}

/* Those of f32 rows as numbers. */
__device__ __forceinline__ float4 hy_floats(uint4 x)
{
    return make_float4(__uint_as_float(x.x), __uint_as_float(x.y), __uint_as_float(x.z), __uint_as_float(x.w));
}

/* Rows first, first + 1 ... of the `all` that start at v. */
template <class T>
__device__ __forceinline__ hy_rows<T> hy_rows_at(const T *v, int ld, int first, int all, int P, bool aligned)
{
    hy_rows<T> r;
    r.v = v + (size_t)first * ld;
    r.ld = ld;
    r.count = all - first;
    r.P = P;
    r.aligned = aligned;
    return r;
}

/* How a tile comes into shared memory. `begin` is called as soon as nobody reads the tile's old content
 * (HY_STAGE_AHEAD: earlier, even), `finish` where it is needed, and a barrier follows; between the two there
 * is work that hides the wait. */
enum hy_stage_kind {
    HY_STAGE_PLAIN, /* all at `finish` */
    HY_STAGE_AHEAD, /* `begin` reads into registers, `finish` rounds and stores */
    HY_STAGE_COPY,  /* `begin` starts copies that pass no registers: where a tile holds what memory holds */
};

template <class M, class T, int WIDTH, int COUNT, int THREADS, hy_stage_kind KIND> struct hy_stage {
    typedef typename M::element element;
    enum {
        LD = WIDTH + M::PAD,
        IN_PIECE = 16 / sizeof(T),
        IN_ROW = WIDTH / IN_PIECE,
        PIECES = (COUNT * IN_ROW + THREADS - 1) / THREADS,
    };
    uint4 ahead[KIND == HY_STAGE_AHEAD ? PIECES : 1];

    /* Piece i of this thread; false where the tile has no such piece. */
    static __device__ __forceinline__ bool piece(int i, int &r, int &c)
    {
        const int n = i * THREADS + (int)threadIdx.x;
        r = n / IN_ROW;
        c = n % IN_ROW * IN_PIECE;
        return COUNT * IN_ROW % THREADS == 0 || n < COUNT * IN_ROW;
    }

    static __device__ __forceinline__ void put(element *to, uint4 x)
    {
        if constexpr (sizeof(T) == sizeof(uint16_t))
            *reinterpret_cast<uint4 *>(to) = x; /* as it stands in memory */
        else
            M::put4(to, hy_floats(x));
    }

    template <class FROM> __device__ __forceinline__ void begin(element *tile, const FROM &rows)
    {
        int r, c;
        if constexpr (KIND == HY_STAGE_AHEAD) {
#pragma unroll
            for (int i = 0; i < PIECES; i++)
                if (piece(i, r, c))
                    ahead[i] = hy_rows_load(rows, r, c);
        } else if constexpr (KIND == HY_STAGE_COPY) {
            if (!rows.aligned)
                return;
#pragma unroll
            for (int i = 0; i < PIECES; i++)
                if (piece(i, r, c)) {
                    const bool there = rows.there(r) && c < rows.P;
                    hy_copy16_later(tile + r * LD + c, there ? rows.at(r) + c : NULL, there);
                }
            hy_copy_commit();
        }
    }

    template <class FROM> __device__ __forceinline__ void finish(element *tile, const FROM &rows)
    {
        int r, c;
        if (KIND == HY_STAGE_COPY && rows.aligned) {
            hy_copy_wait<0>();
            return;
        }
#pragma unroll(KIND == HY_STAGE_AHEAD ? PIECES : WIDTH > 128 ? 2 : 4)
        for (int i = 0; i < PIECES; i++)
            if (piece(i, r, c)) {
                if constexpr (KIND == HY_STAGE_AHEAD)
                    put(tile + r * LD + c, ahead[i]);
                else
                    put(tile + r * LD + c, hy_rows_load(rows, r, c));
            }
    }
};

/* Results of a warp: row M::row(i), columns M::wide(j), times factor[i], to rows `first` on of the `all` at `to`. */
template <class M, int WIDTH, class T>
__device__ __forceinline__ void hy_give_rows(const float o[M::ROWS][WIDTH / M::LANES], const float factor[M::ROWS],
                                             T *to, int ld, int first, int all, int P, bool aligned, bool add)
{
#pragma unroll
    for (int i = 0; i < M::ROWS; i++) {
        const int r = first + M::row(i);
        if (r >= all)
            continue;
        T *at = to + (size_t)r * ld;
#pragma unroll
        for (int j = 0; j < WIDTH / M::LANES; j += M::VEC) {
            const int c = M::wide(j);
            const float f = factor[i];
            if (aligned && c < P && M::VEC == 4) {
                float4 x = make_float4(0, 0, 0, 0);
                if (add)
                    x = hy_load4(at + c);
                hy_store4(at + c, make_float4(x.x + o[i][j] * f, x.y + o[i][j + 1] * f, x.z + o[i][j + M::VEC / 2] * f,
                                              x.w + o[i][j + M::VEC - 1] * f));
            } else if (aligned && c < P) {
                float2 x = make_float2(0, 0);
                if (add)
                    x = hy_load2(at + c);
                hy_store2(at + c, make_float2(x.x + o[i][j] * f, x.y + o[i][j + 1] * f));
            } else {
#pragma unroll
                for (int n = 0; n < M::VEC; n++)
                    if (c + n < P)
                        hy_store1(at + c + n, (add ? hy_load1(at + c + n) : 0.0f) + o[i][j + n] * f);
            }
        }
    }
}

/* ---- who sees whom ------------------------------------------------------------------------------ */

/* Query t sees key s iff s <= t and, in a local layer, also s > t - W or s < M. */
struct hy_sight {
    int W, M;

    __device__ __forceinline__ bool one(int t, int s) const
    {
        return s <= t && (W == 0 || s > t - W || s < M);
    }
    /* Queries t0 .. t1 and keys s0 .. s1: whether any pair may, whether every pair may. */
    __device__ __forceinline__ bool any(int t0, int t1, int s0, int s1) const
    {
        return s0 <= t1 && (W == 0 || s1 > t0 - W || s0 < M);
    }
    __device__ __forceinline__ bool all(int t0, int t1, int s0, int s1) const
    {
        return s1 <= t0 && (W == 0 || s0 > t1 - W || s1 < M);
    }
};

/* The key tiles, COLS wide, that queries t0 .. t1 see: those that hold meta keys, then the window's. */
struct hy_key_tiles {
    int first, meta, window, end;

    __device__ __forceinline__ hy_key_tiles(const hy_sight &see, int t0, int t1, int cols)
    {
        end = t1 / cols + 1;
        meta = see.W > 0 ? hy_ceil_div(see.M, cols) : 0;
        window = see.W > 0 && t0 - see.W + 1 > 0 ? (t0 - see.W + 1) / cols : 0;
        first = meta > 0 ? 0 : window;
    }
    __device__ __forceinline__ int after(int tile) const
    {
        return tile + 1 >= meta && tile + 1 < window ? window : tile + 1;
    }
};

/* ---- dropout ---------------------------------------------------------------------------------------
 * One Philox call decides about eight weights of a query, keys 16 apart in a block of HY_DROP_BLOCK keys. A byte
 * of shared memory keeps what it said: keeps[query * 16 + key % 16], bit key % 128 / 16. */

/* Holds what a kernel was called with and no more: nothing of it has to stay in registers. */
struct hy_weights_drop {
    const struct hy_run *run;
    uint32_t site;
    float p;
    int T;

    __device__ __forceinline__ bool on() const
    {
        return p > 0;
    }
    __device__ __forceinline__ float scale() const
    {
        return p > 0 ? 1.0f / (1.0f - p) : 1.0f;
    }
    /* The bytes of rows row0 .. row0 + count - 1 (numbered (b*H+h)*T + t) in block `block`, by lanes me, me + of .. */
    __device__ __forceinline__ void fill(uint8_t *keeps, uint64_t row0, int count, int block, int me, int of) const
    {
        const hy_drop drop = hy_drop_open(run, site, p);
        const uint64_t blocks = (uint64_t)(T + HY_DROP_BLOCK - 1) / HY_DROP_BLOCK; /* in a row */
#pragma unroll 1
        for (unsigned n = (unsigned)me; n < (unsigned)count * 16; n += (unsigned)of) {
            const hy_word4 words = hy_drop_words(drop, (row0 + n / 16) * blocks + (uint64_t)block, n % 16);
            uint32_t bits = 0;
#pragma unroll
            for (unsigned k = 0; k < 8; k++)
                bits |= (uint32_t)hy_drop_kept(drop, words, n % 16 + 16 * k) << k;
            keeps[n] = (uint8_t)bits;
        }
    }
};

/* Whether the weight of key s0 + c stays; s0 is a multiple of STEP, `row` the query's 16 bytes. */
template <int STEP> __device__ __forceinline__ bool hy_keeps(const uint8_t *row, int s0, int c)
{
    const unsigned at = (unsigned)c + (STEP % 16 ? (unsigned)s0 % 16 : 0);
    return row[at % 16] >> (((unsigned)s0 / 16 + at / 16) % 8) & 1;
}

#endif
