/* Points in a plane with their names beside them, each name where it covers nothing. */
#include <math.h>

#include "report/charts/charts.h"
#include "report/charts/marks.h"
#include "report/charts/step.h"

#define RADIUS     4.2f  /* points that a marker takes */
#define NAME_SHARE 0.45f /* of the plot's width */

/* ---- axes ---------------------------------------------------------------------------------- */
struct range {
    double low, high;
};

static bool is_sound(const struct hy_scatter *s, const struct hy_spot *item)
{
    return isfinite(item->x) && isfinite(item->y) && (!s->log_x || item->x > 0) && (!s->log_y || item->y > 0);
}

static void take(struct range *r, double value)
{
    r->low = fmin(r->low, value);
    r->high = fmax(r->high, value);
}

/* A share of the span is kept free at both ends, for markers and names. */
static struct range widened(struct range r, bool log, double share)
{
    if (log) {
        const double factor = pow(r.high / r.low, share);
        return (struct range){r.low / factor, r.high * factor};
    }
    const double edge = share * (r.high - r.low);
    const bool near_zero = r.low >= 0 && r.low <= 0.2 * r.high;
    return (struct range){near_zero ? fmax(0, r.low - edge) : r.low - edge, r.high + edge};
}

/* Intervals count as far as the values' span beyond them. */
static void take_intervals(const struct hy_scatter *s, struct range *y)
{
    const double span = y->high - y->low, low = y->low - span, high = y->high + span;
    for (size_t i = 0; i < s->count; i++) {
        const struct hy_spot *item = &s->item[i];
        if (!is_sound(s, item) || !isfinite(item->y_low) || !isfinite(item->y_high) || (s->log_y && item->y_low <= 0))
            continue;
        take(y, span > 0 && !s->log_y ? fmax(low, item->y_low) : item->y_low);
        take(y, span > 0 && !s->log_y ? fmin(high, item->y_high) : item->y_high);
    }
}

static void fit_axes(struct hy_plot *p, const struct hy_scatter *s)
{
    struct range x = {INFINITY, -INFINITY}, y = x;
    for (size_t i = 0; i < s->count; i++)
        if (is_sound(s, &s->item[i])) {
            take(&x, s->item[i].x);
            take(&y, s->item[i].y);
        }
    take_intervals(s, &y);
    hy_marks_near(s->mark, s->marks, s->log_y, &y.low, &y.high);
    x = widened(x, s->log_x, 0.08);
    y = widened(y, s->log_y, 0.10);
    hy_axis_fit(&p->x, x.low, x.high, s->log_x, (int)(p->box.width / 60), false);
    hy_axis_fit(&p->y, y.low, y.high, s->log_y, (int)(p->box.height / 32), false);
    p->x.label = s->x_label;
    p->y.label = s->y_label;
}

/* ---- points ----------------------------------------------------------------------------------- */
static float level(const struct hy_plot *p, double value)
{
    return hy_plot_y(p, fmax(p->y.low, fmin(value, p->y.high)));
}

/* Draws the interval of a point; what it takes is *box. */
static bool draw_interval(const struct hy_plot *p, const struct hy_spot *item, struct hy_box *box)
{
    enum { CAP = 5 };
    const struct hy_pen pen = {item->color, 1, 0, 0};
    if (!isfinite(item->y_low) || !isfinite(item->y_high) || (p->y.log && item->y_low <= 0))
        return false;
    const float x = hy_plot_x(p, item->x), top = level(p, item->y_high), low = level(p, item->y_low);
    hy_canvas_line(p->canvas, x, top, x, low, &pen);
    if (item->y_high <= p->y.high)
        hy_canvas_line(p->canvas, x - CAP / 2.0f, top, x + CAP / 2.0f, top, &pen);
    if (item->y_low >= p->y.low)
        hy_canvas_line(p->canvas, x - CAP / 2.0f, low, x + CAP / 2.0f, low, &pen);
    *box = (struct hy_box){x - 1, top, 2, low - top};
    return true;
}

/* Leaders and names go beneath the markers. Of the hard ground the first n are the points' own. */
static void draw_names(const struct hy_plot *p, const struct hy_spot *const *item, size_t n, const struct hy_ground *g)
{
    const struct hy_box in = p->inside, box = p->box;
    struct hy_named *named = hy_arena_alloc(hy_canvas_arena(p->canvas), (n + 1) * sizeof *named);
    for (size_t i = 0; i < n; i++)
        named[i] =
            (struct hy_named){item[i]->name, {hy_plot_x(p, item[i]->x), hy_plot_y(p, item[i]->y)}, item[i]->color};
    const struct hy_names names = {
        .item = named,
        .count = n,
        .size = p->type.name,
        .radius = RADIUS,
        .width = NAME_SHARE * in.width,
        .room = {in.x + 1, box.y, box.x + box.width - in.x - 1, in.y + in.height - box.y - 1}};
    const struct hy_ground others = {g->hard + n, g->soft, g->n_hard - n, g->n_soft};
    hy_names_draw(p->canvas, &names, &others);
}

/* ---- all of it ------------------------------------------------------------------------------------ */
static bool has_mark_above(const struct hy_plot *p, const struct hy_scatter *s)
{
    for (size_t i = 0; i < s->marks; i++)
        if (isfinite(s->mark[i].value) && s->mark[i].value > p->y.high)
            return true;
    return false;
}

void hy_scatter_draw(struct hy_canvas *c, struct hy_box box, const void *scatter)
{
    const struct hy_scatter *s = scatter;
    struct hy_arena *a = hy_canvas_arena(c);
    struct hy_plot p = {.canvas = c, .box = box, .type = hy_type_of(box)};
    const struct hy_spot **item = hy_arena_alloc(a, (s->count + 1) * sizeof *item);
    struct hy_ground g = {.hard = hy_arena_alloc(a, (2 * s->count + s->marks + 1) * sizeof *g.hard),
                          .soft = hy_arena_alloc(a, (2 * s->count + s->marks + 1) * sizeof *g.soft)};
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++)
        if (is_sound(s, &s->item[i]))
            item[n++] = &s->item[i];
    fit_axes(&p, s);
    hy_plot_margins(&p, has_mark_above(&p, s) ? hy_text_height(p.type.tick) + 2 : 2, 3);
    hy_plot_frame(&p, true, true);
    for (size_t i = 0; i < n; i++) {
        const float x = hy_plot_x(&p, item[i]->x), y = hy_plot_y(&p, item[i]->y);
        g.hard[g.n_hard++] = (struct hy_box){x - RADIUS, y - RADIUS, 2 * RADIUS, 2 * RADIUS};
    }
    for (size_t i = 0; i < n; i++)
        g.n_hard += draw_interval(&p, item[i], &g.hard[g.n_hard]);
    g.n_soft = hy_step_draw(&p, s, g.soft);
    hy_marks_draw_lying(&p, s->mark, s->marks, &g);
    draw_names(&p, item, n, &g);
    for (size_t i = 0; i < n; i++)
        hy_look_marker(c, (struct hy_point){hy_plot_x(&p, item[i]->x), hy_plot_y(&p, item[i]->y)}, item[i]->color,
                       item[i]->look, item[i]->hollow);
}
