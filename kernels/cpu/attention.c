/* Attention forward: softmax over the keys of a block, piece by piece, with a running
 * maximum; the output is rescaled whenever a piece raises it. With activations in bf16
 * both products take bf16 elements (vec_fold.h): the weights are rounded to it. */
#include "kernels/cpu/attention.h"

#include <math.h>

struct scratch {
    _Alignas(64) hy_stored q[HY_BLOCK_FOLDED];     /* (P / HY_FOLD, lanes) elements */
    _Alignas(64) float y[HY_BLOCK_FLOATS];         /* (P, lanes): the output so far, not yet divided */
    _Alignas(64) float s[HY_PIECE * HY_LANES];     /* (keys, lanes): scores; then elements of weights, as many
                                                      lines as before, of which each HY_FOLD-th is used */
    _Alignas(64) float factor[HY_LANES];           /* what a piece's new maximum makes of y */
    _Alignas(64) hy_stored piece[HY_PIECE_FOLDED]; /* keys or values, where they are copied */
    hy_vf largest[HY_COLUMNS], sum[HY_COLUMNS];    /* of scores * log2(e) / sqrt(P); of weights */
    struct hy_attention_drop drop;
};

/* Scores of one piece become weights: 2^(s * scale - largest), sums added up before dropout. */
static void weights_of_piece(const struct hy_attention *a, const struct hy_block *k, struct hy_range piece,
                             struct scratch *w)
{
    const int lanes = k->lanes, keys = hy_pad_keys(w->s, piece.end - piece.first, lanes, HY_MASKED);
    const float scale = HY_LOG2E / sqrtf((float)a->P);
    if (a->p > 0)
        hy_attention_drop_fill(&w->drop, a, k, piece.first / HY_DROP_BLOCK);
    for (int c = 0; c < k->columns; c++) {
        float *s = w->s + c * HY_VEC;
        hy_vf largest = hy_vf_set(HY_MASKED);
        for (int i = 0; i < keys; i++)
            largest = hy_vf_max(largest, hy_vf_load(s + i * lanes));
        largest = hy_vf_max(w->largest[c], largest * scale);
        hy_vf factor = hy_vf_exp2(w->largest[c] - largest), sum = w->sum[c] * factor;
        for (int i = 0; i < keys; i += HY_FOLD) {
            hy_vf weight[HY_FOLD];
            for (int f = 0; f < HY_FOLD; f++) {
                weight[f] = hy_vf_exp2(hy_vf_load(s + (i + f) * lanes) * scale - largest);
                sum += weight[f];
                if (a->p > 0)
                    weight[f] = (hy_vf)(hy_attention_kept(&w->drop, c, piece.first + i + f) & (hy_vi)weight[f]);
            }
            hy_vf_store(s + i * lanes, hy_fold_make(weight));
        }
        w->largest[c] = largest;
        w->sum[c] = sum;
        hy_vf_store(w->factor + c * HY_VEC, factor);
    }
}

static void load_block(const struct hy_attention *a, const struct hy_block *k, struct scratch *w)
{
    for (int c = 0; c < k->columns; c++) {
        hy_tile_fold((const hy_stored *)a->q.v + hy_query_row(a, k, c) * (size_t)a->q.ld, a->q.ld,
                     hy_column_rows(a, k, c), a->P, w->q + c * HY_VEC * HY_FOLD, k->lanes * HY_FOLD);
        w->largest[c] = hy_vf_set(-1e30f); /* finite: the difference of two of them is 0 */
        w->sum[c] = (hy_vf){0};
    }
    memset(w->y, 0, (size_t)a->P * (size_t)k->lanes * sizeof *w->y);
    w->drop.block = -1;
}

static void store_block(const struct hy_attention *a, const struct hy_block *k, const struct scratch *w)
{
    const float scale = a->p > 0 ? w->drop.drop.scale : 1;
    for (int c = 0; c < k->columns; c++) {
        int rows = hy_column_rows(a, k, c);
        size_t row = (size_t)k->b * (size_t)a->T + (size_t)k->first[c];
        if (rows == 0)
            continue;
        hy_tile_give(w->y + c * HY_VEC, k->lanes, rows, a->P, scale / w->sum[c], 0,
                     (hy_stored *)a->y.v + row * (size_t)a->y.ld + (size_t)k->head[c] * (size_t)a->P, a->y.ld);
        if (a->lse)
            for (int i = 0; i < rows; i++)
                a->lse[hy_query_row(a, k, c) + (size_t)i] = w->largest[c][i] * HY_LN2 + logf(w->sum[c][i]);
    }
}

static void forward_block(const struct hy_attention *a, const struct hy_block *k, struct scratch *w)
{
    const size_t kv = ((size_t)k->b * (size_t)a->K + (size_t)k->kv) * (size_t)a->T;
    load_block(a, k, w);
    for (int r = 0; r < 2; r++) {
        struct hy_range piece = k->keys[r];
        while (piece.first < k->keys[r].end) {
            piece = hy_piece_at(k->keys[r], piece.first);
            int keys = piece.end - piece.first;
            const size_t row = kv + (size_t)piece.first;
            ptrdiff_t ld = a->k.ld;
            const hy_stored *rows =
                hy_piece_rows((const hy_stored *)a->k.v + row * (size_t)ld, &ld, keys, a->P, w->piece);
            const struct hy_tile score = {.a = rows,
                                          .ai = ld,
                                          .b = w->q,
                                          .ldb = k->lanes * HY_FOLD,
                                          .c = w->s,
                                          .ldc = k->lanes,
                                          .rows = keys,
                                          .vecs = k->columns,
                                          .depth = hy_fold_whole(a->P) / HY_FOLD,
                                          .old = HY_TILE_SET};
            hy_tile_rows(&score);
            hy_block_mask(a, k, piece, w->s);
            weights_of_piece(a, k, piece, w);
            ld = a->v.ld;
            rows = hy_piece_columns((const hy_stored *)a->v.v + row * (size_t)ld, &ld, keys, a->P, w->piece);
            const struct hy_tile out = {.a = rows,
                                        .ak = ld,
                                        .b = (const hy_stored *)w->s,
                                        .ldb = k->lanes * HY_FOLD * HY_FOLD,
                                        .c = w->y,
                                        .ldc = k->lanes,
                                        .rows = a->P,
                                        .vecs = k->columns,
                                        .depth = hy_fold_whole(keys) / HY_FOLD,
                                        .old = HY_TILE_SCALE,
                                        .factor = w->factor};
            hy_tile_cols(&out);
            piece.first = piece.end;
        }
    }
    store_block(a, k, w);
}

void HY_CPU(hy_attention_fwd)(const union hy_args *args)
{
    const struct hy_attention *a = &args->attention;
    const struct hy_cut cut = hy_cut_queries(a);
    const long blocks = (long)cut.groups * cut.steps, items = (long)a->B * a->K * blocks;
    const int threads = hy_threads();
    /* a thread takes whole kv heads while there are plenty, to read keys and values once */
    const long share = (long)a->B * a->K >= 4L * threads ? blocks : 1;
#pragma omp parallel num_threads(threads)
    {
        struct scratch w;
        hy_tiles_begin();
        w.drop.blocks = (int)(hy_drop_pitch((uint64_t)a->T) / HY_DROP_BLOCK);
        if (a->p > 0)
            w.drop.drop = hy_drop_open(a->run->seed, a->run->step, a->site, a->p);
#pragma omp for schedule(dynamic, share)
        for (long i = 0; i < items; i++) {
            long head = i / blocks, at = i % blocks;
            /* the longest blocks first */
            struct hy_block k = hy_block_open(a, &cut, (int)(head / a->K), (int)(head % a->K), (int)(at % cut.groups),
                                              cut.steps - 1 - (int)(at / cut.groups));
            if (k.columns > 0)
                forward_block(a, &k, &w);
        }
        hy_tiles_end();
    }
}
