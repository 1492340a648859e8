#include "bench/harness/conditions.h"

#include <math.h>

const struct hy_conditions hy_conditions_unknown = {
    .disturbed_pct = NAN, .clock_ratio = NAN, .memory_ratio = NAN, .witness = "none"};

const char *hy_quality_name(enum hy_quality q)
{
    static const char *const names[] = {"ok", "disturbed", "drifted"};
    return names[q];
}

void hy_conditions_hold(struct hy_conditions *c, bool memory_binds)
{
    const bool slow_clock = c->clock_ratio < HY_DRIFT_RATIO; /* false where it is unknown */
    const bool slow_memory = memory_binds && c->memory_ratio < HY_DRIFT_RATIO;
    if (c->quality == HY_QUALITY_OK && (slow_clock || slow_memory))
        c->quality = HY_QUALITY_DRIFTED;
}

void hy_conditions_put(struct hy_table *t, const struct hy_conditions *c)
{
    hy_table_float(t, "disturbed_pct", c->disturbed_pct);
    if (isnan(c->disturbed_pct))
        hy_table_missing(t, "dropped");
    else
        hy_table_integer(t, "dropped", (int64_t)c->dropped);
    hy_table_float(t, "clock_ratio", c->clock_ratio);
    hy_table_float(t, "memory_ratio", c->memory_ratio);
    hy_table_text(t, "witness", c->witness);
    hy_table_text(t, "quality", hy_quality_name(c->quality));
}

void hy_observer_open(struct hy_observer *o)
{
    hy_witness_open(&o->witness);
    hy_yardstick_open(&o->yardstick, &o->witness);
}

void hy_observer_close(struct hy_observer *o)
{
    hy_yardstick_close(&o->yardstick);
    hy_witness_close(&o->witness);
}

void hy_tally_add(struct hy_tally *t, double units, double seconds, bool disturbed)
{
    t->units += units;
    t->seconds += seconds;
    t->parts++;
    if (disturbed)
        return;
    t->good_units += units;
    t->good_seconds += seconds;
    t->good_parts++;
}

/* Under a third undisturbed, what remains may be the luck of short steps: then all of it counts. */
static bool believed(const struct hy_tally *t)
{
    return t->good_seconds > 0 && 3 * t->good_seconds >= t->seconds;
}

double hy_tally_rate(const struct hy_tally *t)
{
    const double units = believed(t) ? t->good_units : t->units;
    const double seconds = believed(t) ? t->good_seconds : t->seconds;
    return seconds > 0 ? units / seconds : (double)NAN;
}

struct hy_conditions hy_tally_conditions(const struct hy_tally *t, const struct hy_witness *w)
{
    struct hy_conditions c = hy_conditions_unknown;
    if (t->seconds <= 0)
        return c;
    c.witness = hy_witness_name(w);
    c.disturbed_pct = 100 * (1 - t->good_seconds / t->seconds);
    c.dropped = believed(t) ? t->parts - t->good_parts : 0;
    c.quality = believed(t) ? HY_QUALITY_OK : HY_QUALITY_DISTURBED;
    return c;
}
