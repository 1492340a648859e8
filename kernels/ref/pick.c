#include "kernels/ref/ref.h"

void HY_REF(hy_pick_fwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(pick) *a = &args->pick;
    for (size_t b = 0; b < (size_t)a->B; b++)
        for (size_t i = 0; i < (size_t)a->D; i++)
            *hy_ref_out(&a->y, b, i) =
                a->len[b] > 0 ? hy_ref_in(&a->x, b * (size_t)a->T + (size_t)a->len[b] - 1, i) : 0;
}
