/* Attention backward: the weights are computed again from the saved denominators, and
 *     dv = (kept weights)^T dy          dw = dy v^T where kept
 *     ds = weights * (dw - sum_p dy*y)  dq = ds k / sqrt(P)      dk = ds^T q / sqrt(P)
 * piece by piece: five products, nothing of size T x T.
 *
 * With activations in bf16 all five take bf16 elements (vec_fold.h): weights and ds are rounded
 * to it. dk and dv are summed in f32 in `work`, and rounded once when their head is done.
 *
 * One thread does a whole kv head where there are heads enough. Where there are not, the
 * queries (for dq) and the pieces of keys (for dk, dv) are shared out in two rounds of
 * three and four products. Sums run in the same order either way, so the gradients do
 * not depend on the number of threads, to the bit. */
#include "kernels/cpu/attention.h"

#include <math.h>
#include <omp.h>

struct scratch {
    _Alignas(64) hy_stored q[HY_BLOCK_FOLDED], dy[HY_BLOCK_FOLDED];      /* (P / HY_FOLD, lanes) elements */
    _Alignas(64) float dq[HY_BLOCK_FLOATS];                              /* (P, lanes), before / sqrt(P) */
    _Alignas(64) hy_stored q_rows[HY_BLOCK_FLOATS + HY_LANES * HY_VEC];  /* (lanes / HY_FOLD, P up to vectors) */
    _Alignas(64) hy_stored dy_rows[HY_BLOCK_FLOATS + HY_LANES * HY_VEC]; /* the same of dy */
    _Alignas(64) float s[HY_PIECE * HY_LANES];                           /* (keys, lanes): scores, then kept weights */
    _Alignas(64) float ds[HY_PIECE * HY_LANES];                          /* (keys, lanes): dw, then ds */
    _Alignas(64) hy_stored pairs[HY_FOLD > 1 ? HY_PIECE *HY_LANES : 1];  /* (keys / HY_FOLD, lanes) elements of ds */
    _Alignas(64) hy_stored piece[HY_PIECE_FOLDED];                       /* keys or values, where they are copied */
    float *dk, *dv; /* (keys, P up to vectors): sums of the keys from first_key on, in `work` */
    int first_key;
    hy_vf lse[HY_COLUMNS];   /* log2 of denominator * (1-p): weights come out as 1/(1-p) times themselves */
    hy_vf delta[HY_COLUMNS]; /* (1-p) * sum_p dy*y */
    struct hy_attention_drop drop;
};

/* What a call computes: all three, or one side of the work where it is split. */
struct job {
    const struct hy_attention *a;
    struct hy_cut cut;
    bool dq, dk, dv;
};

static void load_block(const struct job *j, const struct hy_block *k, struct scratch *w)
{
    const struct hy_attention *a = j->a;
    const float keep = a->p > 0 ? 1 / w->drop.drop.scale : 1;
    for (int c = 0; c < k->columns; c++) {
        const int rows = hy_column_rows(a, k, c), P = a->P, at = c * HY_VEC;
        const size_t row = hy_query_row(a, k, c);
        const size_t out =
            ((size_t)k->b * (size_t)a->T + (size_t)k->first[c]) * (size_t)a->y.ld + (size_t)k->head[c] * (size_t)P;
        const hy_stored *q = (const hy_stored *)a->q.v + row * (size_t)a->q.ld;
        const hy_stored *y = (const hy_stored *)a->y.v + out, *dy = (const hy_stored *)a->y.d + out;
        hy_tile_fold(q, a->q.ld, rows, P, w->q + at * HY_FOLD, k->lanes * HY_FOLD);
        hy_tile_fold(dy, a->y.ld, rows, P, w->dy + at * HY_FOLD, k->lanes * HY_FOLD);
        if (j->dk)
            hy_tile_fold_rows(q, a->q.ld, rows, HY_VEC, P, w->q_rows + at * hy_vec_whole(P));
        if (j->dv)
            hy_tile_fold_rows(dy, a->y.ld, rows, HY_VEC, P, w->dy_rows + at * hy_vec_whole(P));
        w->lse[c] = hy_column_load(a->lse + row, rows) * HY_LOG2E + log2f(keep);
        w->delta[c] = (hy_vf){0};
        for (int r = 0; r < rows; r++) {
            hy_vf sum = {0};
            for (int i = 0; i < P; i += HY_VEC)
                sum += hy_vs_load_n(y + r * a->y.ld + i, P - i) * hy_vs_load_n(dy + r * a->y.ld + i, P - i);
            w->delta[c][r] = hy_vf_sum(sum) * keep;
        }
    }
    memset(w->dq, 0, (size_t)a->P * (size_t)k->lanes * sizeof *w->dq);
    w->drop.block = -1;
}

/* Where the elements of ds, neighbouring keys side by side, lie: ds itself if they are its rows. */
static hy_stored *pairs_of_keys(struct scratch *w)
{
    return HY_FOLD > 1 ? w->pairs : (hy_stored *)w->ds;
}

/* s: scores -> kept weights; ds: dw -> ds. Both become rows of operands in place, which half of each
 * row holds in bf16: column c overwrites what column c or one before it has read. */
static void gradients_of_piece(const struct hy_attention *a, const struct hy_block *k, struct hy_range piece,
                               struct scratch *w)
{
    const int lanes = k->lanes, ld = lanes * HY_FOLD,
              keys = hy_pad_keys(w->s, piece.end - piece.first, lanes, HY_MASKED);
    const float scale = HY_LOG2E / sqrtf((float)a->P);
    hy_stored *kept_rows = (hy_stored *)w->s, *ds_rows = (hy_stored *)w->ds, *pairs = pairs_of_keys(w);
    hy_pad_keys(w->ds, piece.end - piece.first, lanes, 0);
    if (a->p > 0)
        hy_attention_drop_fill(&w->drop, a, k, piece.first / HY_DROP_BLOCK);
    for (int c = 0; c < k->columns; c++)
        for (int i = 0; i < keys; i += HY_FOLD) {
            hy_vf ds[HY_FOLD];
            for (int f = 0; f < HY_FOLD; f++) {
                const int at = (i + f) * lanes + c * HY_VEC, row = (i + f) * ld + c * HY_VEC;
                hy_vf weight = hy_vf_exp2(hy_vf_load(w->s + at) * scale - w->lse[c]), dw = hy_vf_load(w->ds + at);
                hy_vf kept = weight;
                if (a->p > 0) {
                    hy_vi keep = hy_attention_kept(&w->drop, c, piece.first + i + f);
                    kept = (hy_vf)(keep & (hy_vi)weight);
                    dw = (hy_vf)(keep & (hy_vi)dw);
                }
                ds[f] = weight * (dw - w->delta[c]);
                hy_vs_store(kept_rows + row, kept);
                hy_vs_store(ds_rows + row, ds[f]);
            }
            if (HY_FOLD > 1)
                hy_fold_store(pairs + i * lanes + c * HY_VEC * HY_FOLD, hy_fold_make(ds));
        }
}

/* sum[key][0 ... P) += sum over lanes of s[key][lane] * rows[lane][0 ... P) */
static void add_to_keys(const struct hy_block *k, int keys, int P, const float *s, const hy_stored *rows, float *sum)
{
    const int whole = hy_vec_whole(P);
    const struct hy_tile t = {.a = (const hy_stored *)s,
                              .ai = k->lanes * HY_FOLD,
                              .b = rows,
                              .ldb = whole * HY_FOLD,
                              .c = sum,
                              .ldc = whole,
                              .rows = keys,
                              .vecs = whole / HY_VEC,
                              .depth = k->lanes / HY_FOLD,
                              .old = HY_TILE_ADD};
    hy_tile_rows(&t);
}

static void backward_piece(const struct job *j, const struct hy_block *k, struct hy_range piece, struct scratch *w)
{
    const struct hy_attention *a = j->a;
    const int keys = piece.end - piece.first;
    const size_t row = ((size_t)k->b * (size_t)a->K + (size_t)k->kv) * (size_t)a->T + (size_t)piece.first;
    const size_t sum = (size_t)(piece.first - w->first_key) * (size_t)hy_vec_whole(a->P);
    const hy_stored *keys_at = (const hy_stored *)a->k.v + row * (size_t)a->k.ld;
    const hy_stored *values_at = (const hy_stored *)a->v.v + row * (size_t)a->v.ld;
    ptrdiff_t ld = a->k.ld;
    struct hy_tile t = {.b = w->q,
                        .ldb = k->lanes * HY_FOLD,
                        .c = w->s,
                        .ldc = k->lanes,
                        .rows = keys,
                        .vecs = k->columns,
                        .depth = hy_fold_whole(a->P) / HY_FOLD,
                        .old = HY_TILE_SET};
    t.a = hy_piece_rows(keys_at, &ld, keys, a->P, w->piece);
    t.ai = ld;
    hy_tile_rows(&t);
    hy_block_mask(a, k, piece, w->s);
    ld = a->v.ld;
    t.a = hy_piece_rows(values_at, &ld, keys, a->P, w->piece);
    t.ai = ld;
    t.b = w->dy;
    t.c = w->ds;
    hy_tile_rows(&t);
    gradients_of_piece(a, k, piece, w);
    if (j->dv)
        add_to_keys(k, keys, a->P, w->s, w->dy_rows, w->dv + sum);
    if (j->dk)
        add_to_keys(k, keys, a->P, w->ds, w->q_rows, w->dk + sum);
    if (j->dq) {
        ld = a->k.ld;
        const hy_stored *columns = hy_piece_columns(keys_at, &ld, keys, a->P, w->piece);
        const struct hy_tile dq = {.a = columns,
                                   .ak = ld,
                                   .b = pairs_of_keys(w),
                                   .ldb = k->lanes * HY_FOLD,
                                   .c = w->dq,
                                   .ldc = k->lanes,
                                   .rows = a->P,
                                   .vecs = k->columns,
                                   .depth = hy_fold_whole(keys) / HY_FOLD,
                                   .old = HY_TILE_ADD};
        hy_tile_cols(&dq);
    }
}

/* One block of queries against the keys it sees within `limit`. */
static void backward_block(const struct job *j, const struct hy_block *k, struct hy_range limit, struct scratch *w)
{
    const struct hy_attention *a = j->a;
    bool loaded = false;
    for (int r = 0; r < 2; r++) {
        struct hy_range range = k->keys[r];
        if (range.first < limit.first)
            range.first = limit.first; /* a multiple of HY_PIECE: the pieces stay the same */
        range.end = hy_least(range.end, limit.end);
        for (int first = range.first; first < range.end;) {
            struct hy_range piece = hy_piece_at(range, first);
            if (!loaded)
                load_block(j, k, w);
            loaded = true;
            backward_piece(j, k, piece, w);
            first = piece.end;
        }
    }
    if (!j->dq)
        return;
    for (int c = 0; c < k->columns; c++) {
        int rows = hy_column_rows(a, k, c);
        if (rows > 0)
            hy_tile_give(w->dq + c * HY_VEC, k->lanes, rows, a->P, hy_vf_set(1 / sqrtf((float)a->P)), a->q.add,
                         (hy_stored *)a->q.d + hy_query_row(a, k, c) * (size_t)a->q.ld, a->q.ld);
    }
}

/* d of `rows` keys or values from `row` on = (or +=) factor * sum. */
static void give_keys(const struct hy_in *x, size_t row, int rows, int P, float factor, const float *sum)
{
    for (int r = 0; r < rows; r++, sum += hy_vec_whole(P))
        for (int c = 0; c < P; c += HY_VEC)
            hy_vs_give_n((hy_stored *)x->d + (row + (size_t)r) * (size_t)x->ld + c, factor * hy_vf_load(sum + c),
                         x->add, P - c);
}

/* dk, dv of the keys in `limit` (and dq, if asked for, when that is all of them). */
static void backward_keys(const struct job *j, int b, int kv, struct hy_range limit, struct scratch *w)
{
    const struct hy_attention *a = j->a;
    const size_t row = ((size_t)b * (size_t)a->K + (size_t)kv) * (size_t)a->T + (size_t)limit.first;
    const int rows = limit.end - limit.first;
    const size_t sums = (size_t)rows * (size_t)hy_vec_whole(a->P);
    w->first_key = limit.first;
    memset(w->dk, 0, j->dk ? sums * sizeof *w->dk : 0);
    memset(w->dv, 0, j->dv ? sums * sizeof *w->dv : 0);
    for (int group = 0; group < j->cut.groups; group++)
        for (int step = limit.first / j->cut.positions; step < j->cut.steps; step++) {
            struct hy_block k = hy_block_open(a, &j->cut, b, kv, group, step);
            if (k.columns > 0)
                backward_block(j, &k, limit, w);
        }
    if (j->dk)
        give_keys(&a->k, row, rows, a->P, 1 / sqrtf((float)a->P), w->dk);
    if (j->dv)
        give_keys(&a->v, row, rows, a->P, 1, w->dv);
}

/* Two rounds, each shared out finely. */
static void backward_split(const struct job *all, struct scratch *w)
{
    const struct hy_attention *a = all->a;
    const struct hy_range everything = {0, a->T};
    struct job queries = *all, keys = *all;
    queries.dk = queries.dv = false;
    keys.dq = false;
    if (queries.dq) {
        const long blocks = (long)all->cut.groups * all->cut.steps;
#pragma omp for schedule(dynamic, 1) nowait
        for (long i = 0; i < (long)a->B * a->K * blocks; i++) {
            long head = i / blocks, at = i % blocks;
            struct hy_block k =
                hy_block_open(a, &all->cut, (int)(head / a->K), (int)(head % a->K), (int)(at % all->cut.groups),
                              all->cut.steps - 1 - (int)(at / all->cut.groups));
            if (k.columns > 0)
                backward_block(&queries, &k, everything, w);
        }
    }
    if (keys.dk || keys.dv) {
        const long pieces = (a->T + HY_PIECE - 1) / HY_PIECE;
#pragma omp for schedule(dynamic, 1)
        for (long i = 0; i < (long)a->B * a->K * pieces; i++) {
            int first = (int)(i % pieces) * HY_PIECE;
            long head = i / pieces;
            backward_keys(&keys, (int)(head / a->K), (int)(head % a->K),
                          (struct hy_range){first, hy_least(first + HY_PIECE, a->T)}, w);
        }
    }
}

/* Splitting costs 7 products for 5: it pays where whole heads would leave threads idle for longer. */
static bool split_pays(long heads, long threads)
{
    long rounds = (heads + threads - 1) / threads;
    return 5 * rounds * threads > 7 * heads;
}

void HY_CPU(hy_attention_bwd)(const union hy_args *args)
{
    const struct hy_attention *a = &args->attention;
    const struct job j = {
        .a = a, .cut = hy_cut_queries(a), .dq = a->q.d != NULL, .dk = a->k.d != NULL, .dv = a->v.d != NULL};
    const int threads = hy_threads();
    const long heads = (long)a->B * a->K;
#pragma omp parallel num_threads(threads)
    {
        struct scratch w;
        hy_tiles_begin();
        w.dk = a->work + (size_t)omp_get_thread_num() * hy_attention_sums(a->T, a->P);
        w.dv = w.dk + hy_attention_sums(a->T, a->P) / 2;
        w.drop.blocks = (int)(hy_drop_pitch((uint64_t)a->T) / HY_DROP_BLOCK);
        if (a->p > 0)
            w.drop.drop = hy_drop_open(a->run->seed, a->run->step, a->site, a->p);
        if (split_pays(heads, threads)) {
            backward_split(&j, &w);
        } else {
#pragma omp for schedule(static)
            for (long i = 0; i < heads; i++)
                backward_keys(&j, (int)(i / a->K), (int)(i % a->K), (struct hy_range){0, a->T}, &w);
        }
        hy_tiles_end();
    }
}
