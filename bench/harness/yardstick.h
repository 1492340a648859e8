/* Two pieces of work that never change, taken in turns with what is measured: what the scheduler cannot see
 * (neighbours on the memory bus, a lower clock, a hyperthread lent to another guest) they feel.
 *
 * One is a loop of multiply-adds in registers, the other a copy through memory beyond every cache; each takes all
 * threads some 100 us, and is run into before it counts. Single copies scatter by a tenth on an idle machine, so what
 * is compared are medians: those of a row against those of nine in a row over this run, of which the lower quartile is
 * the best that the machine keeps up. (Its very best is the first millisecond after a pause, when a cool processor
 * clocks higher than it can hold.) With them goes the distance between the cores of the team (handover.h), held against
 * the least that was ever seen here. */
#ifndef HY_BENCH_HARNESS_YARDSTICK_H
#define HY_BENCH_HARNESS_YARDSTICK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/harness/witness.h"
#include "kernels/dispatch.h"

enum { HY_YARDSTICK_WINDOW = 9, HY_YARDSTICK_MOST = 256 };

struct hy_yardstick {
    enum hy_isa isa;
    long rounds;     /* of the loop */
    void *from, *to; /* owned */
    bool whole;      /* as large as the last-level cache, so that the pace of runs can be compared */
    size_t bytes, slice,
        at; /* of each buffer, both together twice the last-level cache; of one copy; where the next one starts */
    double clock_ns[HY_YARDSTICK_WINDOW], copy_ns[HY_YARDSTICK_WINDOW]; /* the last ones of the run */
    size_t taken;
    double clock_medians[HY_YARDSTICK_MOST], copy_medians[HY_YARDSTICK_MOST]; /* of windows, the latest ones */
    size_t medians;
    uint64_t last_ns;   /* when the last one ended */
    double handover_ns; /* at the last one; NaN: not known */
};

/* What a row's measurements were taken between. */
struct hy_yards {
    double clock_ns[HY_YARDSTICK_MOST], copy_ns[HY_YARDSTICK_MOST];
    int n;
    int far; /* of them: our cores lay farther apart than they were */
};

/* `most_bytes`: of each of the two buffers, 0: as large as the last-level cache. Copies that are taken seldom find that
 * other work has emptied the caches of a slice before it comes round again, and may do with less. */
void hy_yardstick_open(struct hy_yardstick *y, struct hy_witness *w, size_t most_bytes);
void hy_yardstick_close(struct hy_yardstick *y); /* zeroed is fine */

/* It is 20 ms since the last one. */
bool hy_yardstick_due(const struct hy_yardstick *y);

/* Takes both and enters them in *to, unless they were disturbed themselves. Leaves the caches full of other data. */
void hy_yardstick_take(struct hy_yardstick *y, struct hy_witness *w, struct hy_yards *to);

void hy_yards_add(struct hy_yards *to, const struct hy_yards *more); /* as many as there is room for */

/* Whether the last three of them, undisturbed by others on the same processors, say that the machine is slow right now:
 * its clock by over 3 %, or (`memory`) its memory by over 10 %; false while too few were taken. Or whether the cores of
 * the team are farther apart than they were.
 *
 * Work that fills the widest units makes a core lower its own clock, by up to a fifth on an Intel Xeon, and the loop
 * behind it finds it so: its clock is held against `clock_round_ns`, the best it was behind the same work before; 0:
 * against the best of the run. */
bool hy_yardstick_slow(const struct hy_yardstick *y, bool memory, double clock_round_ns);

/* The least distance between our cores that this process has seen, or heard of; 0: none. */
double hy_yardstick_near(void);
void hy_yardstick_expect_near(double handover_ns);

/* The best that the run keeps up over a row's median, at most 1: 0.9 means that the clock (the memory) ran at nine
 * tenths. NaN without any. */
double hy_yards_clock(const struct hy_yards *r, const struct hy_yardstick *y,
                      double clock_round_ns); /* 0: of the run */
double hy_yards_memory(const struct hy_yards *r, const struct hy_yardstick *y);

/* The median of the last three loops, ns of a round; NaN while too few were taken. */
double hy_yardstick_round_ns(const struct hy_yardstick *y);

/* The median of a row's loops, ns of a round; NaN without any. */
double hy_yards_clock_round_ns(const struct hy_yards *r, const struct hy_yardstick *y);

/* What the machine kept up in its last runs (the median of them), for what is taken from now on: a run that is slow as
 * a whole shows against it. Of yardsticks opened without `most_bytes`; 0: nobody knows. */
struct hy_pace {
    double clock_round_ns, copy_byte_ns;
};
void hy_yardstick_expect_pace(struct hy_pace usual);
struct hy_pace hy_yardstick_pace(void); /* of this process's last such yardstick; zeros while too few were taken */

/* What this run keeps up (the lower quartile of its medians) of work that is the same in every run: a round of the loop
 * on each thread, a byte of the copy. For holding runs against each other; NaN while too few were taken. */
void hy_yardstick_rates(const struct hy_yardstick *y, double *clock_ns_per_round, double *copy_ns_per_byte);

/* Whether our cores lay farther apart for most of them. */
bool hy_yards_far(const struct hy_yards *r);

#endif
