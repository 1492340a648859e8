#include "kernels/cpu/rows.h"
#include "kernels/dispatch.h"
#include "kernels/rope.h"

/* One position after the other, and at each all its heads: a row is read as it lies, and
 * every head-major output goes on where it ended. The forward's work on a head hangs on
 * one sum, so the sums of all heads come first. A row of a head is cut into
 * two segments of P/2 (halves) or one of P (interleaved); inside a segment every
 * vector needs one table entry per lane. The usual head widths are constants inside
 * (`P` and `interleaved` are passed on for that), which makes a head straight code. */
enum { GROUP = 16 }; /* heads at a time */

/* A head of one sequence. Heads of v have no w: they are only moved. */
struct head {
    const float *w;
    hy_stored *y;        /* of position 0, as the two behind */
    const hy_stored *dy; /* may be NULL */
    float *rstd;         /* may be NULL in the forward */
    long step;           /* from one position to the next: of y and dy, */
    long rstd_step;      /* and of rstd */
    bool stream;         /* what the pass writes, y or dx, goes past the caches */
    float *dw;           /* this part's sum for w */
};

/* Lanes i ... of segment `segment` of one head's row x (times w, unless NULL),
 * rotated by the angles of `table`; sign -1 rotates back. */
static inline __attribute__((always_inline)) hy_vf rotated(int P, int interleaved, const hy_stored *x, const float *w,
                                                           const float *table, int segment, int i, int n, float sign)
{
    if (interleaved) {
        hy_vi swapped, even, odd;
        hy_vf signs;
        for (int lane = 0; lane < HY_VEC; lane++) {
            swapped[lane] = lane ^ 1;
            even[lane] = lane & ~1;
            odd[lane] = lane | 1;
            signs[lane] = lane & 1 ? sign : -sign;
        }
        hy_vf v = hy_vs_load_n(x + i, n), angles = hy_vf_load_n(table + i, n);
        if (w)
            v *= hy_vf_load_n(w + i, n);
        return v * __builtin_shuffle(angles, even) +
               __builtin_shuffle(v, swapped) * __builtin_shuffle(angles, odd) * signs;
    }
    int half = P / 2, own = segment * half + i, other = (1 - segment) * half + i;
    hy_vf v = hy_vs_load_n(x + own, n), o = hy_vs_load_n(x + other, n);
    if (w) {
        v *= hy_vf_load_n(w + own, n);
        o *= hy_vf_load_n(w + other, n);
    }
    return v * hy_vf_load_n(table + i, n) + o * hy_vf_load_n(table + half + i, n) * (segment ? sign : -sign);
}

/* Whether what the pass writes for the heads, to rows at v, goes past the caches: every vector of a
 * segment has to be whole. */
static bool streams(const struct hy_qkrope *a, const float *v, int ld)
{
    int width = a->interleaved ? a->P : a->P / 2;
    return width % HY_VEC == 0 && hy_streams(v, ld, (long)a->B * a->T, (long)(a->H + 2 * a->K) * a->P);
}

/* Head number h of sequence b: q heads, k heads, v heads. dw as in group_of_shape(). */
static struct head head_of(const struct hy_qkrope *a, long b, int h, float *dw)
{
    const struct hy_out *y = h < a->H ? &a->q : h < a->H + a->K ? &a->k : &a->v;
    const int heads = h < a->H ? a->H : a->K, own = h < a->H ? h : (h - a->H) % a->K;
    const long row = (b * heads + own) * a->T;
    float *rstd = y == &a->q ? a->rq : y == &a->k ? a->rk : NULL;
    return (struct head){
        .w = y == &a->q   ? a->wq.v
             : y == &a->k ? a->wk.v
                          : NULL,
        .y = (hy_stored *)y->v + row * y->ld,
        .dy = y->d ? (const hy_stored *)y->d + row * y->ld : NULL,
        .rstd = rstd ? rstd + b * a->T * heads + own : NULL,
        .step = y->ld,
        .rstd_step = heads,
        .stream = dw ? !a->x.add && streams(a, a->x.d, a->x.ld) : streams(a, y->v, y->ld),
        .dw = dw && y == &a->k ? dw + a->P : dw,
    };
}

/* n heads at position t; x: the first one's. */
static inline __attribute__((always_inline)) void forward_heads(const struct hy_qkrope *a, int P, int interleaved,
                                                                const struct head *head, int n, const hy_stored *x,
                                                                long t, const float *table)
{
    float rstd[GROUP] = {0};
    for (int h = 0; h < n; h++)
        if (head[h].w)
            rstd[h] = hy_stored_squares(x + (long)h * P, P);
    for (int h = 0; h < GROUP; h += HY_VEC)
        hy_vf_store(rstd + h, 1.0f / hy_vf_sqrt(hy_vf_load(rstd + h) / (float)P + a->eps));
    int segments = interleaved ? 1 : 2, width = P / segments;
    for (int h = 0; h < n; h++, x += P) {
        hy_stored *y = head[h].y + t * head[h].step;
        for (int i = 0; !head[h].w && i < P; i += HY_VEC)
            hy_vs_put_n(y + i, hy_vs_load_n(x + i, P - i), head[h].stream, P - i);
        if (!head[h].w)
            continue;
        if (head[h].rstd)
            head[h].rstd[t * head[h].rstd_step] = rstd[h];
        for (int s = 0; s < segments; s++)
            for (int i = 0; i < width; i += HY_VEC)
                hy_vs_put_n(y + s * width + i,
                            rotated(P, interleaved, x, head[h].w, table, s, i, width - i, 1) * rstd[h], head[h].stream,
                            width - i);
    }
}

/* One head at position t. The rotation back is linear and cheap, so it is done twice rather than
 * stored. x and dy of the next position are asked for: the heads' pieces lie too far apart for
 * prefetchers. (Behind the last position that asks for nothing that anybody needs.) */
static inline __attribute__((always_inline)) void backward_head(const struct hy_qkrope *a, int P, int interleaved,
                                                                const struct head *head, const hy_stored *x,
                                                                hy_stored *dx, long t, const float *table)
{
    const hy_stored *dy = head->dy ? head->dy + t * head->step : NULL;
    if (!dy || !head->w) {
        for (int i = 0; dx && i < P; i += HY_VEC)
            hy_vs_hand_n(dx + i, dy ? hy_vs_load_n(dy + i, P - i) : hy_vf_set(0), a->x.add, head->stream, P - i);
        return;
    }
    for (int i = 0; i < P; i += HY_VEC) {
        __builtin_prefetch(dy + 2 * head->step + i, 0, 2);
        __builtin_prefetch(x + 2 * a->x.ld + i, 0, 2);
    }
    const float *w = head->w;
    float rstd = head->rstd[t * head->rstd_step];
    int segments = interleaved ? 1 : 2, width = P / segments;
    hy_vf dot = {0};
    for (int s = 0; s < segments; s++)
        for (int i = 0; i < width; i += HY_VEC) {
            int c = s * width + i, n = width - i;
            hy_vf g = rotated(P, interleaved, dy, NULL, table, s, i, n, -1) * hy_vs_load_n(x + c, n);
            hy_vf_store_n(head->dw + c, hy_vf_load_n(head->dw + c, n) + g * rstd, n);
            dot += g * hy_vf_load_n(w + c, n);
        }
    if (!dx)
        return;
    float pull = hy_vf_sum(dot) * rstd * rstd * rstd / (float)P;
    for (int s = 0; s < segments; s++)
        for (int i = 0; i < width; i += HY_VEC) {
            int c = s * width + i, n = width - i;
            hy_vf g = rotated(P, interleaved, dy, NULL, table, s, i, n, -1) * rstd * hy_vf_load_n(w + c, n);
            hy_vs_hand_n(dx + c, g - hy_vs_load_n(x + c, n) * pull, a->x.add, head->stream, n);
        }
}

/* n heads from number `from` on, of rows first ... last - 1 of (B, T). dw:
 * this part's 2P sums for wq and wk, or NULL for the forward. */
static inline __attribute__((always_inline)) void group_of_shape(const struct hy_qkrope *a, int P, int interleaved,
                                                                 const float *table, int from, int n, long first,
                                                                 long last, float *dw)
{
    for (long r = first; r < last;) {
        long b = r / a->T, t = r % a->T, here = a->T - t < last - r ? a->T - t : last - r;
        const float *angles = table + ((a->positions ? a->start[b] : 0) + t) * (long)P;
        struct head head[GROUP];
        for (int h = 0; h < n; h++)
            head[h] = head_of(a, b, from + h, dw);
        for (long end = r + here; r < end; r++, t++, angles += P) {
            long at = r * a->x.ld + (long)from * P;
            const hy_stored *x = (const hy_stored *)a->x.v + at;
            hy_stored *dx = a->x.d ? (hy_stored *)a->x.d + at : NULL;
            for (int h = 0; dw && h < n; h++)
                backward_head(a, P, interleaved, &head[h], x + (long)h * P, dx ? dx + (long)h * P : NULL, t, angles);
            if (!dw)
                forward_heads(a, P, interleaved, head, n, x, t, angles);
        }
    }
}

static inline __attribute__((always_inline)) void rows_of_shape(const struct hy_qkrope *a, int P, int interleaved,
                                                                const float *table, long first, long last, float *dw)
{
    int heads = a->H + 2 * a->K;
    for (int from = 0; from < heads; from += GROUP)
        group_of_shape(a, P, interleaved, table, from, heads - from < GROUP ? heads - from : GROUP, first, last, dw);
}

static void some_rows(const struct hy_qkrope *a, const float *table, long first, long last, float *dw)
{
    if (a->P == 64 && a->interleaved)
        rows_of_shape(a, 64, 1, table, first, last, dw);
    else if (a->P == 64)
        rows_of_shape(a, 64, 0, table, first, last, dw);
    else if (a->P == 32 && a->interleaved)
        rows_of_shape(a, 32, 1, table, first, last, dw);
    else if (a->P == 32)
        rows_of_shape(a, 32, 0, table, first, last, dw);
    else
        rows_of_shape(a, a->P, a->interleaved, table, first, last, dw);
}

void HY_CPU(hy_qkrope_fwd)(const union hy_args *u)
{
    const struct hy_qkrope *a = &u->qkrope;
    const float *table = hy_rope_table(a->positions ? a->positions : a->T, a->P, a->base, a->interleaved);
    long rows = (long)a->B * a->T;
    int parts = hy_parts(rows, (long)(a->H + 2 * a->K) * a->P);
#pragma omp parallel for num_threads(parts) schedule(static, 1)
    for (int id = 0; id < parts; id++) {
        long first, last;
        hy_share(rows, id, parts, &first, &last);
        some_rows(a, table, first, last, NULL);
        hy_streamed();
    }
}

void HY_CPU(hy_qkrope_bwd)(const union hy_args *u)
{
    const struct hy_qkrope *a = &u->qkrope;
    const float *table = hy_rope_table(a->positions ? a->positions : a->T, a->P, a->base, a->interleaved);
    long rows = (long)a->B * a->T;
    size_t sums = 2 * (size_t)a->P;
    int parts = hy_parts(rows, (long)(a->H + 2 * a->K) * a->P);
#pragma omp parallel for num_threads(parts) schedule(static, 1)
    for (int id = 0; id < parts; id++) {
        long first, last;
        hy_share(rows, id, parts, &first, &last);
        hy_row_zero(a->work + (size_t)id * sums, sums);
        some_rows(a, table, first, last, a->work + (size_t)id * sums);
        hy_streamed();
    }
    hy_give_sums(&a->wq, a->work, sums, parts, a->P, NULL);
    if (a->K > 0)
        hy_give_sums(&a->wk, a->work + a->P, sums, parts, a->P, NULL);
}
