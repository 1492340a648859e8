/* The processors' counters op by op: a listener of kernels/base/trace.h on top of perf_events.h. */
#ifndef HY_BENCH_INSTRUMENT_PERF_OPS_H
#define HY_BENCH_INSTRUMENT_PERF_OPS_H

#include <stdint.h>

#include "bench/instrument/instrument.h"
#include "bench/instrument/perf_events.h"

struct hy_perf_slot {
    const char *pass; /* as the executor gave it (borrowed); "" outside any */
    int layer;
    const struct hy_node *node;    /* borrowed */
    double counts[HY_PERF_EVENTS]; /* of all calls; NaN where not counted */
};

struct hy_perf_ops {
    const struct hy_perf *perf; /* borrowed */
    struct hy_perf_slot *slots; /* (n) in the order of first use */
    size_t n, capacity;
    uint64_t steps;
    double before[HY_PERF_EVENTS];
    enum hy_trace_kind open[HY_TRACE_DEPTH];
    size_t slot; /* of the op that is open */
    int depth;
    const char *pass;
    struct hy_trace trace;
};

/* Room for `capacity` different ops of one program, as hy_slots_init(). *o must not move. */
void hy_perf_ops_init(struct hy_perf_ops *o, const struct hy_perf *perf, size_t capacity);
void hy_perf_ops_fini(struct hy_perf_ops *o); /* NULL and zeroed are fine */

#endif
