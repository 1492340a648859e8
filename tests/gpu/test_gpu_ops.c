/* Every row for a device against the double reference, on the cases and in the modes of the
 * host's rows (tests/kernels), executed by a GPU; skipped, saying why, where there is none. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>

#include "kernels/device.h"
#include "tests/kernels/op_list.h"

static const struct hy_kernel *tried;

static void on_device(const union hy_args *a)
{
    hy_status status = hy_cuda_call(tried, a);
    cr_assert_eq(status, HY_OK, "%s: %s", tried->name, hy_error());
}

enum { ROWS = 256 };

static int calls[ROWS];
static double share[ROWS];

static void check_mode(const struct op_case *c, const struct op_mode *m)
{
    struct op_trial *t = NULL;
    for (int row = 0; hy_cuda_kernels[row].name; row++) {
        tried = &hy_cuda_kernels[row];
        if (tried->op != c->op || tried->pass != m->pass || tried->precision != m->precision)
            continue;
        if (!t)
            t = op_trial_open(c, m);
        struct op_report report = op_trial_run(t, tried->name, on_device);
        cr_expect(report.good, "%s", report.text);
        cr_expect(op_trial_repeats(t, on_device), "%s, mode '%s': two runs differ", tried->name, m->name);
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

ParameterizedTestParameters(gpu_ops, every_row_agrees_with_the_reference)
{
    static int ops[HY_OP_COUNT];
    for (int op = 0; op < HY_OP_COUNT; op++)
        ops[op] = op;
    return cr_make_param_array(int, ops, HY_OP_COUNT);
}

ParameterizedTest(int *which, gpu_ops, every_row_agrees_with_the_reference)
{
    enum hy_op_id op = (enum hy_op_id) * which;
    if (hy_cuda_open(0) != HY_OK) {
        if (op == 0)
            fprintf(stderr, "skipped: %s\n", hy_error());
        cr_skip("no GPU");
    }
    for (const struct op_case *c = op_cases; c->why; c++)
        for (const struct op_mode *m = op_modes; m->name && c->op == op; m++)
            for (int precision = 0; precision < HY_PRECISIONS; precision++)
                if (op_mode_applies(m, c))
                    check_precision(c, m, (enum hy_precision)precision);
    for (int row = 0; hy_cuda_kernels[row].name; row++) {
        cr_assert_lt(row, ROWS);
        if (hy_cuda_kernels[row].op != op)
            continue;
        cr_assert_geq(calls[row], 3, "%s ran on only %d trials", hy_cuda_kernels[row].name, calls[row]);
        fprintf(stderr, "%-34s %3d trials, worst share of the budget %.2f\n", hy_cuda_kernels[row].name, calls[row],
                share[row]);
    }
    hy_cuda_close();
}

/* What a build without nvcc and a machine without a GPU can still hold. */
Test(gpu_ops, rows_are_there_where_the_build_has_cuda)
{
    cr_assert_eq(hy_cuda_built(), hy_cuda_kernels[0].name != NULL);
    for (const struct hy_kernel *k = hy_cuda_kernels; k->name; k++)
        cr_assert(k->run && k->op < HY_OP_COUNT && k->precision < HY_PRECISIONS, "%s", k->name);
    if (!hy_cuda_built())
        cr_assert_eq(hy_cuda_open(0), HY_RUN_FAILED);
}
