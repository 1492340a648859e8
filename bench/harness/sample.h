/* Timing one call again and again until the stopping rule is content. */
#ifndef HY_HARNESS_SAMPLE_H
#define HY_HARNESS_SAMPLE_H

#include <stdbool.h>

#include "bench/harness/memory.h"
#include "bench/harness/stats.h"
#include "kernels/base/trace.h"

struct hy_sampling {
    struct hy_stop_rule rule;
    const struct hy_flusher *flusher; /* flushed before every sample; NULL = hot */
    const struct hy_trace *trace;     /* a range per sample; may be NULL */
    const char *name;                 /* of those ranges */
};

struct hy_sampled {
    struct hy_stats ns; /* of one call */
    enum hy_stop_reason stop;
    int calls; /* per sample: more than one where a call is too short for the clock (hot only) */
};

/* Calls run(ctx) unmeasured first (at least twice, hot: at least 2 ms), then samples it. */
void hy_sample(struct hy_sampled *out, const struct hy_sampling *s, void (*run)(void *ctx), void *ctx);

#endif
