#include "bench/harness/conditions.h"

#include <math.h>
#include <stdio.h>

const struct hy_conditions hy_conditions_unknown = {
    .disturbed_pct = NAN, .clock_ratio = NAN, .memory_ratio = NAN, .handover_ns = NAN, .witness = "none"};

const char *hy_quality_name(enum hy_quality q)
{
    static const char *const names[] = {"ok", "disturbed", "drifted"};
    return names[q];
}

void hy_conditions_hold(struct hy_conditions *c, enum hy_reach reach)
{
    static const double least[] = {
        [HY_REACH_CORE] = 0, [HY_REACH_LLC] = HY_DRIFT_LLC_RATIO, [HY_REACH_MEMORY] = HY_DRIFT_RATIO};
    const bool slow_clock = c->clock_ratio < HY_DRIFT_RATIO; /* false where it is unknown */
    const bool slow_memory = c->memory_ratio < least[reach];
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

static void number(char *to, size_t room, double x)
{
    if (isnan(x))
        *to = '\0';
    else
        snprintf(to, room, "%.4g", x);
}

void hy_conditions_text(const struct hy_conditions *c, char text[HY_CONDITIONS_TEXT])
{
    char share[16], dropped[24], clock[16], memory[16];
    number(share, sizeof share, c->disturbed_pct);
    number(clock, sizeof clock, c->clock_ratio);
    number(memory, sizeof memory, c->memory_ratio);
    snprintf(dropped, sizeof dropped, "%zu", c->dropped);
    snprintf(text, HY_CONDITIONS_TEXT, "%s,%s,%s,%s,%s,%s", share, isnan(c->disturbed_pct) ? "" : dropped, clock,
             memory, c->witness, hy_quality_name(c->quality));
}

void hy_observer_open(struct hy_observer *o)
{
    hy_witness_open(&o->witness);
    hy_yardstick_open(&o->yardstick, &o->witness, 0);
}

/* 32 slices of a copy: at ten a second seconds go by before one comes round again. */
static const size_t LONG_BYTES = (size_t)64 << 20;

void hy_observer_open_long(struct hy_observer *o)
{
    hy_witness_open(&o->witness);
    hy_yardstick_open(&o->yardstick, &o->witness, LONG_BYTES);
}

size_t hy_observer_bytes(const struct hy_observer *o)
{
    return o ? 2 * o->yardstick.bytes : 0;
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

struct hy_conditions hy_conditions_worse(const struct hy_conditions *a, const struct hy_conditions *b)
{
    struct hy_conditions c = a->quality == HY_QUALITY_DISTURBED || b->quality == HY_QUALITY_OK ? *a : *b;
    c.disturbed_pct = fmax(a->disturbed_pct, b->disturbed_pct); /* of a number and NaN the number */
    c.dropped = a->dropped + b->dropped;
    c.clock_ratio = fmin(a->clock_ratio, b->clock_ratio);
    c.memory_ratio = fmin(a->memory_ratio, b->memory_ratio);
    c.witness = isnan(a->disturbed_pct) ? b->witness : a->witness;
    return c;
}

struct hy_conditions hy_tally_conditions(const struct hy_tally *t, const char *witness)
{
    struct hy_conditions c = hy_conditions_unknown;
    if (t->seconds <= 0)
        return c;
    c.witness = witness;
    c.disturbed_pct = 100 * (1 - t->good_seconds / t->seconds);
    c.dropped = believed(t) ? t->parts - t->good_parts : 0;
    c.quality = believed(t) ? HY_QUALITY_OK : HY_QUALITY_DISTURBED;
    return c;
}
