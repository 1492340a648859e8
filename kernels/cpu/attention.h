/* What the forward and the backward of attention share.
 *
 * Work goes in blocks of queries against pieces of keys. A block is some columns:
 * HY_VEC neighbouring positions of one query head each, for several heads of the same
 * kv head, one query per vector lane. A piece is at most HY_PIECE neighbouring keys.
 * Scores of a block against a piece are stored key by key, s[key][lane], so
 *   - keys and values are read as they lie, element by element (vec_tile.h), for any P;
 *   - maxima and sums over keys are plain vector operations;
 *   - the range of keys ends exactly where the mask does. */
#ifndef HY_KERNELS_CPU_ATTENTION_H
#define HY_KERNELS_CPU_ATTENTION_H

#include "kernels/base/status.h"
#include "kernels/base/threads.h"
#include "kernels/cpu/vec_exp2.h"
#include "kernels/cpu/vec_tile.h"
#include "kernels/dispatch.h"

enum {
    HY_QUERIES = 16, /* least positions of a block */
    HY_PIECE = 64,   /* keys of a piece; pieces start at multiples of it or at a range's start */
    HY_LANES = 64,   /* most lanes of a block */
    HY_COLUMNS = HY_LANES / HY_VEC,
    HY_BLOCK_FLOATS = 8192, /* most elements of a block of queries: lanes * P */
    HY_WIDEST_HEAD = HY_BLOCK_FLOATS / (HY_VEC > HY_QUERIES ? HY_VEC : HY_QUERIES),
    HY_BLOCK_FOLDED = HY_BLOCK_FLOATS + HY_LANES,                 /* room for lanes * P, P up to whole elements */
    HY_PIECE_FOLDED = HY_FOLD > 1 ? HY_PIECE *HY_WIDEST_HEAD : 1, /* for a piece's keys or values, where copied */
};

_Static_assert((int)HY_MOST_HEAD <= (int)HY_WIDEST_HEAD, "a block has room for the widest head");

#define HY_LOG2E  1.44269504088896341f
#define HY_LN2    0.693147180559945309f
#define HY_MASKED (-3e38f) /* the score of a key that is not allowed: 2^(this - any) = 0 */

struct hy_range {
    int first, end;
};

/* How the queries of one kv head are cut into blocks. */
struct hy_cut {
    int heads;     /* query heads of a block, at most */
    int positions; /* of a block: a multiple of HY_QUERIES */
    int groups;    /* blocks that the heads need */
    int steps;     /* blocks that the positions need */
};

/* One block: column c holds head[c], positions first[c] ... first[c] + HY_VEC - 1. */
struct hy_block {
    int b, kv, columns, lanes;
    int head[HY_COLUMNS], first[HY_COLUMNS];
    int start, end;          /* positions start ... end - 1, end <= T */
    struct hy_range keys[2]; /* what the block may see; empty ones have end <= first */
};

/* The query heads of kv head kv: those h with h*K/H == kv. */
static inline struct hy_range hy_heads_of(const struct hy_attention *a, int kv)
{
    return (struct hy_range){(kv * a->H + a->K - 1) / a->K, ((kv + 1) * a->H + a->K - 1) / a->K};
}

static inline struct hy_cut hy_cut_queries(const struct hy_attention *a)
{
    HY_ASSERT(a->P <= HY_WIDEST_HEAD, "attention heads wider than 512 are not supported");
    int most = (a->H + a->K - 1) / a->K; /* heads of a kv head */
    int lanes = HY_BLOCK_FLOATS / a->P < HY_LANES ? HY_BLOCK_FLOATS / a->P : HY_LANES;
    int heads = lanes / HY_QUERIES > 3 ? 3 : lanes / HY_QUERIES;
    struct hy_cut cut = {.positions = HY_QUERIES};
    cut.groups = (most + heads - 1) / heads;
    cut.heads = (most + cut.groups - 1) / cut.groups;
    if (cut.heads == 1 && lanes >= 2 * HY_QUERIES)
        cut.positions = 2 * HY_QUERIES;
    cut.steps = (a->T + cut.positions - 1) / cut.positions;
    return cut;
}

static inline int hy_least(int a, int b)
{
    return a < b ? a : b;
}

/* Block (group, step) of a kv head; columns == 0 where the group has no heads. */
static inline struct hy_block hy_block_open(const struct hy_attention *a, const struct hy_cut *cut, int b, int kv,
                                            int group, int step)
{
    struct hy_range heads = hy_heads_of(a, kv);
    struct hy_block k = {.b = b, .kv = kv, .start = step * cut->positions};
    k.end = hy_least(k.start + cut->positions, a->T);
    int first = heads.first + group * cut->heads, end = hy_least(first + cut->heads, heads.end);
    for (int h = first; h < end; h++)
        for (int t = k.start; t < k.start + cut->positions; t += HY_VEC) {
            k.head[k.columns] = h;
            k.first[k.columns++] = t;
        }
    k.lanes = k.columns * HY_VEC;

    int window = a->W > 0 && k.start - a->W + 1 > 0 ? (k.start - a->W + 1) / 8 * 8 : 0;
    if (a->W > 0 && a->M < window) {
        k.keys[0] = (struct hy_range){0, a->M};
        k.keys[1] = (struct hy_range){window, k.end};
    } else {
        k.keys[0] = (struct hy_range){0, k.end};
    }
    return k;
}

/* The piece that starts at `first`. */
static inline struct hy_range hy_piece_at(struct hy_range range, int first)
{
    return (struct hy_range){first, hy_least((first / HY_PIECE + 1) * HY_PIECE, range.end)};
}

/* Keys or values of a piece as operands of a product over P: as they lie, or copied with a zero behind
 * each row where its last element would reach beyond it. *ld becomes that of the result. */
static inline const hy_stored *hy_piece_rows(const hy_stored *from, ptrdiff_t *ld, int rows, int P, hy_stored *copy)
{
    const int whole = hy_fold_whole(P);
    if (whole == P)
        return from;
    for (int r = 0; r < rows; r++) {
        memcpy(copy + r * whole, from + r * *ld, (size_t)P * sizeof *copy);
        copy[r * whole + P] = 0;
    }
    *ld = whole;
    return copy;
}

/* The same for a product over the rows: as they lie, or copied with neighbouring rows side by side; for tiles each
 * column becomes a row of elements. */
static inline const hy_stored *hy_piece_columns(const hy_stored *from, ptrdiff_t *ld, int rows, int P, hy_stored *copy)
{
    if (HY_FOLD == 1)
        return from;
#if defined(HY_TILES)
    for (int r = 0; r < rows; r += HY_VEC * HY_FOLD)
        for (int c = 0; c < P; c += HY_VEC) {
            hy_vf x[HY_VEC];
            for (int i = 0; i < HY_VEC; i++) {
                const int at = r + i * HY_FOLD;
                const hy_stored *p[HY_FOLD];
                for (int f = 0; f < HY_FOLD; f++)
                    p[f] = at + f < rows ? from + (at + f) * *ld + c : NULL;
                x[i] = hy_fold_rows_n(p, P - c);
            }
            hy_vf_transpose(x);
            for (int i = 0; i < HY_VEC && i < P - c; i++)
                hy_fold_store(copy + (c + i) * HY_PIECE + r, x[i]);
        }
    *ld = HY_PIECE;
    return copy;
#endif
    hy_tile_fold_rows(from, *ld, rows, rows, P, copy);
    *ld = hy_vec_whole(P) * HY_FOLD;
    return copy;
}

/* Rows of scores up to a multiple of HY_FOLD: the last one gets `value`. Returns their number. */
static inline int hy_pad_keys(float *s, int keys, int lanes, float value)
{
    for (int i = keys; i < hy_fold_whole(keys); i++)
        for (int c = 0; c < lanes; c += HY_VEC)
            hy_vf_store(s + i * lanes + c, hy_vf_set(value));
    return hy_fold_whole(keys);
}

static inline size_t hy_query_row(const struct hy_attention *a, const struct hy_block *k, int column)
{
    return ((size_t)k->b * (size_t)a->H + (size_t)k->head[column]) * (size_t)a->T + (size_t)k->first[column];
}

/* Rows of a column that exist; the lanes behind them are padding. */
static inline int hy_column_rows(const struct hy_attention *a, const struct hy_block *k, int column)
{
    int rows = a->T - k->first[column];
    return rows < 0 ? 0 : hy_least(rows, HY_VEC);
}

/* A value per query (lse): one vector per column, 0 in the padding. */
static inline hy_vf hy_column_load(const float *v, int rows)
{
    return rows > 0 ? hy_vf_load_n(v, rows) : (hy_vf){0};
}

static inline hy_vi hy_lane_numbers(void)
{
    hy_vi lane;
    for (int i = 0; i < HY_VEC; i++)
        lane[i] = i;
    return lane;
}

/* Scores of keys that a query must not see become HY_MASKED. */
static inline void hy_block_mask(const struct hy_attention *a, const struct hy_block *k, struct hy_range piece,
                                 float *s)
{
    for (int c = 0; c < k->columns; c++) {
        int first = k->first[c], last = first + HY_VEC - 1;
        if (piece.end - 1 <= first && (a->W == 0 || piece.end <= a->M || piece.first > last - a->W))
            continue; /* every query of the column sees every key of the piece */
        hy_vi t = first + hy_lane_numbers();
        for (int key = piece.first; key < piece.end; key++) {
            float *at = s + (key - piece.first) * k->lanes + c * HY_VEC;
            hy_vi allowed = t >= key;
            if (a->W > 0 && key >= a->M)
                allowed &= t - a->W < key;
            hy_vf_store(at, hy_vf_select(allowed, hy_vf_load(at), hy_vf_set(HY_MASKED)));
        }
    }
}

/* ---- dropout --------------------------------------------------------------------
 * Element (row, s) takes 16 bits of Philox at counter (row*pitch + s) / 128 * 16 + s % 16:
 * here the lanes are queries, so that one evaluation for 16 keys apart in steps of 16
 * gives eight keys to each of HY_VEC queries, already in the layout of the scores. */
struct hy_attention_drop {
    struct hy_drop drop;
    int blocks; /* of 128 keys in a row */
    int block;  /* the one that `words` is for; -1: none */
    hy_vu words[HY_COLUMNS][16][4];
};

/* The words of block `block` of every row of k. */
static inline void hy_attention_drop_fill(struct hy_attention_drop *d, const struct hy_attention *a,
                                          const struct hy_block *k, int block)
{
    if (d->block == block)
        return;
    d->block = block;
    const hy_vl zero = {0};
    const uint64_t pitch = (uint64_t)d->blocks * 16;
    hy_vl even;
    for (int i = 0; i < HY_VEC / 2; i++)
        even[i] = 2 * (uint64_t)i * pitch;
    for (int c = 0; c < k->columns; c++) {
        hy_vl counter = even + hy_query_row(a, k, c) * pitch + (uint64_t)block * 16;
        for (int r = 0; r < 16; r++, counter += 1) {
            hy_vl x[2][4];
            for (int odd = 0; odd < 2; odd++) {
                hy_vl c0 = odd ? counter + pitch : counter;
                hy_vl c1 = c0 >> 32, c2 = d->drop.step + zero, c3 = d->drop.site + zero;
                for (int round = 0; round < 10; round++) {
                    hy_vl p = hy_vl_mul_low(c0, UINT64_C(0xD2511F53) + zero);
                    hy_vl q = hy_vl_mul_low(c2, UINT64_C(0xCD9E8D57) + zero);
                    c0 = (q >> 32) ^ c1 ^ d->drop.keys[round][0];
                    c2 = (p >> 32) ^ c3 ^ d->drop.keys[round][1];
                    c1 = q;
                    c3 = p;
                }
                x[odd][0] = c0;
                x[odd][1] = c1;
                x[odd][2] = c2;
                x[odd][3] = c3;
            }
            for (int w = 0; w < 4; w++)
                d->words[c][r][w] = (hy_vu)((x[0][w] & 0xffffffff) | (x[1][w] << 32));
        }
    }
}

/* All ones where key s is kept, for the queries of a column. */
static inline hy_vi hy_attention_kept(const struct hy_attention_drop *d, int column, int s)
{
    hy_vu word = d->words[column][s & 15][(s >> 5) & 3];
    hy_vi bits = (hy_vi)(s & 16 ? word >> 16 : word & 0xffff);
    return bits >= (int32_t)d->drop.threshold;
}

#endif
