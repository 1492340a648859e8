/* Linear layers of a few rows: decoding. Reading the weights is the work, so every weight is
 * read once, in the order it lies in memory, and meets all rows while it is in a register.
 * More rows are the libraries' (kernels/linear.c). */
#include "kernels/linear.h"
#include "kernels/cpu/rows.h"

#if !defined(HY_ISA_base)

enum {
    FEW = 16,        /* rows up to which this pays (NOTES.md) */
    ROWS = 4,        /* that meet a group of weights together */
    OUTS = 4,        /* weight rows of a group */
    SIDE = 8,        /* sums of one row that run side by side */
    AHEAD = 1024,    /* floats from a weight to the one asked for beside it */
    LINE_FLOATS = 16 /* of a cache line */
};

/* One row times one weight row. */
static inline float one_sum(const float *x, const float *w, int in)
{
    hy_vf s[SIDE] = {{0}};
    int c = 0;
    for (; c + SIDE * HY_VEC <= in; c += SIDE * HY_VEC) {
#pragma GCC unroll 8
        for (int i = 0; i < SIDE * HY_VEC / LINE_FLOATS; i++)
            __builtin_prefetch(w + c + AHEAD + i * LINE_FLOATS);
#pragma GCC unroll 8
        for (int i = 0; i < SIDE; i++)
            s[i] += hy_vf_load(x + c + i * HY_VEC) * hy_vf_load(w + c + i * HY_VEC);
    }
    for (; c < in; c += HY_VEC)
        s[0] += hy_vf_load_n(x + c, in - c) * hy_vf_load_n(w + c, in - c);
    return hy_vf_sum(((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7])));
}

/* `rows` rows times `outs` weight rows, both constants wherever this is inlined. */
static inline __attribute__((always_inline)) void group(const int rows, const int outs, const struct hy_linear *a,
                                                        int row, int out)
{
    const float *x = a->x.v + (ptrdiff_t)row * a->x.ld, *w = a->w.v + (ptrdiff_t)out * a->w.ld;
    hy_vf s[OUTS][ROWS];
#pragma GCC unroll 4
    for (int o = 0; o < outs; o++)
#pragma GCC unroll 4
        for (int r = 0; r < rows; r++)
            s[o][r] = (hy_vf){0};
    for (int c = 0; c < a->in; c += HY_VEC) {
        const int left = a->in - c;
        hy_vf v[ROWS];
#pragma GCC unroll 4
        for (int r = 0; r < rows; r++)
            v[r] = hy_vf_load_n(x + (ptrdiff_t)r * a->x.ld + c, left);
#pragma GCC unroll 4
        for (int o = 0; o < outs; o++) {
            const float *at = w + (ptrdiff_t)o * a->w.ld + c;
            hy_vf weight = hy_vf_load_n(at, left);
            if (row == 0)
                __builtin_prefetch(at + (ptrdiff_t)OUTS * a->w.ld); /* the next group's */
#pragma GCC unroll 4
            for (int r = 0; r < rows; r++)
                s[o][r] += v[r] * weight;
        }
    }
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int o = 0; o < outs; o++)
            a->y.v[(ptrdiff_t)(row + r) * a->y.ld + out + o] = hy_vf_sum(s[o][r]);
}

static inline __attribute__((always_inline)) void all_rows(const int outs, const struct hy_linear *a, int out)
{
    int row = 0;
    for (; row + 4 <= a->rows; row += 4)
        group(4, outs, a, row, out);
    switch (a->rows - row) {
    case 3:
        group(3, outs, a, row, out);
        break;
    case 2:
        group(2, outs, a, row, out);
        break;
    case 1:
        group(1, outs, a, row, out);
        break;
    default:
        break;
    }
}

/* Weight rows first ... end - 1. */
static void some_outs(const struct hy_linear *a, int first, int end)
{
    int out = first;
    if (a->rows == 1) {
        for (; out < end; out++)
            a->y.v[out] = one_sum(a->x.v, a->w.v + (ptrdiff_t)out * a->w.ld, a->in);
        return;
    }
    for (; out + OUTS <= end; out += OUTS)
        all_rows(OUTS, a, out);
    for (; out < end; out++)
        all_rows(1, a, out);
}

void HY_CPU(hy_linear_fwd)(const union hy_args *args)
{
    const struct hy_linear *a = &args->linear;
    if (a->rows > FEW || a->in == 0) {
        hy_gemm(false, true, a->rows, a->out, a->in, a->x.v, a->x.ld, a->w.v, a->w.ld, 0, a->y.v, a->y.ld);
        return;
    }
    const int parts = hy_parts(a->out, (long)a->in * a->rows);
#pragma omp parallel for num_threads(parts) schedule(static, 1)
    for (int id = 0; id < parts; id++) {
        long first, end;
        hy_share(a->out, id, parts, &first, &end);
        some_outs(a, (int)first, (int)end);
    }
}

#endif
