#include "kernels/ref/ref.h"

static real softplus(real x)
{
    return (x > 0 ? x : 0) + log1p(exp(-fabs(x)));
}

/* The states of channel e of sequence b: s[t*N + n] after step t, and delta[t]. */
static void states_of(const struct HY_OF(scan) * a, size_t b, size_t e, real *s, real *delta)
{
    size_t N = (size_t)a->N;
    for (size_t t = 0; t < (size_t)a->T; t++) {
        size_t row = b * (size_t)a->T + t;
        delta[t] = softplus(hy_ref_in(&a->dt, row, e) + a->dt_bias.v[e]);
        for (size_t n = 0; n < N; n++) {
            real A = -exp(hy_ref_in(&a->A_log, e, n)), before = t > 0 ? s[(t - 1) * N + n] : 0;
            s[t * N + n] = exp(delta[t] * A) * before + delta[t] * hy_ref_in(&a->u, row, e) * hy_ref_in(&a->Bt, row, n);
        }
    }
}

/* s_t . Ct_t + D * u_t: the output before the gate. */
static real before_gate(const struct HY_OF(scan) * a, size_t row, size_t e, const real *s)
{
    real sum = a->D.v[e] * hy_ref_in(&a->u, row, e);
    for (size_t n = 0; n < (size_t)a->N; n++)
        sum += s[n] * hy_ref_in(&a->Ct, row, n);
    return sum;
}

void HY_REF(hy_scan_fwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(scan) *a = &args->scan;
    size_t T = (size_t)a->T, E = (size_t)a->E, N = (size_t)a->N, chunk = (size_t)a->chunk;
    size_t chunks = chunk ? (T + chunk - 1) / chunk : 0;
#pragma omp parallel for if ((size_t)a->B * T * E * N > HY_REF_WORTH_A_TEAM)
    for (size_t e = 0; e < E; e++) {
        real *s = hy_ref_zeros(T * N), *delta = hy_ref_zeros(T);
        for (size_t b = 0; b < (size_t)a->B; b++) {
            states_of(a, b, e, s, delta);
            for (size_t t = 0; t < T; t++)
                *hy_ref_out(&a->y, b * T + t, e) =
                    before_gate(a, b * T + t, e, &s[t * N]) * hy_ref_silu(hy_ref_in(&a->z, b * T + t, e));
            for (size_t i = 0; a->states && i < chunks; i++)
                for (size_t n = 0; n < N; n++)
                    a->states[((b * chunks + i) * E + e) * N + n] = i > 0 ? s[(i * chunk - 1) * N + n] : 0;
        }
        free(s);
        free(delta);
    }
}

void HY_REF(hy_scan_bwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(scan) *a = &args->scan;
    size_t B = (size_t)a->B, T = (size_t)a->T, E = (size_t)a->E, N = (size_t)a->N, rows = B * T;
    real *du = hy_ref_zeros(rows * E), *ddt = hy_ref_zeros(rows * E), *dz = hy_ref_zeros(rows * E);
    real *dBt = hy_ref_zeros(rows * N), *dCt = hy_ref_zeros(rows * N);
    real *dA_log = hy_ref_zeros(E * N), *dbias = hy_ref_zeros(E), *dD = hy_ref_zeros(E);
    real *s = hy_ref_zeros(T * N), *delta = hy_ref_zeros(T), *ds = hy_ref_zeros(N);

    for (size_t b = 0; b < B; b++)
        for (size_t e = 0; e < E; e++) {
            states_of(a, b, e, s, delta);
            for (size_t n = 0; n < N; n++)
                ds[n] = 0;
            for (size_t t = T; t-- > 0;) {
                size_t row = b * T + t;
                real u = hy_ref_in(&a->u, row, e), z = hy_ref_in(&a->z, row, e);
                real dy = hy_ref_arriving(&a->y, row, e), inner = dy * hy_ref_silu(z), ddelta = 0;
                dz[row * E + e] = dy * before_gate(a, row, e, &s[t * N]) * hy_ref_silu_slope(z);
                dD[e] += inner * u;
                du[row * E + e] = inner * a->D.v[e];
                for (size_t n = 0; n < N; n++) {
                    real A = -exp(hy_ref_in(&a->A_log, e, n)), decay = exp(delta[t] * A);
                    real Bt = hy_ref_in(&a->Bt, row, n), before = t > 0 ? s[(t - 1) * N + n] : 0;
                    ds[n] += inner * hy_ref_in(&a->Ct, row, n);
                    dCt[row * N + n] += inner * s[t * N + n];
                    dBt[row * N + n] += ds[n] * delta[t] * u;
                    du[row * E + e] += ds[n] * delta[t] * Bt;
                    ddelta += ds[n] * (before * decay * A + u * Bt);
                    dA_log[e * N + n] += ds[n] * before * decay * delta[t] * A; /* dA/dA_log = A */
                    ds[n] *= decay;
                }
                ddt[row * E + e] = ddelta * hy_ref_sigmoid(hy_ref_in(&a->dt, row, e) + a->dt_bias.v[e]);
                dbias[e] += ddt[row * E + e];
            }
        }
    hy_ref_give(&a->u, rows, E, du);
    hy_ref_give(&a->dt, rows, E, ddt);
    hy_ref_give(&a->Bt, rows, N, dBt);
    hy_ref_give(&a->Ct, rows, N, dCt);
    hy_ref_give(&a->z, rows, E, dz);
    hy_ref_give(&a->A_log, E, N, dA_log);
    hy_ref_give(&a->dt_bias, 1, E, dbias);
    hy_ref_give(&a->D, 1, E, dD);
    real *all[] = {du, ddt, dz, dBt, dCt, dA_log, dbias, dD, s, delta, ds};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}
