#include "kernels/cpu/rows.h"
#include "kernels/dispatch.h"

void HY_CPU(hy_pick_fwd)(const union hy_args *u)
{
    const struct hy_pick *a = &u->pick;
    for (long b = 0; b < a->B; b++) {
        float *y = a->y.v + b * a->y.ld;
        if (a->len[b] > 0)
            memcpy(y, a->x.v + (b * a->T + a->len[b] - 1) * a->x.ld, (size_t)a->D * sizeof *y);
        else
            hy_row_zero(y, (size_t)a->D);
    }
}
