/* Dots with intervals, a row per item: a forest plot where there is a centre. */
#include <math.h>
#include <stdlib.h>

#include "kernels/base/status.h"
#include "report/charts/charts.h"
#include "report/charts/dots_axis.h"
#include "report/charts/lanes.h"
#include "report/charts/marks.h"

enum { CAP = 5 /* points of a whisker's cap */, EDGE = 3 /* beneath the last row */ };

static bool has_mark(const struct hy_dots *d)
{
    for (size_t i = 0; i < d->marks; i++)
        if (isfinite(d->mark[i].value))
            return true;
    return false;
}

static void set_lanes(const struct hy_dots *d, struct hy_lane *lane)
{
    for (size_t i = 0; i < d->count; i++)
        lane[i] = (struct hy_lane){.name = d->item[i].name, .group = d->item[i].group, .text = d->item[i].text};
}

static float above(const struct hy_dots *d, struct hy_type type)
{
    return has_mark(d) ? hy_overhead_height(type) : 2;
}

float hy_dots_height(const struct hy_dots *d)
{
    const struct hy_type type = hy_type_of((struct hy_box){0, 0, HY_PAGE_WIDTH, HY_PAGE_HEIGHT});
    struct hy_lane *lane = calloc(d->count + 1, sizeof *lane);
    HY_ASSERT(lane, "out of memory for a chart");
    set_lanes(d, lane);
    const float lanes = hy_lanes_height(lane, d->count);
    free(lane);
    return above(d, type) + lanes + EDGE + hy_lanes_axis_height(type, d->label, d->left, d->right);
}

/* ---- one row -------------------------------------------------------------------------------- */
/* Where the end of an interval is drawn; beyond the axis a head shows that it goes on. */
static void whisker_end(const struct hy_plot *p, float y, double value, const struct hy_pen *pen)
{
    const bool below = value < p->x.low;
    const bool above_axis = value > p->x.high;
    const float x = hy_plot_x(p, fmax(p->x.low, fmin(value, p->x.high)));
    if (below || above_axis) {
        const float back = below ? 3.5f : -3.5f;
        const struct hy_point head[] = {{x, y}, {x + back, y - 2.2f}, {x + back, y + 2.2f}};
        hy_canvas_polygon(p->canvas, head, 3, pen->color, 1);
    } else {
        hy_canvas_line(p->canvas, x, y - CAP / 2.0f, x, y + CAP / 2.0f, pen);
    }
}

static float inside_x(const struct hy_plot *p, double value)
{
    return hy_plot_x(p, fmax(p->x.low, fmin(value, p->x.high)));
}

static bool is_interval(const struct hy_plot *p, double low, double high)
{
    return isfinite(low) && isfinite(high) && low <= high && !(low == 0 && high == 0) && (!p->x.log || low > 0) &&
           high >= p->x.low && low <= p->x.high;
}

static void draw_intervals(const struct hy_plot *p, float y, const struct hy_dot *dot)
{
    const struct hy_pen pen = {dot->color, 1.1f, 0, 0};
    if (is_interval(p, dot->also_low, dot->also_high)) {
        const float from = inside_x(p, dot->also_low), to = inside_x(p, dot->also_high), half = 2.6f;
        const struct hy_point band[] = {{from, y - half}, {to, y - half}, {to, y + half}, {from, y + half}};
        hy_canvas_polygon(p->canvas, band, 4, dot->color, 0.25f);
    }
    if (!is_interval(p, dot->low, dot->high))
        return;
    hy_canvas_line(p->canvas, inside_x(p, dot->low), y, inside_x(p, dot->high), y, &pen);
    whisker_end(p, y, dot->low, &pen);
    whisker_end(p, y, dot->high, &pen);
}

/* A dot beyond the axis is a head at its end; its value stands at the right. */
static void draw_dot(const struct hy_plot *p, float y, const struct hy_dot *dot)
{
    const bool below = dot->value < p->x.low;
    if (!isfinite(dot->value) || (p->x.log && dot->value <= 0))
        return;
    draw_intervals(p, y, dot);
    if (hy_axis_holds(&p->x, dot->value)) {
        hy_look_marker(p->canvas, (struct hy_point){hy_plot_x(p, dot->value), y}, dot->color, dot->look, dot->hollow);
        return;
    }
    const float x = inside_x(p, dot->value), back = below ? 7 : -7;
    const struct hy_point head[] = {{x, y}, {x + back, y - 3.5f}, {x + back, y + 3.5f}, {x, y}};
    const struct hy_pen edge = {dot->color, 1, 0, 0};
    hy_canvas_polygon(p->canvas, head, 3, dot->hollow ? hy_paper() : dot->color, 1);
    hy_canvas_polyline(p->canvas, head, 4, &edge);
}

/* ---- all of them --------------------------------------------------------------------------------- */
/* A line along each row, and where the centre or none is. */
static void draw_ground(const struct hy_plot *p, const struct hy_lanes *l, const struct hy_dots *d)
{
    const struct hy_pen faint = {hy_faint(), 0.4f, 0, 0}, centre = {hy_ink(), 0.8f, 0, 0},
                        zero = {hy_grey(), 0.5f, 0, 0};
    const struct hy_box in = p->inside;
    const bool has_centre = isfinite(d->centre) && hy_axis_holds(&p->x, d->centre);
    for (size_t i = 0; i < l->shown; i++)
        hy_canvas_line(p->canvas, in.x, l->middle[i], in.x + in.width, l->middle[i], &faint);
    if (!has_centre && (p->x.log || !(p->x.low < 0 && p->x.high > 0)))
        return;
    const float x = hy_plot_x(p, has_centre ? d->centre : 0);
    hy_canvas_line(p->canvas, x, in.y, x, in.y + in.height, has_centre ? &centre : &zero);
}

/* The values where the caller gave no texts. */
static void set_texts(const struct hy_dots *d, struct hy_canvas *c, const struct hy_axis *axis, struct hy_lane *lane)
{
    for (size_t i = 0; i < d->count; i++)
        if (!lane[i].text)
            lane[i].text = hy_axis_value(c, axis, d->item[i].value);
}

void hy_dots_draw(struct hy_canvas *c, struct hy_box box, const void *dots)
{
    const struct hy_dots *d = dots;
    const struct hy_type type = hy_type_of(box);
    const struct hy_axis axis = hy_dots_axis(d, (int)(box.width / 60));
    struct hy_lane *lane = hy_arena_alloc(hy_canvas_arena(c), (d->count + 1) * sizeof *lane);
    struct hy_lanes l = {.canvas = c,
                         .box = box,
                         .type = type,
                         .lane = lane,
                         .count = d->count,
                         .top = above(d, type),
                         .below = EDGE + hy_lanes_axis_height(type, d->label, d->left, d->right)};
    set_lanes(d, lane);
    set_texts(d, c, &axis, lane);
    hy_lanes_fit(&l);
    struct hy_plot p = hy_lanes_plot(&l, &axis);
    p.inside.height += EDGE;
    hy_lanes_axis_draw(&p, d->label, d->left, d->right);
    draw_ground(&p, &l, d);
    hy_marks_draw_standing(&p, d->mark, d->marks);
    hy_lanes_draw(&l);
    for (size_t i = 0; i < l.shown; i++)
        draw_dot(&p, l.middle[i], &d->item[i]);
}
