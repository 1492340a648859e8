#include "kernels/ref/ref.h"

void HY_REF(hy_addnorm_fwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(addnorm) *a = &args->addnorm;
    size_t B = (size_t)a->B, T = (size_t)a->T, D = (size_t)a->D, skip = (size_t)a->skip;
    for (size_t b = 0; b < B; b++)
        for (size_t t = 0; t < T; t++) {
            size_t row = b * T + t;
            for (size_t c = 0; c < D; c++)
                *hy_ref_out(&a->sum, row, c) =
                    hy_ref_in(&a->h, row, c) + hy_ref_in(&a->x, row, c) * hy_ref_drop(a->run, a->site, a->p, row, D, c);
            if (t < skip)
                continue;
            size_t short_row = b * (T - skip) + t - skip;
            real rstd = hy_ref_rstd(hy_ref_out(&a->sum, row, 0), D, a->eps);
            for (size_t c = 0; c < D; c++)
                *hy_ref_out(&a->y, short_row, c) = *hy_ref_out(&a->sum, row, c) * rstd * a->w.v[c];
            if (a->rstd)
                a->rstd[short_row] = rstd;
        }
}

void HY_REF(hy_addnorm_bwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(addnorm) *a = &args->addnorm;
    size_t B = (size_t)a->B, T = (size_t)a->T, D = (size_t)a->D, skip = (size_t)a->skip;
    real *dh = hy_ref_zeros(B * T * D), *dx = hy_ref_zeros(B * T * D);
    real *dw = hy_ref_zeros(D), *dy = hy_ref_zeros(D);
    for (size_t b = 0; b < B; b++)
        for (size_t t = 0; t < T; t++) {
            size_t row = b * T + t;
            if (t >= skip) { /* rows that were cut off get no gradient from the norm */
                for (size_t c = 0; c < D; c++)
                    dy[c] = hy_ref_arriving(&a->y, b * (T - skip) + t - skip, c);
                hy_ref_rms_backward(hy_ref_out(&a->sum, row, 0), a->w.v, dy, D, a->eps, &dh[row * D], dw);
            }
            for (size_t c = 0; c < D; c++) {
                dh[row * D + c] += hy_ref_arriving(&a->sum, row, c);
                dx[row * D + c] = dh[row * D + c] * hy_ref_drop(a->run, a->site, a->p, row, D, c);
            }
        }
    hy_ref_give(&a->h, B * T, D, dh);
    hy_ref_give(&a->x, B * T, D, dx);
    hy_ref_give(&a->w, 1, D, dw);
    free(dh);
    free(dx);
    free(dw);
    free(dy);
}
