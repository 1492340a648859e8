#include "bench/harness/watch.h"

#include "bench/harness/realtime.h"
#include "kernels/base/clock.h"

enum { GROUP_NS = 3000000, YARDS_NS = 100000000 };

/* A witness that is told nothing is none. */
static bool looked_on(const struct hy_watch *w)
{
    return w->observer || (w->gpu && w->gpu->device);
}

void hy_watch_begin(struct hy_watch *w)
{
    struct hy_observer *o = w->observer;
    if (w->open || !looked_on(w))
        return;
    if (w->gpu) {
        w->open = true;
        w->since_ns = hy_now_ns();
        hy_gpu_witness_begin(w->gpu);
        return;
    }
    if (w->realtime)
        (void)hy_realtime_hold(w->longest_ns + GROUP_NS);
    if (hy_now_ns() - o->yardstick.last_ns >= YARDS_NS)
        hy_yardstick_take(&o->yardstick, &o->witness, &w->yards);
    w->open = true;
    w->since_ns = hy_now_ns();
    hy_witness_begin(&o->witness);
}

bool hy_watch_end(struct hy_watch *w, double units, double seconds)
{
    if (!looked_on(w)) {
        hy_tally_add(&w->tally, units, seconds, false);
        return false;
    }
    w->units += units;
    w->seconds += seconds;
    w->parts++;
    return hy_now_ns() - w->since_ns >= GROUP_NS && hy_watch_close(w);
}

/* What the witness of the group in hand says. */
static bool slow(struct hy_watch *w)
{
    const struct hy_gpu_seen seen = hy_gpu_witness_end(w->gpu);
    hy_gpu_seen_add(seen.slow ? &w->seen_slow : &w->seen, &seen, w->seconds);
    return seen.slow;
}

static bool disturbed_host(struct hy_watch *w, double group_ns, struct hy_disturbance *d)
{
    *d = hy_witness_end(&w->observer->witness, group_ns);
    return hy_disturbed(d);
}

bool hy_watch_close(struct hy_watch *w)
{
    if (!w->open)
        return false;
    const double group_ns = (double)(hy_now_ns() - w->since_ns);
    struct hy_disturbance d = {.brief = true};
    const bool disturbed = w->gpu ? slow(w) : disturbed_host(w, group_ns, &d);
    if (group_ns > w->longest_ns)
        w->longest_ns = group_ns;
    if (w->parts > 0) {
        hy_tally_add(&w->tally, w->units, w->seconds, disturbed);
        w->tally.parts += w->parts - 1; /* the group's were added as one */
        w->tally.good_parts += disturbed ? 0 : w->parts - 1;
        w->tally.alone += d.brief ? 0 : d.alone * w->seconds;
        w->tally.looked_seconds += d.brief ? 0 : w->seconds;
    }
    w->open = false;
    w->units = w->seconds = 0;
    w->parts = 0;
    return disturbed;
}

/* Nobody else has a GPU's clocks in hand: what does not hold has drifted. */
static struct hy_conditions conditions_of_gpu(struct hy_watch *w)
{
    (void)hy_watch_close(w);
    struct hy_conditions c = hy_tally_conditions(&w->tally, hy_gpu_witness_name(w->gpu, false));
    struct hy_gpu_seen_sum counts = w->seen;
    if (c.quality == HY_QUALITY_DISTURBED) {
        c.quality = HY_QUALITY_DRIFTED;
        hy_gpu_seen_join(&counts, &w->seen_slow);
    }
    c.clock_ratio = hy_gpu_clock_ratio(&counts, w->gpu);
    c.memory_ratio = hy_gpu_memory_ratio(&counts, w->gpu);
    hy_conditions_hold(&c, HY_REACH_MEMORY);
    return c;
}

struct hy_conditions hy_watch_conditions(struct hy_watch *w, bool memory_binds)
{
    struct hy_observer *o = w->observer;
    if (w->gpu && looked_on(w))
        return conditions_of_gpu(w);
    if (!o)
        return hy_conditions_unknown;
    (void)hy_watch_close(w);
    for (int i = 0; i < 2 * HY_YARDSTICK_WINDOW && w->yards.n < HY_YARDSTICK_WINDOW; i++)
        hy_yardstick_take(&o->yardstick, &o->witness, &w->yards);
    hy_realtime_release();
    struct hy_conditions c = hy_tally_conditions(&w->tally, hy_witness_name(&o->witness));
    c.clock_ratio = hy_yards_clock(&w->yards, &o->yardstick, 0);
    c.memory_ratio = hy_yards_memory(&w->yards, &o->yardstick);
    hy_conditions_hold(&c, memory_binds ? HY_REACH_MEMORY : HY_REACH_CORE);
    if (c.quality == HY_QUALITY_OK && w->yards.n == 0) /* none was undisturbed itself */
        c.quality = HY_QUALITY_DISTURBED;
    const bool shared = w->tally.alone < HY_SIBLINGS_LONG * w->tally.looked_seconds;
    if (c.quality == HY_QUALITY_OK && (hy_yards_far(&w->yards) || shared))
        c.quality = HY_QUALITY_DRIFTED;
    return c;
}
