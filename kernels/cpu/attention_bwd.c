/* Attention backward: the weights are computed again from the saved denominators, and
 *     dv = (kept weights)^T dy          dw = dy v^T where kept
 *     ds = weights * (dw - sum_p dy*y)  dq = ds k / sqrt(P)      dk = ds^T q / sqrt(P)
 * piece by piece: five products, nothing of size T x T.
 *
 * One thread does a whole kv head where there are heads enough. Where there are not, the
 * queries (for dq) and the pieces of keys (for dk, dv) are shared out in two rounds of
 * three and four products. Sums run in the same order either way, so the gradients do
 * not depend on the number of threads, to the bit. */
#include "kernels/cpu/attention.h"

#include <math.h>

struct scratch {
    _Alignas(64) float q[HY_BLOCK_FLOATS], dy[HY_BLOCK_FLOATS];      /* (P, lanes); q * log2(e) / sqrt(P) */
    _Alignas(64) float dq[HY_BLOCK_FLOATS];                          /* (P, lanes), before / sqrt(P) */
    _Alignas(64) float q_rows[HY_BLOCK_FLOATS + HY_LANES * HY_VEC];  /* (lanes, P up to whole vectors), / sqrt(P) */
    _Alignas(64) float dy_rows[HY_BLOCK_FLOATS + HY_LANES * HY_VEC]; /* the same of dy */
    _Alignas(64) float s[HY_PIECE * HY_LANES];                       /* (keys, lanes): scores, then kept weights */
    _Alignas(64) float ds[HY_PIECE * HY_LANES];                      /* (keys, lanes): dw, then ds */
    _Alignas(64) float narrow[HY_PIECE * HY_VEC]; /* stripes of dk, dv where P is no whole number of vectors */
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

static int whole(int P)
{
    return (P + HY_VEC - 1) / HY_VEC * HY_VEC;
}

/* Rows of one column, scaled, the width padded with zeros to whole vectors. */
static void copy_rows(const float *from, ptrdiff_t ld, int rows, int P, float factor, float *to)
{
    for (int r = 0; r < HY_VEC; r++)
        for (int c = 0; c < P; c += HY_VEC)
            hy_vf_store(to + r * whole(P) + c, r < rows ? factor * hy_vf_load_n(from + r * ld + c, P - c) : (hy_vf){0});
}

static void load_block(const struct job *j, const struct hy_block *k, struct scratch *w)
{
    const struct hy_attention *a = j->a;
    const float scale = 1 / sqrtf((float)a->P), keep = a->p > 0 ? 1 / w->drop.drop.scale : 1;
    for (int c = 0; c < k->columns; c++) {
        const int rows = hy_column_rows(a, k, c), P = a->P, at = c * HY_VEC;
        const size_t row = hy_query_row(a, k, c);
        const size_t out =
            ((size_t)k->b * (size_t)a->T + (size_t)k->first[c]) * (size_t)a->y.ld + (size_t)k->head[c] * (size_t)P;
        const float *q = a->q.v + row * (size_t)a->q.ld, *y = a->y.v + out, *dy = a->y.d + out;
        hy_tile_gather(q, a->q.ld, rows, P, scale * HY_LOG2E, w->q + at, k->lanes);
        hy_tile_gather(dy, a->y.ld, rows, P, 1, w->dy + at, k->lanes);
        if (j->dk)
            copy_rows(q, a->q.ld, rows, P, scale, w->q_rows + at * whole(P));
        if (j->dv)
            copy_rows(dy, a->y.ld, rows, P, 1, w->dy_rows + at * whole(P));
        w->lse[c] = hy_column_load(a->lse + row, rows) * HY_LOG2E + log2f(keep);
        w->delta[c] = (hy_vf){0};
        for (int r = 0; r < rows; r++) {
            hy_vf sum = {0};
            for (int i = 0; i < P; i += HY_VEC)
                sum += hy_vf_load_n(y + r * a->y.ld + i, P - i) * hy_vf_load_n(dy + r * a->y.ld + i, P - i);
            w->delta[c][r] = hy_vf_sum(sum) * keep;
        }
    }
    memset(w->dq, 0, (size_t)a->P * (size_t)k->lanes * sizeof *w->dq);
    w->drop.block = -1;
}

/* s: scores -> kept weights; ds: dw -> ds. */
static void gradients_of_piece(const struct hy_attention *a, const struct hy_block *k, struct hy_range piece,
                               struct scratch *w)
{
    if (a->p > 0)
        hy_attention_drop_fill(&w->drop, a, k, piece.first / HY_DROP_BLOCK);
    for (int c = 0; c < k->columns; c++)
        for (int i = 0; i < piece.end - piece.first; i++) {
            float *s = w->s + i * k->lanes + c * HY_VEC, *ds = w->ds + i * k->lanes + c * HY_VEC;
            hy_vf weight = hy_vf_exp2(hy_vf_load(s) - w->lse[c]), dw = hy_vf_load(ds), kept = weight;
            if (a->p > 0) {
                hy_vi keep = hy_attention_kept(&w->drop, c, piece.first + i);
                kept = (hy_vf)(keep & (hy_vi)weight);
                dw = (hy_vf)(keep & (hy_vi)dw);
            }
            hy_vf_store(s, kept);
            hy_vf_store(ds, weight * (dw - w->delta[c]));
        }
}

/* grad[key][0 ... P) += sum over lanes of s[key][lane] * rows[lane][0 ... P) */
static void add_to_keys(const struct hy_block *k, int keys, int P, const float *s, const float *rows, float *narrow,
                        float *grad, int ld)
{
    struct hy_tile t = {.a = s,
                        .ai = k->lanes,
                        .b = rows,
                        .ldb = whole(P),
                        .c = grad,
                        .ldc = ld,
                        .rows = keys,
                        .vecs = P / HY_VEC,
                        .depth = k->lanes,
                        .old = HY_TILE_ADD};
    hy_tile_rows(&t);
    int done = P / HY_VEC * HY_VEC;
    if (done == P)
        return;
    t.b += done;
    t.c = narrow;
    t.ldc = HY_VEC;
    t.vecs = 1;
    t.old = HY_TILE_SET;
    hy_tile_rows(&t);
    for (int i = 0; i < keys; i++)
        hy_vf_give_n(grad + (ptrdiff_t)i * ld + done, hy_vf_load(narrow + i * HY_VEC), 1, P - done);
}

static void backward_piece(const struct job *j, const struct hy_block *k, struct hy_range piece, struct scratch *w)
{
    const struct hy_attention *a = j->a;
    const int keys = piece.end - piece.first;
    const size_t row = ((size_t)k->b * (size_t)a->K + (size_t)k->kv) * (size_t)a->T + (size_t)piece.first;
    struct hy_tile t = {.a = a->k.v + row * (size_t)a->k.ld,
                        .ai = a->k.ld,
                        .b = w->q,
                        .ldb = k->lanes,
                        .c = w->s,
                        .ldc = k->lanes,
                        .rows = keys,
                        .vecs = k->columns,
                        .depth = a->P,
                        .old = HY_TILE_SET};
    hy_tile_rows(&t);
    hy_block_mask(a, k, piece, w->s);
    t.a = a->v.v + row * (size_t)a->v.ld;
    t.ai = a->v.ld;
    t.b = w->dy;
    t.c = w->ds;
    hy_tile_rows(&t);
    gradients_of_piece(a, k, piece, w);
    if (j->dv)
        add_to_keys(k, keys, a->P, w->s, w->dy_rows, w->narrow, a->v.d + row * (size_t)a->v.ld, a->v.ld);
    if (j->dk)
        add_to_keys(k, keys, a->P, w->ds, w->q_rows, w->narrow, a->k.d + row * (size_t)a->k.ld, a->k.ld);
    if (j->dq) {
        const struct hy_tile dq = {.a = a->k.v + row * (size_t)a->k.ld,
                                   .ak = a->k.ld,
                                   .b = w->ds,
                                   .ldb = k->lanes,
                                   .c = w->dq,
                                   .ldc = k->lanes,
                                   .rows = a->P,
                                   .vecs = k->columns,
                                   .depth = keys,
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
            hy_tile_scatter(w->dq + c * HY_VEC, k->lanes, rows, a->P, hy_vf_set(1 / sqrtf((float)a->P)), a->q.add,
                            a->q.d + hy_query_row(a, k, c) * (size_t)a->q.ld, a->q.ld);
    }
}

/* dk, dv of the keys in `limit` (and dq, if asked for, when that is all of them). */
static void backward_keys(const struct job *j, int b, int kv, struct hy_range limit, struct scratch *w)
{
    const struct hy_attention *a = j->a;
    const size_t row = ((size_t)b * (size_t)a->K + (size_t)kv) * (size_t)a->T;
    for (int s = limit.first; s < limit.end; s++) {
        if (j->dk && !a->k.add)
            memset(a->k.d + (row + (size_t)s) * (size_t)a->k.ld, 0, (size_t)a->P * sizeof(float));
        if (j->dv && !a->v.add)
            memset(a->v.d + (row + (size_t)s) * (size_t)a->v.ld, 0, (size_t)a->P * sizeof(float));
    }
    for (int group = 0; group < j->cut.groups; group++)
        for (int step = limit.first / j->cut.positions; step < j->cut.steps; step++) {
            struct hy_block k = hy_block_open(a, &j->cut, b, kv, group, step);
            if (k.columns > 0)
                backward_block(j, &k, limit, w);
        }
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
    }
}
