#include "tests/kernels/op_device.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/kernels/op_list.h"

enum { ROWS = 256 };

static const struct hy_kernel *tried;
static int calls[ROWS];
static double share[ROWS];

void op_device_run(const union hy_args *a)
{
    hy_status status = hy_cuda_call(tried, a);
    cr_assert_eq(status, HY_OK, "%s: %s", tried->name, hy_error());
}

static void check_mode(const struct op_case *c, const struct op_mode *m, hy_kernel_fn *again, const char *differs)
{
    struct op_trial *t = NULL;
    char text[256];
    for (int row = 0; hy_cuda_kernels[row].name; row++) {
        tried = &hy_cuda_kernels[row];
        if (tried->op != c->op || tried->pass != m->pass || tried->precision != m->precision)
            continue;
        if (!t)
            t = op_trial_drawn(c, m);
        struct op_report report = op_trial_run(t, tried->name, op_device_run);
        cr_expect(report.good, "%s", report.text);
        cr_expect(op_trial_repeats(t, again), "%s on %s, mode '%s': %s", tried->name, op_case_text(c, text), m->name,
                  differs);
        calls[row]++;
        share[row] = report.share > share[row] ? report.share : share[row];
    }
    op_trial_close(t);
}

static void check_precisions(const struct op_case *c, const struct op_mode *mode, hy_kernel_fn *again,
                             const char *differs)
{
    for (int precision = 0; precision < HY_PRECISIONS; precision++) {
        struct op_mode m = *mode;
        m.precision = (enum hy_precision)precision;
        do
            check_mode(c, &m, again, differs);
        while (op_mode_next_storage(&m, c->op));
    }
}

void op_device_check(enum hy_op_id op, bool big, hy_kernel_fn *again, const char *differs)
{
    for (const struct op_case *c = op_cases; c->why; c++)
        for (const struct op_mode *m = op_modes; m->name && c->op == op; m++)
            if (op_mode_applies(m, c) && (big || !(c->flags & OP_BIG)))
                check_precisions(c, m, again, differs);
    for (int row = 0; hy_cuda_kernels[row].name; row++) {
        cr_assert_lt(row, ROWS);
        if (hy_cuda_kernels[row].op != op)
            continue;
        cr_assert_geq(calls[row], 3, "%s ran on only %d trials", hy_cuda_kernels[row].name, calls[row]);
        fprintf(stderr, "%-34s %3d trials, worst share of the budget %.2f\n", hy_cuda_kernels[row].name, calls[row],
                share[row]);
    }
}
