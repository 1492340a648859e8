#include "tests/kernels/op_team.h"

#include <omp.h>

#include "kernels/base/threads.h"

enum { MOST = 4 };

struct call {
    const struct op_trial *t;
    const char *name;
    hy_kernel_fn *kernel;
    struct op_report report;
    int got;
};

static void make(struct call *c)
{
    int got = 0;
#pragma omp parallel num_threads(hy_threads()) reduction(max : got)
    got = omp_get_num_threads();
    c->got = got;
    c->report = op_trial_run(c->t, c->name, c->kernel);
}

/* The host's teams construct lowers the limit on threads for what runs in it, as OMP_THREAD_LIMIT does for a process.
 */
static void limited(struct call *c, int team)
{
#pragma omp teams num_teams(1) thread_limit(team)
    make(c);
}

/* One thread of an outer team calls, the others wait: of MOST they leave `team`. */
static void nested(struct call *c, int team)
{
    omp_set_max_active_levels(2);
#pragma omp teams num_teams(1) thread_limit(MOST)
#pragma omp parallel num_threads(MOST - team + 1)
    {
#pragma omp single
        make(c);
    }
    omp_set_max_active_levels(1);
}

struct op_report op_trial_run_in_team(const struct op_trial *t, const char *name, hy_kernel_fn *kernel,
                                      enum op_limit limit, int team, int *got)
{
    struct call c = {.t = t, .name = name, .kernel = kernel};
    if (limit == OP_LIMITED)
        limited(&c, team);
    else
        nested(&c, team);
    *got = c.got;
    return c.report;
}
