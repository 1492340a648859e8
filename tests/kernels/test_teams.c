/* Every row of the kernel tables in teams of every size up to four, as many as were asked for and fewer: a kernel
 * shares its work out among the threads that came. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "kernels/base/threads.h"
#include "tests/kernels/op_list.h"
#include "tests/kernels/op_team.h"

enum { MOST_THREADS = 4, ROWS = 256 };

static struct criterion_test_params every_op(void)
{
    static int ops[HY_OP_COUNT];
    for (int op = 0; op < HY_OP_COUNT; op++)
        ops[op] = op;
    return cr_make_param_array(int, ops, HY_OP_COUNT);
}

/* One kernel in every team, kept small in both ways (a costly case in one). */
static void check_kernel(const struct op_case *c, const struct op_trial *t, const struct hy_kernel *k)
{
    for (int limit = 0; limit < (c->flags & OP_BIG ? OP_NESTED : OP_LIMITS); limit++)
        for (int team = 1; team <= MOST_THREADS; team++) {
            int got;
            struct op_report report = op_trial_run_in_team(t, k->name, k->run, (enum op_limit)limit, team, &got);
            cr_assert_eq(got, team, "%d threads came where %d were to come", got, team);
            cr_expect(report.good, "%d threads of %d: %s", team, MOST_THREADS, report.text);
        }
}

static void check_trial(const struct op_case *c, const struct op_mode *m, int *calls)
{
    struct op_trial *t = NULL;
    for (int row = 0; hy_kernels[row].name; row++) {
        const struct hy_kernel *k = &hy_kernels[row];
        if (k->op != c->op || k->pass != m->pass || k->precision != m->precision || !hy_kernel_runs(k))
            continue;
        t = t ? t : op_trial_drawn(c, m);
        check_kernel(c, t, k);
        calls[row]++;
    }
    op_trial_close(t);
}

ParameterizedTestParameters(teams, every_row_in_teams_smaller_than_asked_for)
{
    return every_op();
}

ParameterizedTest(int *op, teams, every_row_in_teams_smaller_than_asked_for)
{
    int calls[ROWS] = {0};
    hy_threads_set(MOST_THREADS);
    cr_assert_eq(hy_threads(), MOST_THREADS);
    for (const struct op_case *c = op_cases; c->why; c++)
        for (const struct op_mode *m = op_modes; m->name && c->op == (enum hy_op_id) * op; m++) {
            if (!op_mode_applies(m, c) || (m->seed != 2 && m->seed != 6))
                continue;
            for (int precision = 0; precision < HY_PRECISIONS; precision++) {
                struct op_mode in = *m;
                in.precision = (enum hy_precision)precision;
                do
                    check_trial(c, &in, calls);
                while (op_mode_next_storage(&in, c->op));
            }
        }
    for (int row = 0; hy_kernels[row].name; row++)
        if (hy_kernels[row].op == (enum hy_op_id) * op && hy_kernel_runs(&hy_kernels[row]))
            cr_assert_geq(calls[row], 1, "%s was not tried", hy_kernels[row].name);
}
