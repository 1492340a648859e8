#include "kernels/cpu/rows.h"
#include "kernels/dispatch.h"

void HY_CPU(hy_embed_fwd)(const union hy_args *u)
{
    const struct hy_embed *a = &u->embed;
    long rows = (long)a->B * a->T;
    int parts = hy_parts(rows, a->D);
#pragma omp parallel for num_threads(parts) schedule(static)
    for (long r = 0; r < rows; r++) {
        long b = r / a->T, t = r % a->T;
        const float *from = t < a->M ? a->meta.v + t * a->meta.ld
                                     : a->table.v + (long)a->ids[b * (a->T - a->M) + t - a->M] * a->table.ld;
        float *h = a->h.v + r * a->h.ld;
        for (int c = 0; c < a->D; c += HY_VEC)
            hy_vf_store_n(h + c, hy_vf_load_n(from + c, a->D - c), a->D - c);
    }
}

static void add_columns(float *to, const float *from, int first, int last)
{
    for (int c = first; c < last; c += HY_VEC) {
        int n = last - c;
        hy_vf_store_n(to + c, hy_vf_load_n(to + c, n) + hy_vf_load_n(from + c, n), n);
    }
}

static void zero_columns(const struct hy_in *x, long rows, int first, int last)
{
    for (long r = 0; r < rows && !x->add; r++)
        hy_row_zero(x->d + r * x->ld + first, (size_t)(last - first));
}

/* Columns first ... last - 1 of both gradients, token after token: equal ids add
 * up in the order of the rows, and no two threads share an element. */
static void backward_columns(const struct hy_embed *a, int first, int last)
{
    enum { AHEAD = 4 }; /* tokens whose table row is fetched early: its place is random */
    long tokens = a->T - a->M;
    if (a->table.d)
        zero_columns(&a->table, a->V, first, last);
    if (a->meta.d)
        zero_columns(&a->meta, a->M, first, last);
    for (long b = 0; b < a->B; b++) {
        const float *dh = a->h.d + b * a->T * a->h.ld;
        const int32_t *ids = a->ids + b * tokens;
        for (long t = 0; t < a->M && a->meta.d; t++)
            add_columns(a->meta.d + t * a->meta.ld, dh + t * a->h.ld, first, last);
        for (long t = 0; t < tokens && a->table.d; t++) {
            if (t + AHEAD < tokens)
                for (int c = first; c < last; c += 16)
                    __builtin_prefetch(a->table.d + (long)ids[t + AHEAD] * a->table.ld + c, 1);
            add_columns(a->table.d + (long)ids[t] * a->table.ld, dh + (a->M + t) * a->h.ld, first, last);
        }
    }
}

void HY_CPU(hy_embed_bwd)(const union hy_args *u)
{
    const struct hy_embed *a = &u->embed;
    long lines = ((long)a->D + 15) / 16; /* whole cache lines, so no line has two writers */
    int parts = hy_parts(lines, 16 * ((long)a->B * a->T + a->V));
#pragma omp parallel for num_threads(parts) schedule(static, 1)
    for (int id = 0; id < parts; id++) {
        long first, last;
        hy_share(lines, id, parts, &first, &last);
        backward_columns(a, (int)first * 16, 16 * last < a->D ? (int)last * 16 : a->D);
    }
}
