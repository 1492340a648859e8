#include "kernels/ref/ref.h"

void HY_REF(hy_embed_fwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(embed) *a = &args->embed;
    size_t B = (size_t)a->B, T = (size_t)a->T, D = (size_t)a->D, M = (size_t)a->M;
    for (size_t b = 0; b < B; b++)
        for (size_t t = 0; t < T; t++)
            for (size_t c = 0; c < D; c++)
                *hy_ref_out(&a->h, b * T + t, c) =
                    t < M ? hy_ref_in(&a->meta, t, c) : hy_ref_in(&a->table, (size_t)a->ids[b * (T - M) + t - M], c);
}

void HY_REF(hy_embed_bwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(embed) *a = &args->embed;
    size_t B = (size_t)a->B, T = (size_t)a->T, D = (size_t)a->D, M = (size_t)a->M, V = (size_t)a->V;
    real *table = hy_ref_zeros(V * D), *meta = hy_ref_zeros(M * D);
    for (size_t b = 0; b < B; b++)
        for (size_t t = 0; t < T; t++) {
            real *row = t < M ? &meta[t * D] : &table[(size_t)a->ids[b * (T - M) + t - M] * D];
            for (size_t c = 0; c < D; c++)
                row[c] += hy_ref_arriving(&a->h, b * T + t, c);
        }
    hy_ref_give(&a->table, V, D, table);
    hy_ref_give(&a->meta, M, D, meta);
    free(table);
    free(meta);
}
