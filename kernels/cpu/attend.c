/* Attention of new tokens over cached ones, two ways:
 *   - chunks (prefill): blocks of queries against pieces of keys, as attention.h says, so
 *     that the work is small matrix products;
 *   - single tokens (decoding): each key and value is read once, by all query heads of
 *     its kv head, along the head's width; the reading is the work.
 * Either way a sequence's result depends on nothing but its own operands and T. */
#include "kernels/cpu/attention.h"
#include "kernels/cpu/rows.h"

#include <math.h>

enum {
    CHUNK_LEAST = 8,  /* tokens from which blocks pay */
    ROW_HEADS = 4,    /* query heads that read a key together */
    ROW_KEYS = 4,     /* keys whose scores are summed side by side */
    MAX_SEGMENTS = 4, /* meta, the cache in two parts where a ring's end is passed, new tokens */
};

/* Neighbouring keys and their values. Key i is content position `first` + i of the
 * sequence (the meta positions come before 0); every query sees meta keys. */
struct segment {
    const float *k, *v;
    ptrdiff_t ldk, ldv;
    int keys, first;
    bool meta;
};

static struct segment segment_of(const struct hy_in *k, const struct hy_in *v, size_t row, int keys, int first)
{
    return (struct segment){
        k->v + row * (size_t)k->ld, v->v + row * (size_t)v->ld, k->ld, v->ld, keys, first, .meta = false};
}

/* What the new tokens t0 ... t1 - 1 may see, together; returns how many segments. */
static int find_segments(const struct hy_attend *a, int b, int kv, int t0, int t1, struct segment out[MAX_SEGMENTS])
{
    const size_t head = (size_t)b * (size_t)a->K + (size_t)kv;
    const int done = a->start[b] - a->M;
    int n = 0;
    if (a->M > 0) {
        out[n] = segment_of(&a->mk, &a->mv, (size_t)kv * (size_t)a->M, a->M, 0);
        out[n++].meta = true;
    }
    int first = a->W > 0 && done + t0 - a->W + 1 > 0 ? done + t0 - a->W + 1 : 0;
    if (first < done - a->C)
        first = done - a->C;
    while (first < done) {
        int row = first % a->C, keys = hy_least(done - first, a->C - row);
        out[n++] = segment_of(&a->ck, &a->cv, head * (size_t)a->C + (size_t)row, keys, first);
        first += keys;
    }
    int t = first - done; /* of the new tokens, the first that is seen */
    out[n++] = segment_of(&a->k, &a->v, head * (size_t)a->T + (size_t)t, t1 - t, first);
    return n;
}

/* ---- chunks -------------------------------------------------------------------- */

struct scratch {
    _Alignas(64) float q[HY_BLOCK_FLOATS];     /* (P, lanes): queries * log2(e) / sqrt(P) */
    _Alignas(64) float y[HY_BLOCK_FLOATS];     /* (P, lanes): the output so far, not yet divided */
    _Alignas(64) float s[HY_PIECE * HY_LANES]; /* (keys, lanes): scores, then weights */
    _Alignas(64) float factor[HY_LANES];       /* what a piece's new maximum makes of y */
    hy_vf largest[HY_COLUMNS], sum[HY_COLUMNS];
};

/* The same heads and rows as an attention op sees them: what the blocks are cut from. */
static struct hy_attention view_of(const struct hy_attend *a)
{
    return (struct hy_attention){.q = a->q, .y = a->y, .B = a->B, .T = a->T, .H = a->H, .K = a->K, .P = a->P};
}

/* Scores of keys first ... first + keys - 1 (content positions) that a query must not see become HY_MASKED. */
static void mask_piece(const struct hy_attend *a, const struct hy_block *k, int first, int keys, float *s)
{
    const int done = a->start[k->b] - a->M;
    for (int c = 0; c < k->columns; c++) {
        int lowest = done + k->first[c], highest = lowest + HY_VEC - 1;
        if (first + keys - 1 <= lowest && (a->W == 0 || first > highest - a->W))
            continue;
        hy_vi t = lowest + hy_lane_numbers();
        for (int i = 0; i < keys; i++) {
            float *at = s + i * k->lanes + c * HY_VEC;
            hy_vi allowed = t >= first + i;
            if (a->W > 0)
                allowed &= t - a->W < first + i;
            hy_vf_store(at, hy_vf_select(allowed, hy_vf_load(at), hy_vf_set(HY_MASKED)));
        }
    }
}

static void weights_of_piece(const struct hy_block *k, int keys, struct scratch *w)
{
    for (int c = 0; c < k->columns; c++) {
        float *s = w->s + c * HY_VEC;
        hy_vf largest = w->largest[c];
        for (int i = 0; i < keys; i++)
            largest = hy_vf_max(largest, hy_vf_load(s + i * k->lanes));
        hy_vf factor = hy_vf_exp2(w->largest[c] - largest), sum = w->sum[c] * factor;
        for (int i = 0; i < keys; i++) {
            hy_vf weight = hy_vf_exp2(hy_vf_load(s + i * k->lanes) - largest);
            sum += weight;
            hy_vf_store(s + i * k->lanes, weight);
        }
        w->largest[c] = largest;
        w->sum[c] = sum;
        hy_vf_store(w->factor + c * HY_VEC, factor);
    }
}

static void one_piece(const struct hy_attend *a, const struct hy_block *k, const struct segment *g, int at, int keys,
                      struct scratch *w)
{
    const struct hy_tile score = {.a = g->k + at * g->ldk,
                                  .ai = g->ldk,
                                  .b = w->q,
                                  .ldb = k->lanes,
                                  .c = w->s,
                                  .ldc = k->lanes,
                                  .rows = keys,
                                  .vecs = k->columns,
                                  .depth = a->P,
                                  .old = HY_TILE_SET};
    hy_tile_rows(&score);
    if (!g->meta)
        mask_piece(a, k, g->first + at, keys, w->s);
    weights_of_piece(k, keys, w);
    const struct hy_tile out = {.a = g->v + at * g->ldv,
                                .ak = g->ldv,
                                .b = w->s,
                                .ldb = k->lanes,
                                .c = w->y,
                                .ldc = k->lanes,
                                .rows = a->P,
                                .vecs = k->columns,
                                .depth = keys,
                                .old = HY_TILE_SCALE,
                                .factor = w->factor};
    hy_tile_cols(&out);
}

static void load_block(const struct hy_attention *view, const struct hy_block *k, struct scratch *w)
{
    const float scale = HY_LOG2E / sqrtf((float)view->P);
    for (int c = 0; c < k->columns; c++) {
        hy_tile_gather(view->q.v + hy_query_row(view, k, c) * (size_t)view->q.ld, view->q.ld,
                       hy_column_rows(view, k, c), view->P, scale, w->q + c * HY_VEC, k->lanes);
        w->largest[c] = hy_vf_set(-1e30f); /* finite: the difference of two of them is 0 */
        w->sum[c] = (hy_vf){0};
    }
    memset(w->y, 0, (size_t)view->P * (size_t)k->lanes * sizeof *w->y);
}

/* Rows of y: the real ones from the block, zeros behind len. */
static void store_block(const struct hy_attend *a, const struct hy_attention *view, const struct hy_block *k,
                        const struct scratch *w)
{
    for (int c = 0; c < k->columns; c++) {
        int rows = hy_column_rows(view, k, c), real = hy_least(rows, a->len[k->b] - k->first[c]);
        float *y = a->y.v + ((size_t)k->b * (size_t)a->T + (size_t)k->first[c]) * (size_t)a->y.ld +
                   (size_t)k->head[c] * (size_t)a->P;
        if (real > 0)
            hy_tile_scatter(w->y + c * HY_VEC, k->lanes, real, a->P, 1 / w->sum[c], 0, y, a->y.ld);
        for (int i = real > 0 ? real : 0; i < rows; i++)
            memset(y + (ptrdiff_t)i * a->y.ld, 0, (size_t)a->P * sizeof *y);
    }
}

static void one_block(const struct hy_attend *a, const struct hy_attention *view, const struct hy_block *k,
                      struct scratch *w)
{
    struct segment segments[MAX_SEGMENTS];
    const int end = hy_least(k->end, a->len[k->b]);
    int n = k->start < end ? find_segments(a, k->b, k->kv, k->start, end, segments) : 0;
    load_block(view, k, w);
    for (int i = 0; i < n; i++)
        for (int at = 0; at < segments[i].keys; at += HY_PIECE)
            one_piece(a, k, &segments[i], at, hy_least(HY_PIECE, segments[i].keys - at), w);
    store_block(a, view, k, w);
}

static void by_blocks(const struct hy_attend *a)
{
    const struct hy_attention view = view_of(a);
    const struct hy_cut cut = hy_cut_queries(&view);
    const long blocks = (long)cut.groups * cut.steps, items = (long)a->B * a->K * blocks;
#pragma omp parallel num_threads(hy_threads())
    {
        struct scratch w;
#pragma omp for schedule(dynamic, 1)
        for (long i = 0; i < items; i++) {
            long head = i / blocks, at = i % blocks;
            struct hy_block k = hy_block_open(&view, &cut, (int)(head / a->K), (int)(head % a->K),
                                              (int)(at % cut.groups), (int)(at / cut.groups));
            if (k.columns > 0)
                one_block(a, &view, &k, &w);
        }
    }
}

/* ---- single tokens -------------------------------------------------------------- */

/* One token of some query heads of one kv head. */
struct row {
    const float *q[ROW_HEADS];
    float *y[ROW_HEADS];
    float largest[ROW_HEADS], sum[ROW_HEADS];
    _Alignas(64) float s[ROW_HEADS][HY_PIECE]; /* scores in units of log2, then weights */
};

/* Scores of `keys` keys from k on; heads and keys are constants wherever this is inlined. */
static inline __attribute__((always_inline)) void row_scores(const int heads, const int keys, struct row *r,
                                                             const float *k, ptrdiff_t ld, int P, float scale, int at)
{
    hy_vf sum[ROW_KEYS][ROW_HEADS];
#pragma GCC unroll 4
    for (int i = 0; i < keys; i++)
#pragma GCC unroll 4
        for (int h = 0; h < heads; h++)
            sum[i][h] = (hy_vf){0};
    for (int c = 0; c < P; c += HY_VEC) {
        hy_vf q[ROW_HEADS];
#pragma GCC unroll 4
        for (int h = 0; h < heads; h++)
            q[h] = hy_vf_load_n(r->q[h] + c, P - c);
#pragma GCC unroll 4
        for (int i = 0; i < keys; i++) {
            hy_vf key = hy_vf_load_n(k + i * ld + c, P - c);
#pragma GCC unroll 4
            for (int h = 0; h < heads; h++)
                sum[i][h] += q[h] * key;
        }
    }
#pragma GCC unroll 4
    for (int i = 0; i < keys; i++)
#pragma GCC unroll 4
        for (int h = 0; h < heads; h++)
            r->s[h][at + i] = hy_vf_sum(sum[i][h]) * scale;
}

/* Scores of one head's piece become weights; returns what the new maximum makes of y. */
static inline float row_weights(struct row *r, int h, int keys)
{
    hy_vf most = hy_vf_set(r->largest[h]), sum = {0};
    for (int i = keys; i % HY_VEC; i++)
        r->s[h][i] = HY_MASKED;
    for (int i = 0; i < keys; i += HY_VEC)
        most = hy_vf_max(most, hy_vf_load(r->s[h] + i));
    const float largest = hy_vf_largest(most);
    for (int i = 0; i < keys; i += HY_VEC) {
        hy_vf weight = hy_vf_exp2(hy_vf_load(r->s[h] + i) - largest);
        sum += weight;
        hy_vf_store(r->s[h] + i, weight);
    }
    const float factor = exp2f(r->largest[h] - largest);
    r->largest[h] = largest;
    r->sum[h] = r->sum[h] * factor + hy_vf_sum(sum);
    return factor;
}

/* y = factor * y + the piece's weighted values. */
static inline __attribute__((always_inline)) void row_values(const int heads, struct row *r, const float *factor,
                                                             const float *v, ptrdiff_t ld, int P, int keys)
{
    for (int c = 0; c < P; c += HY_VEC) {
        hy_vf even[ROW_HEADS], odd[ROW_HEADS];
#pragma GCC unroll 4
        for (int h = 0; h < heads; h++) {
            even[h] = hy_vf_load_n(r->y[h] + c, P - c) * factor[h];
            odd[h] = (hy_vf){0};
        }
        int i = 0;
        for (; i + 2 <= keys; i += 2) {
            hy_vf one = hy_vf_load_n(v + i * ld + c, P - c), two = hy_vf_load_n(v + (i + 1) * ld + c, P - c);
#pragma GCC unroll 4
            for (int h = 0; h < heads; h++) {
                even[h] += r->s[h][i] * one;
                odd[h] += r->s[h][i + 1] * two;
            }
        }
        for (; i < keys; i++) {
            hy_vf one = hy_vf_load_n(v + i * ld + c, P - c);
#pragma GCC unroll 4
            for (int h = 0; h < heads; h++)
                even[h] += r->s[h][i] * one;
        }
#pragma GCC unroll 4
        for (int h = 0; h < heads; h++)
            hy_vf_store_n(r->y[h] + c, even[h] + odd[h], P - c);
    }
}

static inline __attribute__((always_inline)) void row_run(const int heads, const struct hy_attend *a, struct row *r,
                                                          const struct segment *segments, int n)
{
    const float scale = HY_LOG2E / sqrtf((float)a->P);
    float factor[ROW_HEADS];
    for (int h = 0; h < heads; h++) {
        r->largest[h] = -1e30f;
        r->sum[h] = 0;
        memset(r->y[h], 0, (size_t)a->P * sizeof *r->y[h]);
    }
    for (int g = 0; g < n; g++)
        for (int at = 0, keys; at < segments[g].keys; at += keys) {
            const struct segment *s = &segments[g];
            keys = hy_least(HY_PIECE, s->keys - at);
            int i = 0;
            for (; i + ROW_KEYS <= keys; i += ROW_KEYS)
                row_scores(heads, ROW_KEYS, r, s->k + (at + i) * s->ldk, s->ldk, a->P, scale, i);
            for (; i < keys; i++)
                row_scores(heads, 1, r, s->k + (at + i) * s->ldk, s->ldk, a->P, scale, i);
            for (int h = 0; h < heads; h++)
                factor[h] = row_weights(r, h, keys);
            row_values(heads, r, factor, s->v + at * s->ldv, s->ldv, a->P, keys);
        }
    for (int h = 0; h < heads; h++)
        for (int c = 0; c < a->P; c += HY_VEC)
            hy_vf_store_n(r->y[h] + c, hy_vf_load_n(r->y[h] + c, a->P - c) / r->sum[h], a->P - c);
}

/* Heads first ... first + heads - 1 at row t of sequence b. */
static void one_row(const struct hy_attend *a, int b, int kv, int first, int heads, int t)
{
    struct segment segments[MAX_SEGMENTS];
    struct row r;
    for (int h = 0; h < heads; h++) {
        r.q[h] =
            a->q.v + (((size_t)b * (size_t)a->H + (size_t)(first + h)) * (size_t)a->T + (size_t)t) * (size_t)a->q.ld;
        r.y[h] = a->y.v + ((size_t)b * (size_t)a->T + (size_t)t) * (size_t)a->y.ld + (size_t)(first + h) * (size_t)a->P;
    }
    if (t >= a->len[b]) {
        for (int h = 0; h < heads; h++)
            memset(r.y[h], 0, (size_t)a->P * sizeof *r.y[h]);
        return;
    }
    int n = find_segments(a, b, kv, t, t + 1, segments);
    switch (heads) {
    case 1:
        row_run(1, a, &r, segments, n);
        break;
    case 2:
        row_run(2, a, &r, segments, n);
        break;
    case 3:
        row_run(3, a, &r, segments, n);
        break;
    default:
        row_run(ROW_HEADS, a, &r, segments, n);
    }
}

static void by_rows(const struct hy_attend *a)
{
    const struct hy_attention view = view_of(a);
    const long items = (long)a->B * a->K;
    const int parts = hy_parts(items, (long)a->T * a->P * ((long)a->M + a->C + a->T));
#pragma omp parallel for num_threads(parts) schedule(dynamic, 1)
    for (long i = 0; i < items; i++) {
        int b = (int)(i / a->K), kv = (int)(i % a->K);
        struct hy_range heads = hy_heads_of(&view, kv);
        for (int t = 0; t < a->T; t++)
            for (int h = heads.first; h < heads.end; h += ROW_HEADS)
                one_row(a, b, kv, h, hy_least(ROW_HEADS, heads.end - h), t);
    }
}

void HY_CPU(hy_attend_fwd)(const union hy_args *args)
{
    const struct hy_attend *a = &args->attend;
    if (a->T < CHUNK_LEAST)
        by_rows(a);
    else
        by_blocks(a);
}
