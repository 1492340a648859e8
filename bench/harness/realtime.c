#include "bench/harness/realtime.h"

#include <math.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
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

static double period_ns, share_ns; /* share_ns infinite: the kernel does not stop anybody */
static uint64_t since_ns;          /* start of the period in hand, by our count; all of it counts as used */

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

/* 950 ms of a second where the kernel does not say. */
static void read_throttle(void)
{
    const double runtime = setting("sched_rt_runtime_us"), period = setting("sched_rt_period_us");
    period_ns = period > 0 ? period : 1e9;
    share_ns = runtime < 0 ? INFINITY : used_share * (runtime > 0 ? fmin(runtime, period_ns) : 0.95 * period_ns);
}

/* Every thread of the pool for itself; false where one may not. What this process starts does not inherit it. */
static bool schedule(int policy)
{
    int refused = 0;
#pragma omp parallel num_threads(hy_threads()) reduction(+ : refused)
    {
        const struct sched_param p = {.sched_priority = policy == SCHED_FIFO ? 1 : 0};
        refused += sched_setscheduler(0, policy | SCHED_RESET_ON_FORK, &p) != 0;
    }
    return refused == 0;
}

void hy_realtime_want(void)
{
    read_throttle();
    state = schedule(SCHED_FIFO) ? ON : REFUSED;
    (void)schedule(SCHED_OTHER);
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
    (void)schedule(SCHED_OTHER);
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
    held = held || schedule(SCHED_FIFO);
    return pause;
}
