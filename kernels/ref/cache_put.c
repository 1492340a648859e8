#include "kernels/ref/ref.h"

void HY_REF(hy_cache_put_fwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(cache_put) *a = &args->cache_put;
    size_t K = (size_t)a->K, T = (size_t)a->T, C = (size_t)a->C, P = (size_t)a->P;
    for (size_t b = 0; b < (size_t)a->B; b++)
        for (size_t kv = 0; kv < K; kv++)
            for (size_t t = 0; t < (size_t)a->len[b]; t++) { /* in order: later tokens replace earlier ones */
                size_t from = (b * K + kv) * T + t;
                size_t to = (b * K + kv) * C + ((size_t)(a->start[b] - a->M) + t) % C;
                for (size_t i = 0; i < P; i++) {
                    a->ck[to * P + i] = hy_ref_in(&a->k, from, i);
                    a->cv[to * P + i] = hy_ref_in(&a->v, from, i);
                }
            }
}
