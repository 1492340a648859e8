#include <criterion/criterion.h>

#include <string.h>

#include "kernels/dispatch.h"

Test(dispatch, every_op_has_references_and_a_row_any_machine_runs)
{
    for (int op = 0; op < HY_OP_COUNT; op++)
        for (int pass = 0; pass < HY_PASSES; pass++) {
            bool needed = pass == HY_FORWARD || hy_ops[op].has_backward;
            int any = 0, rows = 0;
            for (const struct hy_kernel *k = hy_kernels; k->name; k++) {
                rows += k->op == (enum hy_op_id)op && k->pass == (enum hy_pass)pass;
                any += k->op == (enum hy_op_id)op && k->pass == (enum hy_pass)pass && k->isa == HY_ISA_ANY &&
                       k->precision == HY_F32;
            }
            cr_assert_eq(any > 0, needed, "%s, pass %d", hy_ops[op].name, pass);
            cr_assert_eq(rows > 0, needed, "%s, pass %d", hy_ops[op].name, pass);
            cr_assert_eq(hy_reference_of((enum hy_op_id)op, (enum hy_pass)pass) != NULL, needed);
            cr_assert_eq(hy_kernel_of((enum hy_op_id)op, (enum hy_pass)pass) != NULL, needed);
        }
}

Test(dispatch, the_best_level_of_the_machine_is_taken)
{
    cr_assert_eq(hy_isa(), hy_isa_of_machine());
    for (const struct hy_kernel *k = hy_kernels; k->name; k++)
        if (k->isa <= hy_isa_of_machine() && k->precision == HY_F32)
            cr_assert_geq(hy_kernel_of(k->op, k->pass)->isa, k->isa, "%s is better than what is taken", k->name);
}

Test(dispatch, a_forced_level_holds_for_every_op)
{
    int forced = 0;
    for (enum hy_isa isa = HY_ISA_ANY; isa <= hy_isa_of_machine(); isa++) {
        cr_assert_eq(hy_isa_set(hy_isa_name(isa)), HY_OK);
        cr_assert_eq(hy_isa(), isa);
        for (const struct hy_kernel *k = hy_kernels; k->name; k++)
            cr_assert_leq(hy_kernel_of(k->op, k->pass)->isa, isa);
        forced++;
    }
    cr_assert_geq(forced, 1);
    cr_assert_eq(hy_isa_set("base"), HY_OK);
    cr_assert_str_eq(hy_kernel_of(HY_OP_SCAN, HY_FORWARD)->name, "hy_scan_fwd_f32_base");
}

Test(dispatch, unknown_and_missing_levels_are_refused)
{
    cr_assert_eq(hy_isa_set("neon"), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), "neon"), "%s", hy_error());
    cr_assert_eq(hy_isa_set(""), HY_BAD_INPUT);
    cr_assert_eq(hy_isa_set("ref"), HY_BAD_INPUT);
    cr_assert_eq(hy_isa(), hy_isa_of_machine(), "a refused name must change nothing");
    if (hy_isa_of_machine() < HY_ISA_AVX512)
        cr_assert_eq(hy_isa_set("avx512"), HY_BAD_INPUT);
    if (hy_isa_of_machine() < HY_ISA_AMX)
        cr_assert_eq(hy_isa_set("amx"), HY_BAD_INPUT);
}

Test(dispatch, names)
{
    cr_assert_str_eq(hy_backend_name(hy_backend(HY_WHERE_REF, HY_F32)), "ref");
    cr_assert_str_eq(hy_backend_name(hy_backend(HY_WHERE_CPU, HY_F32)), "cpu");
    cr_assert_str_eq(hy_backend_name(hy_backend(HY_WHERE_CPU, HY_BF16)), "cpu-bf16");
    cr_assert_str_eq(hy_precision_name(HY_BF16), "bf16");
    cr_assert_str_eq(hy_isa_name(HY_ISA_ANY), "base");
    cr_assert_str_eq(hy_isa_name(HY_ISA_AVX2), "avx2");
    cr_assert_str_eq(hy_isa_name(HY_ISA_AVX512), "avx512");
    cr_assert_str_eq(hy_isa_name(HY_ISA_AMX), "amx");
}

Test(dispatch, a_precision_is_chosen_by_the_run)
{
    cr_assert_eq(hy_precision_check(HY_F32), HY_OK);
    /* ops without a row of that precision run their f32 one */
    cr_assert_eq(hy_kernel_in(HY_BF16, HY_OP_XENT, HY_FORWARD), hy_kernel_of(HY_OP_XENT, HY_FORWARD));
    /* and so do those whose activations lie in f32 */
    const union hy_args in_f32 = {0};
    cr_assert_eq(hy_kernel_for(hy_backend(HY_WHERE_CPU, HY_BF16), HY_OP_SCAN, HY_FORWARD, &in_f32),
                 hy_kernel_of(HY_OP_SCAN, HY_FORWARD));
    cr_assert_eq(hy_backend_stored(hy_backend(HY_WHERE_CPU, HY_F32)), HY_F32);
    cr_assert_eq(hy_kernel_of(HY_OP_LINEAR, HY_FORWARD)->precision, HY_F32);
    if (hy_precision_check(HY_BF16) != HY_OK) {
        cr_assert(strstr(hy_error(), "bf16"), "%s", hy_error());
        cr_assert_eq(hy_kernel_in(HY_BF16, HY_OP_LINEAR, HY_FORWARD)->precision, HY_F32);
        cr_skip("this machine has no bf16 products: their rows are not chosen here");
    }
    cr_assert_str_eq(hy_kernel_in(HY_BF16, HY_OP_LINEAR, HY_FORWARD)->name, "hy_linear_fwd_bf16_dnnl");
    cr_assert_str_eq(hy_kernel_in(HY_BF16, HY_OP_LINEAR, HY_BACKWARD)->name, "hy_linear_bwd_bf16_dnnl");
    cr_assert_eq(hy_backend_stored(hy_backend(HY_WHERE_CPU, HY_BF16)), HY_BF16);
    cr_assert_str_eq(hy_kernel_on(hy_backend(HY_WHERE_CPU, HY_BF16), HY_OP_SCAN, HY_FORWARD)->name,
                     "hy_scan_fwd_bf16_avx512");
    cr_assert_eq(hy_kernel_for(hy_backend(HY_WHERE_CPU, HY_BF16), HY_OP_LINEAR, HY_FORWARD, &in_f32)->precision,
                 HY_BF16);
    cr_assert_eq(hy_isa_set("avx2"), HY_OK);
    cr_assert_eq(hy_precision_check(HY_BF16), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), "avx2"), "%s", hy_error());
}

/* Both backends through the same door, on views with gaps and with a gradient in its value's place. */
Test(dispatch, both_backends_answer_the_same_call)
{
    enum { ROWS = 3, F = 5, LD = 13, YLD = 7 };
    static const enum hy_where host[2] = {HY_WHERE_REF, HY_WHERE_CPU};
    float x[2][ROWS * LD], y[2][ROWS * YLD], dy[ROWS * YLD];
    for (int b = 0; b < 2; b++) {
        for (int i = 0; i < ROWS * LD; i++)
            x[b][i] = (float)(i % 11) / 4 - 1;
        for (int i = 0; i < ROWS * YLD; i++)
            y[b][i] = dy[i] = (float)(i % 5) - 2;
        union hy_args a = {.swiglu = {.x = {.v = x[b], .ld = LD}, .y = {.v = y[b], .ld = YLD}, .rows = ROWS, .F = F}};
        hy_call(hy_backend(host[b], HY_F32), HY_OP_SWIGLU, HY_FORWARD, &a);
        a.swiglu.x.d = x[b];
        a.swiglu.y.d = dy;
        hy_call(hy_backend(host[b], HY_F32), HY_OP_SWIGLU, HY_BACKWARD, &a);
    }
    for (int i = 0; i < ROWS * LD; i++) {
        cr_assert_float_eq(x[0][i], x[1][i], 1e-6, "dx[%d]", i);
        if (i % LD >= 2 * F)
            cr_assert_eq(x[0][i], (float)(i % 11) / 4 - 1, "the gap at %d was written", i);
    }
    for (int i = 0; i < ROWS * YLD; i++)
        cr_assert_float_eq(y[0][i], y[1][i], 1e-6, "y[%d]", i);
    /* silu(1.5) * -1 of row 0: x = -1, -.75, -.5, -.25, 0 | .25, .5, .75, 1, 1.25 */
    cr_assert_float_eq(y[0][1], -0.75 / (1 + 2.117000016612675) * 0.5, 1e-6);
}

/* Optimizer state and double scratch pass through the reference backend. */
Test(dispatch, reference_backend_updates_state_in_place)
{
    enum { N = 4 };
    struct hy_run run = {.seed = 1, .step = 0, .lr = 0.1f};
    float p[N] = {1, 2, -3, 4}, m[N] = {0}, v[N] = {0}, g[N] = {0.5f, -0.5f, 0.25f, 0}, norm[1] = {0};
    double partial[1] = {-1};
    union hy_args n = {.gradnorm = {.g = g, .norm = norm, .partial = partial, .n = N}};
    hy_call(hy_backend(HY_WHERE_REF, HY_F32), HY_OP_GRADNORM, HY_FORWARD, &n);
    cr_assert_float_eq(norm[0], 0.75, 1e-7);
    union hy_args a = {.adamw = {.p = p,
                                 .m = m,
                                 .v = v,
                                 .g = g,
                                 .norm = norm,
                                 .run = &run,
                                 .n = N,
                                 .beta1 = 0.9f,
                                 .beta2 = 0.99f,
                                 .eps = 1e-8f,
                                 .decay = 0.1f,
                                 .clip = 1}};
    hy_call(hy_backend(HY_WHERE_REF, HY_F32), HY_OP_ADAMW, HY_FORWARD, &a);
    /* the first step moves by lr against the gradient's sign, after decay by 1 - 0.01 */
    cr_assert_float_eq(p[0], 0.99 - 0.1, 1e-6);
    cr_assert_float_eq(p[1], 1.98 + 0.1, 1e-6);
    cr_assert_float_eq(p[2], -2.97 - 0.1, 1e-6);
    cr_assert_float_eq(p[3], 3.96, 1e-6);
    cr_assert_float_eq(m[0], 0.05, 1e-7);
    cr_assert_float_eq(v[0], 0.0025, 1e-8);
}
