/* Processors held for ourselves, given back in time, and what is said where that is not allowed. */
#include <criterion/criterion.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/harness/realtime.h"
#include "bench/harness/witness.h"
#include "kernels/base/clock.h"
#include "kernels/base/threads.h"
#include "tests/root.h"

/* A kernel of the test's own that stops what runs first after 30 of 100 ms. */
static void set_up(void)
{
    root_begin();
    char *line =
        hy_format("mkdir -p '%s/proc/sys/kernel' && cd '%s/proc/sys/kernel' && echo 30000 >sched_rt_runtime_us "
                  "&& echo 100000 >sched_rt_period_us",
                  top, top);
    cr_assert_eq(system(line), 0);
    free(line);
    hy_threads_set(2);
}

TestSuite(realtime, .init = set_up, .fini = root_end);

/* How many threads of the pool run before others. */
static int before_others(void)
{
    int n = 0;
#pragma omp parallel num_threads(hy_threads()) reduction(+ : n)
    n += (sched_getscheduler(0) & ~SCHED_RESET_ON_FORK) == SCHED_FIFO;
    return n;
}

static bool allowed(void)
{
    hy_realtime_want();
    if (strcmp(hy_realtime_state(), "on") == 0)
        return true;
    cr_assert_str_eq(hy_realtime_state(), "refused");
    cr_assert_not(hy_realtime_hold(1));
    cr_assert_eq(before_others(), 0);
    cr_skip_test("this process may not run before others (SCHED_FIFO)");
    return false;
}

Test(realtime, nothing_is_held_unasked)
{
    cr_assert_str_eq(hy_realtime_state(), "off");
    cr_assert_not(hy_realtime_hold(1e6));
    cr_assert_not(hy_realtime_held());
    cr_assert_eq(before_others(), 0);
}

Test(realtime, all_threads_hold_and_release)
{
    if (!allowed())
        return;
    cr_assert_eq(before_others(), 0, "asking alone holds nothing");
    (void)hy_realtime_hold(1e6);
    cr_assert(hy_realtime_held());
    cr_assert_eq(before_others(), hy_threads());
    hy_realtime_release();
    cr_assert_not(hy_realtime_held());
    cr_assert_eq(before_others(), 0);
    (void)hy_realtime_hold(1e6);
    hy_witness_wait(0);
    cr_assert_eq(before_others(), 0, "whoever waits gives the processors back");
}

Test(realtime, the_kernel_never_has_to_stop_it)
{
    if (!allowed())
        return;
    cr_assert_not(hy_realtime_hold(1e9), "longer than the kernel lets it run");
    cr_assert_not(hy_realtime_held());
    int pauses = 0;
    for (uint64_t start = hy_now_ns(); hy_seconds_since(start) < 0.35;) {
        const uint64_t from = hy_now_ns();
        const bool paused = hy_realtime_hold(5e6);
        pauses += paused;
        if (paused)
            cr_assert_geq((double)(hy_now_ns() - from), 70e6, "73 of 100 ms are others'");
        cr_assert(hy_realtime_held());
        for (uint64_t piece = hy_now_ns(); hy_seconds_since(piece) < 0.005;)
            continue;
    }
    hy_realtime_release();
    cr_assert(pauses >= 2 && pauses <= 5, "%d pauses in some 350 ms", pauses);
}

Test(realtime, what_is_started_does_not_inherit_it)
{
    if (!allowed())
        return;
    (void)hy_realtime_hold(1e6);
    cr_assert_eq(system("chrt -p $$ | grep -q SCHED_OTHER"), 0);
    hy_realtime_release();
}
