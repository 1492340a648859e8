#include "report/charts/roofs.h"

#include <math.h>

#include "report/table/number.h"

#define NARROW 200.0f /* points */

bool hy_roof_is_flat(const struct hy_ceiling *c)
{
    return isfinite(c->gflops) && c->gflops > 0;
}

bool hy_roof_is_sloped(const struct hy_ceiling *c)
{
    return !isfinite(c->gflops) && isfinite(c->gbps) && c->gbps > 0;
}

double hy_roof_most_gflops(const struct hy_roofline *r)
{
    double most = NAN;
    for (size_t i = 0; i < r->ceilings; i++)
        if (hy_roof_is_flat(&r->ceiling[i]))
            most = fmax(most, r->ceiling[i].gflops);
    return most;
}

double hy_roof_most_gbps(const struct hy_roofline *r)
{
    double most = NAN;
    for (size_t i = 0; i < r->ceilings; i++)
        if (hy_roof_is_sloped(&r->ceiling[i]))
            most = fmax(most, r->ceiling[i].gbps);
    return most;
}

/* "L2 5,500 GB/s"; in a narrow box "L2" */
static const char *ceiling_text(const struct hy_plot *p, const struct hy_ceiling *c)
{
    struct hy_number n;
    struct hy_arena *a = hy_canvas_arena(p->canvas);
    const bool flat = hy_roof_is_flat(c);
    const char *name = c->name ? c->name : "";
    if (p->box.width < NARROW)
        return name;
    hy_show_short(&n, flat ? c->gflops : c->gbps);
    return flat ? hy_arena_format(a, "%s %s", name, n.text) : hy_arena_format(a, "%s %s GB/s", name, n.text);
}

/* Where a slope ends: at the highest roof, or at the plot's edge. */
static double slope_end(const struct hy_plot *p, const struct hy_roofline *r, double gbps)
{
    const double roof = hy_roof_most_gflops(r), top = isnan(roof) ? p->y.high : fmin(roof, p->y.high);
    return fmin(top / gbps, p->x.high);
}

struct hy_roofs hy_roofs_name(const struct hy_plot *p, const struct hy_roofline *r)
{
    const struct hy_text_style style = hy_style(HY_SANS, p->type.tick, hy_grey(), HY_LEFT);
    struct hy_arena *a = hy_canvas_arena(p->canvas);
    struct hy_roofs to = {.over = hy_arena_alloc(a, (r->ceilings + 1) * sizeof *to.over),
                          .end = hy_arena_alloc(a, (r->ceilings + 1) * sizeof *to.end),
                          .inside = p->box.width < NARROW};
    for (size_t i = 0; i < r->ceilings; i++) {
        const struct hy_ceiling *c = &r->ceiling[i];
        const double last = hy_roof_is_sloped(c) ? slope_end(p, r, c->gbps) : (double)NAN;
        if (last > p->x.low && last < p->x.high) {
            const char *text = hy_canvas_fit(p->canvas, &style, ceiling_text(p, c), 0.45f * p->box.width);
            to.over[to.overs++] = (struct hy_overhead){
                .text = text, .width = hy_canvas_text_width(p->canvas, &style, text), .color = hy_grey()};
        } else if (hy_roof_is_flat(c) || last > p->x.low) {
            to.end[to.ends++] = (struct hy_end){.text = ceiling_text(p, c), .color = hy_grey()};
        }
    }
    return to;
}

float hy_roofs_top(const struct hy_plot *p, const struct hy_roofs *roofs)
{
    return roofs->overs ? hy_overhead_height(p->type) : 2;
}

float hy_roofs_right(const struct hy_plot *p, const struct hy_roofs *roofs)
{
    return fmaxf(3, roofs->inside ? 0 : hy_ends_width(p, roofs->end, roofs->ends));
}

static float limited_y(const struct hy_plot *p, double value)
{
    return hy_plot_y(p, fmax(p->y.low, fmin(value, p->y.high)));
}

/* From where it enters the plot to where it ends. */
static void draw_slope(const struct hy_plot *p, const struct hy_roofline *r, double gbps, const struct hy_pen *pen)
{
    const double from = fmax(p->x.low, p->y.low / gbps), to = slope_end(p, r, gbps);
    if (from < to)
        hy_canvas_line(p->canvas, hy_plot_x(p, from), limited_y(p, gbps * from), hy_plot_x(p, to),
                       limited_y(p, gbps * to), pen);
}

/* From where the fastest memory allows it to the right edge. */
static void draw_flat(const struct hy_plot *p, const struct hy_roofline *r, double gflops, const struct hy_pen *pen)
{
    const double fastest = hy_roof_most_gbps(r), from = fastest > 0 ? fmax(p->x.low, gflops / fastest) : p->x.low;
    if (from < p->x.high && hy_axis_holds(&p->y, gflops))
        hy_canvas_line(p->canvas, hy_plot_x(p, from), hy_plot_y(p, gflops), p->inside.x + p->inside.width,
                       hy_plot_y(p, gflops), pen);
}

/* The outermost roofs are heavier than those inside. */
void hy_roofs_draw(const struct hy_plot *p, const struct hy_roofline *r, struct hy_roofs *to)
{
    const struct hy_pen outer = {hy_ink(), 1.1f, 0, 0}, inner = {hy_grey(), 0.7f, 0, 0};
    const float right = p->inside.x + p->inside.width;
    size_t over = 0, end = 0;
    for (size_t i = 0; i < r->ceilings; i++) {
        const struct hy_ceiling *c = &r->ceiling[i];
        if (hy_roof_is_flat(c)) {
            draw_flat(p, r, c->gflops, c->gflops >= hy_roof_most_gflops(r) ? &outer : &inner);
            to->end[end++].from = (struct hy_point){right, limited_y(p, c->gflops)};
        } else if (hy_roof_is_sloped(c) && slope_end(p, r, c->gbps) > p->x.low) {
            const double last = slope_end(p, r, c->gbps);
            draw_slope(p, r, c->gbps, c->gbps >= hy_roof_most_gbps(r) ? &outer : &inner);
            if (last < p->x.high)
                to->over[over++].x = hy_plot_x(p, last);
            else
                to->end[end++].from = (struct hy_point){right, limited_y(p, c->gbps * last)};
        }
    }
}

static void draw_inside(const struct hy_plot *p, const struct hy_roofs *roofs, struct hy_ground *g)
{
    const struct hy_text_style style = hy_style(HY_SANS, p->type.tick, hy_grey(), HY_LEFT);
    for (size_t i = 0; i < roofs->ends; i++) {
        struct hy_box place;
        const char *text = hy_canvas_fit(p->canvas, &style, roofs->end[i].text, 0.6f * p->inside.width);
        if (!hy_ground_place(p, roofs->end[i].from.y, hy_canvas_text_width(p->canvas, &style, text), g, &place))
            continue;
        hy_text_on_paper(p->canvas, place, &style, text);
        g->hard[g->n_hard++] = place;
    }
}

void hy_roofs_draw_names(const struct hy_plot *p, struct hy_roofs *roofs, struct hy_ground *g)
{
    const float strip = hy_roofs_top(p, roofs), right = p->box.x + p->box.width;
    const struct hy_box over = {p->inside.x, p->inside.y - strip, right - p->inside.x, strip};
    hy_overhead_draw(p->canvas, over, p->type, roofs->over, roofs->overs);
    if (roofs->inside) {
        g->hard[g->n_hard++] = over;
        draw_inside(p, roofs, g);
        return;
    }
    hy_ends_draw(p, roofs->end, roofs->ends, hy_roofs_right(p, roofs));
}
