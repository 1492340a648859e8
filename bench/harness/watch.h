/* Looks on while something long is timed part by part: steps of training, chunks of a prompt, tokens, rounds. At a
 * device's work a GPU's witness looks on instead of the host's: a group in which its clocks were held back, or slow,
 * counts as disturbed, and where too little is left the figure is `drifted`.
 *
 *     struct hy_watch w = {.observer = &observer};
 *     for each part
 *         hy_watch_begin(&w);
 *         ... timed: seconds ...
 *         hy_watch_end(&w, units, seconds);
 *     hy_watch_close(&w);
 *     rate = hy_tally_rate(&w.tally), and hy_watch_conditions(&w, memory_binds)
 *
 * What is watched cannot be taken again: every part goes into the tally, marked where others were at work meanwhile.
 * Reading a witness costs some 20 us, so that short parts share one: a group of them lasts 3 ms at least. The two
 * yardsticks are taken between groups, every 100 ms, which is under a percent of the time. */
#ifndef HY_BENCH_HARNESS_WATCH_H
#define HY_BENCH_HARNESS_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/harness/conditions.h"
#include "bench/harness/gpu_witness.h"

struct hy_watch {
    struct hy_observer *observer;           /* NULL, and no `gpu`: nobody looks on, every part counts */
    struct hy_gpu_witness *gpu;             /* instead, at a device's work; parts end when it is waited for */
    struct hy_gpu_seen_sum seen, seen_slow; /* by it: groups that hold, and those that do not */
    bool
        realtime; /* groups are hy_realtime_hold()'s pieces, where that was asked for; hy_watch_conditions() releases */
    struct hy_tally tally;
    struct hy_yards yards;
    /* the group in hand */
    bool open;
    uint64_t since_ns;
    double units, seconds;
    size_t parts;
    double longest_ns; /* of the groups so far: how long the next may be held */
};

void hy_watch_begin(struct hy_watch *w); /* outside the timed part */

/* The part's units and time. Ends the group, where it is long enough; true: that one was disturbed. */
bool hy_watch_end(struct hy_watch *w, double units, double seconds);
bool hy_watch_close(struct hy_watch *w); /* the group in hand, if there is one, however short */

/* Of all that was tallied. Few yardsticks are no median: what lacks of nine is taken now. `memory_binds` as in
 * hy_conditions_hold(). Unknown where nobody looks on. */
struct hy_conditions hy_watch_conditions(struct hy_watch *w, bool memory_binds);

#endif
