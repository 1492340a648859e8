#include "kernels/ref/ref.h"

/* One of the two branches: beta * rms(x; w). */
struct branch {
    const struct HY_OF(in) * x, *w, *beta;
    real *rstd;
};

static real beta_of(const struct HY_OF(fusion) * a, const struct branch *branch, size_t c)
{
    return a->has_beta && branch->beta->v ? branch->beta->v[c] : 1;
}

void HY_REF(hy_fusion_fwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(fusion) *a = &args->fusion;
    struct branch branches[2] = {{&a->a, &a->wa, &a->beta_a, a->ra}, {&a->m, &a->wm, &a->beta_m, a->rm}};
    for (size_t r = 0; r < (size_t)a->rows; r++)
        for (int i = 0; i < 2; i++) {
            const struct branch *branch = &branches[i];
            real rstd = hy_ref_rstd(&branch->x->v[r * (size_t)branch->x->ld], (size_t)a->D, a->eps);
            for (size_t c = 0; c < (size_t)a->D; c++) {
                real y = (real)a->scale * beta_of(a, branch, c) * hy_ref_in(branch->x, r, c) * rstd * branch->w->v[c];
                *hy_ref_out(&a->y, r, c) = i == 0 ? y : *hy_ref_out(&a->y, r, c) + y;
            }
            if (branch->rstd)
                branch->rstd[r] = rstd;
        }
}

void HY_REF(hy_fusion_bwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(fusion) *a = &args->fusion;
    size_t rows = (size_t)a->rows, D = (size_t)a->D;
    struct branch branches[2] = {{&a->a, &a->wa, &a->beta_a, NULL}, {&a->m, &a->wm, &a->beta_m, NULL}};
    for (int i = 0; i < 2; i++) {
        const struct branch *branch = &branches[i];
        real *dx = hy_ref_zeros(rows * D), *dw = hy_ref_zeros(D), *dbeta = hy_ref_zeros(D), *dy = hy_ref_zeros(D);
        for (size_t r = 0; r < rows; r++) {
            const real *x = &branch->x->v[r * (size_t)branch->x->ld];
            real rstd = hy_ref_rstd(x, D, a->eps);
            for (size_t c = 0; c < D; c++) {
                real g = (real)a->scale * hy_ref_arriving(&a->y, r, c);
                dbeta[c] += g * x[c] * rstd * branch->w->v[c];
                dy[c] = g * beta_of(a, branch, c);
            }
            hy_ref_rms_backward(x, branch->w->v, dy, D, a->eps, &dx[r * D], dw);
        }
        hy_ref_give(branch->x, rows, D, dx);
        hy_ref_give(branch->w, 1, D, dw);
        if (a->has_beta)
            hy_ref_give(branch->beta, 1, D, dbeta);
        free(dx);
        free(dw);
        free(dbeta);
        free(dy);
    }
}
