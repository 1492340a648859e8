#include "kernels/cpu/rows.h"
#include "kernels/dispatch.h"

/* Rows are read once from memory; the second loop over a row finds it in the
 * first-level cache. */

static void forward_rows(const struct hy_rmsnorm *a, long first, long last)
{
    for (long r = first; r < last; r++) {
        const float *x = a->x.v + r * a->x.ld;
        hy_stored *y = (hy_stored *)a->y.v + r * a->y.ld;
        float rstd = hy_rstd_of(hy_row_squares(x, a->D), a->D, a->eps);
        if (a->rstd)
            a->rstd[r] = rstd;
        for (int c = 0; c < a->D; c += HY_VEC) {
            int n = a->D - c;
            hy_vs_store_n(y + c, hy_vf_load_n(x + c, n) * rstd * hy_vf_load_n(a->w.v + c, n), n);
        }
    }
}

void HY_CPU(hy_rmsnorm_fwd)(const union hy_args *u)
{
    const struct hy_rmsnorm *a = &u->rmsnorm;
    int parts = hy_parts(a->rows, a->D);
#pragma omp parallel for num_threads(parts) schedule(static, 1)
    for (int id = 0; id < parts; id++) {
        long first, last;
        hy_share(a->rows, id, parts, &first, &last);
        forward_rows(a, first, last);
    }
}

/* dx = rstd * (w dy - x * rstd^2 * mean(x w dy)); dw gathers dy * x * rstd. */
static void backward_rows(const struct hy_rmsnorm *a, long first, long last, float *dw)
{
    hy_row_zero(dw, (size_t)a->D);
    for (long r = first; r < last; r++) {
        const float *x = a->x.v + r * a->x.ld;
        const hy_stored *dy = (const hy_stored *)a->y.d + r * a->y.ld;
        float *dx = a->x.d ? a->x.d + r * a->x.ld : NULL;
        float rstd = a->rstd[r];
        float pull = dx ? hy_row_dot3(x, a->w.v, dy, a->D) * rstd * rstd / (float)a->D : 0;
        for (int c = 0; c < a->D; c += HY_VEC) {
            int n = a->D - c;
            hy_vf xv = hy_vf_load_n(x + c, n), g = hy_vs_load_n(dy + c, n) * rstd;
            hy_vf_store_n(dw + c, hy_vf_load_n(dw + c, n) + g * xv, n);
            if (dx)
                hy_vf_give_n(dx + c, g * hy_vf_load_n(a->w.v + c, n) - xv * (pull * rstd), a->x.add, n);
        }
    }
}

void HY_CPU(hy_rmsnorm_bwd)(const union hy_args *u)
{
    const struct hy_rmsnorm *a = &u->rmsnorm;
    int parts = hy_parts(a->rows, a->D);
#pragma omp parallel for num_threads(parts) schedule(static, 1)
    for (int id = 0; id < parts; id++) {
        long first, last;
        hy_share(a->rows, id, parts, &first, &last);
        backward_rows(a, first, last, a->work + (size_t)id * (size_t)a->D);
    }
    hy_give_sums(&a->w, a->work, (size_t)a->D, parts, a->D, NULL);
}
