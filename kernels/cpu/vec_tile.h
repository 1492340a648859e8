/* Small matrix products on tiles that lie in the cache, and transposing in and out.
 *
 *     C[i][j] = factor * C[i][j] + sum_k A(i, k) * B[k][j]
 *
 * j runs along vectors, so B and C hold whole vectors in each row; A is read one
 * element at a time, element (i, k) at a[i*ai + k*ak], and needs no packing: its
 * rows may be keys as they lie in memory, whatever their width. Sums run over k in
 * order for every element, so a result does not depend on how C is cut into tiles.
 * Elements of A and B are HY_FOLD terms of the sum (vec_fold.h); C is floats. Where the processor has tiles
 * (HY_TILES) these make the products, and are there between hy_tiles_begin() and hy_tiles_end(). */
#ifndef HY_KERNELS_CPU_VEC_TILE_H
#define HY_KERNELS_CPU_VEC_TILE_H

#include "kernels/cpu/vec_fold.h"
#if defined(HY_TILES)
#include "kernels/cpu/vec_amx.h"
#else
static inline void hy_tiles_begin(void)
{
}
static inline void hy_tiles_end(void)
{
}
#endif

/* Rows of C held in registers at a time, and vectors in each. */
#if defined(HY_ISA_avx512)
enum { HY_TILE_ROWS = 8, HY_TILE_VECS = 3 };
#else
enum { HY_TILE_ROWS = 6, HY_TILE_VECS = 2 };
#endif

/* What becomes of the old C. */
enum hy_tile_old { HY_TILE_SET, HY_TILE_ADD, HY_TILE_SCALE };

struct hy_tile {
    const hy_stored *a, *b;
    float *c;
    ptrdiff_t ai, ak, ldb, ldc;
    int rows, vecs, depth; /* depth: elements */
    enum hy_tile_old old;
    const float *factor; /* one per column, read where old is HY_TILE_SCALE */
};

#if defined(HY_TILES)

/* Both kinds have their elements along k here (hy_piece_columns()): `ld` is the distance of A's rows. */
static inline void hy_tile_run(const struct hy_tile *t, ptrdiff_t ld)
{
    const struct hy_amx_product p = {.a = t->a,
                                     .b = t->b,
                                     .c = t->c,
                                     .lda = ld,
                                     .ldb = t->ldb,
                                     .ldc = t->ldc,
                                     .rows = t->rows,
                                     .vecs = t->vecs,
                                     .depth = t->depth};
    for (int i = 0; t->old == HY_TILE_SCALE && i < t->rows; i++)
        for (int j = 0; j < t->vecs * HY_VEC; j += HY_VEC) {
            float *at = t->c + i * t->ldc + j;
            hy_vf_store(at, hy_vf_load(at) * hy_vf_load(t->factor + j));
        }
    hy_amx_run(&p, t->old != HY_TILE_SET);
}

static inline void hy_tile_rows(const struct hy_tile *t)
{
    hy_tile_run(t, t->ai);
}

static inline void hy_tile_cols(const struct hy_tile *t)
{
    hy_tile_run(t, t->ak);
}

#else

/* One register block: mr, nr, ai, ak are constants wherever this is inlined. */
static inline __attribute__((always_inline)) void hy_tile_block(const int mr, const int nr, const ptrdiff_t ai,
                                                                const ptrdiff_t ak, const struct hy_tile *t,
                                                                const hy_stored *a, const hy_stored *b, float *c,
                                                                const float *factor)
{
    hy_vf acc[HY_TILE_ROWS][HY_TILE_VECS];
    const ptrdiff_t ldb = t->ldb, ldc = t->ldc;
#pragma GCC unroll 8
    for (int i = 0; i < mr; i++)
#pragma GCC unroll 8
        for (int j = 0; j < nr; j++)
            acc[i][j] = (hy_vf){0};
    for (int k = t->depth; k > 0; k--, a += ak, b += ldb) {
        hy_vf row[HY_TILE_VECS];
#pragma GCC unroll 8
        for (int j = 0; j < nr; j++)
            row[j] = hy_fold_load(b + j * HY_VEC * HY_FOLD);
#pragma GCC unroll 8
        for (int i = 0; i < mr; i++)
#pragma GCC unroll 8
            for (int j = 0; j < nr; j++)
                acc[i][j] = hy_fold_add(acc[i][j], a + i * ai, row[j]);
    }
#pragma GCC unroll 8
    for (int i = 0; i < mr; i++)
#pragma GCC unroll 8
        for (int j = 0; j < nr; j++) {
            float *at = c + i * ldc + j * HY_VEC;
            if (t->old == HY_TILE_ADD)
                acc[i][j] += hy_vf_load(at);
            else if (t->old == HY_TILE_SCALE)
                acc[i][j] += hy_vf_load(at) * hy_vf_load(factor + j * HY_VEC);
            hy_vf_store(at, acc[i][j]);
        }
}

/* All rows of nr vectors: full register blocks, then what is left. */
static inline __attribute__((always_inline)) void hy_tile_stripe(const int nr, const ptrdiff_t ai, const ptrdiff_t ak,
                                                                 const struct hy_tile *t, int vec)
{
    const hy_stored *b = t->b + vec * HY_VEC * HY_FOLD;
    const float *factor = t->factor ? t->factor + vec * HY_VEC : NULL;
    float *c = t->c + vec * HY_VEC;
    int i = 0;
    for (; i + HY_TILE_ROWS <= t->rows; i += HY_TILE_ROWS)
        hy_tile_block(HY_TILE_ROWS, nr, ai, ak, t, t->a + i * ai, b, c + i * t->ldc, factor);
    for (; i + 4 <= t->rows; i += 4)
        hy_tile_block(4, nr, ai, ak, t, t->a + i * ai, b, c + i * t->ldc, factor);
    for (; i + 2 <= t->rows; i += 2)
        hy_tile_block(2, nr, ai, ak, t, t->a + i * ai, b, c + i * t->ldc, factor);
    for (; i < t->rows; i++)
        hy_tile_block(1, nr, ai, ak, t, t->a + i * ai, b, c + i * t->ldc, factor);
}

static inline __attribute__((always_inline)) void hy_tile_run(const ptrdiff_t ai, const ptrdiff_t ak,
                                                              const struct hy_tile *t)
{
    int vec = 0;
    while (vec < t->vecs) {
        int left = t->vecs - vec;
        if (left >= 3 && left != 4 && HY_TILE_VECS >= 3) {
            hy_tile_stripe(HY_TILE_VECS, ai, ak, t, vec); /* 3 where there are so many */
            vec += HY_TILE_VECS;
        } else if (left >= 2) {
            hy_tile_stripe(2, ai, ak, t, vec);
            vec += 2;
        } else {
            hy_tile_stripe(1, ai, ak, t, vec);
            vec += 1;
        }
    }
}

/* C from A with elements along k (A row i at a + i*ai): scores, gradients of keys and values. */
static __attribute__((noinline, unused)) void hy_tile_rows(const struct hy_tile *t)
{
    hy_tile_run(t->ai, HY_FOLD, t);
}

/* C from A with elements along i (A row k at a + k*ak): sums over keys. */
static __attribute__((noinline, unused)) void hy_tile_cols(const struct hy_tile *t)
{
    hy_tile_run(HY_FOLD, t->ak, t);
}

#endif

/* ---- transposing ------------------------------------------------------------- */

/* HY_VEC vectors as a matrix, transposed in place: log2(HY_VEC) perfect shuffles. */
static inline __attribute__((always_inline)) void hy_vf_transpose(hy_vf x[HY_VEC])
{
    hy_vi low, high;
    for (int i = 0; i < HY_VEC; i++) {
        low[i] = i / 2 + (i & 1) * HY_VEC;
        high[i] = low[i] + HY_VEC / 2;
    }
#pragma GCC unroll 4
    for (int stage = 1; stage < HY_VEC; stage *= 2) {
        hy_vf y[HY_VEC];
#pragma GCC unroll 16
        for (int i = 0; i < HY_VEC / 2; i++) {
            y[2 * i] = __builtin_shuffle(x[i], x[i + HY_VEC / 2], low);
            y[2 * i + 1] = __builtin_shuffle(x[i], x[i + HY_VEC / 2], high);
        }
#pragma GCC unroll 16
        for (int i = 0; i < HY_VEC; i++)
            x[i] = y[i];
    }
}

/* HY_VEC rows of `n` elements, those from `rows` on as zeros. Whole squares in a branch of
 * their own, so that they stay in registers until transposed. */
static inline __attribute__((always_inline)) void hy_tile_square(const float *from, ptrdiff_t ld, int rows, int n,
                                                                 hy_vf factor, hy_vf x[HY_VEC])
{
    if (rows >= HY_VEC && n >= HY_VEC) {
#pragma GCC unroll 16
        for (int r = 0; r < HY_VEC; r++)
            x[r] = factor * hy_vf_load(from + r * ld);
    } else {
#pragma GCC unroll 16
        for (int r = 0; r < HY_VEC; r++)
            x[r] = r < rows ? factor * hy_vf_load_n(from + r * ld, n) : (hy_vf){0};
    }
    hy_vf_transpose(x);
}

/* to[c][0 ... HY_VEC) = factor * from[0 ... rows)[c] for c < cols, rows <= HY_VEC;
 * lanes behind `rows` become 0. */
static inline void hy_tile_gather(const float *from, ptrdiff_t ld, int rows, int cols, float factor, float *to,
                                  ptrdiff_t ldto)
{
    for (int c = 0; c < cols; c += HY_VEC) {
        hy_vf x[HY_VEC];
        hy_tile_square(from + c, ld, rows, cols - c, hy_vf_set(factor), x);
#pragma GCC unroll 16
        for (int i = 0; i < HY_VEC; i++)
            if (i < cols - c)
                hy_vf_store(to + (c + i) * ldto, x[i]);
    }
}

/* to[r][c] = (add ? to[r][c] : 0) + from[c][r] * factor[r] for r < rows <= HY_VEC, c < cols;
 * `stored`: to are activations, else floats. */
static inline __attribute__((always_inline)) void hy_tile_turn(const float *from, ptrdiff_t ld, int rows, int cols,
                                                               hy_vf factor, int add, bool stored, void *to,
                                                               ptrdiff_t ldto)
{
    for (int c = 0; c < cols; c += HY_VEC) {
        hy_vf x[HY_VEC];
        hy_tile_square(from + c * ld, ld, cols - c, HY_VEC, factor, x);
#pragma GCC unroll 16
        for (int r = 0; r < HY_VEC; r++)
            if (r < rows && stored)
                hy_vs_give_n((hy_stored *)to + r * ldto + c, x[r], add, cols - c);
            else if (r < rows)
                hy_vf_give_n((float *)to + r * ldto + c, x[r], add, cols - c);
    }
}

static inline void hy_tile_scatter(const float *from, ptrdiff_t ld, int rows, int cols, hy_vf factor, int add,
                                   float *to, ptrdiff_t ldto)
{
    hy_tile_turn(from, ld, rows, cols, factor, add, false, to, ldto);
}

/* The same into activations. */
static inline void hy_tile_give(const float *from, ptrdiff_t ld, int rows, int cols, hy_vf factor, int add,
                                hy_stored *to, ptrdiff_t ldto)
{
    hy_tile_turn(from, ld, rows, cols, factor, add, true, to, ldto);
}

/* ---- operands of products, from rows of activations --------------------------- */

/* For a product over the columns: element c of row r goes to lane r of to[c]. rows <= HY_VEC, lanes
 * behind them become 0. */
static inline void hy_tile_fold(const hy_stored *from, ptrdiff_t ld, int rows, int cols, hy_stored *to, ptrdiff_t ldto)
{
    enum { WIDE = HY_VEC * HY_FOLD };
    for (int c = 0; c < cols; c += WIDE, to += HY_VEC * ldto) {
        hy_vf x[HY_VEC];
        if (rows >= HY_VEC && cols - c >= WIDE) {
#pragma GCC unroll 16
            for (int r = 0; r < HY_VEC; r++)
                x[r] = hy_fold_load(from + r * ld + c);
        } else {
#pragma GCC unroll 16
            for (int r = 0; r < HY_VEC; r++)
                x[r] = r < rows ? hy_fold_load_n(from + r * ld + c, cols - c) : (hy_vf){0};
        }
        hy_vf_transpose(x);
#pragma GCC unroll 16
        for (int i = 0; i < HY_VEC; i++)
            if (i * HY_FOLD < cols - c)
                hy_fold_store(to + i * ldto, x[i]);
    }
}

/* For a product over the rows: to[r] has hy_vec_whole(cols) elements. Rows from `rows` to `want` are
 * zeros, and so is what stands behind cols. */
static inline void hy_tile_fold_rows(const hy_stored *from, ptrdiff_t ld, int rows, int want, int cols, hy_stored *to)
{
    for (int r = 0; r < want; r += HY_FOLD, to += hy_vec_whole(cols) * HY_FOLD)
        for (int c = 0; c < cols; c += HY_VEC) {
            const hy_stored *p[HY_FOLD];
            for (int i = 0; i < HY_FOLD; i++)
                p[i] = r + i < rows ? from + (r + i) * ld + c : NULL;
            hy_fold_store(to + c * HY_FOLD, hy_fold_rows_n(p, cols - c));
        }
}

#endif
