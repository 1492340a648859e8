/* What a device stores in bf16, on the bits. */
#include <criterion/criterion.h>

#include <string.h>

#include "kernels/device.h"
#include "tests/kernels/bf16_edges.h"
#include "tests/simt/kernels/kernels.h"

/* `n` floats by their bits -> bf16 on the device. */
static void rounded(uint16_t *to, const uint32_t *bits, int n)
{
    hy_address x, y;
    const size_t N = (size_t)n;
    cr_assert_eq(hy_cuda_open(0), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_cuda_alloc(N * sizeof *bits, &x), HY_OK);
    cr_assert_eq(hy_cuda_alloc(N * sizeof *to, &y), HY_OK);
    hy_cuda_put(x, bits, N * sizeof *bits);
    simt_round((uint16_t *)y, (const float *)x, n);
    cr_assert_eq(hy_cuda_get(to, y, N * sizeof *to), HY_OK, "%s", hy_error());
    hy_cuda_free(x);
    hy_cuda_free(y);
    hy_cuda_close();
}

/* In both halves of a word. */
Test(bf16, pairs_are_rounded_to_nearest_ties_to_even)
{
    enum { N = 2 * BF16_EDGES };
    uint32_t bits[N];
    uint16_t got[N];
    for (int i = 0; i < BF16_EDGES; i++) {
        bits[2 * i] = bf16_edges[i].from;
        bits[2 * i + 1] = bf16_edges[(i + 1) % BF16_EDGES].from;
    }
    rounded(got, bits, N);
    for (int i = 0; i < N; i++) {
        const struct bf16_edge *e = &bf16_edges[(i + 1) / 2 % BF16_EDGES];
        cr_expect(bf16_edge_holds(e, got[i]), "%s: %08x became %04x instead of %04x", e->what, e->from, got[i], e->to);
    }
}

/* Numbers below the smallest normal one are numbers like others. */
Test(bf16, denormals_stay)
{
    static const uint32_t bits[] = {0x00400000, 0x80018000, 0x00008000, 0x007fffff};
    static const uint16_t expected[] = {0x0040, 0x8002, 0x0000, 0x0080};
    uint16_t got[4];
    rounded(got, bits, 4);
    for (int i = 0; i < 4; i++)
        cr_expect_eq(got[i], expected[i], "%08x became %04x instead of %04x", bits[i], got[i], expected[i]);
}

/* The same through a row: with x of ones and eps 0, RMS norm's y is w, rounded. */
Test(bf16, a_row_stores_what_it_should)
{
    float x[BF16_EDGES], w[BF16_EDGES], rstd;
    uint16_t y[BF16_EDGES];
    const union hy_args a = {.rmsnorm = {.x = {.v = x, .ld = BF16_EDGES},
                                         .w = {.v = w, .ld = BF16_EDGES},
                                         .y = {.v = (float *)(void *)y, .ld = BF16_EDGES, .bf16 = 1},
                                         .rstd = &rstd,
                                         .rows = 1,
                                         .D = BF16_EDGES}};
    for (int i = 0; i < BF16_EDGES; i++) {
        x[i] = 1;
        memcpy(&w[i], &bf16_edges[i].from, sizeof w[i]);
    }
    cr_assert_eq(hy_cuda_open(0), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_cuda_call(hy_cuda_kernel_in(HY_BF16, HY_OP_RMSNORM, HY_FORWARD), &a), HY_OK, "%s", hy_error());
    hy_cuda_close();
    for (int i = 0; i < BF16_EDGES; i++)
        cr_expect(bf16_edge_holds(&bf16_edges[i], y[i]), "%s: became %04x instead of %04x", bf16_edges[i].what, y[i],
                  bf16_edges[i].to);
}
