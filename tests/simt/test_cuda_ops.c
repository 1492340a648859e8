/* Every row for a device against the double reference, on the cases and in the modes of the
 * host's rows (tests/kernels), executed on the host: threads forward, threads reversed, and
 * once more, which must not differ in a bit. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>

#include "kernels/device.h"
#include "tests/kernels/op_list.h"
#include "tests/simt/control.h"

static const struct hy_kernel *tried;

static void on_device(const union hy_args *a)
{
    hy_status status = hy_cuda_call(tried, a);
    cr_assert_eq(status, HY_OK, "%s: %s", tried->name, hy_error());
}

/* Forward, reversed, forward ... with every call. */
static void in_turn(const union hy_args *a)
{
    static bool backwards = true;
    simt_reverse(backwards = !backwards);
    on_device(a);
    simt_reverse(false);
}

static bool any_row(enum hy_op_id op, enum hy_pass pass, enum hy_precision precision)
{
    for (const struct hy_kernel *k = hy_cuda_kernels; k->name; k++)
        if (k->op == op && k->pass == pass && k->precision == precision)
            return true;
    return false;
}

enum { ROWS = 256 };

static int calls[ROWS];
static double share[ROWS];

static void check_mode(const struct op_case *c, const struct op_mode *m)
{
    struct op_trial *t = op_trial_open(c, m);
    for (int row = 0; hy_cuda_kernels[row].name; row++) {
        tried = &hy_cuda_kernels[row];
        if (tried->op != c->op || tried->pass != m->pass || tried->precision != m->precision)
            continue;
        struct op_report report = op_trial_run(t, tried->name, on_device);
        char text[256];
        cr_expect(report.good, "%s", report.text);
        cr_expect(op_trial_repeats(t, in_turn), "%s on %s, mode '%s': the order of threads changes the result",
                  tried->name, op_case_text(c, text), m->name);
        calls[row]++;
        share[row] = report.share > share[row] ? report.share : share[row];
    }
    op_trial_close(t);
}

static void check_precision(const struct op_case *c, const struct op_mode *mode, enum hy_precision precision)
{
    struct op_mode m = *mode;
    m.precision = precision;
    do
        check_mode(c, &m);
    while (op_mode_next_storage(&m, c->op));
}

static struct criterion_test_params every_op(void)
{
    static int ops[HY_OP_COUNT];
    for (int op = 0; op < HY_OP_COUNT; op++)
        ops[op] = op;
    return cr_make_param_array(int, ops, HY_OP_COUNT);
}

ParameterizedTestParameters(cuda_ops, every_row_agrees_with_the_reference)
{
    return every_op();
}

ParameterizedTest(int *which, cuda_ops, every_row_agrees_with_the_reference)
{
    enum hy_op_id op = (enum hy_op_id) * which;
    cr_assert_eq(hy_cuda_open(0), HY_OK, "%s", hy_error());
    for (const struct op_case *c = op_cases; c->why; c++)
        for (const struct op_mode *m = op_modes; m->name && c->op == op; m++)
            for (int precision = 0; precision < HY_PRECISIONS && !(c->flags & OP_BIG); precision++)
                if (op_mode_applies(m, c) && any_row(op, m->pass, (enum hy_precision)precision))
                    check_precision(c, m, (enum hy_precision)precision);
    for (int row = 0; hy_cuda_kernels[row].name; row++) {
        cr_assert_lt(row, ROWS);
        if (hy_cuda_kernels[row].op != op)
            continue;
        cr_assert_geq(calls[row], 3, "%s ran on only %d trials", hy_cuda_kernels[row].name, calls[row]);
        cr_log_info("%-34s %3d trials, worst share of the budget %.2f\n", hy_cuda_kernels[row].name, calls[row],
                    share[row]);
    }
    hy_cuda_close();
}

Test(cuda_ops, every_op_has_a_row_for_each_pass)
{
    for (int op = 0; op < HY_OP_COUNT; op++) {
        cr_expect(any_row((enum hy_op_id)op, HY_FORWARD, HY_F32), "%s has no row for a device", hy_ops[op].name);
        cr_expect(!hy_ops[op].has_backward || any_row((enum hy_op_id)op, HY_BACKWARD, HY_F32),
                  "%s has no backward row for a device", hy_ops[op].name);
    }
}
