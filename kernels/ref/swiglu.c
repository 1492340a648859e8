#include "kernels/ref/ref.h"

void HY_REF(hy_swiglu_fwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(swiglu) *a = &args->swiglu;
    size_t F = (size_t)a->F;
    for (size_t r = 0; r < (size_t)a->rows; r++)
        for (size_t c = 0; c < F; c++)
            *hy_ref_out(&a->y, r, c) = hy_ref_silu(hy_ref_in(&a->x, r, c)) *
                                       hy_ref_drop(a->run, a->site, a->p, r, F, c) * hy_ref_in(&a->x, r, F + c);
}

void HY_REF(hy_swiglu_bwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(swiglu) *a = &args->swiglu;
    size_t rows = (size_t)a->rows, F = (size_t)a->F;
    real *dx = hy_ref_zeros(rows * 2 * F);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < F; c++) {
            real gate = hy_ref_in(&a->x, r, c), up = hy_ref_in(&a->x, r, F + c);
            real g = hy_ref_arriving(&a->y, r, c) * hy_ref_drop(a->run, a->site, a->p, r, F, c);
            dx[r * 2 * F + c] = g * up * hy_ref_silu_slope(gate);
            dx[r * 2 * F + F + c] = g * hy_ref_silu(gate);
        }
    hy_ref_give(&a->x, rows, 2 * F, dx);
    free(dx);
}
