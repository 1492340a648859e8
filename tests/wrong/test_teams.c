/* A kernel that leaves work undone where fewer threads come than were asked for must be caught, in every small team. */
#include <criterion/criterion.h>

#include <omp.h>

#include "kernels/base/threads.h"
#include "tests/kernels/op_list.h"
#include "tests/kernels/op_team.h"

/* Each thread does the share that is its own if all came. */
static void shared_by_the_size_asked_for(const union hy_args *args)
{
    hy_kernel_fn *const one_share = hy_kernel_of(HY_OP_RMSNORM, HY_FORWARD)->run;
#pragma omp parallel num_threads(hy_threads())
    {
        union hy_args a = *args;
        long first, end;
        hy_share(a.rmsnorm.rows, omp_get_thread_num(), hy_threads(), &first, &end);
        a.rmsnorm.rows = (int)(end - first);
        a.rmsnorm.x.v += first * a.rmsnorm.x.ld;
        a.rmsnorm.y.v += first * a.rmsnorm.y.ld;
        a.rmsnorm.rstd += first;
        one_share(&a);
    }
}

Test(wrong_teams, shares_of_threads_that_did_not_come)
{
    int caught[OP_LIMITS][5] = {0}, trials = 0;
    hy_threads_set(4);
    for (const struct op_case *c = op_cases; c->why; c++)
        for (const struct op_mode *m = op_modes; m->name && c->op == HY_OP_RMSNORM; m++) {
            if (m->pass != HY_FORWARD || c->flags & OP_BIG || !op_mode_applies(m, c))
                continue;
            struct op_trial *t = op_trial_drawn(c, m);
            trials++;
            for (int limit = 0; limit < OP_LIMITS; limit++)
                for (int team = 1; team <= 4; team++) {
                    int got;
                    struct op_report report =
                        op_trial_run_in_team(t, "shared by the size asked for", shared_by_the_size_asked_for,
                                             (enum op_limit)limit, team, &got);
                    cr_assert_eq(got, team);
                    caught[limit][team] += !report.good;
                }
            op_trial_close(t);
        }
    cr_assert_gt(trials, 0);
    for (int limit = 0; limit < OP_LIMITS; limit++) {
        for (int team = 1; team < 4; team++)
            cr_expect_gt(caught[limit][team], 0, "not caught in any of %d trials with %d threads of 4", trials, team);
        cr_expect_eq(caught[limit][4], 0, "with all of its threads it is right");
    }
}
