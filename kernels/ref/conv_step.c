#include "kernels/ref/ref.h"

void HY_REF(hy_conv_step_fwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(conv_step) *a = &args->conv_step;
    size_t T = (size_t)a->T, E = (size_t)a->E, taps = (size_t)a->taps, keep = taps - 1;
    real *x = hy_ref_zeros(keep + T); /* of one channel: the tail, then the new inputs */
    for (size_t b = 0; b < (size_t)a->B; b++)
        for (size_t e = 0; e < E; e++) {
            size_t len = (size_t)a->len[b];
            for (size_t i = 0; i < keep; i++)
                x[i] = a->tail[(b * keep + i) * E + e];
            for (size_t t = 0; t < T; t++)
                x[keep + t] = hy_ref_in(&a->x, b * T + t, e);
            for (size_t t = 0; t < T; t++) {
                real sum = a->bias.v[e];
                for (size_t i = 0; i < taps; i++)
                    sum += hy_ref_in(&a->w, e, i) * x[t + i];
                *hy_ref_out(&a->u, b * T + t, e) = t < len ? hy_ref_silu(sum) : 0;
            }
            for (size_t i = 0; i < keep; i++)
                a->tail[(b * keep + i) * E + e] = x[len + i];
        }
    free(x);
}
