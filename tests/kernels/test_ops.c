/* Every row of the kernel tables against the double reference, on every case and
 * in every mode (op_case.h). A level that this machine lacks is named and skipped. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <string.h>

#include "kernels/base/threads.h"
#include "tests/kernels/op_list.h"

static struct criterion_test_params every_op(void)
{
    static int ops[HY_OP_COUNT];
    for (int op = 0; op < HY_OP_COUNT; op++)
        ops[op] = op;
    return cr_make_param_array(int, ops, HY_OP_COUNT);
}

/* The op has rows of that precision that this machine runs. */
static bool any_row(enum hy_op_id op, enum hy_pass pass, enum hy_precision precision)
{
    for (const struct hy_kernel *k = hy_kernels; k->name; k++)
        if (k->op == op && k->pass == pass && k->precision == precision && hy_kernel_runs(k))
            return true;
    return false;
}

/* Holds all rows of (op, pass) and one precision and storage against one trial; counts calls in `calls`, per row of the
 * table. */
static void check_mode(const struct op_case *c, const struct op_mode *m, int *calls, double *share)
{
    struct op_trial *t = op_trial_drawn(c, m);
    for (int row = 0; hy_kernels[row].name; row++) {
        const struct hy_kernel *k = &hy_kernels[row];
        if (k->op != c->op || k->pass != m->pass || k->precision != m->precision || !hy_kernel_runs(k))
            continue;
        struct op_report report = op_trial_run(t, k->name, k->run);
        cr_expect(report.good, "%s", report.text);
        calls[row]++;
        if (report.share > share[row])
            share[row] = report.share;
    }
    op_trial_close(t);
}

static void check_rows(const struct op_case *c, const struct op_mode *m, int *calls, double *share)
{
    for (int precision = 0; precision < HY_PRECISIONS; precision++) {
        struct op_mode in = *m;
        in.precision = (enum hy_precision)precision;
        if (any_row(c->op, m->pass, in.precision))
            do
                check_mode(c, &in, calls, share);
            while (op_mode_next_storage(&in, c->op));
    }
}

enum { ROWS = 256 };

static void assert_every_row_ran(enum hy_op_id op, const int *calls, const double *share, int at_least)
{
    int rows = 0;
    for (int row = 0; hy_kernels[row].name; row++) {
        const struct hy_kernel *k = &hy_kernels[row];
        cr_assert_lt(row, ROWS);
        if (k->op != op)
            continue;
        rows++;
        if (!hy_kernel_runs(k)) {
            fprintf(stderr, "skipped: %s (this machine has no %s)\n", k->name,
                    k->isa > hy_isa_of_machine() ? hy_isa_name(k->isa) : hy_precision_name(k->precision));
            continue;
        }
        cr_assert_geq(calls[row], at_least, "%s ran on only %d trials", k->name, calls[row]);
        cr_log_info("%-34s %3d trials, worst share of the budget %.2f\n", k->name, calls[row], share[row]);
    }
    cr_assert_geq(rows, 1, "%s has no kernel", hy_ops[op].name);
}

ParameterizedTestParameters(ops, every_row_agrees_with_the_reference)
{
    return every_op();
}

ParameterizedTest(int *op, ops, every_row_agrees_with_the_reference)
{
    int calls[ROWS] = {0};
    double share[ROWS] = {0};
    for (const struct op_case *c = op_cases; c->why; c++)
        for (const struct op_mode *m = op_modes; m->name && c->op == (enum hy_op_id) * op; m++)
            if (op_mode_applies(m, c))
                check_rows(c, m, calls, share);
    assert_every_row_ran((enum hy_op_id) * op, calls, share, 4);
}

/* Scratch sizes and the shares of the rows follow the number of threads. */
ParameterizedTestParameters(ops, any_number_of_threads)
{
    return every_op();
}

ParameterizedTest(int *op, ops, any_number_of_threads)
{
    static const int threads[] = {1, 2, 3, 4, 8};
    int calls[ROWS] = {0};
    double share[ROWS] = {0};
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        hy_threads_set(threads[i]);
        for (const struct op_case *c = op_cases; c->why; c++)
            for (const struct op_mode *m = op_modes; m->name && c->op == (enum hy_op_id) * op; m++)
                if (!(c->flags & OP_BIG) && op_mode_applies(m, c) && (m->seed == 2 || m->seed == 6))
                    check_rows(c, m, calls, share);
    }
    assert_every_row_ran((enum hy_op_id) * op, calls, share, 4);
}

/* How many rows were tried. */
static int check_repeats(const struct op_case *c, const struct op_mode *m)
{
    int compared = 0;
    char text[256];
    struct op_trial *t = op_trial_drawn(c, m);
    for (const struct hy_kernel *k = hy_kernels; k->name; k++)
        if (k->op == c->op && k->pass == m->pass && k->precision == m->precision && hy_kernel_runs(k)) {
            cr_expect(op_trial_repeats(t, k->run), "%s on %s does not repeat itself", k->name, op_case_text(c, text));
            compared++;
        }
    op_trial_close(t);
    return compared;
}

/* Same inputs, same number of threads: the same bits. */
ParameterizedTestParameters(ops, repeats_bit_for_bit)
{
    return every_op();
}

ParameterizedTest(int *op, ops, repeats_bit_for_bit)
{
    int compared = 0;
    hy_threads_set(3);
    for (const struct op_case *c = op_cases; c->why; c++)
        for (const struct op_mode *m = op_modes; m->name && c->op == (enum hy_op_id) * op; m++) {
            if ((c->flags & OP_BIG) || !op_mode_applies(m, c) || (m->seed != 2 && m->seed != 6))
                continue;
            for (int precision = 0; precision < HY_PRECISIONS; precision++) {
                struct op_mode in = *m;
                in.precision = (enum hy_precision)precision;
                if (any_row(c->op, m->pass, in.precision))
                    do
                        compared += check_repeats(c, &in);
                    while (op_mode_next_storage(&in, c->op));
            }
        }
    cr_assert_geq(compared, 3);
}
