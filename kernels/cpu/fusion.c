#include "kernels/cpu/rows.h"
#include "kernels/dispatch.h"

/* The two branches are normed and mixed in one pass over their rows. */

static hy_vf beta_at(const struct hy_fusion *a, const struct hy_in *beta, int c, int n)
{
    return a->has_beta && beta->v ? hy_vf_load_n(beta->v + c, n) : hy_vf_set(1);
}

static void forward_rows(const struct hy_fusion *a, long first, long last)
{
    const bool stream = hy_streams(a->y.v, a->y.ld, a->rows, a->D);
    for (long r = first; r < last; r++) {
        const hy_stored *xa = (const hy_stored *)a->a.v + r * a->a.ld, *xm = (const hy_stored *)a->m.v + r * a->m.ld;
        hy_stored *y = (hy_stored *)a->y.v + r * a->y.ld;
        float ra = hy_rstd_of(hy_stored_squares(xa, a->D), a->D, a->eps);
        float rm = hy_rstd_of(hy_stored_squares(xm, a->D), a->D, a->eps);
        if (a->ra)
            a->ra[r] = ra;
        if (a->rm)
            a->rm[r] = rm;
        for (int c = 0; c < a->D; c += HY_VEC) {
            int n = a->D - c;
            hy_vf va = hy_vs_load_n(xa + c, n) * hy_vf_load_n(a->wa.v + c, n) * beta_at(a, &a->beta_a, c, n);
            hy_vf vm = hy_vs_load_n(xm + c, n) * hy_vf_load_n(a->wm.v + c, n) * beta_at(a, &a->beta_m, c, n);
            hy_vs_put_n(y + c, va * (ra * a->scale) + vm * (rm * a->scale), stream, n);
        }
    }
    hy_streamed();
}

void HY_CPU(hy_fusion_fwd)(const union hy_args *u)
{
    const struct hy_fusion *a = &u->fusion;
    int parts = hy_parts(a->rows, a->D);
#pragma omp parallel for num_threads(parts) schedule(static, 1)
    for (int id = 0; id < parts; id++) {
        long first, last;
        hy_share(a->rows, id, parts, &first, &last);
        forward_rows(a, first, last);
    }
}

/* What a part of the backward keeps: four rows of D in `work`. */
struct back {
    float *sa, *sm; /* sums over rows of scale * dy * x * rstd: the parameters' gradients */
    float *wa, *wm; /* w * beta */
};

static void open_back(const struct hy_fusion *a, const struct back *k)
{
    hy_row_zero(k->sa, (size_t)a->D);
    hy_row_zero(k->sm, (size_t)a->D);
    for (int c = 0; c < a->D; c += HY_VEC) {
        int n = a->D - c;
        hy_vf_store_n(k->wa + c, hy_vf_load_n(a->wa.v + c, n) * beta_at(a, &a->beta_a, c, n), n);
        hy_vf_store_n(k->wm + c, hy_vf_load_n(a->wm.v + c, n) * beta_at(a, &a->beta_m, c, n), n);
    }
}

static void backward_rows(const struct hy_fusion *a, const struct back *k, long first, long last)
{
    open_back(a, k);
    const bool stream_a = hy_streams_gradient(&a->a, a->rows, a->D);
    const bool stream_m = hy_streams_gradient(&a->m, a->rows, a->D);
    for (long r = first; r < last; r++) {
        const hy_stored *xa = (const hy_stored *)a->a.v + r * a->a.ld, *xm = (const hy_stored *)a->m.v + r * a->m.ld;
        const hy_stored *dy = (const hy_stored *)a->y.d + r * a->y.ld;
        hy_stored *da = a->a.d ? (hy_stored *)a->a.d + r * a->a.ld : NULL;
        hy_stored *dm = a->m.d ? (hy_stored *)a->m.d + r * a->m.ld : NULL;
        float ga = a->scale * a->ra[r], gm = a->scale * a->rm[r];
        hy_vf dot_a = {0}, dot_m = {0};
        for (int c = 0; c < a->D; c += HY_VEC) {
            int n = a->D - c;
            hy_vf d = hy_vs_load_n(dy + c, n);
            hy_vf ta = d * hy_vs_load_n(xa + c, n), tm = d * hy_vs_load_n(xm + c, n);
            hy_vf_store_n(k->sa + c, hy_vf_load_n(k->sa + c, n) + ta * ga, n);
            hy_vf_store_n(k->sm + c, hy_vf_load_n(k->sm + c, n) + tm * gm, n);
            dot_a += ta * hy_vf_load_n(k->wa + c, n);
            dot_m += tm * hy_vf_load_n(k->wm + c, n);
        }
        float pull_a = hy_vf_sum(dot_a) * ga * a->ra[r] * a->ra[r] / (float)a->D;
        float pull_m = hy_vf_sum(dot_m) * gm * a->rm[r] * a->rm[r] / (float)a->D;
        bool more = r + 1 < last;
        const long next_a = more ? a->a.ld : 0, next_m = more ? a->m.ld : 0, next_y = more ? a->y.ld : 0;
        for (int c = 0; c < a->D; c += HY_VEC) {
            int n = a->D - c;
            __builtin_prefetch(xa + next_a + c, 0, 2); /* this loop waits for no memory: the next row's turn */
            __builtin_prefetch(xm + next_m + c, 0, 2);
            __builtin_prefetch(dy + next_y + c, 0, 2);
            hy_vf d = hy_vs_load_n(dy + c, n);
            hy_vf va = d * hy_vf_load_n(k->wa + c, n) * ga - hy_vs_load_n(xa + c, n) * pull_a;
            hy_vf vm = d * hy_vf_load_n(k->wm + c, n) * gm - hy_vs_load_n(xm + c, n) * pull_m;
            if (da)
                hy_vs_hand_n(da + c, va, a->a.add, stream_a, n);
            if (dm)
                hy_vs_hand_n(dm + c, vm, a->m.add, stream_m, n);
        }
    }
    hy_streamed();
}

/* Both parameters of a branch follow from its one sum s: dw = beta * s, dbeta = w * s. */
void HY_CPU(hy_fusion_bwd)(const union hy_args *u)
{
    const struct hy_fusion *a = &u->fusion;
    size_t D = (size_t)a->D, stride = 4 * D;
    int parts = hy_parts(a->rows, a->D);
#pragma omp parallel for num_threads(parts) schedule(static, 1)
    for (int id = 0; id < parts; id++) {
        float *work = a->work + (size_t)id * stride;
        const struct back k = {work, work + D, work + 2 * D, work + 3 * D};
        long first, last;
        hy_share(a->rows, id, parts, &first, &last);
        backward_rows(a, &k, first, last);
    }
    const float *beta_a = a->has_beta ? a->beta_a.v : NULL, *beta_m = a->has_beta ? a->beta_m.v : NULL;
    hy_give_sums(&a->wa, a->work, stride, parts, a->D, beta_a);
    hy_give_sums(&a->wm, a->work + D, stride, parts, a->D, beta_m);
    if (!a->has_beta)
        return;
    hy_give_sums(&a->beta_a, a->work, stride, parts, a->D, a->wa.v);
    hy_give_sums(&a->beta_m, a->work + D, stride, parts, a->D, a->wm.v);
}
