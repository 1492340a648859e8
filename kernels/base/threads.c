#include "kernels/base/threads.h"

#include <limits.h>
#include <omp.h>
#include <stdlib.h>

#include "kernels/base/cgroup.h"
#include "kernels/base/status.h"

/* Only the pool's size is set: the OpenMP build of OpenBLAS follows it. */
static int threads, asked, parts;

/* The size of a team that is asked for n threads: what OMP_THREAD_LIMIT and the system let it have. */
static int team_of(int n)
{
    int got = 1;
#pragma omp parallel num_threads(n)
#pragma omp single
    got = omp_get_num_threads();
    return got;
}

int hy_threads_allowed(void)
{
    const int processors = omp_get_num_procs(); /* those of the affinity mask, so of a cpuset too */
    const double share = hy_cgroup_cpus();
    if (share <= 0 || share >= processors)
        return processors;
    return share <= 1 ? 1 : (int)(share + 0.999); /* of 2.5, three threads: the third works half the time */
}

/* A team smaller than what kernels and libraries count on leaves work undone: oneDNN shares a product out by the
 * size it asked for. So teams have a fixed size (no OMP_DYNAMIC), are not switched off (OMP_MAX_ACTIVE_LEVELS=0),
 * and what a real one came to is what everybody then asks for. */
static void adopt(int n)
{
    omp_set_dynamic(0);
    if (omp_get_max_active_levels() < 1)
        omp_set_max_active_levels(1);
    asked = n;
    threads = team_of(n);
    omp_set_num_threads(threads);
    if (threads < n)
        hy_warn_once(
            "%d threads were asked for and %d came (OMP_THREAD_LIMIT, or a limit on processes); this runs on %d", n,
            threads, threads);
    const int allowed = hy_threads_allowed();
    if (threads > allowed)
        hy_warn_once(
            "%d threads share %d processors (%d here, the control group allows %.3g): this is slower, not faster",
            threads, allowed, omp_get_num_procs(), hy_cgroup_cpus() > 0 ? hy_cgroup_cpus() : omp_get_num_procs());
}

/* OpenMP's own default does not know the control group's quota. */
int hy_threads_default(void)
{
    return getenv("OMP_NUM_THREADS") ? omp_get_max_threads() : hy_threads_allowed();
}

int hy_threads(void)
{
    if (threads == 0)
        adopt(hy_threads_default());
    return threads;
}

int hy_threads_asked(void)
{
    (void)hy_threads(); /* asks, if nobody has */
    return asked;
}

int hy_work_parts(void)
{
    return parts > hy_threads() ? parts : hy_threads();
}

void hy_work_parts_at_least(int n)
{
    if (n > parts)
        parts = n;
}

void hy_threads_set(int n)
{
    HY_ASSERT(n >= 1, "a program needs at least one thread");
    adopt(n);
}

int hy_team_begin(void)
{
    const int before = omp_get_max_threads(), most = omp_get_thread_limit();
    if (most < before)
        omp_set_num_threads(most);
    return before;
}

void hy_team_end(int before)
{
    if (before != omp_get_max_threads())
        omp_set_num_threads(before);
}
