#include "kernels/cpu/conv.h"
#include "kernels/cpu/rows.h"
#include "kernels/dispatch.h"

/* Work goes in tiles of some rows of one sequence. Inside a tile one vector of
 * channels after the other runs through time, with its weights, its last inputs and
 * its sums in registers. That order jumps from row to row, which no hardware
 * prefetcher follows, so every step asks for the same place of the next tile. */
enum { TILE = 64 };

/* The forward takes two vectors side by side: two chains of arithmetic, and whole lines of bf16. */
enum { PAIR = 2 };

/* A tile: rows r ... r + m - 1, the first of them at time t of its sequence. */
struct tile {
    long r, m, t;
    bool more;   /* another tile follows: ask for it */
    bool stream; /* what the pass writes goes past the caches, where it writes whole lines */
};

/* A line that is written past the caches in two pieces, far apart, is read and written twice. */
static inline bool whole_lines(int vectors)
{
    return (size_t)vectors * HY_VEC * sizeof(hy_stored) % 64 == 0;
}

/* Hands each tile of rows first ... last - 1 to *k; false behind the last one. */
static bool next_tile(const struct hy_conv *a, long first, long last, struct tile *k)
{
    k->r = k->m == 0 ? first : k->r + k->m;
    k->t = k->r % a->T;
    long left = last - k->r, here = a->T - k->t;
    k->m = left < TILE ? left : TILE;
    k->m = here < k->m ? here : k->m;
    k->more = k->r + k->m + TILE <= last;
    return left > 0;
}

/* past[i] = the input at time t - taps + 1 + i, i < taps - 1; 0 before the start */
static inline __attribute__((always_inline)) void load_past(const struct hy_conv *a, int taps, const struct tile *k,
                                                            int c, int n, hy_vf past[])
{
    for (int i = 0; i < taps - 1; i++) {
        long back = taps - 1 - i;
        past[i] =
            back <= k->t ? hy_vs_load_n((const hy_stored *)a->x.v + (k->r - back) * a->x.ld + c, n) : hy_vf_set(0);
    }
}

/* Vectors c, c + HY_VEC, ... of channels, n lanes of each. */
static inline __attribute__((always_inline)) void forward_channels(const struct hy_conv *a, int taps,
                                                                   const struct tile *k, int c, int vectors, int n)
{
    hy_vf w[PAIR][HY_MOST_TAPS], past[PAIR][HY_MOST_TAPS], bias[PAIR];
    for (int i = 0; i < vectors; i++) {
        bias[i] = hy_vf_load_n(a->bias.v + c + i * HY_VEC, n);
        hy_conv_weights(&a->w, taps, c + i * HY_VEC, n, w[i]);
        load_past(a, taps, k, c + i * HY_VEC, n, past[i]);
    }
    const hy_stored *x = (const hy_stored *)a->x.v + k->r * a->x.ld + c;
    hy_stored *u = (hy_stored *)a->u.v + k->r * a->u.ld + c;
    const bool stream = k->stream && whole_lines(vectors);
    for (long j = 0; j < k->m; j++, x += a->x.ld, u += a->u.ld)
        for (int i = 0; i < vectors; i++) {
            if (k->more)
                __builtin_prefetch(x + (long)TILE * a->x.ld + i * HY_VEC, 0, 2);
            hy_vf now = hy_vs_load_n(x + i * HY_VEC, n);
            hy_vs_put_n(u + i * HY_VEC, hy_vf_silu(hy_convolve(taps, w[i], bias[i], past[i], now)), stream, n);
            hy_conv_push(past[i], taps - 1, now);
        }
}

static inline __attribute__((always_inline)) void forward_rows(const struct hy_conv *a, int taps, long first, long last)
{
    struct tile k = {.stream = hy_streams(a->u.v, a->u.ld, (long)a->B * a->T, a->E)};
    while (next_tile(a, first, last, &k)) {
        int c = 0;
        for (; c + PAIR * HY_VEC <= a->E; c += PAIR * HY_VEC)
            forward_channels(a, taps, &k, c, PAIR, HY_VEC);
        for (; c < a->E; c += HY_VEC)
            forward_channels(a, taps, &k, c, 1, a->E - c);
    }
    hy_streamed();
}

void HY_CPU(hy_conv_fwd)(const union hy_args *u)
{
    const struct hy_conv *a = &u->conv;
    long rows = (long)a->B * a->T;
    int parts = hy_parts(rows, a->E);
    HY_ASSERT(a->taps <= HY_MOST_TAPS, "a convolution over time has at most 64 taps");
#pragma omp parallel for num_threads(parts) schedule(static, 1)
    for (int id = 0; id < parts; id++) {
        long first, last;
        hy_share(rows, id, parts, &first, &last);
        if (a->taps == 4) /* the models' width: its loops become straight code */
            forward_rows(a, 4, first, last);
        else
            forward_rows(a, a->taps, first, last);
    }
}

/* g = du * silu'(convolution); dx of a row needs the g of the taps - 1 rows behind
 * it too. A tile works those out again, whoever's rows they are, and leaves them out
 * of its sums, so tiles and parts need nothing from each other. */
static inline __attribute__((always_inline)) void backward_channels(const struct hy_conv *a, int taps,
                                                                    const struct tile *k, int c, int n, float *sums)
{
    hy_vf w[HY_MOST_TAPS], past[HY_MOST_TAPS], g[HY_MOST_TAPS], dw[HY_MOST_TAPS], dbias = {0},
                                                                                  bias = hy_vf_load_n(a->bias.v + c, n);
    hy_conv_weights(&a->w, taps, c, n, w);
    load_past(a, taps, k, c, n, past);
    for (int i = 0; i < taps; i++)
        g[i] = dw[i] = hy_vf_set(0);
    const hy_stored *x = (const hy_stored *)a->x.v + k->r * a->x.ld + c;
    const hy_stored *du = (const hy_stored *)a->u.d + k->r * a->u.ld + c;
    hy_stored *dx = a->x.d ? (hy_stored *)a->x.d + k->r * a->x.ld + c : NULL;
    long steps = dx ? k->m + taps - 1 : k->m;
    for (long j = 0; j < steps; j++, x += a->x.ld, du += a->u.ld) {
        hy_vf slope = {0};
        if (k->t + j < a->T) {
            if (k->more && j < k->m) {
                __builtin_prefetch(x + (long)TILE * a->x.ld, 0, 2);
                __builtin_prefetch(du + (long)TILE * a->u.ld, 0, 2);
            }
            hy_vf now = hy_vs_load_n(x, n), z = hy_convolve(taps, w, bias, past, now);
            slope = hy_vs_load_n(du, n) * hy_vf_silu_slope(z, hy_vf_sigmoid(z));
            if (j < k->m) {
                dbias += slope;
                dw[taps - 1] += slope * now;
                for (int i = 0; i < taps - 1; i++)
                    dw[i] += slope * past[i];
            }
            hy_conv_push(past, taps - 1, now);
        }
        hy_conv_push(g, taps, slope);
        if (!dx || j < taps - 1)
            continue;
        hy_vf sum = {0};
        for (int i = 0; i < taps; i++)
            sum += g[i] * w[taps - 1 - i];
        hy_vs_hand_n(dx, sum, a->x.add, k->stream && whole_lines(1), n);
        dx += a->x.ld;
    }
    for (int i = 0; i < taps; i++)
        hy_vf_give_n(sums + (long)i * a->E + c, dw[i], 1, n);
    hy_vf_give_n(sums + (long)taps * a->E + c, dbias, 1, n);
}

/* sums: (taps + 1, E), this part's for the weights, tap by tap, and the bias */
static inline __attribute__((always_inline)) void backward_rows(const struct hy_conv *a, int taps, long first,
                                                                long last, float *sums)
{
    struct tile k = {.stream = hy_streams_gradient(&a->x, (long)a->B * a->T, a->E)};
    while (next_tile(a, first, last, &k)) {
        int c = 0;
        for (; c + HY_VEC <= a->E; c += HY_VEC)
            backward_channels(a, taps, &k, c, HY_VEC, sums);
        if (c < a->E)
            backward_channels(a, taps, &k, c, a->E - c, sums);
    }
    hy_streamed();
}

static void give_parameters(const struct hy_conv *a, int parts)
{
    size_t E = (size_t)a->E, taps = (size_t)a->taps, stride = (taps + 1) * E;
    hy_give_sums(&a->bias, a->work + taps * E, stride, parts, a->E, NULL);
    for (size_t e = 0; a->w.d && e < E; e++)
        for (size_t i = 0; i < taps; i++) {
            float sum = 0, *d = a->w.d + e * (size_t)a->w.ld + i;
            for (int part = 0; part < parts; part++)
                sum += a->work[(size_t)part * stride + i * E + e];
            *d = a->w.add ? *d + sum : sum;
        }
}

void HY_CPU(hy_conv_bwd)(const union hy_args *u)
{
    const struct hy_conv *a = &u->conv;
    long rows = (long)a->B * a->T;
    int parts = hy_parts(rows, a->E);
    size_t stride = ((size_t)a->taps + 1) * (size_t)a->E;
    HY_ASSERT(a->taps <= HY_MOST_TAPS, "a convolution over time has at most 64 taps");
#pragma omp parallel for num_threads(parts) schedule(static, 1)
    for (int id = 0; id < parts; id++) {
        float *sums = a->work + (size_t)id * stride;
        long first, last;
        hy_share(rows, id, parts, &first, &last);
        hy_row_zero(sums, stride);
        if (a->taps == 4)
            backward_rows(a, 4, first, last, sums);
        else
            backward_rows(a, a->taps, first, last, sums);
    }
    give_parameters(a, parts);
}
