/* The processors for ourselves while something is timed: the threads of the pool under SCHED_FIFO, where that is
 * allowed (root, CAP_SYS_NICE, or an rtprio limit), before whatever else is ready to run.
 *
 *     if (hy_realtime_hold(ns)) warm up again
 *     ... timed, ns at most ...
 *     hy_realtime_release()       after a row, and before anything that waits
 *
 * The kernel gives what runs so no more than sched_rt_runtime_us of every sched_rt_period_us (950 ms of each second):
 * then others run, in the midst of a sample. So the processors are given back before that, for the rest of the
 * second. A piece that is longer than that by itself runs as everything else does.
 *
 * Nothing is done unless hy_realtime_want() was called: callers need not ask. Not for training: a machine must
 * stay usable. Nor with more threads than processors. Only the thread
 * that starts parallel regions calls these. */
#ifndef HY_BENCH_HARNESS_REALTIME_H
#define HY_BENCH_HARNESS_REALTIME_H

#include <stdbool.h>

/* Tries it once; where it is not allowed, says so and goes on without. The pool has its size by now. */
void hy_realtime_want(void);

/* "off", "on", or "refused" by the system. Static memory. */
const char *hy_realtime_state(void);

/* Before a piece of `next_ns`. True: it paused, and caches and clocks have cooled down. */
bool hy_realtime_hold(double next_ns);
void hy_realtime_release(void);

/* Whether the processors are held now. */
bool hy_realtime_held(void);

#endif
