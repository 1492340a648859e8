#include "bench/harness/sample_device.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/harness/random_fill.h"
#include "kernels/base/clock.h"

/* An event's clock ticks in half a microsecond; a look at the GPU takes some 50 us. */
static const double shortest_ns = 20000, warm_ns = 2e6, group_ns = 3e5;

/* MOST_LEAD: reads for the host's sake, some 2 ms together. */
enum { MOST_CALLS = 1000, WARM_CALLS = 2, FEWEST = 3, MOST_LEAD = 64 };

hy_status hy_device_stopwatch_open(struct hy_device_stopwatch *w)
{
    const struct hy_backend backend = hy_backend(HY_WHERE_CUDA, HY_F32);
    const size_t l2 = hy_cuda_about().l2_bytes, least = (size_t)16 << 20;
    *w = (struct hy_device_stopwatch){.flushed_bytes = 2 * l2 > least ? 2 * l2 / 32 * 32 : least, .lead = 1};
    hy_status status = hy_memory_open(backend, w->flushed_bytes, &w->flushed);
    if (status != HY_OK)
        return hy_fail_in(status, "flushing the GPU's cache");
    hy_random_fill(backend, w->flushed, "flush", w->flushed_bytes / sizeof(float), false);
    hy_gpu_witness_open(&w->witness, hy_cuda_about().index);
    return HY_OK;
}

void hy_device_stopwatch_close(struct hy_device_stopwatch *w)
{
    if (w && w->flushed)
        hy_memory_close(hy_backend(HY_WHERE_CUDA, HY_F32), w->flushed);
}

void hy_device_prepare(const struct hy_device_stopwatch *w, bool cold, void (*run)(void *ctx), void *ctx)
{
    hy_cuda_touch(HY_TOUCH_READ, w->flushed, w->flushed_bytes, w->lead);
    if (!cold)
        run(ctx); /* what it reads is in the cache again */
}

/* What is timed, and how. */
struct timed {
    struct hy_device_stopwatch *w;
    bool cold;
    int calls;
    void (*run)(void *ctx);
    void *ctx;
};

/* ns of one sample; *late: the device came to it before the host had queued all of it. */
static double time_once(const struct timed *t, bool *late)
{
    double ns = 0;
    hy_device_prepare(t->w, t->cold, t->run, t->ctx);
    hy_cuda_mark(HY_MARK_FROM);
    for (int i = 0; i < t->calls; i++)
        t->run(t->ctx);
    hy_cuda_mark(HY_MARK_TO);
    *late = hy_cuda_mark_reached(HY_MARK_FROM);
    (void)hy_cuda_marked_ns(&ns);
    if (*late && t->w->lead < MOST_LEAD)
        t->w->lead *= 2;
    return ns;
}

/* Runs until warm; the last call's time. */
static double warm_up(const struct timed *t)
{
    const uint64_t start = hy_now_ns();
    double took = 0;
    bool late;
    for (int i = 0; i < WARM_CALLS || (double)(hy_now_ns() - start) < warm_ns; i++)
        took = time_once(t, &late);
    return took;
}

/* ---- samples on their way -------------------------------------------------------------- */

struct taken {
    double *kept, *aside, *sorted; /* (most) each; sorted (2 * most) is scratch for all of them */
    size_t most, n_kept, n_aside;
    size_t n_all, n_late, n_laid; /* all taken; late ones; aside, also those for which there was no room any more */
    double kept_ns, aside_ns;     /* time inside them */
    double slow_ns;               /* of aside_ns, what the GPU's clocks laid aside */
    struct hy_gpu_seen_sum seen, seen_slow;
};

static void taken_open(struct taken *t, size_t most)
{
    *t = (struct taken){.most = most, .kept = malloc(4 * most * sizeof(double))};
    HY_ASSERT(t->kept && most > 0, "out of memory for samples");
    t->aside = t->kept + most;
    t->sorted = t->aside + most;
}

static void lay_aside(struct taken *t, double sample, double ns)
{
    if (t->n_aside < t->most)
        t->aside[t->n_aside++] = sample;
    t->aside_ns += ns;
    t->n_laid++;
}

/* Up to `group` samples between two looks at the GPU; false: it was slow, and they are laid aside. */
static bool take_group(struct taken *t, const struct timed *what, const struct hy_sampling *s, size_t group)
{
    const size_t before = t->n_kept;
    double kept_ns = 0;
    hy_gpu_witness_begin(&what->w->witness);
    for (size_t n = 0; n < group && t->n_kept < t->most; n++) {
        bool late;
        hy_trace_begin(s->trace, HY_TRACE_SAMPLE, s->name, -1, t->n_kept);
        const double ns = time_once(what, &late);
        hy_trace_end(s->trace);
        t->n_all++;
        t->n_late += late;
        if (late) {
            lay_aside(t, ns / what->calls, ns);
            continue;
        }
        t->kept[t->n_kept++] = ns / what->calls;
        kept_ns += ns;
    }
    const struct hy_gpu_seen seen = hy_gpu_witness_end(&what->w->witness);
    hy_gpu_seen_add(seen.slow ? &t->seen_slow : &t->seen, &seen, kept_ns * 1e-9);
    if (!seen.slow) {
        t->kept_ns += kept_ns;
        return true;
    }
    for (size_t i = before; i < t->n_kept; i++)
        lay_aside(t, t->kept[i], t->kept[i] * what->calls);
    t->n_kept = before;
    t->slow_ns += kept_ns;
    return false;
}

/* What counts in the end, see sample_device.h. */
static void settle(struct taken *t, const struct hy_gpu_witness *w, const struct hy_sampling *s,
                   struct hy_device_sampled *out)
{
    const bool too_many = t->n_aside > t->n_kept;
    const size_t enough = t->n_aside > 0 ? s->rule.min_samples : FEWEST; /* nothing was wrong, the time was short */
    const bool too_late = out->s.stop == HY_STOP_TIMEOUT && t->n_kept < enough;
    const bool all = too_many || too_late;
    if (all)
        hy_gpu_seen_join(&t->seen, &t->seen_slow);
    out->gpu = hy_gpu_seen_state(&t->seen);
    if (!hy_nvml_held_back(&out->gpu) && hy_nvml_held_back(&t->seen_slow.last)) /* why others were laid aside */
        memcpy(out->gpu.throttle, t->seen_slow.last.throttle, sizeof out->gpu.throttle);
    out->host_bound_pct = 100.0 * (double)t->n_late / (double)t->n_all;
    out->s.clock_round_ns = NAN;
    out->s.conditions = (struct hy_conditions){
        .disturbed_pct = t->kept_ns + t->aside_ns > 0 ? 100 * t->aside_ns / (t->kept_ns + t->aside_ns) : 0,
        .dropped = all ? 0 : t->n_aside,
        .clock_ratio = hy_gpu_clock_ratio(&t->seen, w),
        .memory_ratio = hy_gpu_memory_ratio(&t->seen, w),
        .handover_ns = NAN,
        .witness = hy_gpu_witness_name(w, true),
        .quality = !all                           ? HY_QUALITY_OK
                   : t->slow_ns > t->aside_ns / 2 ? HY_QUALITY_DRIFTED
                                                  : HY_QUALITY_DISTURBED,
    };
    hy_conditions_hold(&out->s.conditions, s->reach);
    for (size_t i = 0; all && i < t->n_aside && t->n_kept < t->most; i++)
        t->kept[t->n_kept++] = t->aside[i];
    hy_stats_of(&out->s.ns, t->kept, t->n_kept, t->sorted);
}

/* Most of what is taken is laid aside, and has been for long enough to say so. */
static bool hopeless(const struct taken *t, const struct hy_stop_rule *rule, double wall)
{
    return t->n_laid > 3 * t->n_kept + rule->min_samples && wall > fmax(4 * rule->min_seconds, 0.5);
}

void hy_sample_device(struct hy_device_sampled *out, struct hy_device_stopwatch *w, const struct hy_sampling *s,
                      void (*run)(void *ctx), void *ctx)
{
    struct timed what = {.w = w, .cold = s->cold, .calls = 1, .run = run, .ctx = ctx};
    struct taken t;
    struct hy_stop stop = {0};
    taken_open(&t, s->rule.max_samples);
    w->lead = 1;
    const double one = warm_up(&what);
    const double calls = s->cold || one >= shortest_ns ? 1 : ceil(shortest_ns / fmax(one, 1));
    what.calls = out->s.calls = calls > MOST_CALLS ? MOST_CALLS : (int)calls;
    const size_t group = (size_t)ceil(group_ns / fmax(one * what.calls, shortest_ns));
    const uint64_t start = hy_now_ns();
    int in_a_row = 0; /* slow groups */
    do {
        in_a_row = take_group(&t, &what, s, group) ? 0 : in_a_row + 1;
        if (in_a_row > 0)
            usleep(1000u << (in_a_row < 6 ? in_a_row : 6)); /* it cools down */
        const double wall = hy_seconds_since(start);
        out->s.stop = t.n_kept == 0
                          ? HY_STOP_NOT
                          : hy_stop_check(&stop, &s->rule, t.kept, t.n_kept, t.kept_ns * 1e-9, wall, t.sorted);
        if (out->s.stop == HY_STOP_NOT && (wall >= s->rule.timeout || hopeless(&t, &s->rule, wall)))
            out->s.stop = wall >= s->rule.timeout ? HY_STOP_TIMEOUT : HY_STOP_DISTURBED;
    } while (out->s.stop == HY_STOP_NOT);
    settle(&t, &w->witness, s, out);
    free(t.kept);
}
