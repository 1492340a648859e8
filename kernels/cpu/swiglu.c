#include "kernels/cpu/rows.h"
#include "kernels/cpu/vec_exp2.h"
#include "kernels/dispatch.h"

/* Every row asks for the next one: prefetchers stop at the end of a page, which at
 * the models' widths is the end of a row. */

static struct hy_drop drop_of(const struct hy_swiglu *a)
{
    return a->p > 0 ? hy_drop_open(a->run->seed, a->run->step, a->site, a->p) : (struct hy_drop){.scale = 1};
}

static void forward_rows(const struct hy_swiglu *a, long first, long last)
{
    const struct hy_drop drop = drop_of(a);
    const bool stream = hy_streams(a->y.v, a->y.ld, a->rows, a->F);
    float mask[HY_DROP_BLOCK];
    for (long r = first; r < last; r++) {
        const hy_stored *gate = (const hy_stored *)a->x.v + r * a->x.ld, *up = gate + a->F;
        hy_stored *y = (hy_stored *)a->y.v + r * a->y.ld;
        const long next = r + 1 < last ? a->x.ld : 0;
        uint64_t block = (uint64_t)r * (hy_drop_pitch((uint64_t)a->F) / HY_DROP_BLOCK);
        for (int start = 0; start < a->F; start += HY_DROP_BLOCK) {
            int end = start + HY_DROP_BLOCK < a->F ? start + HY_DROP_BLOCK : a->F;
            if (a->p > 0)
                hy_drop_block(&drop, block++, mask);
            for (int c = start; c < end; c += HY_VEC) {
                int n = end - c;
                __builtin_prefetch(gate + next + c, 0, 2);
                __builtin_prefetch(up + next + c, 0, 2);
                hy_vf v = hy_vf_silu(hy_vs_load_n(gate + c, n)) * hy_vs_load_n(up + c, n);
                hy_vs_put_n(y + c, a->p > 0 ? v * hy_vf_load(mask + c - start) : v, stream, n);
            }
        }
    }
    hy_streamed();
}

void HY_CPU(hy_swiglu_fwd)(const union hy_args *u)
{
    const struct hy_swiglu *a = &u->swiglu;
    int parts = hy_parts(a->rows, a->F);
#pragma omp parallel for num_threads(parts) schedule(static, 1)
    for (int id = 0; id < parts; id++) {
        long first, last;
        hy_share(a->rows, id, parts, &first, &last);
        forward_rows(a, first, last);
    }
}

/* Each element's gate and up are read before their gradients are written, so
 * the gradients may take the inputs' place. */
static void backward_rows(const struct hy_swiglu *a, long first, long last)
{
    const struct hy_drop drop = drop_of(a);
    const bool stream = hy_streams_gradient(&a->x, a->rows, 2L * a->F) && a->F % HY_VEC == 0;
    float mask[HY_DROP_BLOCK];
    for (long r = first; r < last; r++) {
        const hy_stored *gate = (const hy_stored *)a->x.v + r * a->x.ld, *up = gate + a->F;
        const hy_stored *dy = (const hy_stored *)a->y.d + r * a->y.ld;
        hy_stored *dgate = (hy_stored *)a->x.d + r * a->x.ld, *dup = dgate + a->F;
        const long next = r + 1 < last ? a->x.ld : 0, next_y = r + 1 < last ? a->y.ld : 0;
        uint64_t block = (uint64_t)r * (hy_drop_pitch((uint64_t)a->F) / HY_DROP_BLOCK);
        for (int start = 0; start < a->F; start += HY_DROP_BLOCK) {
            int end = start + HY_DROP_BLOCK < a->F ? start + HY_DROP_BLOCK : a->F;
            if (a->p > 0)
                hy_drop_block(&drop, block++, mask);
            for (int c = start; c < end; c += HY_VEC) {
                int n = end - c;
                __builtin_prefetch(gate + next + c, 0, 2);
                __builtin_prefetch(up + next + c, 0, 2);
                __builtin_prefetch(dy + next_y + c, 0, 2);
                hy_vf g = hy_vs_load_n(dy + c, n), x = hy_vs_load_n(gate + c, n), s = hy_vf_sigmoid(x);
                if (a->p > 0)
                    g *= hy_vf_load(mask + c - start);
                hy_vf dg = g * hy_vs_load_n(up + c, n) * hy_vf_silu_slope(x, s);
                hy_vs_hand_n(dgate + c, dg, a->x.add, stream, n);
                hy_vs_hand_n(dup + c, g * x * s, a->x.add, stream, n);
            }
        }
    }
    hy_streamed();
}

void HY_CPU(hy_swiglu_bwd)(const union hy_args *u)
{
    const struct hy_swiglu *a = &u->swiglu;
    if (!a->x.d)
        return;
    int parts = hy_parts(a->rows, a->F);
#pragma omp parallel for num_threads(parts) schedule(static, 1)
    for (int id = 0; id < parts; id++) {
        long first, last;
        hy_share(a->rows, id, parts, &first, &last);
        backward_rows(a, first, last);
    }
}
