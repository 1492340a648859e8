#include "bench/harness/realtime.h"

#include <math.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kernels/base/clock.h"
#include "kernels/base/root.h"
#include "kernels/base/status.h"
#include "kernels/base/threads.h"

enum state { OFF, ON, REFUSED };
static enum state state;
static bool held;

/* Of the kernel's share of a period that is used: its own threads under SCHED_FIFO want some of it too. */
static const double used_share = 0.9;

static double period_ns, share_ns;       /* of each period, at most */
static int usual_policy, usual_priority; /* what the program was started with */
static uint64_t since_ns;                /* start of the period in hand, by our count; all of it counts as used */

static double setting(const char *name)
{
    double us = NAN;
    FILE *f = hy_root_fopen("/proc/sys/kernel/%s", name);
    if (f && fscanf(f, "%lf", &us) != 1)
        us = NAN;
    if (f)
        fclose(f);
    return us * 1e3;
}

/* 950 ms of a second where the kernel does not say, and where it would stop nobody: a machine must stay usable. */
static void read_throttle(void)
{
    struct rlimit r;
    const double runtime = setting("sched_rt_runtime_us"), period = setting("sched_rt_period_us");
    period_ns = period > 0 ? period : 1e9;
    share_ns = used_share * (runtime >= 0 ? fmin(runtime, period_ns) : 0.95 * period_ns);
    if (getrlimit(RLIMIT_RTTIME, &r) == 0 && r.rlim_cur != RLIM_INFINITY) /* us at a stretch: then a signal ends it */
        share_ns = fmin(share_ns, used_share * (double)r.rlim_cur * 1e3);
}

/* Every thread of the pool for itself, which may be a new one each time; false where one may not. */
static bool schedule(int policy, int priority)
{
    int refused = 0;
#pragma omp parallel num_threads(hy_threads()) reduction(+ : refused)
    {
        const struct sched_param p = {.sched_priority = priority};
        if ((sched_getscheduler(0) & ~SCHED_RESET_ON_FORK) != policy)
            refused += sched_setscheduler(0, policy | SCHED_RESET_ON_FORK, &p) != 0;
    }
    return refused == 0;
}

void hy_realtime_want(void)
{
    struct sched_param p = {0};
    read_throttle();
    if (hy_threads() > hy_threads_allowed()) { /* one that waits would keep the processor from the one it waits for */
        state = REFUSED;
        hy_warn_once("--realtime: %d threads share %d processors and would keep them from each other; this goes on "
                     "without",
                     hy_threads(), hy_threads_allowed());
        return;
    }
    usual_policy = sched_getscheduler(0) & ~SCHED_RESET_ON_FORK;
    usual_priority = sched_getparam(0, &p) == 0 ? p.sched_priority : 0;
    state = share_ns > 0 && schedule(SCHED_FIFO, 1) ? ON : REFUSED;
    (void)schedule(usual_policy, usual_priority);
    if (state == REFUSED)
        hy_warn_once(
            "--realtime: the system lets this process run nothing before others (SCHED_FIFO); be root, or have "
            "CAP_SYS_NICE or a limit `ulimit -r` of 1 or more; this goes on without");
}

const char *hy_realtime_state(void)
{
    static const char *const names[] = {"off", "on", "refused"};
    return names[state];
}

bool hy_realtime_held(void)
{
    return held;
}

void hy_realtime_release(void)
{
    if (!held)
        return;
    (void)schedule(usual_policy, usual_priority);
    held = false;
}

/* The rest of the period belongs to others; some of the next one, where a piece took longer than it was to. */
static void pause_now(void)
{
    hy_realtime_release();
    const double rest = period_ns - (double)(hy_now_ns() - since_ns);
    usleep((useconds_t)(fmax(rest, period_ns - share_ns) * 1e-3));
}

bool hy_realtime_hold(double next_ns)
{
    if (state != ON)
        return false;
    if (next_ns > share_ns) {
        hy_realtime_release();
        return false;
    }
    const double used = (double)(hy_now_ns() - since_ns);
    const bool over = !held && used >= period_ns, pause = !over && used + next_ns > share_ns;
    if (pause)
        pause_now();
    if (pause || over)
        since_ns = hy_now_ns();
    held = schedule(SCHED_FIFO, 1);
    return pause;
}
