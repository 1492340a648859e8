#include "bench/harness/sample.h"

#include <math.h>
#include <stdlib.h>

#include "kernels/base/clock.h"
#include "kernels/base/status.h"

/* The clock costs some 20 ns and ticks in 10: a sample should be a thousand times that. */
static const double shortest_ns = 20000, warm_ns = 2e6;

enum { MOST_CALLS = 1000, WARM_CALLS = 2 };

static double time_on_host(const struct hy_stopwatch *w, bool cold, int calls, void (*run)(void *ctx), void *ctx)
{
    if (cold)
        hy_flush(w->flusher);
    uint64_t from = hy_now_ns();
    for (int i = 0; i < calls; i++)
        run(ctx);
    return (double)(hy_now_ns() - from);
}

const struct hy_stopwatch hy_host_stopwatch = {.time = time_on_host};

/* Runs until warm; the last call's time. */
static double warm_up(const struct hy_stopwatch *w, void (*run)(void *ctx), void *ctx, bool hot)
{
    uint64_t start = hy_now_ns();
    double took = 0;
    for (int i = 0; i < WARM_CALLS || (hot && (double)(hy_now_ns() - start) < warm_ns); i++)
        took = w->time(w, false, 1, run, ctx);
    return took;
}

void hy_sample(struct hy_sampled *out, const struct hy_sampling *s, void (*run)(void *ctx), void *ctx)
{
    const struct hy_stopwatch *w = s->stopwatch ? s->stopwatch : &hy_host_stopwatch;
    size_t n = 0, most = s->rule.max_samples;
    double *samples = malloc(2 * most * sizeof *samples), inside = 0;
    HY_ASSERT(samples && most > 0, "out of memory for samples");
    double one = warm_up(w, run, ctx, !s->cold);
    double calls = s->cold || one >= shortest_ns ? 1 : ceil(shortest_ns / fmax(one, 1));
    out->calls = calls > MOST_CALLS ? MOST_CALLS : (int)calls;

    struct hy_stop stop = {0};
    uint64_t start = hy_now_ns();
    do {
        hy_trace_begin(s->trace, HY_TRACE_SAMPLE, s->name, -1, n);
        double took = w->time(w, s->cold, out->calls, run, ctx);
        hy_trace_end(s->trace);
        samples[n++] = took / out->calls;
        inside += took * 1e-9;
        out->stop = hy_stop_check(&stop, &s->rule, samples, n, inside, hy_seconds_since(start), samples + most);
    } while (out->stop == HY_STOP_NOT);
    hy_stats_of(&out->ns, samples, n, samples + most);
    free(samples);
}
