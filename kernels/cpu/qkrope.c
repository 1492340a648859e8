#include "kernels/cpu/rows.h"
#include "kernels/dispatch.h"
#include "kernels/rope.h"

/* Work goes in tiles of a few positions: within a tile, head after head, so that
 * each head-major output gets a contiguous piece. A row of a head is cut into
 * two segments of P/2 (halves) or one of P (interleaved); inside a segment every
 * vector needs one table entry per lane. The usual head widths are constants inside
 * (`P` and `interleaved` are passed on for that), which makes a head straight code. */
enum { TILE = 8 };

struct head {
    const struct hy_in *w;
    const struct hy_out *y;
    float *rstd;    /* of position 0 of the sequence */
    long rstd_step; /* from one position to the next */
    long row;       /* of position 0 in y */
    float *dw;      /* this part's sum for w */
};

/* Lanes i ... of segment `segment` of one head's row x (times w, unless NULL),
 * rotated by the angles of `table`; sign -1 rotates back. */
static inline __attribute__((always_inline)) hy_vf turned(int P, int interleaved, const float *x, const float *w,
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
        hy_vf v = hy_vf_load_n(x + i, n), angles = hy_vf_load_n(table + i, n);
        if (w)
            v *= hy_vf_load_n(w + i, n);
        return v * __builtin_shuffle(angles, even) +
               __builtin_shuffle(v, swapped) * __builtin_shuffle(angles, odd) * signs;
    }
    int half = P / 2, own = segment * half + i, other = (1 - segment) * half + i;
    hy_vf v = hy_vf_load_n(x + own, n), o = hy_vf_load_n(x + other, n);
    if (w) {
        v *= hy_vf_load_n(w + own, n);
        o *= hy_vf_load_n(w + other, n);
    }
    return v * hy_vf_load_n(table + i, n) + o * hy_vf_load_n(table + half + i, n) * (segment ? sign : -sign);
}

/* Head number h of the row: q heads, k heads, v heads. w == NULL: v, only moved. */
static struct head head_of(const struct hy_qkrope *a, long b, int h, float *dw)
{
    if (h < a->H)
        return (struct head){&a->wq, &a->q, a->rq ? a->rq + b * a->T * a->H + h : NULL, a->H, (b * a->H + h) * a->T,
                             dw};
    h -= a->H;
    if (h < a->K)
        return (struct head){&a->wk,
                             &a->k,
                             a->rk ? a->rk + b * a->T * a->K + h : NULL,
                             a->K,
                             (b * a->K + h) * a->T,
                             dw ? dw + a->P : NULL};
    h -= a->K;
    return (struct head){.y = &a->v, .row = (b * a->K + h) * a->T};
}

static inline __attribute__((always_inline)) void forward_row(const struct hy_qkrope *a, int P, int interleaved,
                                                              const struct head *head, const float *restrict x, long t,
                                                              const float *table)
{
    float *restrict y = head->y->v + (head->row + t) * head->y->ld;
    if (!head->w) {
        memcpy(y, x, (size_t)P * sizeof *y);
        return;
    }
    float rstd = hy_rstd_of(hy_row_squares(x, P), P, a->eps);
    if (head->rstd)
        head->rstd[t * head->rstd_step] = rstd;
    int segments = interleaved ? 1 : 2, width = P / segments;
    for (int s = 0; s < segments; s++)
        for (int i = 0; i < width; i += HY_VEC)
            hy_vf_store_n(y + s * width + i, turned(P, interleaved, x, head->w->v, table, s, i, width - i, 1) * rstd,
                          width - i);
}

/* The rotation back is linear and cheap, so it is done twice rather than stored. */
static inline __attribute__((always_inline)) void backward_row(const struct hy_qkrope *a, int P, int interleaved,
                                                               const struct head *head, long r, int h, long t,
                                                               const float *table)
{
    const float *x = a->x.v + r * a->x.ld + (long)h * P;
    const float *dy = head->y->d ? head->y->d + (head->row + t) * head->y->ld : NULL;
    float *dx = a->x.d ? a->x.d + r * a->x.ld + (long)h * a->P : NULL;
    if (!dy || !head->w) {
        for (int i = 0; dx && i < P; i += HY_VEC)
            hy_vf_give_n(dx + i, dy ? hy_vf_load_n(dy + i, P - i) : hy_vf_set(0), a->x.add, P - i);
        return;
    }
    const float *w = head->w->v;
    float rstd = head->rstd[t * head->rstd_step];
    int segments = interleaved ? 1 : 2, width = P / segments;
    hy_vf dot = {0};
    for (int s = 0; s < segments; s++)
        for (int i = 0; i < width; i += HY_VEC) {
            int c = s * width + i, n = width - i;
            hy_vf g = turned(P, interleaved, dy, NULL, table, s, i, n, -1) * hy_vf_load_n(x + c, n);
            hy_vf_store_n(head->dw + c, hy_vf_load_n(head->dw + c, n) + g * rstd, n);
            dot += g * hy_vf_load_n(w + c, n);
        }
    if (!dx)
        return;
    float pull = hy_vf_sum(dot) * rstd * rstd * rstd / (float)P;
    for (int s = 0; s < segments; s++)
        for (int i = 0; i < width; i += HY_VEC) {
            int c = s * width + i, n = width - i;
            hy_vf g = turned(P, interleaved, dy, NULL, table, s, i, n, -1) * rstd * hy_vf_load_n(w + c, n);
            hy_vf_give_n(dx + c, g - hy_vf_load_n(x + c, n) * pull, a->x.add, n);
        }
}

/* Rows first ... last - 1 of (B, T), in tiles that stay inside one sequence. dw:
 * this part's 2P sums for wq and wk, or NULL for the forward. */
static inline __attribute__((always_inline)) void rows_of_shape(const struct hy_qkrope *a, int P, int interleaved,
                                                                const float *table, long first, long last, float *dw)
{
    for (long r = first, tile; r < last; r += tile) {
        long b = r / a->T, t = r % a->T;
        tile = a->T - t < TILE ? a->T - t : TILE;
        tile = last - r < tile ? last - r : tile;
        const long start = a->positions ? a->start[b] : 0;
        for (int h = 0; h < a->H + 2 * a->K; h++) {
            const struct head head = head_of(a, b, h, dw);
            for (long i = 0; i < tile; i++) {
                const float *angles = table + (start + t + i) * a->P;
                if (dw)
                    backward_row(a, P, interleaved, &head, r + i, h, t + i, angles);
                else
                    forward_row(a, P, interleaved, &head, a->x.v + (r + i) * a->x.ld + (long)h * P, t + i, angles);
            }
        }
    }
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
    }
    hy_give_sums(&a->wq, a->work, sums, parts, a->P, NULL);
    if (a->K > 0)
        hy_give_sums(&a->wk, a->work + a->P, sums, parts, a->P, NULL);
}
