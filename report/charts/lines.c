/* Curves with bands, named at their right ends instead of in a legend. */
#include <math.h>

#include "report/charts/charts.h"
#include "report/charts/ends.h"
#include "report/charts/marks.h"
#include "report/charts/thin.h"
#include "report/table/number.h"

#define COLUMN 1.0f /* points: finer than print shows of a curve */
#define ALPHA  0.18f

/* ---- axes -------------------------------------------------------------------------------------- */
struct bounds {
    double x_low, x_high, y_low, y_high;
};

static bool is_sound(const struct hy_lines *l, double x, double y)
{
    return isfinite(x) && isfinite(y) && (!l->log_x || x > 0) && (!l->log_y || y > 0);
}

static struct bounds bounds_of(const struct hy_lines *l)
{
    struct bounds b = {INFINITY, -INFINITY, INFINITY, -INFINITY};
    for (size_t s = 0; s < l->count; s++)
        for (size_t i = 0; i < l->series[s].count; i++) {
            const double x = l->series[s].x[i], y = l->series[s].y[i];
            if (!is_sound(l, x, y))
                continue;
            b.x_low = x < b.x_low ? x : b.x_low;
            b.x_high = x > b.x_high ? x : b.x_high;
            b.y_low = y < b.y_low ? y : b.y_low;
            b.y_high = y > b.y_high ? y : b.y_high;
        }
    return b;
}

/* Bands widen the axis, by no more than half of what the curves span. */
static void take_bands(const struct hy_lines *l, struct bounds *b)
{
    const double span = b->y_high - b->y_low, factor = l->log_y ? sqrt(b->y_high / b->y_low) : 1;
    const double low = span == 0 ? -INFINITY : l->log_y ? b->y_low / factor : b->y_low - span / 2;
    const double high = span == 0 ? INFINITY : l->log_y ? b->y_high * factor : b->y_high + span / 2;
    double least = b->y_low, most = b->y_high;
    for (size_t s = 0; s < l->count; s++) {
        const struct hy_series *one = &l->series[s];
        for (size_t i = 0; one->low && one->high && i < one->count; i++) {
            if (is_sound(l, one->x[i], one->low[i]) && one->low[i] < least)
                least = one->low[i];
            if (is_sound(l, one->x[i], one->high[i]) && one->high[i] > most)
                most = one->high[i];
        }
    }
    b->y_low = fmax(least, low);
    b->y_high = fmin(most, high);
}

static void fit_axes(struct hy_plot *p, const struct hy_lines *l)
{
    struct bounds b = bounds_of(l);
    take_bands(l, &b);
    if (l->y_cap > 0 && b.y_high > l->y_cap && b.y_low < l->y_cap)
        b.y_high = l->y_cap;
    hy_marks_near(l->mark, l->marks, l->log_y, &b.y_low, &b.y_high);
    if (!l->log_x && b.x_low > 0 && b.x_low < 0.25 * b.x_high)
        b.x_low = 0;
    hy_axis_fit(&p->x, b.x_low, b.x_high, l->log_x, (int)(p->box.width / 70), false);
    hy_axis_fit(&p->y, b.y_low, b.y_high, l->log_y, (int)(p->box.height / 32), false);
    const double edge = l->log_y ? pow(p->y.high / p->y.low, 0.04) : 0.04 * (p->y.high - p->y.low);
    const double low = l->log_y ? p->y.low / edge : p->y.low - (p->y.low == 0 ? 0 : edge);
    const bool capped = b.y_high == l->y_cap;
    const double high = capped ? p->y.high : l->log_y ? p->y.high * edge : p->y.high + edge;
    hy_axis_fit(&p->y, low, high, l->log_y, (int)(p->box.height / 32), false);
    p->x.label = l->x_label;
    p->y.label = l->y_label;
}

/* ---- one curve -------------------------------------------------------------------------------------- */
static struct hy_point *points_of(const struct hy_plot *p, const double *x, const double *y, size_t count)
{
    struct hy_point *points = hy_arena_alloc(hy_canvas_arena(p->canvas), (count + 1) * sizeof *points);
    for (size_t i = 0; i < count; i++)
        points[i] = (struct hy_point){hy_plot_x(p, x[i]), hy_plot_y(p, y[i])};
    return points;
}

static void draw_band(const struct hy_plot *p, const struct hy_series *s)
{
    if (!s->low || !s->high)
        return;
    hy_thin_band(p->canvas, points_of(p, s->x, s->low, s->count), points_of(p, s->x, s->high, s->count), s->count,
                 2 * COLUMN, s->color, ALPHA);
}

/* Of thousands of points, those far enough from the marker before. */
static void draw_markers(const struct hy_plot *p, const struct hy_series *s, bool all)
{
    const float scale = 0.68f, least = all ? 2.5f : 5;
    struct hy_point before = {-INFINITY, -INFINITY};
    for (size_t i = 0; i < s->count; i++) {
        const bool hollow = s->hollow && s->hollow[i];
        if (!all && !hollow)
            continue;
        const struct hy_point at = {hy_plot_x(p, s->x[i]), hy_plot_y(p, s->y[i])};
        if (!hy_axis_holds(&p->x, s->x[i]) || !hy_axis_holds(&p->y, s->y[i]) || fabsf(at.x - before.x) < least)
            continue;
        hy_look_marker_scaled(p->canvas, at, s->color, all ? s->look : 0, hollow, scale);
        before = at;
    }
}

static void draw_curve(const struct hy_plot *p, const struct hy_series *s)
{
    enum { MANY = 60 };
    const struct hy_pen pen = hy_look_pen(s->color, s->count > MANY ? 1.0f : 1.4f, s->look);
    struct hy_point *points = points_of(p, s->x, s->y, s->count);
    hy_canvas_polyline(p->canvas, points, hy_thin_line(points, s->count, COLUMN), &pen);
}

/* ---- names --------------------------------------------------------------------------------------------- */
static float level(const struct hy_plot *p, double value)
{
    return hy_plot_y(p, fmax(p->y.low, fmin(value, p->y.high)));
}

/* The last point that can be drawn; `count` where there is none. */
static size_t last_of(const struct hy_lines *l, const struct hy_series *s)
{
    for (size_t i = s->count; i-- > 0;)
        if (is_sound(l, s->x[i], s->y[i]))
            return i;
    return s->count;
}

/* A dash behind the name of a curve without a point, an arrow before one that ends above the axis. */
static const char *series_text(const struct hy_plot *p, const struct hy_series *s, size_t last)
{
    struct hy_arena *a = hy_canvas_arena(p->canvas);
    if (!s->name || !*s->name)
        return "";
    if (last == s->count)
        return hy_arena_format(a, "%s " HY_DASH, s->name);
    return s->y[last] > p->y.high ? hy_arena_format(a, "\xE2\x86\x91 %s", s->name) : s->name;
}

/* Names first, for their room decides where the plot ends; the ends follow when it stands. */
static size_t name_ends(const struct hy_plot *p, const struct hy_lines *l, struct hy_end *end)
{
    const struct hy_text_style style = hy_style(HY_SANS, p->type.name, hy_grey(), HY_LEFT);
    size_t n = 0;
    for (size_t s = 0; s < l->count; s++) {
        const struct hy_series *one = &l->series[s];
        const size_t last = last_of(l, one);
        end[n++] = (struct hy_end){.text = series_text(p, one, last),
                                   .color = last == one->count ? hy_grey() : one->color,
                                   .nowhere = last == one->count};
    }
    for (size_t i = 0; i < l->marks; i++) {
        const double v = l->mark[i].value;
        const bool below = v < p->y.low;
        const bool above = v > p->y.high;
        const char *arrow = below ? "\xE2\x86\x93 " : above ? "\xE2\x86\x91 " : "";
        if (isfinite(v))
            end[n++] = (struct hy_end){
                .text = hy_mark_text(p->canvas, &p->y, &l->mark[i], &style, 0.38f * p->box.width, arrow, NULL),
                .color = hy_grey(),
                .nowhere = below || above};
    }
    return n;
}

static void set_ends(const struct hy_plot *p, const struct hy_lines *l, struct hy_end *end)
{
    size_t n = 0;
    const struct hy_point corner = {p->inside.x + p->inside.width, p->inside.y + p->inside.height};
    for (size_t s = 0; s < l->count; s++) {
        const struct hy_series *one = &l->series[s];
        const size_t last = last_of(l, one);
        end[n++].from =
            last == one->count ? corner : (struct hy_point){hy_plot_x(p, one->x[last]), level(p, one->y[last])};
    }
    for (size_t i = 0; i < l->marks; i++)
        if (isfinite(l->mark[i].value))
            end[n++].from = (struct hy_point){corner.x, level(p, l->mark[i].value)};
}

static void draw_marks(const struct hy_plot *p, const struct hy_lines *l)
{
    const struct hy_pen dashes = {hy_grey(), 0.7f, 2, 2};
    for (size_t i = 0; i < l->marks; i++)
        if (hy_axis_holds(&p->y, l->mark[i].value)) {
            const float y = hy_plot_y(p, l->mark[i].value);
            hy_canvas_line(p->canvas, p->inside.x, y, p->inside.x + p->inside.width, y, &dashes);
        }
}

void hy_lines_draw(struct hy_canvas *c, struct hy_box box, const void *lines)
{
    const struct hy_lines *l = lines;
    struct hy_plot p = {.canvas = c, .box = box, .type = hy_type_of(box)};
    struct hy_end *end = hy_arena_alloc(hy_canvas_arena(c), (l->count + l->marks + 1) * sizeof *end);
    fit_axes(&p, l);
    const size_t ends = name_ends(&p, l, end);
    const float width = hy_ends_width(&p, end, ends);
    hy_plot_margins(&p, 2, fmaxf(width, 3));
    hy_plot_frame(&p, false, true);
    draw_marks(&p, l);
    hy_canvas_clip(c, (struct hy_box){p.inside.x, p.inside.y - 1, p.inside.width + 3, p.inside.height + 2});
    for (size_t s = 0; s < l->count; s++)
        draw_band(&p, &l->series[s]);
    for (size_t s = 0; s < l->count; s++)
        draw_curve(&p, &l->series[s]);
    for (size_t s = 0; s < l->count; s++)
        draw_markers(&p, &l->series[s], l->points);
    hy_canvas_unclip(c);
    set_ends(&p, l, end);
    hy_ends_draw(&p, end, ends, width);
}
