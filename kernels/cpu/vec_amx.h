/* The products of vec_tile.h by a processor's tiles (AMX): 16 rows of C at 16 lanes stay in a tile while 16 elements
 * (32 terms) at a time go into it, two by two tiles of C together. A's rows and B's rows are read as they lie; what
 * does not fill a tile is copied into one that is filled up with zeros. Terms are added in order, in f32 with fused
 * multiply-adds that flush denormals, so that a result does not depend on how C is cut. */
#ifndef HY_KERNELS_CPU_VEC_AMX_H
#define HY_KERNELS_CPU_VEC_AMX_H

#include "kernels/cpu/vec_fold.h"

enum { HY_AMX = 16, HY_AMX_TERMS = HY_AMX * HY_FOLD, HY_AMX_BYTES = 64 };

/* GCC's own intrinsics do not say that a tile, or their shape, is read from memory: what was written there before might
 * come later, or never. */
#define HY_AMX_LOAD(tile, from, ld) \
    __asm__ volatile("tileloadd (%0,%1,1), %%tmm" #tile ::"r"(from), "r"((long)(ld)) : "memory")

/* A thread has no tiles before the first and none after the second: they would be saved at each switch. */
static inline void hy_tiles_begin(void)
{
    struct {
        uint8_t palette, start_row, reserved[14];
        uint16_t row_bytes[16];
        uint8_t rows[16];
    } shape = {.palette = 1};
    for (int i = 0; i < 8; i++) {
        shape.row_bytes[i] = HY_AMX_BYTES;
        shape.rows[i] = HY_AMX;
    }
    __asm__ volatile("ldtilecfg (%0)" ::"r"(&shape) : "memory");
}

static inline void hy_tiles_end(void)
{
    _tile_release();
}

struct hy_amx_edge {
    _Alignas(64) hy_stored at[HY_AMX * HY_AMX_TERMS];
};

/* A tile of A: 16 rows of `ld` terms from `a`, of which `rows` and `depth` elements are there. */
static inline const hy_stored *hy_amx_a(const hy_stored *a, ptrdiff_t *ld, int rows, int depth, struct hy_amx_edge *e)
{
    if (rows >= HY_AMX && depth >= HY_AMX)
        return a;
    for (int r = 0; r < HY_AMX; r++)
        hy_fold_store(e->at + r * HY_AMX_TERMS, r < rows ? hy_fold_load_n(a + r * *ld, depth * HY_FOLD) : (hy_vf){0});
    *ld = HY_AMX_TERMS;
    return e->at;
}

/* A tile of B: 16 rows of 16 elements, of which `depth` are there. */
static inline const hy_stored *hy_amx_b(const hy_stored *b, ptrdiff_t *ld, int depth, struct hy_amx_edge *e)
{
    if (depth >= HY_AMX)
        return b;
    for (int r = 0; r < HY_AMX; r++)
        hy_fold_store(e->at + r * HY_AMX_TERMS, r < depth ? hy_fold_load(b + r * *ld) : (hy_vf){0});
    *ld = HY_AMX_TERMS;
    return e->at;
}

/* c = or += the sums that a tile left in `from`, rows of 16; the first `rows` are c's. */
static inline void hy_amx_give(const float *from, float *c, ptrdiff_t ldc, int rows, bool add)
{
    for (int r = 0; r < rows; r++) {
        hy_vf sum = hy_vf_load(from + r * HY_AMX);
        hy_vf_store(c + r * ldc, add ? sum + hy_vf_load(c + r * ldc) : sum);
    }
}

/* (tile numbers are part of the instructions) */
#define HY_AMX_OPEN(tile, c, full)                                  \
    do {                                                            \
        if ((full) && add)                                          \
            HY_AMX_LOAD(tile, c, t->ldc *(ptrdiff_t)sizeof(float)); \
        else                                                        \
            _tile_zero(tile);                                       \
    } while (0)
#define HY_AMX_CLOSE(tile, c, full, rows)                            \
    do {                                                             \
        if (full) {                                                  \
            _tile_stored(tile, c, t->ldc *(ptrdiff_t)sizeof(float)); \
        } else {                                                     \
            _tile_stored(tile, sums, HY_AMX_BYTES);                  \
            hy_amx_give(sums, c, t->ldc, rows, add);                 \
        }                                                            \
    } while (0)

struct hy_amx_product {
    const hy_stored *a, *b; /* rows of lda and ldb terms */
    float *c;
    ptrdiff_t lda, ldb, ldc;
    int rows, vecs, depth; /* of C: rows, and vectors in each; elements of a sum */
};

/* One or two by one or two tiles of C; `two_rows`, `two_vecs` are constants wherever this is inlined. */
static inline __attribute__((always_inline)) void
hy_amx_block(const bool two_rows, const bool two_vecs, const struct hy_amx_product *t, bool add, int row, int vec)
{
    enum { BYTES = sizeof(hy_stored) };
    struct hy_amx_edge e[4];
    _Alignas(64) float sums[HY_AMX * HY_AMX];
    float *c = t->c + row * t->ldc + vec * HY_AMX, *below = c + HY_AMX * t->ldc;
    const int rows = t->rows - row, rows_below = rows - HY_AMX;
    const bool full = rows >= HY_AMX, full_below = rows_below >= HY_AMX;
    HY_AMX_OPEN(0, c, full);
    if (two_vecs)
        HY_AMX_OPEN(1, c + HY_AMX, full);
    if (two_rows)
        HY_AMX_OPEN(2, below, full_below);
    if (two_rows && two_vecs)
        HY_AMX_OPEN(3, below + HY_AMX, full_below);
    for (int k = 0; k < t->depth; k += HY_AMX) {
        const int depth = t->depth - k;
        const hy_stored *a = t->a + row * t->lda + k * HY_FOLD, *b = t->b + k * t->ldb + vec * HY_AMX_TERMS;
        ptrdiff_t lda = t->lda, ldb = t->ldb, lda_below = t->lda, ldb_beside = t->ldb;
        const hy_stored *at = hy_amx_a(a, &lda, rows, depth, &e[0]);
        HY_AMX_LOAD(4, at, lda * BYTES);
        at = hy_amx_b(b, &ldb, depth, &e[1]);
        HY_AMX_LOAD(6, at, ldb * BYTES);
        _tile_dpbf16ps(0, 4, 6);
        if (two_vecs) {
            at = hy_amx_b(b + HY_AMX_TERMS, &ldb_beside, depth, &e[2]);
            HY_AMX_LOAD(7, at, ldb_beside * BYTES);
            _tile_dpbf16ps(1, 4, 7);
        }
        if (two_rows) {
            at = hy_amx_a(a + HY_AMX * t->lda, &lda_below, rows_below, depth, &e[3]);
            HY_AMX_LOAD(5, at, lda_below * BYTES);
            _tile_dpbf16ps(2, 5, 6);
        }
        if (two_rows && two_vecs)
            _tile_dpbf16ps(3, 5, 7);
    }
    HY_AMX_CLOSE(0, c, full, rows);
    if (two_vecs)
        HY_AMX_CLOSE(1, c + HY_AMX, full, rows);
    if (two_rows)
        HY_AMX_CLOSE(2, below, full_below, rows_below);
    if (two_rows && two_vecs)
        HY_AMX_CLOSE(3, below + HY_AMX, full_below, rows_below);
}

#undef HY_AMX_LOAD
#undef HY_AMX_OPEN
#undef HY_AMX_CLOSE

/* C = or += A B. */
static __attribute__((noinline, unused)) void hy_amx_run(const struct hy_amx_product *t, bool add)
{
    for (int row = 0; row < t->rows; row += 2 * HY_AMX)
        for (int vec = 0; vec < t->vecs; vec += 2) {
            const bool two_rows = t->rows - row > HY_AMX, two_vecs = t->vecs - vec > 1;
            if (two_rows && two_vecs)
                hy_amx_block(true, true, t, add, row, vec);
            else if (two_rows)
                hy_amx_block(true, false, t, add, row, vec);
            else if (two_vecs)
                hy_amx_block(false, true, t, add, row, vec);
            else
                hy_amx_block(false, false, t, add, row, vec);
        }
}

#endif
