/* The references' backward passes against central finite differences, in double,
 * for every op and every case that is small enough: loss = sum of coefficient x
 * output, where the coefficients are the gradients that arrive. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <math.h>
#include <string.h>

#include "tests/kernels/op_list.h"

enum { LARGEST_CASE = 20000, PROBES = 10 };

static double loss_of(enum hy_op_id op, union hy_args_f64 *a, const struct hy_shape *shape)
{
    double loss = 0;
    hy_reference_of(op, HY_FORWARD)->run(a);
    if (op == HY_OP_XENT)
        return a->xent.loss[0]; /* the op is the loss */
    for (int i = 0; hy_ops[op].slots[i].name; i++) {
        struct hy_out_f64 out;
        if (hy_ops[op].slots[i].role != HY_ROLE_OUT)
            continue;
        memcpy(&out, (char *)a + hy_ops[op].slots[i].offset, sizeof out);
        for (size_t n = 0; out.d && n < shape[i].rows * shape[i].cols; n++)
            loss += out.v[n] * out.d[n];
    }
    return loss;
}

/* Probes the gradient of one input; returns how many elements were probed. */
static int probe(const struct op_case *c, const struct op_mode *m, union hy_args_f64 *a, const struct hy_shape *shape,
                 int slot)
{
    struct hy_in_f64 in;
    char text[256];
    size_t n = shape[slot].rows * shape[slot].cols, stride = n / PROBES + 1;
    int probed = 0;
    double largest = 0;
    memcpy(&in, (char *)a + hy_ops[c->op].slots[slot].offset, sizeof in);
    for (size_t i = 0; in.d && i < n; i++)
        largest = fmax(largest, fabs(in.d[i]));
    for (size_t at = 0; in.d && at < n + stride - 1; at += stride) {
        size_t i = at < n ? at : n - 1; /* the last one too */
        double *x = (double *)(uintptr_t)&in.v[i], kept = *x;
        double h = 1e-5 * (m->tiny ? 1e-2 : 1), loss[4];
        const int steps[4] = {-2, -1, 1, 2};
        for (int k = 0; k < 4; k++) {
            *x = kept + steps[k] * h;
            loss[k] = loss_of(c->op, a, shape);
        }
        *x = kept;
        double slope = (loss[0] - 8 * loss[1] + 8 * loss[2] - loss[3]) / (12 * h);
        /* truncation is of order h^4, rounding 1e-16 * loss / h */
        cr_assert(fabs(slope - in.d[i]) <= 1e-6 * largest + 1e-9,
                  "%s (%s), mode '%s': gradient of %s[%zu] is %.12g, finite differences say %.12g",
                  op_case_text(c, text), c->why, m->name, hy_ops[c->op].slots[slot].name, i, in.d[i], slope);
        probed++;
    }
    return probed;
}

ParameterizedTestParameters(references, every_gradient_agrees_with_finite_differences)
{
    static int ops[HY_OP_COUNT];
    size_t n = 0;
    for (int op = 0; op < HY_OP_COUNT; op++)
        if (hy_ops[op].has_backward)
            ops[n++] = op;
    return cr_make_param_array(int, ops, n);
}

ParameterizedTest(int *op, references, every_gradient_agrees_with_finite_differences)
{
    static const struct op_mode modes[] = {
        {.name = "plain", .seed = 21, .pass = HY_BACKWARD},
        {.name = "dropout", .seed = 22, .pass = HY_BACKWARD, .p = 0.3f},
        {.name = "tiny rows", .seed = 23, .pass = HY_BACKWARD, .tiny = true},
    };
    int probed = 0;
    for (const struct op_case *c = op_cases; c->why; c++) {
        struct hy_shape shape[HY_MAX_SLOTS] = {{0, 0}};
        hy_ops[c->op].shapes(&c->sizes, shape);
        if (c->op != (enum hy_op_id) * op || hy_ops[c->op].flops(&c->sizes, HY_BACKWARD) > LARGEST_CASE)
            continue;
        for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
            if (!op_mode_applies(&modes[i], c) || (modes[i].p > 0 && !hy_op_drops(c->op)))
                continue;
            struct op_trial *t = op_trial_drawn(c, &modes[i]);
            for (int slot = 0; hy_ops[c->op].slots[slot].name; slot++)
                if (hy_ops[c->op].slots[slot].role == HY_ROLE_IN)
                    probed += probe(c, &modes[i], op_trial_exact(t), shape, slot);
            op_trial_close(t);
        }
    }
    cr_assert_gt(probed, 30, "only %d gradients of %s were probed", probed, hy_ops[*op].name);
}

Test(references, add_and_unwanted_gradients_are_honoured)
{
    /* the same case three ways: written, added, unwanted for half of the slots */
    static const struct op_mode written = {.name = "written", .seed = 31, .pass = HY_BACKWARD};
    static const struct op_mode half = {.name = "half", .seed = 31, .pass = HY_BACKWARD, .unwanted = 0x5555};
    int compared = 0, absent = 0;
    for (const struct op_case *c = op_cases; c->why; c++) {
        if (!hy_ops[c->op].has_backward || hy_ops[c->op].flops(&c->sizes, HY_BACKWARD) > LARGEST_CASE)
            continue;
        struct op_trial *all = op_trial_drawn(c, &written), *some = op_trial_drawn(c, &half);
        struct hy_shape shape[HY_MAX_SLOTS] = {{0, 0}};
        hy_ops[c->op].shapes(&c->sizes, shape);
        for (int slot = 0; hy_ops[c->op].slots[slot].name; slot++) {
            struct hy_in_f64 one, other;
            size_t n = shape[slot].rows * shape[slot].cols;
            if (hy_ops[c->op].slots[slot].role != HY_ROLE_IN || n == 0)
                continue;
            memcpy(&one, (char *)op_trial_exact(all) + hy_ops[c->op].slots[slot].offset, sizeof one);
            memcpy(&other, (char *)op_trial_exact(some) + hy_ops[c->op].slots[slot].offset, sizeof other);
            absent += other.d == NULL;
            if (other.d) {
                cr_assert(memcmp(one.d, other.d, n * sizeof *one.d) == 0, "%s: an unwanted gradient changed another",
                          hy_ops[c->op].name);
                compared++;
            }
        }
        /* adding to what is there: run once more, every gradient doubles */
        union hy_args_f64 *a = op_trial_exact(all);
        for (int slot = 0; hy_ops[c->op].slots[slot].name; slot++) {
            struct hy_in_f64 in;
            char *field = (char *)a + hy_ops[c->op].slots[slot].offset;
            size_t n = shape[slot].rows * shape[slot].cols;
            if (hy_ops[c->op].slots[slot].role != HY_ROLE_IN || n == 0)
                continue;
            memcpy(&in, field, sizeof in);
            double before = in.d[n - 1];
            in.add = 1;
            memcpy(field, &in, sizeof in);
            hy_reference_of(c->op, HY_BACKWARD)->run(a);
            cr_assert_float_eq(in.d[n - 1], 2 * before, 1e-12 * (1 + fabs(before)), "%s: %s.d was not added to",
                               hy_ops[c->op].name, hy_ops[c->op].slots[slot].name);
            in.add = 0;
            memcpy(field, &in, sizeof in);
        }
        op_trial_close(all);
        op_trial_close(some);
    }
    cr_assert(compared > 50 && absent > 50);
}

/* The reference backend (widen, call, round) in the place of a kernel: views with
 * gaps, gradients in place, unwanted ones, operands that are absent. */
static const struct hy_reference *called;

static void by_reference_backend(const union hy_args *a)
{
    hy_reference_call(called, a);
}

Test(references, the_reference_backend_stands_in_for_every_kernel)
{
    int trials = 0;
    for (const struct op_case *c = op_cases; c->why; c++)
        for (const struct op_mode *m = op_modes; m->name; m++) {
            if ((c->flags & OP_BIG) || !op_mode_applies(m, c))
                continue;
            struct op_trial *t = op_trial_drawn(c, m);
            called = hy_reference_of(c->op, m->pass);
            struct op_report report = op_trial_run(t, "the reference backend", by_reference_backend);
            cr_expect(report.good, "%s", report.text);
            /* rounding is its only error: half a unit in the last place, a small part of any budget */
            cr_expect_lt(report.share, 0.3, "%s: share %g", hy_ops[c->op].name, report.share);
            op_trial_close(t);
            trials++;
        }
    cr_assert_gt(trials, 400);
}
