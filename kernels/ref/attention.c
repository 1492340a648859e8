#include "kernels/ref/ref.h"

/* docs/model.md, Masks: k <= q, and in a local layer also k >= q-W+1 or k < M. */
static bool allowed(const struct HY_OF(attention) * a, size_t t, size_t s)
{
    if (s > t)
        return false;
    return a->W == 0 || s + (size_t)a->W > t || s < (size_t)a->M;
}

/* weight[s] = softmax over the allowed keys of (q . k_s / sqrt(P)), 0 elsewhere; returns
 * the logarithm of the denominator. */
static real softmax(const struct HY_OF(attention) * a, const real *q, size_t kv_row, size_t t, real *weight)
{
    size_t T = (size_t)a->T, P = (size_t)a->P;
    real largest = -INFINITY, sum = 0;
    for (size_t s = 0; s < T; s++) {
        if (!allowed(a, t, s))
            continue;
        real dot = 0;
        for (size_t i = 0; i < P; i++)
            dot += q[i] * hy_ref_in(&a->k, kv_row + s, i);
        weight[s] = dot / sqrt((real)P);
        largest = weight[s] > largest ? weight[s] : largest;
    }
    for (size_t s = 0; s < T; s++) {
        weight[s] = allowed(a, t, s) ? exp(weight[s] - largest) : 0;
        sum += weight[s];
    }
    for (size_t s = 0; s < T; s++)
        weight[s] /= sum;
    return largest + log(sum);
}

void HY_REF(hy_attention_fwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(attention) *a = &args->attention;
    size_t T = (size_t)a->T, H = (size_t)a->H, K = (size_t)a->K, P = (size_t)a->P;
#pragma omp parallel for if ((size_t)a->B * H * T * T * P > HY_REF_WORTH_A_TEAM)
    for (size_t bh = 0; bh < (size_t)a->B * H; bh++) {
        size_t b = bh / H, h = bh % H, kv_row = (b * K + h * K / H) * T;
        real *weight = hy_ref_zeros(T);
        for (size_t t = 0; t < T; t++) {
            size_t row = bh * T + t;
            real lse = softmax(a, &a->q.v[row * (size_t)a->q.ld], kv_row, t, weight);
            for (size_t s = 0; s < T; s++)
                weight[s] *= allowed(a, t, s) ? hy_ref_drop(a->run, a->site, a->p, row, T, s) : 0;
            for (size_t i = 0; i < P; i++) {
                real sum = 0;
                for (size_t s = 0; s < T; s++)
                    if (allowed(a, t, s))
                        sum += weight[s] * hy_ref_in(&a->v, kv_row + s, i);
                *hy_ref_out(&a->y, b * T + t, h * P + i) = sum;
            }
            if (a->lse)
                a->lse[row] = lse;
        }
        free(weight);
    }
}

void HY_REF(hy_attention_bwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(attention) *a = &args->attention;
    size_t B = (size_t)a->B, T = (size_t)a->T, H = (size_t)a->H, K = (size_t)a->K, P = (size_t)a->P;
    real *dq = hy_ref_zeros(B * H * T * P), *dk = hy_ref_zeros(B * K * T * P), *dv = hy_ref_zeros(B * K * T * P);
/* a sequence's keys belong to it alone */
#pragma omp parallel for if (B * H * T * T * P > HY_REF_WORTH_A_TEAM)
    for (size_t b = 0; b < B; b++) {
        real *weight = hy_ref_zeros(T), *dweight = hy_ref_zeros(T), *keep = hy_ref_zeros(T);
        for (size_t h = 0; h < H; h++)
            for (size_t t = 0; t < T; t++) {
                size_t row = (b * H + h) * T + t, kv_row = (b * K + h * K / H) * T;
                const real *q = &a->q.v[row * (size_t)a->q.ld];
                real mean = 0; /* of dweight under the softmax */
                (void)softmax(a, q, kv_row, t, weight);
                for (size_t s = 0; s < T; s++) {
                    if (!allowed(a, t, s))
                        continue;
                    keep[s] = hy_ref_drop(a->run, a->site, a->p, row, T, s);
                    real dot = 0;
                    for (size_t i = 0; i < P; i++)
                        dot += hy_ref_arriving(&a->y, b * T + t, h * P + i) * hy_ref_in(&a->v, kv_row + s, i);
                    dweight[s] = keep[s] * dot;
                    mean += weight[s] * dweight[s];
                }
                for (size_t s = 0; s < T; s++) {
                    if (!allowed(a, t, s))
                        continue;
                    real dscore = weight[s] * (dweight[s] - mean) / sqrt((real)P);
                    for (size_t i = 0; i < P; i++) {
                        dq[row * P + i] += dscore * hy_ref_in(&a->k, kv_row + s, i);
                        dk[(kv_row + s) * P + i] += dscore * q[i];
                        dv[(kv_row + s) * P + i] += weight[s] * keep[s] * hy_ref_arriving(&a->y, b * T + t, h * P + i);
                    }
                }
            }
        free(weight);
        free(dweight);
        free(keep);
    }
    hy_ref_give(&a->q, B * H * T, P, dq);
    hy_ref_give(&a->k, B * K * T, P, dk);
    hy_ref_give(&a->v, B * K * T, P, dv);
    free(dq);
    free(dk);
    free(dv);
}
