#include "kernels/cpu/rows.h"
#include "kernels/dispatch.h"

/* A row of the residual stream is added to, dropped out and normed while it is
 * in the first-level cache; masks live for one block of columns. */

static struct hy_drop drop_of(const struct hy_addnorm *a)
{
    return a->p > 0 ? hy_drop_open(a->run->seed, a->run->step, a->site, a->p) : (struct hy_drop){.scale = 1};
}

/* sum = h + drop(x) for one row; returns the sum of its squares. */
static float add_row(const struct hy_addnorm *a, const struct hy_drop *drop, long r)
{
    const float *h = a->h.v + r * a->h.ld;
    const hy_stored *x = (const hy_stored *)a->x.v + r * a->x.ld;
    float *sum = a->sum.v + r * a->sum.ld;
    uint64_t block = (uint64_t)r * (hy_drop_pitch((uint64_t)a->D) / HY_DROP_BLOCK);
    float mask[HY_DROP_BLOCK];
    hy_vf squares[2] = {{0}, {0}};
    for (int start = 0; start < a->D; start += HY_DROP_BLOCK) {
        int end = start + HY_DROP_BLOCK < a->D ? start + HY_DROP_BLOCK : a->D;
        if (a->p > 0)
            hy_drop_block(drop, block++, mask);
        for (int c = start; c < end; c += HY_VEC) {
            int n = end - c;
            hy_vf v = hy_vs_load_n(x + c, n);
            if (a->p > 0)
                v *= hy_vf_load(mask + c - start);
            v += hy_vf_load_n(h + c, n);
            hy_vf_store_n(sum + c, v, n);
            squares[c / HY_VEC & 1] += v * v;
        }
    }
    return hy_vf_sum(squares[0] + squares[1]);
}

static void forward_rows(const struct hy_addnorm *a, long first, long last)
{
    const struct hy_drop drop = drop_of(a);
    for (long r = first; r < last; r++) {
        long b = r / a->T, t = r % a->T;
        float squares = add_row(a, &drop, r);
        if (t < a->skip)
            continue;
        long short_row = b * (a->T - a->skip) + t - a->skip;
        const float *sum = a->sum.v + r * a->sum.ld, rstd = hy_rstd_of(squares, a->D, a->eps);
        hy_stored *y = (hy_stored *)a->y.v + short_row * a->y.ld;
        if (a->rstd)
            a->rstd[short_row] = rstd;
        for (int c = 0; c < a->D; c += HY_VEC) {
            int n = a->D - c;
            hy_vs_store_n(y + c, hy_vf_load_n(sum + c, n) * rstd * hy_vf_load_n(a->w.v + c, n), n);
        }
    }
}

void HY_CPU(hy_addnorm_fwd)(const union hy_args *u)
{
    const struct hy_addnorm *a = &u->addnorm;
    long rows = (long)a->B * a->T;
    int parts = hy_parts(rows, a->D);
#pragma omp parallel for num_threads(parts) schedule(static, 1)
    for (int id = 0; id < parts; id++) {
        long first, last;
        hy_share(rows, id, parts, &first, &last);
        forward_rows(a, first, last);
    }
}

/* One row: g = what arrives at the sum + the norm's gradient; dh = g, dx = drop(g).
 * dy is NULL for the rows that the norm leaves out. */
static void backward_row(const struct hy_addnorm *a, const struct hy_drop *drop, long r, const hy_stored *dy,
                         float rstd, float *dw)
{
    const float *sum = a->sum.v + r * a->sum.ld, *dsum = a->sum.d ? a->sum.d + r * a->sum.ld : NULL;
    float *dh = a->h.d ? a->h.d + r * a->h.ld : NULL;
    hy_stored *dx = a->x.d ? (hy_stored *)a->x.d + r * a->x.ld : NULL;
    float pull = dy ? hy_row_dot3(sum, a->w.v, dy, a->D) * (rstd * rstd) / (float)a->D : 0;
    uint64_t block = (uint64_t)r * (hy_drop_pitch((uint64_t)a->D) / HY_DROP_BLOCK);
    float mask[HY_DROP_BLOCK];
    for (int start = 0; start < a->D; start += HY_DROP_BLOCK) {
        int end = start + HY_DROP_BLOCK < a->D ? start + HY_DROP_BLOCK : a->D;
        if (a->p > 0 && dx)
            hy_drop_block(drop, block++, mask);
        for (int c = start; c < end; c += HY_VEC) {
            int n = end - c;
            hy_vf g = dsum ? hy_vf_load_n(dsum + c, n) : hy_vf_set(0);
            if (dy) {
                hy_vf s = hy_vf_load_n(sum + c, n), d = hy_vs_load_n(dy + c, n);
                hy_vf_store_n(dw + c, hy_vf_load_n(dw + c, n) + d * (s * rstd), n);
                g += (d * hy_vf_load_n(a->w.v + c, n) - s * pull) * rstd;
            }
            if (dh)
                hy_vf_give_n(dh + c, g, a->h.add, n);
            if (dx)
                hy_vs_give_n(dx + c, a->p > 0 ? g * hy_vf_load(mask + c - start) : g, a->x.add, n);
        }
    }
}

static void backward_rows(const struct hy_addnorm *a, long first, long last, float *dw)
{
    const struct hy_drop drop = drop_of(a);
    hy_row_zero(dw, (size_t)a->D);
    for (long r = first; r < last; r++) {
        long b = r / a->T, t = r % a->T, short_row = b * (a->T - a->skip) + t - a->skip;
        bool normed = t >= a->skip;
        backward_row(a, &drop, r, normed ? (const hy_stored *)a->y.d + short_row * a->y.ld : NULL,
                     normed ? a->rstd[short_row] : 0, dw);
    }
}

void HY_CPU(hy_addnorm_bwd)(const union hy_args *u)
{
    const struct hy_addnorm *a = &u->addnorm;
    long rows = (long)a->B * a->T;
    int parts = hy_parts(rows, a->D);
#pragma omp parallel for num_threads(parts) schedule(static, 1)
    for (int id = 0; id < parts; id++) {
        long first, last;
        hy_share(rows, id, parts, &first, &last);
        backward_rows(a, first, last, a->work + (size_t)id * (size_t)a->D);
    }
    hy_give_sums(&a->w, a->work, (size_t)a->D, parts, a->D, NULL);
}
