#include "bench/harness/sample.h"

#include <math.h>
#include <stdlib.h>

#include "bench/harness/realtime.h"
#include "kernels/base/clock.h"
#include "kernels/base/status.h"

/* The clock costs some 20 ns and ticks in 10: a sample should be a thousand times that. */
static const double shortest_ns = 20000, warm_ns = 2e6;

/* At another place what was written and read last is in the caches after a call, but not where it stays. */
static const double moved_ns = 3e5;

/* Longer than a witness takes by far, shorter than what a scheduler lets run at a stretch. */
static const double group_ns = 3e5;

/* Of both yardsticks, by far. */
static const double yards_ns = 2e6;

/* FEWEST_YARDS: a row too short for so many gets the rest behind it, single ones say nothing. */
enum { MOST_CALLS = 1000, WARM_CALLS = 2, FEWEST_YARDS = 5, FEWEST = 3 };

static double time_on_host(const struct hy_stopwatch *w, bool cold, int calls, void (*run)(void *ctx), void *ctx)
{
    if (cold)
        hy_flush(w->flusher);
    if (cold && w->witness)
        hy_witness_look(w->witness, HY_NEIGHBOUR_NS);
    uint64_t from = hy_now_ns();
    for (int i = 0; i < calls; i++)
        run(ctx);
    return (double)(hy_now_ns() - from);
}

const struct hy_stopwatch hy_host_stopwatch = {.time = time_on_host};

static const struct hy_stopwatch *stopwatch_of(const struct hy_sampling *s)
{
    return s->stopwatch ? s->stopwatch : &hy_host_stopwatch;
}

/* Runs until warm; the last call's time. */
static double warm_up(const struct hy_stopwatch *w, void (*run)(void *ctx), void *ctx, double ns)
{
    uint64_t start = hy_now_ns();
    double took = 0;
    for (int i = 0; i < WARM_CALLS || (double)(hy_now_ns() - start) < ns; i++)
        took = w->time(w, false, 1, run, ctx);
    return took;
}

/* Samples on their way: those that count, and those of disturbed groups. */
struct taken {
    double *kept, *aside, *sorted; /* (most) each; sorted is scratch for all of them */
    size_t most, n_kept, n_aside;
    size_t laid;              /* aside, also those for which there was no room any more */
    double kept_ns, aside_ns; /* time inside them */
    double slow_ns;           /* of aside_ns, what the yardsticks laid aside */
    size_t judged;            /* kept ones that they have judged already, and the time inside these */
    double judged_ns;
    double alone; /* share of our cores' width at the ends of pieces too long to be judged by them; their number */
    size_t looks;
    struct hy_yards yards, slow_yards; /* taken behind what is kept; behind what they laid aside */
};

static void taken_open(struct taken *t, size_t most)
{
    *t = (struct taken){.most = most, .kept = malloc(4 * most * sizeof(double))};
    HY_ASSERT(t->kept && most > 0, "out of memory for samples");
    t->aside = t->kept + most;
    t->sorted = t->aside + most; /* (2 * most) */
}

/* The last n of the kept ones were disturbed. */
static void lay_aside(struct taken *t, size_t n, double ns)
{
    t->n_kept -= n;
    t->laid += n;
    t->kept_ns -= ns;
    for (size_t i = 0; i < n && t->n_aside < t->most; i++)
        t->aside[t->n_aside++] = t->kept[t->n_kept + i];
    t->aside_ns += ns;
}

/* Who was in the way of a group: nobody, a hyperthread beside us, which a look tells when it has gone, or others on our
 * processors, who are waited for. */
enum in_the_way { NOBODY, A_NEIGHBOUR, OTHERS };

/* Takes up to `group` samples. */
static enum in_the_way take_group(struct taken *t, const struct hy_sampling *s, int calls, size_t group,
                                  void (*run)(void *ctx), void *ctx)
{
    const struct hy_stopwatch *w = stopwatch_of(s);
    double inside = 0;
    size_t n = 0;
    if (s->observer) /* cold: waits for the cores behind the flush (time_on_host) */
        hy_witness_begin_alone(&s->observer->witness, s->cold ? 0 : HY_NEIGHBOUR_NS);
    const uint64_t start = hy_now_ns();
    for (; n < group && t->n_kept < t->most; n++) {
        hy_trace_begin(s->trace, HY_TRACE_SAMPLE, s->name, -1, t->n_kept);
        double took = w->time(w, s->cold, calls, run, ctx);
        hy_trace_end(s->trace);
        t->kept[t->n_kept++] = took / calls;
        inside += took;
    }
    t->kept_ns += inside;
    if (!s->observer)
        return NOBODY;
    const struct hy_disturbance d = hy_witness_end(&s->observer->witness, (double)(hy_now_ns() - start));
    t->alone += d.brief ? 0 : d.alone;
    t->looks += !d.brief;
    if (!hy_disturbed(&d))
        return NOBODY;
    lay_aside(t, n, inside);
    return hy_disturbed_by_others(&d) ? OTHERS : A_NEIGHBOUR;
}

/* The clock and the memory, felt between groups: whether what was sampled since the last time holds. What they pushed
 * out of the caches comes back. */
static void feel(struct taken *t, const struct hy_sampling *s, void (*run)(void *ctx), void *ctx)
{
    struct hy_observer *o = s->observer;
    struct hy_yards one = {.n = 0};
    if (!o || !hy_yardstick_due(&o->yardstick))
        return;
    hy_yardstick_take(&o->yardstick, &o->witness, &one);
    const bool slow = hy_yardstick_slow(&o->yardstick, s->reach != HY_REACH_CORE, s->clock_round_ns);
    hy_yards_add(slow ? &t->slow_yards : &t->yards, &one);
    if (slow) {
        t->slow_ns += t->kept_ns - t->judged_ns;
        lay_aside(t, t->n_kept - t->judged, t->kept_ns - t->judged_ns);
    }
    t->judged = t->n_kept;
    t->judged_ns = t->kept_ns;
    if (!s->cold)
        run(ctx);
}

/* The operands of every stay-th group lie elsewhere. */
static void move_on(const struct hy_sampling *s, size_t groups, size_t stay, void (*run)(void *ctx), void *ctx)
{
    if (!s->next || groups % stay)
        return;
    s->next(s->places);
    if (!s->cold)
        warm_up(stopwatch_of(s), run, ctx, moved_ns);
}

/* What counts in the end, see sample.h. */
static void settle(struct taken *t, const struct hy_sampling *s, struct hy_sampled *out)
{
    out->conditions = hy_conditions_unknown;
    out->clock_round_ns = NAN;
    const bool too_many = t->n_aside > t->n_kept;
    const size_t enough = t->n_aside > 0 ? s->rule.min_samples : FEWEST; /* nobody was in the way, the time was short */
    const bool too_late = out->stop == HY_STOP_TIMEOUT && t->n_kept < enough;
    const bool all = too_many || too_late;
    const enum hy_quality worst = t->slow_ns > t->aside_ns / 2 ? HY_QUALITY_DRIFTED : HY_QUALITY_DISTURBED;
    if (all)
        hy_yards_add(&t->yards, &t->slow_yards);
    const int fewest = isinf(s->clock_round_ns) ? 1 : FEWEST_YARDS;
    for (int i = 0; s->observer && i < 2 * FEWEST_YARDS && t->yards.n < fewest; i++)
        hy_yardstick_take(&s->observer->yardstick, &s->observer->witness, &t->yards);
    if (s->observer) {
        out->conditions = (struct hy_conditions){
            .disturbed_pct = 100 * t->aside_ns / (t->kept_ns + t->aside_ns),
            .dropped = all ? 0 : t->n_aside,
            .clock_ratio = hy_yards_clock(&t->yards, &s->observer->yardstick, s->clock_round_ns),
            .memory_ratio = hy_yards_memory(&t->yards, &s->observer->yardstick),
            .handover_ns = s->observer->yardstick.handover_ns,
            .witness = hy_witness_name(&s->observer->witness),
            .quality = all ? worst : HY_QUALITY_OK,
        };
        out->clock_round_ns = hy_yards_clock_round_ns(&t->yards, &s->observer->yardstick);
        hy_conditions_hold(&out->conditions, s->reach);
        if (out->conditions.quality == HY_QUALITY_OK && t->yards.n == 0) /* none was undisturbed itself */
            out->conditions.quality = HY_QUALITY_DISTURBED;
        if (out->conditions.quality == HY_QUALITY_OK && t->alone < HY_SIBLINGS_LONG * (double)t->looks)
            out->conditions.quality = HY_QUALITY_DRIFTED;
    }
    for (size_t i = 0; all && i < t->n_aside && t->n_kept < t->most; i++)
        t->kept[t->n_kept++] = t->aside[i];
    hy_stats_of(&out->ns, t->kept, t->n_kept, t->sorted);
}

/* Most of what is taken is disturbed, and has been for long enough to say so. */
static bool hopeless(const struct taken *t, const struct hy_stop_rule *rule, double wall)
{
    return t->laid > 3 * t->n_kept + rule->min_samples && wall > fmax(4 * rule->min_seconds, 0.5);
}

void hy_sample(struct hy_sampled *out, const struct hy_sampling *s, void (*run)(void *ctx), void *ctx)
{
    const struct hy_stopwatch *w = stopwatch_of(s);
    struct taken t;
    taken_open(&t, s->rule.max_samples);
    double one = warm_up(w, run, ctx, s->cold ? 0 : warm_ns);
    double calls = s->cold || one >= shortest_ns ? 1 : ceil(shortest_ns / fmax(one, 1));
    out->calls = calls > MOST_CALLS ? MOST_CALLS : (int)calls;
    const double sample_ns = fmax(one * out->calls, 1);
    const size_t group = s->observer && !s->cold ? (size_t)ceil(group_ns / sample_ns) : 1;
    /* warming up again is to take a third of the time at most */
    const size_t stay = s->cold ? 1 : (size_t)ceil(2 * fmax(WARM_CALLS * one, moved_ns) / ((double)group * sample_ns));
    size_t groups = 0;

    struct hy_stop stop = {0};
    const uint64_t start = hy_now_ns();
    int in_a_row = 0; /* disturbed groups */
    do {
        if (hy_realtime_hold(fmax(group_ns, sample_ns) + yards_ns))
            warm_up(w, run, ctx, s->cold ? 0 : warm_ns);
        feel(&t, s, run, ctx);
        move_on(s, groups++, stay, run, ctx);
        const enum in_the_way who = take_group(&t, s, out->calls, group, run, ctx);
        in_a_row = who == OTHERS ? in_a_row + 1 : 0;
        if (who == OTHERS)
            hy_witness_wait(in_a_row - 1);
        if (who != NOBODY && !s->cold)
            run(ctx); /* the others used the caches too */
        const double wall = hy_seconds_since(start);
        out->stop = hy_stop_check(&stop, &s->rule, t.kept, t.n_kept, t.kept_ns * 1e-9, wall, t.sorted);
        if (out->stop == HY_STOP_NOT && (wall >= s->rule.timeout || hopeless(&t, &s->rule, wall)))
            out->stop = wall >= s->rule.timeout ? HY_STOP_TIMEOUT : HY_STOP_DISTURBED;
    } while (out->stop == HY_STOP_NOT);
    hy_realtime_release();
    settle(&t, s, out);
    free(t.kept);
}
