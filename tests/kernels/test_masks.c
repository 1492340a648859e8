/* Which keys a query sees, entry by entry, for every attention kernel: with q = 0
 * all scores are equal and with v the identity the output row is 1/count where a
 * key is allowed and exactly 0 elsewhere. */
#include <criterion/criterion.h>

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/bf16.h"
#include "kernels/dispatch.h"

/* docs/model.md (Shared parts, Masks), in other words. */
static bool formula(int q, int k, int W, int M)
{
    return k <= q && (W == 0 || k >= q - W + 1 || k < M);
}

/* A square of T elements for a kernel: zeros, or ones on the diagonal; in bf16 where it takes that. */
static void *square(int T, bool bf16, bool diagonal)
{
    void *m = calloc((size_t)T * (size_t)T, sizeof(float));
    for (int t = 0; diagonal && t < T; t++)
        if (bf16)
            ((uint16_t *)m)[t * T + t] = 0x3f80;
        else
            ((float *)m)[t * T + t] = 1;
    return m;
}

/* seen[q*T + k] of one head; `kernel` NULL: the reference backend. */
static void probe(const struct hy_kernel *kernel, int T, int W, int M, float *seen)
{
    const bool bf16 = kernel && kernel->precision == HY_BF16;
    float *zero = square(T, bf16, false), *eye = square(T, bf16, true), *y = square(T, bf16, false);
    float *lse = calloc((size_t)T, sizeof *lse);
    union hy_args a = {.attention = {.q = {.v = zero, .ld = T},
                                     .k = {.v = zero, .ld = T},
                                     .v = {.v = eye, .ld = T},
                                     .y = {.v = y, .ld = T},
                                     .lse = lse,
                                     .B = 1,
                                     .T = T,
                                     .H = 1,
                                     .K = 1,
                                     .P = T,
                                     .W = W,
                                     .M = M}};
    hy_op_store(HY_OP_ATTENTION, &a, bf16);
    if (kernel)
        kernel->run(&a);
    else
        hy_call(hy_backend(HY_WHERE_REF, HY_F32), HY_OP_ATTENTION, HY_FORWARD, &a);
    for (int i = 0; i < T * T; i++)
        seen[i] = bf16 ? hy_bf16_widen(((hy_bf16 *)(void *)y)[i]) : y[i];
    free(y);
    free(zero);
    free(eye);
    free(lse);
}

static int check_all(int T, int W, int M, const char *const *rows)
{
    float *seen = calloc((size_t)T * (size_t)T, sizeof *seen);
    int probed = 0;
    for (int row = -1; row < 0 || hy_kernels[row].name; row++) { /* -1: the reference */
        const struct hy_kernel *kernel = row < 0 ? NULL : &hy_kernels[row];
        if (kernel && (kernel->op != HY_OP_ATTENTION || kernel->pass != HY_FORWARD || !hy_kernel_runs(kernel)))
            continue;
        const char *name = kernel ? kernel->name : "the reference";
        const double rounding = kernel && kernel->precision == HY_BF16 ? 0x1p-8 : 1e-6;
        probe(kernel, T, W, M, seen);
        for (int q = 0; q < T; q++) {
            int count = 0;
            for (int s = 0; s < T; s++)
                count += formula(q, s, W, M);
            for (int s = 0; s < T; s++) {
                float got = seen[q * T + s];
                cr_assert_eq(got != 0, formula(q, s, W, M), "%s: T=%d W=%d M=%d, query %d, key %d", name, T, W, M, q,
                             s);
                cr_assert(got == 0 || fabs((double)got * count - 1) < rounding, "%s: query %d, key %d", name, q, s);
                if (rows)
                    cr_assert_eq(rows[q][s] == '1', got != 0, "%s: T=%d W=%d M=%d, query %d, key %d", name, T, W, M, q,
                                 s);
            }
        }
        probed++;
    }
    free(seen);
    return probed;
}

Test(masks, every_kernel_follows_the_formula)
{
    static const int lengths[] = {1, 2, 7, 16, 33, 65}, windows[] = {0, 1, 2, 5, 16, 100}, metas[] = {0, 1, 3, 17};
    int probed = 0;
    for (size_t t = 0; t < sizeof lengths / sizeof *lengths; t++)
        for (size_t w = 0; w < sizeof windows / sizeof *windows; w++)
            for (size_t m = 0; m < sizeof metas / sizeof *metas; m++)
                probed += check_all(lengths[t], windows[w], metas[m], NULL);
    cr_assert_geq(probed, 2 * 6 * 6 * 4, "the reference and at least one kernel");
}

Test(masks, every_kernel_agrees_with_the_masks_of_the_oracle)
{
    json_error_t error;
    json_t *all = json_load_file("tests/data/masks.json", 0, &error), *one;
    cr_assert(json_is_array(all), "tests/data/masks.json: %s", error.text);
    size_t index;
    int probed = 0;
    json_array_foreach(all, index, one)
    {
        int T = (int)json_integer_value(json_object_get(one, "T"));
        int W = (int)json_integer_value(json_object_get(one, "W"));
        int M = (int)json_integer_value(json_object_get(one, "M"));
        bool global = json_is_true(json_object_get(one, "global"));
        json_t *rows = json_object_get(one, "rows");
        cr_assert_eq(json_array_size(rows), (size_t)T, "mask %zu", index);
        const char **text = calloc((size_t)T, sizeof *text);
        for (int q = 0; q < T; q++) {
            text[q] = json_string_value(json_array_get(rows, (size_t)q));
            cr_assert(text[q] && strlen(text[q]) == (size_t)T, "mask %zu, row %d", index, q);
        }
        probed += check_all(T, global ? 0 : W, M, text);
        free((void *)text);
    }
    cr_assert_geq(probed, 20);
    json_decref(all);
}

Test(masks, pairs_are_counted_as_the_formula_does)
{
    int compared = 0;
    for (int T = 0; T <= 24; T++)
        for (int W = 0; W <= 26; W++)
            for (int M = 0; M <= 26; M++) {
                int pairs = 0;
                for (int q = 0; q < T; q++)
                    for (int k = 0; k < T; k++)
                        pairs += formula(q, k, W, M);
                cr_assert_eq(hy_attention_pairs(T, W, M), pairs, "T=%d W=%d M=%d", T, W, M);
                compared++;
            }
    cr_assert_gt(compared, 10000);
}
