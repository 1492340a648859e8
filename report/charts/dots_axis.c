#include "report/charts/dots_axis.h"

#include <math.h>
#include <stdlib.h>

#include "kernels/base/status.h"
#include "report/charts/marks.h"

struct range {
    double low, high; /* low > high: empty */
};

static void take(struct range *r, double value)
{
    if (isfinite(value)) {
        r->low = fmin(r->low, value);
        r->high = fmax(r->high, value);
    }
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool is_sound(const struct hy_dots *d, double value)
{
    return isfinite(value) && (!d->log || value > 0);
}

/* Sorts the n values and returns the middle one. */
static double median(double *value, size_t n)
{
    qsort(value, n, sizeof *value, ascending);
    return value[(n - 1) / 2];
}

/* How far from the middle a value may lie and still be shown: twelve times as far as half of them do, and no less than
 * twice the middle itself (or than half of them are from the centre). */
static double reach(const struct hy_dots *d, double *value, size_t n, double middle)
{
    for (size_t i = 0; i < n; i++)
        value[i] = fabs(value[i] - middle);
    const double usual = median(value, n);
    const double least = isfinite(d->centre) ? 12 * fabs(middle - d->centre) : 2 * fabs(middle);
    return usual > 0 ? fmax(12 * usual, least) : INFINITY;
}

static struct range range_of_values(const struct hy_dots *d)
{
    struct range r = {INFINITY, -INFINITY};
    double *value = calloc(d->count + 1, sizeof *value);
    size_t n = 0;
    HY_ASSERT(value, "out of memory for a chart");
    for (size_t i = 0; i < d->count; i++)
        if (is_sound(d, d->item[i].value))
            value[n++] = d->item[i].value;
    if (n > 0) {
        const double middle = median(value, n);
        const double most = d->log || n < 4 ? (double)INFINITY : reach(d, value, n, middle);
        for (size_t i = 0; i < d->count; i++)
            if (is_sound(d, d->item[i].value) && fabs(d->item[i].value - middle) <= most)
                take(&r, d->item[i].value);
    }
    free(value);
    return r;
}

/* Intervals widen the range, one that is much wider than the others only a part of the way. */
static struct range with_intervals(const struct hy_dots *d, struct range values)
{
    struct range r = values;
    size_t n = 0;
    double *width = calloc(2 * d->count + 1, sizeof *width);
    HY_ASSERT(width, "out of memory for a chart");
    for (size_t i = 0; i < d->count; i++) {
        const struct hy_dot *dot = &d->item[i];
        if (isfinite(dot->low) && isfinite(dot->high))
            width[n++] = (dot->high - dot->low) / 2;
    }
    const double usual = n ? 3 * median(width, n) : 0, room = fmax(usual, 0.6 * (values.high - values.low));
    const double low = values.low - room, high = values.high + room;
    for (size_t i = 0; i < d->count; i++) {
        const struct hy_dot *dot = &d->item[i];
        const double ends[] = {dot->low, dot->high, dot->also_low, dot->also_high};
        const int sound = dot->also_low == 0 && dot->also_high == 0 ? 2 : 4;
        for (int k = 0; k < sound && is_sound(d, dot->value); k++)
            if (is_sound(d, ends[k]))
                take(&r, d->log ? ends[k] : fmax(low, fmin(ends[k], high)));
    }
    free(width);
    return r;
}

static struct range with_room(const struct hy_dots *d, struct range r)
{
    const double span = r.high - r.low, edge = 0.06 * span;
    if (d->log)
        return (struct range){r.low / pow(r.high / r.low, 0.06), r.high * pow(r.high / r.low, 0.06)};
    struct range wide = {r.low - edge, r.high + edge};
    if (r.low >= 0 && r.low <= 0.35 * r.high)
        wide.low = 0;
    if (r.high <= 0 && r.high >= 0.35 * r.low)
        wide.high = 0;
    return wide;
}

struct hy_axis hy_dots_axis(const struct hy_dots *d, int about)
{
    struct hy_axis axis = {.label = NULL};
    struct range r = range_of_values(d);
    if (r.low <= r.high) {
        r = with_intervals(d, r);
        hy_marks_near(d->mark, d->marks, d->log, &r.low, &r.high);
        if (isfinite(d->centre)) {
            const double half = 1.06 * fmax(fabs(r.low - d->centre), fabs(r.high - d->centre));
            r = (struct range){d->centre - half, d->centre + half};
        } else {
            r = with_room(d, r);
        }
    }
    hy_axis_fit(&axis, r.low, r.high, d->log && !isfinite(d->centre), about, false);
    return axis;
}
