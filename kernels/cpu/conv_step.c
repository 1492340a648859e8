#include "kernels/cpu/conv.h"
#include "kernels/cpu/rows.h"
#include "kernels/dispatch.h"

/* Channels c ... of sequence b, whose last inputs lie in `tail` (taps - 1, E). */
static inline __attribute__((always_inline)) void step_channels(const struct hy_conv_step *a, int taps, long b, int c,
                                                                int n)
{
    hy_vf w[HY_MOST_TAPS], past[HY_MOST_TAPS], bias = hy_vf_load_n(a->bias.v + c, n);
    float *tail = a->tail + b * (taps - 1) * a->E + c;
    hy_conv_weights(&a->w, taps, c, n, w);
    for (int i = 0; i < taps - 1; i++)
        past[i] = hy_vf_load_n(tail + (long)i * a->E, n);
    for (long t = 0, r = b * a->T; t < a->T; t++, r++) {
        hy_vf u = {0};
        if (t < a->len[b]) {
            hy_vf now = hy_vf_load_n(a->x.v + r * a->x.ld + c, n);
            u = hy_vf_silu(hy_convolve(taps, w, bias, past, now));
            hy_conv_push(past, taps - 1, now);
        }
        hy_vf_store_n(a->u.v + r * a->u.ld + c, u, n);
    }
    for (int i = 0; i < taps - 1; i++)
        hy_vf_store_n(tail + (long)i * a->E, past[i], n);
}

static void step_sequence(const struct hy_conv_step *a, long b)
{
    for (int c = 0; c < a->E; c += HY_VEC) {
        if (a->taps == 4 && c + HY_VEC <= a->E)
            step_channels(a, 4, b, c, HY_VEC);
        else
            step_channels(a, a->taps, b, c, a->E - c);
    }
}

void HY_CPU(hy_conv_step_fwd)(const union hy_args *u)
{
    const struct hy_conv_step *a = &u->conv_step;
    int parts = hy_parts(a->B, (long)a->T * a->E);
    HY_ASSERT(a->taps <= HY_MOST_TAPS, "a convolution over time has at most 64 taps");
#pragma omp parallel for num_threads(parts) schedule(static)
    for (long b = 0; b < a->B; b++)
        step_sequence(a, b);
}
