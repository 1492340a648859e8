/* Bounds and ticks of an axis, and how its numbers are written. */
#include "report/charts/axis.h"

#include <math.h>
#include <stdlib.h>

#include "report/table/number.h"

/* From this ratio on, 1, 2, 5 of a decade are ticks; below, even steps serve a logarithmic axis better. */
#define DECADES_FROM 4

static void add_tick(struct hy_axis *axis, double value)
{
    double slack = 1e-9 * (fabs(axis->low) + fabs(axis->high));
    if (axis->log)
        slack = 1e-9 * value;
    if (axis->ticks < HY_MAX_TICKS && value >= axis->low - slack && value <= axis->high + slack)
        axis->tick[axis->ticks++] = !axis->log && fabs(value) < slack ? 0 : value;
}

/* The step of 1, 2 or 5 times a power of ten that gives about so many ticks. */
static double nice_step(double span, int about)
{
    double raw = span / about, power = pow(10, floor(log10(raw))), part = raw / power;
    return power * (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10);
}

static void linear_ticks(struct hy_axis *axis, int about, bool round_bounds)
{
    double step = nice_step(axis->high - axis->low, about);
    if (round_bounds) {
        double low = floor(axis->low / step + 1e-9) * step;
        axis->low = axis->log && low <= 0 ? axis->low : low;
        axis->high = ceil(axis->high / step - 1e-9) * step;
    }
    double first = ceil(axis->low / step - 1e-9);
    for (int i = 0; i < HY_MAX_TICKS && (first + i) * step <= axis->high + step * 1e-6; i++)
        add_tick(axis, (first + i) * step);
}

static const double parts_of_decade[] = {1, 2, 5};

static void round_decades(struct hy_axis *axis, int stride)
{
    double low = axis->low, high = axis->high;
    bool found = false;
    for (int e = (int)floor(log10(axis->low)) - 1; e <= (int)ceil(log10(axis->high)) + 1; e++)
        for (int i = 0; i < 3; i += stride) {
            double at = parts_of_decade[i] * pow(10, e);
            if (at > 0 && at <= axis->low * 1.0000001)
                low = at;
            if (!found && isfinite(at) && at >= axis->high * 0.9999999) {
                high = at;
                found = true;
            }
        }
    axis->low = low;
    axis->high = high;
}

/* 1, 2, 5 in each decade; 1 alone when there are many decades. */
static void log_ticks(struct hy_axis *axis, bool round_bounds)
{
    double decades = log10(axis->high) - log10(axis->low);
    int stride = decades > 5 ? 3 : 1;
    if (round_bounds)
        round_decades(axis, stride);
    int every = decades > 12 ? (int)(decades / 8) : 1; /* decades between ticks */
    for (int e = (int)floor(log10(axis->low)); e <= (int)ceil(log10(axis->high)); e += every)
        for (int i = 0; i < 3; i += stride)
            add_tick(axis, parts_of_decade[i] * pow(10, e));
}

void hy_axis_fit(struct hy_axis *axis, double low, double high, bool log, int about, bool round_bounds)
{
    bool sound = isfinite(low) && isfinite(high) && isfinite(high - low) && (!log || low > 0) && low <= high;
    about = about < 3 ? 3 : about > HY_MAX_TICKS / 2 ? HY_MAX_TICKS / 2 : about;
    axis->log = log;
    axis->ticks = 0;
    axis->low = sound ? low : log ? 1 : 0;
    axis->high = sound ? high : log ? 10 : 1;
    if (axis->high - axis->low <= 1e-12 * fabs(axis->high)) { /* one value: give it room */
        double room = axis->high != 0 ? fabs(axis->high) * 0.1 : 1;
        axis->high += room;
        axis->low -= log ? room * 0.9 : room;
    }
    if (log && axis->high / axis->low >= DECADES_FROM)
        log_ticks(axis, round_bounds);
    if (axis->ticks < 2) {
        axis->ticks = 0;
        linear_ticks(axis, about, round_bounds);
    }
}

double hy_axis_part(const struct hy_axis *axis, double value)
{
    if (!axis->log)
        return (value - axis->low) / (axis->high - axis->low);
    return value > 0 ? (log(value) - log(axis->low)) / (log(axis->high) - log(axis->low)) : (double)NAN;
}

bool hy_axis_holds(const struct hy_axis *axis, double value)
{
    const double part = hy_axis_part(axis, value);
    return part >= -1e-9 && part <= 1 + 1e-9;
}

/* ---- numbers -------------------------------------------------------------------------- */
/* True where neighbouring ticks are equally far apart, which decades are not. */
static bool is_even(const struct hy_axis *axis)
{
    if (axis->ticks < 2 || (axis->log && axis->ticks == 2))
        return false;
    const double first = axis->tick[1] - axis->tick[0];
    return axis->ticks == 2 || fabs(axis->tick[2] - axis->tick[1] - first) <= 1e-6 * first;
}

/* What the tick tells apart from its neighbours: the step between ticks, or itself where they are decades. */
static double resolution(const struct hy_axis *axis, double value)
{
    return is_even(axis) ? axis->tick[1] - axis->tick[0] : fabs(value);
}

/* Decimals that show a step. */
static int decimals_of(double step)
{
    return step > 0 && isfinite(step) ? (int)fmax(0, -floor(log10(step) + 1e-9)) : 0;
}

/* The largest unit whose numbers stay short; 1 where thousands do no harm. */
static double unit_of(double size, double step, const char **suffix)
{
    static const struct {
        double unit;
        const char *suffix;
    } units[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}};
    *suffix = "";
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (size >= units[i].unit && step >= 0.05 * units[i].unit) {
            *suffix = units[i].suffix;
            return units[i].unit;
        }
    return 1;
}

/* 2e-6: of ticks one digit says all. */
static const char *with_exponent(struct hy_canvas *c, double value)
{
    int exponent = (int)floor(log10(fabs(value)) + 1e-9);
    const double digit = round(value / pow(10, exponent) * 10) / 10;
    return hy_arena_format(hy_canvas_arena(c), "%s%ge%s%d", digit < 0 ? "\xE2\x88\x92" : "", fabs(digit),
                           exponent < 0 ? "\xE2\x88\x92" : "", abs(exponent));
}

const char *hy_axis_text(struct hy_canvas *c, const struct hy_axis *axis, int tick)
{
    struct hy_number n;
    const double value = axis->tick[tick], step = resolution(axis, value);
    const double largest = axis->ticks ? fmax(fabs(axis->tick[axis->ticks - 1]), fabs(axis->tick[0])) : 0;
    const char *suffix = "";
    double unit = 1;
    if (value != 0 && (fabs(value) >= 1e15 || fabs(value) < 1e-4))
        return with_exponent(c, value);
    if (largest >= 1e4)
        unit = unit_of(is_even(axis) ? largest : fabs(value), step, &suffix);
    if (value == 0)
        suffix = "";
    hy_show_fixed(&n, value / unit, value == 0 ? 0 : decimals_of(step / unit));
    return hy_arena_format(hy_canvas_arena(c), "%s%s", n.text, suffix);
}

const char *hy_axis_value(struct hy_canvas *c, const struct hy_axis *axis, double value)
{
    struct hy_number n;
    const double step = resolution(axis, value);
    if (!isfinite(value) || fabs(value) >= 1e7 || !is_even(axis) || step < 1e-6)
        hy_show_short(&n, value);
    else
        hy_show_fixed(&n, value, decimals_of(step / 10));
    return hy_arena_format(hy_canvas_arena(c), "%s", n.text);
}
