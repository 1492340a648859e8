/* Timing one call again and again until the stopping rule is content. */
#ifndef HY_BENCH_HARNESS_SAMPLE_H
#define HY_BENCH_HARNESS_SAMPLE_H

#include <stdbool.h>

#include "bench/harness/conditions.h"
#include "bench/harness/memory.h"
#include "bench/harness/stats.h"
#include "kernels/base/trace.h"

/* How one sample is taken: flushes the caches or warms them, calls run(ctx) `calls` times, and returns
 * what they took together in ns. */
struct hy_stopwatch {
    double (*time)(const struct hy_stopwatch *w, bool cold, int calls, void (*run)(void *ctx), void *ctx);
    struct hy_flusher *flusher; /* of the host's caches */
    struct hy_witness *witness; /* looks on once more behind the flush; NULL: nobody does */
};
extern const struct hy_stopwatch hy_host_stopwatch; /* by the host's clock; set .flusher in a copy for cold samples */

struct hy_sampling {
    struct hy_stop_rule rule;
    bool cold;                            /* caches are flushed before every sample */
    const struct hy_stopwatch *stopwatch; /* NULL = the host's, hot */
    const struct hy_trace *trace;         /* a range per sample; may be NULL */
    const char *name;                     /* of those ranges */
    void (*next)(void *places);           /* its operands to the next of their places; NULL: they have one */
    void *places;
    enum hy_reach reach;          /* whether its operands lie in caches or memory that others use too */
    struct hy_observer *observer; /* looks on; NULL: nobody does */
    double clock_round_ns;        /* the best that the clock's yardstick was behind the same calls before; 0: not known;
                                     infinite: who compares has the same clock */
};

struct hy_sampled {
    struct hy_stats ns; /* of one call */
    enum hy_stop_reason stop;
    int calls; /* per sample: more than one where a call is too short for the clock (hot only) */
    struct hy_conditions conditions;
    double clock_round_ns; /* median of the clock's yardstick behind these calls; NaN: not taken */
};

/* Calls run(ctx) unmeasured first (at least twice, hot: at least 2 ms), then samples it, in groups of at least 0.3 ms.
 * After one group, or as many as are long against warming up, operands are taken at the next of their places, warm. A
 * group begins when the cores are ours alone, for which it waits 50 ms at most. One in which the observer's witness
 * saw others at work, or a neighbour at its end, is laid aside and taken again, after a pause for others to go. Of what
 * was taken never more than half is dropped: where more was laid aside all of it counts, and the quality is
 * `disturbed`; and so it is where time ran out before there were enough: three, or the rule's least number where any
 * were laid aside. Between groups the yardsticks are taken: what was sampled since the last ones is laid aside too
 * where they say that the machine is slow (hy_yardstick_slow()), and where that is most of it, the quality is
 * `drifted`. */
void hy_sample(struct hy_sampled *out, const struct hy_sampling *s, void (*run)(void *ctx), void *ctx);

#endif
