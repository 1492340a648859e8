/* What the forward and the backward of attention share.
 *
 * A block owns some rows (queries forward and for dq, keys for dk and dv), 16 a warp, and walks
 * over tiles of COLS columns (keys, or queries) that the whole block stages in shared memory.
 * Rows are padded to WIDTH >= P with zeros, so any P works; so do any T (rows behind the end
 * are zeros too) and any row distance (16-byte accesses where everything is aligned to them). */
#ifndef HY_ATTENTION_CUH
#define HY_ATTENTION_CUH

#include "kernels/cuda/attention_tile.cuh"

#define HY_LOG2E 1.44269504088896341f
#define HY_LN2   0.693147180559945309f

enum {
    HY_WARP_ROWS = 16,
    HY_WIDEST_HEAD = 256,
    /* operands whose rows may be read and written four at a time */
    HY_FOURS_Q = 1,
    HY_FOURS_K = 2,
    HY_FOURS_V = 4,
    HY_FOURS_Y = 8,
    HY_FOURS_DQ = 16,
    HY_FOURS_DK = 32,
    HY_FOURS_DV = 64,
    HY_FOURS_DY = 128,
};

static inline int hy_fours_if(const void *p, int ld, int P, int flag)
{
    return P % 4 == 0 && hy_fours(p, ld) ? flag : 0;
}

static inline int hy_attention_fours(const struct hy_attention *a)
{
    return hy_fours_if(a->q.v, a->q.ld, a->P, HY_FOURS_Q) | hy_fours_if(a->k.v, a->k.ld, a->P, HY_FOURS_K) |
           hy_fours_if(a->v.v, a->v.ld, a->P, HY_FOURS_V) | hy_fours_if(a->y.v, a->y.ld, a->P, HY_FOURS_Y) |
           hy_fours_if(a->q.d, a->q.ld, a->P, HY_FOURS_DQ) | hy_fours_if(a->k.d, a->k.ld, a->P, HY_FOURS_DK) |
           hy_fours_if(a->v.d, a->v.ld, a->P, HY_FOURS_DV) | hy_fours_if(a->y.d, a->y.ld, a->P, HY_FOURS_DY);
}

/* ---- tiles --------------------------------------------------------------------------------- */

/* Neighbouring rows of an operand: `count` of them from v on, P wide. */
struct hy_rows {
    const float *v;
    int ld, count, P;
    bool fours;

    __device__ __forceinline__ bool there(int r) const
    {
        return r < count;
    }
    __device__ __forceinline__ const float *at(int r) const
    {
        return v + (size_t)r * ld;
    }
};

/* Columns c .. c+3 of row r of what has the members of hy_rows; zeros where there are none. */
template <class ROWS> __device__ __forceinline__ float4 hy_rows_load(const ROWS &rows, int r, int c)
{
    float4 x = make_float4(0, 0, 0, 0);
    if (!rows.there(r) || c >= rows.P)
        return x;
    const float *at = rows.at(r) + c;
    if (rows.fours)
        return hy_load4(at);
    x.x = at[0];
    if (c + 1 < rows.P)
        x.y = at[1];
    if (c + 2 < rows.P)
        x.z = at[2];
    if (c + 3 < rows.P)
        x.w = at[3];
    return x;
}

/* Rows first, first + 1 ... of the `all` that start at v. */
__device__ __forceinline__ hy_rows hy_rows_at(const float *v, int ld, int first, int all, int P, bool fours)
{
    hy_rows r;
    r.v = v + (size_t)first * ld;
    r.ld = ld;
    r.count = all - first;
    r.P = P;
    r.fours = fours;
    return r;
}

/* How a tile comes into shared memory. `begin` is called as soon as nobody reads the tile's old content
 * (HY_STAGE_AHEAD: earlier, even), `finish` where it is needed, and a barrier follows; between the two there
 * is work that hides the wait. */
enum hy_stage_kind {
    HY_STAGE_PLAIN, /* all at `finish` */
    HY_STAGE_AHEAD, /* `begin` reads into registers, `finish` rounds and stores */
    HY_STAGE_COPY,  /* `begin` starts copies that pass no registers; f32 only */
};

template <class M, int WIDTH, int COUNT, int THREADS, hy_stage_kind KIND> struct hy_stage {
    typedef typename M::element element;
    enum { LD = WIDTH + M::PAD, IN_ROW = WIDTH / 4, PIECES = (COUNT * IN_ROW + THREADS - 1) / THREADS };
    float4 ahead[KIND == HY_STAGE_AHEAD ? PIECES : 1];

    /* Piece i of this thread; false where the tile has no such piece. */
    static __device__ __forceinline__ bool piece(int i, int &r, int &c)
    {
        const int n = i * THREADS + (int)threadIdx.x;
        r = n / IN_ROW;
        c = n % IN_ROW * 4;
        return COUNT * IN_ROW % THREADS == 0 || n < COUNT * IN_ROW;
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
            if (!rows.fours)
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
        if (KIND == HY_STAGE_COPY && rows.fours) {
            hy_copy_wait<0>();
            return;
        }
#pragma unroll(KIND == HY_STAGE_AHEAD ? PIECES : WIDTH > 128 ? 2 : 4)
        for (int i = 0; i < PIECES; i++)
            if (piece(i, r, c)) {
                if constexpr (KIND == HY_STAGE_AHEAD)
                    M::put4(tile + r * LD + c, ahead[i]);
                else
                    M::put4(tile + r * LD + c, hy_rows_load(rows, r, c));
            }
    }
};

/* Results of a warp: row M::row(i), columns M::wide(j), times factor[i], to rows `first` on of the `all` at `to`. */
template <class M, int WIDTH>
__device__ __forceinline__ void hy_give_rows(const float o[M::ROWS][WIDTH / M::LANES], const float factor[M::ROWS],
                                             float *to, int ld, int first, int all, int P, bool fours, bool add)
{
#pragma unroll
    for (int i = 0; i < M::ROWS; i++) {
        const int r = first + M::row(i);
        if (r >= all)
            continue;
        float *at = to + (size_t)r * ld;
#pragma unroll
        for (int j = 0; j < WIDTH / M::LANES; j += M::VEC) {
            const int c = M::wide(j);
            const float f = factor[i];
            if (fours && c < P && M::VEC == 4) {
                float4 *four = reinterpret_cast<float4 *>(at + c), x = make_float4(0, 0, 0, 0);
                if (add)
                    x = *four;
                *four = make_float4(x.x + o[i][j] * f, x.y + o[i][j + 1] * f, x.z + o[i][j + M::VEC / 2] * f,
                                    x.w + o[i][j + M::VEC - 1] * f);
            } else if (fours && c < P) {
                float2 *two = reinterpret_cast<float2 *>(at + c), x = make_float2(0, 0);
                if (add)
                    x = *two;
                *two = make_float2(x.x + o[i][j] * f, x.y + o[i][j + 1] * f);
            } else {
#pragma unroll
                for (int n = 0; n < M::VEC; n++)
                    if (c + n < P)
                        at[c + n] = (add ? at[c + n] : 0.0f) + o[i][j + n] * f;
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
