/* Rounding to bfloat16, bit for bit, and what the products make of rounded operands. */
#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

#include "kernels/base/rng.h"
#include "kernels/base/threads.h"
#include "kernels/bf16.h"
#include "kernels/dispatch.h"
#include "tests/kernels/bf16_edges.h"
#include "tests/seed.h"

static bool machine_has_it(void)
{
    if (!hy_bf16_of_machine())
        cr_skip("this machine has no bf16 products");
    return true;
}

static float from_bits(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

/* Nearest, ties to even, on the bits; below the smallest normal number: a zero of that sign. */
static uint16_t rounded(uint32_t bits)
{
    if ((bits & 0x7f800000u) == 0)
        return (uint16_t)(bits >> 16 & 0x8000u);
    return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1)) >> 16);
}

Test(bf16, rounds_to_nearest_ties_to_even)
{
    enum { N = 40037 };
    static float x[N];
    static hy_bf16 y[N];
    static const uint32_t edges[] = {0,          0x80000000, 0x3f808000, 0x3f818000, 0x3f807fff, 0x3f808001,
                                     0xbf808000, 0x7f7fffff, 0x7f800000, 0xff800000, 0x00800000, 0x80800000};
    struct hy_stream s = hy_stream_open(5 + test_seed(), "bits");
    cr_assert(machine_has_it());
    for (int i = 0; i < N; i++) {
        uint32_t bits = (uint32_t)(hy_stream_uniform(&s) * 0x1p32);
        if (i < (int)(sizeof edges / sizeof *edges))
            bits = edges[i];
        else if ((bits & 0x7f800000u) == 0x7f800000u)
            bits ^= 0x40000000u; /* NaN has a test of its own */
        x[i] = from_bits(bits);
    }
    hy_bf16_round(y, x, 1, N, N);
    for (int i = 0; i < N; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        cr_assert_eq(y[i], rounded(bits), "%08x became %04x instead of %04x", bits, y[i], rounded(bits));
    }
}

Test(bf16, nan_stays_nan)
{
    float x[3] = {from_bits(0x7f800001), from_bits(0xffc00000), 1};
    hy_bf16 y[3];
    cr_assert(machine_has_it());
    hy_bf16_round(y, x, 1, 3, 3);
    cr_assert((y[0] & 0x7f80) == 0x7f80 && (y[0] & 0x7f) != 0, "%04x", y[0]);
    cr_assert((y[1] & 0x7f80) == 0x7f80 && (y[1] & 0x7f) != 0, "%04x", y[1]);
    cr_assert_eq(y[2], 0x3f80);
}

Test(bf16, rows_with_gaps_become_rows_without)
{
    enum { ROWS = 5, COLS = 49, LD = 60 };
    float x[ROWS * LD];
    hy_bf16 y[ROWS * COLS + 1];
    cr_assert(machine_has_it());
    for (int i = 0; i < ROWS * LD; i++)
        x[i] = i % LD < COLS ? (float)(i % 100) : NAN;
    y[ROWS * COLS] = 0x1234;
    hy_bf16_round(y, x, ROWS, COLS, LD);
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < COLS; c++)
            cr_assert_float_eq(hy_bf16_widen(y[r * COLS + c]), x[r * LD + c], 0, "[%d,%d]", r, c);
    cr_assert_eq(y[ROWS * COLS], 0x1234, "written behind the end");
}

/* Operands that bf16 holds exactly, sums that f32 holds exactly: the result is exact, however long the sum. */
Test(bf16, sums_are_f32)
{
    enum { ROWS = 37, IN = 1025, OUT = 21 };
    static float x[ROWS * IN], w[OUT * IN], y[ROWS * OUT];
    cr_assert(machine_has_it());
    for (int i = 0; i < ROWS * IN; i++)
        x[i] = (float)(i % 255 - 127);
    for (int i = 0; i < OUT * IN; i++)
        w[i] = (float)(i % 13 - 6);
    union hy_args a = {.linear = {.x = {.v = x, .ld = IN},
                                  .w = {.v = w, .ld = IN},
                                  .y = {.v = y, .ld = OUT},
                                  .rows = ROWS,
                                  .in = IN,
                                  .out = OUT}};
    for (int rows = 1; rows <= ROWS; rows += 12) { /* few rows go another way than many */
        a.linear.rows = rows;
        hy_call(hy_backend(HY_WHERE_CPU, HY_BF16), HY_OP_LINEAR, HY_FORWARD, &a);
        for (int r = 0; r < rows; r++)
            for (int o = 0; o < OUT; o++) {
                double sum = 0;
                for (int i = 0; i < IN; i++)
                    sum += (double)x[r * IN + i] * (double)w[o * IN + i];
                cr_assert_float_eq(y[r * OUT + o], sum, 0, "rows %d, [%d,%d]", rows, r, o);
            }
    }
}

/* With x of ones and eps 0, RMS norm's y is w, rounded where it is stored: whole vectors and a rest. */
Test(bf16, a_row_stores_what_it_should)
{
    enum { D = 5 * BF16_EDGES + 3 };
    float x[D], w[D], rstd;
    hy_bf16 y[D];
    union hy_args a = {.rmsnorm = {.x = {.v = x, .ld = D},
                                   .w = {.v = w, .ld = D},
                                   .y = {.v = (float *)(void *)y, .ld = D, .bf16 = 1},
                                   .rstd = &rstd,
                                   .rows = 1,
                                   .D = D}};
    cr_assert(machine_has_it());
    for (int i = 0; i < D; i++) {
        x[i] = 1;
        w[i] = from_bits(bf16_edges[i % BF16_EDGES].from);
    }
    w[D - 1] = from_bits(0x807fffff); /* below the smallest normal number: a zero of its sign */
    hy_call(hy_backend(HY_WHERE_CPU, HY_BF16), HY_OP_RMSNORM, HY_FORWARD, &a);
    for (int i = 0; i < D - 1; i++) {
        const struct bf16_edge *e = &bf16_edges[i % BF16_EDGES];
        cr_expect(bf16_edge_holds(e, y[i]), "column %d, %s: %08x became %04x instead of %04x", i, e->what, e->from,
                  y[i], e->to);
    }
    cr_expect_eq(y[D - 1], 0x8000, "%04x", y[D - 1]);
}
