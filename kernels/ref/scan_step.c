#include "kernels/ref/ref.h"

static real softplus(real x)
{
    return (x > 0 ? x : 0) + log1p(exp(-fabs(x)));
}

void HY_REF(hy_scan_step_fwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(scan_step) *a = &args->scan_step;
    size_t T = (size_t)a->T, E = (size_t)a->E, N = (size_t)a->N;
    for (size_t b = 0; b < (size_t)a->B; b++)
        for (size_t e = 0; e < E; e++)
            for (size_t t = 0; t < T; t++) {
                size_t row = b * T + t;
                real *s = &a->state[(b * E + e) * N];
                if (t >= (size_t)a->len[b]) {
                    *hy_ref_out(&a->y, row, e) = 0;
                    continue;
                }
                real u = hy_ref_in(&a->u, row, e), delta = softplus(hy_ref_in(&a->dt, row, e) + a->dt_bias.v[e]);
                real sum = a->D.v[e] * u;
                for (size_t n = 0; n < N; n++) {
                    real A = -exp(hy_ref_in(&a->A_log, e, n));
                    s[n] = exp(delta * A) * s[n] + delta * u * hy_ref_in(&a->Bt, row, n);
                    sum += s[n] * hy_ref_in(&a->Ct, row, n);
                }
                *hy_ref_out(&a->y, row, e) = sum * hy_ref_silu(hy_ref_in(&a->z, row, e));
            }
}
