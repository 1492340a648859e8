#include "kernels/ref/ref.h"

/* The convolution before its silu, at sequence b, time t, channel e. */
static real convolve(const struct HY_OF(conv) * a, size_t b, size_t t, size_t e)
{
    size_t taps = (size_t)a->taps;
    real sum = a->bias.v[e];
    for (size_t i = 0; i < taps; i++)
        if (t + i + 1 >= taps) /* zeros before the start */
            sum += hy_ref_in(&a->w, e, i) * hy_ref_in(&a->x, b * (size_t)a->T + t + i + 1 - taps, e);
    return sum;
}

void HY_REF(hy_conv_fwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(conv) *a = &args->conv;
    for (size_t b = 0; b < (size_t)a->B; b++)
        for (size_t t = 0; t < (size_t)a->T; t++)
            for (size_t e = 0; e < (size_t)a->E; e++)
                *hy_ref_out(&a->u, b * (size_t)a->T + t, e) = hy_ref_silu(convolve(a, b, t, e));
}

void HY_REF(hy_conv_bwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(conv) *a = &args->conv;
    size_t B = (size_t)a->B, T = (size_t)a->T, E = (size_t)a->E, taps = (size_t)a->taps;
    real *dx = hy_ref_zeros(B * T * E), *dw = hy_ref_zeros(E * taps), *dbias = hy_ref_zeros(E);
    for (size_t b = 0; b < B; b++)
        for (size_t t = 0; t < T; t++)
            for (size_t e = 0; e < E; e++) {
                real g = hy_ref_arriving(&a->u, b * T + t, e) * hy_ref_silu_slope(convolve(a, b, t, e));
                dbias[e] += g;
                for (size_t i = 0; i < taps; i++) {
                    if (t + i + 1 < taps)
                        continue;
                    size_t row = b * T + t + i + 1 - taps;
                    dx[row * E + e] += g * hy_ref_in(&a->w, e, i);
                    dw[e * taps + i] += g * hy_ref_in(&a->x, row, e);
                }
            }
    hy_ref_give(&a->x, B * T, E, dx);
    hy_ref_give(&a->w, E, taps, dw);
    hy_ref_give(&a->bias, 1, E, dbias);
    free(dx);
    free(dw);
    free(dbias);
}
