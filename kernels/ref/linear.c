#include "kernels/ref/ref.h"

void HY_REF(hy_linear_fwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(linear) *a = &args->linear;
#pragma omp parallel for if ((double)a->rows * a->in * a->out > HY_REF_WORTH_A_TEAM)
    for (size_t r = 0; r < (size_t)a->rows; r++)
        for (size_t o = 0; o < (size_t)a->out; o++) {
            real sum = 0;
            for (size_t i = 0; i < (size_t)a->in; i++)
                sum += hy_ref_in(&a->x, r, i) * hy_ref_in(&a->w, o, i);
            *hy_ref_out(&a->y, r, o) = sum;
        }
}

void HY_REF(hy_linear_bwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(linear) *a = &args->linear;
    size_t rows = (size_t)a->rows, in = (size_t)a->in, out = (size_t)a->out;
    if (a->x.d) {
        real *dx = hy_ref_zeros(rows * in);
#pragma omp parallel for if (rows * in * out > HY_REF_WORTH_A_TEAM)
        for (size_t r = 0; r < rows; r++)
            for (size_t o = 0; o < out; o++)
                for (size_t i = 0; i < in; i++)
                    dx[r * in + i] += hy_ref_arriving(&a->y, r, o) * hy_ref_in(&a->w, o, i);
        hy_ref_give(&a->x, rows, in, dx);
        free(dx);
    }
    if (a->w.d) {
        real *dw = hy_ref_zeros(out * in);
#pragma omp parallel for if (rows * in * out > HY_REF_WORTH_A_TEAM)
        for (size_t o = 0; o < out; o++)
            for (size_t r = 0; r < rows; r++)
                for (size_t i = 0; i < in; i++)
                    dw[o * in + i] += hy_ref_arriving(&a->y, r, o) * hy_ref_in(&a->x, r, i);
        hy_ref_give(&a->w, out, in, dw);
        free(dw);
    }
}
