#include "kernels/ref/ref.h"

void HY_REF(hy_rmsnorm_fwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(rmsnorm) *a = &args->rmsnorm;
    size_t rows = (size_t)a->rows, D = (size_t)a->D;
    for (size_t r = 0; r < rows; r++) {
        real rstd = hy_ref_rstd(&a->x.v[r * (size_t)a->x.ld], D, a->eps);
        for (size_t c = 0; c < D; c++)
            *hy_ref_out(&a->y, r, c) = hy_ref_in(&a->x, r, c) * rstd * a->w.v[c];
        if (a->rstd)
            a->rstd[r] = rstd;
    }
}

void HY_REF(hy_rmsnorm_bwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(rmsnorm) *a = &args->rmsnorm;
    size_t rows = (size_t)a->rows, D = (size_t)a->D;
    real *dx = hy_ref_zeros(rows * D), *dw = hy_ref_zeros(D), *dy = hy_ref_zeros(D);
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < D; c++)
            dy[c] = hy_ref_arriving(&a->y, r, c);
        hy_ref_rms_backward(&a->x.v[r * (size_t)a->x.ld], a->w.v, dy, D, a->eps, &dx[r * D], dw);
    }
    hy_ref_give(&a->x, rows, D, dx);
    hy_ref_give(&a->w, 1, D, dw);
    free(dx);
    free(dw);
    free(dy);
}
