#include "kernels/cpu/rows.h"
#include "kernels/dispatch.h"

static void put_rows(const struct hy_cache_put *a, const struct hy_in *from, float *cache, long head, long start,
                     int len)
{
    int skip = len > a->C ? len - a->C : 0; /* these would be overwritten at once */
    for (int t = skip; t < len; t++)
        memcpy(cache + (head * a->C + (start + t) % a->C) * a->P, from->v + (head * a->T + t) * from->ld,
               (size_t)a->P * sizeof *cache);
}

void HY_CPU(hy_cache_put_fwd)(const union hy_args *u)
{
    const struct hy_cache_put *a = &u->cache_put;
    long heads = (long)a->B * a->K;
    int parts = hy_parts(heads, 2L * a->T * a->P);
#pragma omp parallel for num_threads(parts) schedule(static)
    for (long head = 0; head < heads; head++) {
        long b = head / a->K, start = (long)a->start[b] - a->M;
        put_rows(a, &a->k, a->ck, head, start, a->len[b]);
        put_rows(a, &a->v, a->cv, head, start, a->len[b]);
    }
}
