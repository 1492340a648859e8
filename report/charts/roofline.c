/* A roofline (Williams, Waterman, Patterson 2009): what the memory's rate and the arithmetic allow, and what was
 * reached. */
#include <math.h>

#include "report/charts/charts.h"
#include "report/charts/roofs.h"
#include "report/doc/say.h"

#define RADIUS     4.2f  /* points that a marker of no weight takes */
#define HEAVIEST   9.0f  /* radius of one that is the whole */
#define NAME_SHARE 0.45f /* of the plot's width */

/* ---- axes --------------------------------------------------------------------------------------- */
static bool is_sound(const struct hy_roofed *item)
{
    return isfinite(item->intensity) && item->intensity > 0 && isfinite(item->gflops) && item->gflops > 0;
}

struct range {
    double low, high;
};

static void take(struct range *r, double value)
{
    r->low = fmin(r->low, value);
    r->high = fmax(r->high, value);
}

/* The items, and where slopes meet the highest roof, unless that is far away. */
static struct range intensities(const struct hy_roofline *r)
{
    enum { FAR = 100 };
    struct range x = {INFINITY, -INFINITY};
    const double roof = hy_roof_most_gflops(r);
    for (size_t i = 0; i < r->count; i++)
        if (is_sound(&r->item[i]))
            take(&x, r->item[i].intensity);
    if (x.low > x.high)
        x = (struct range){0.5, 8};
    const struct range items = x;
    for (size_t i = 0; i < r->ceilings; i++) {
        const double ridge = hy_roof_is_sloped(&r->ceiling[i]) ? roof / r->ceiling[i].gbps : (double)NAN;
        if (ridge > items.low / FAR && ridge < items.high * FAR)
            take(&x, ridge);
    }
    return (struct range){x.low / 2, x.high * 2};
}

/* From the slowest item, or what the slowest memory allows at the left edge, to a little above the roof. */
static struct range rates(const struct hy_roofline *r, double x_low)
{
    struct range y = {INFINITY, -INFINITY};
    for (size_t i = 0; i < r->count; i++)
        if (is_sound(&r->item[i]))
            take(&y, r->item[i].gflops);
    for (size_t i = 0; i < r->ceilings; i++)
        if (hy_roof_is_flat(&r->ceiling[i]))
            take(&y, r->ceiling[i].gflops);
    if (y.low > y.high && hy_roof_most_gbps(r) > 0)
        y = (struct range){hy_roof_most_gbps(r) * x_low, hy_roof_most_gbps(r) * x_low * 16};
    if (y.low > y.high)
        return (struct range){1, 100};
    return (struct range){y.low / 2, y.high * 1.5};
}

static void fit_axes(struct hy_plot *p, const struct hy_roofline *r)
{
    const struct range x = intensities(r), y = rates(r, x.low);
    hy_axis_fit(&p->x, x.low, x.high, true, (int)(p->box.width / 60), false);
    hy_axis_fit(&p->y, y.low, y.high, true, (int)(p->box.height / 32), false);
    p->x.label = _("arithmetic intensity (FLOP/byte)");
    p->y.label = _("rate (GFLOP/s)");
}

/* ---- items --------------------------------------------------------------------------------------------- */
static float radius_of(const struct hy_roofed *item)
{
    const double weight = isfinite(item->weight) ? fmax(0, fmin(item->weight, 1)) : 0;
    return fmaxf(2.2f, HEAVIEST * sqrtf((float)weight));
}

static bool has_weight(const struct hy_roofed *item)
{
    return isfinite(item->weight);
}

/* Heavy ones first: they are named first, and drawn beneath light ones. */
static size_t sort(const struct hy_roofline *r, const struct hy_roofed **item)
{
    size_t n = 0;
    for (size_t i = 0; i < r->count; i++) {
        const struct hy_roofed *own = &r->item[i];
        size_t k = n;
        if (!is_sound(own))
            continue;
        for (n++; k > 0 && has_weight(own) && radius_of(item[k - 1]) < radius_of(own); k--)
            item[k] = item[k - 1];
        item[k] = own;
    }
    return n;
}

static float limited_y(const struct hy_plot *p, double value)
{
    return hy_plot_y(p, fmax(p->y.low, fmin(value, p->y.high)));
}

static struct hy_point place_of(const struct hy_plot *p, const struct hy_roofed *item)
{
    return (struct hy_point){hy_plot_x(p, item->intensity), limited_y(p, item->gflops)};
}

static void draw_item(const struct hy_plot *p, const struct hy_roofed *item)
{
    const struct hy_point at = place_of(p, item);
    const struct hy_color paper = hy_paper();
    const struct hy_pen edge = {item->hollow ? item->color : paper, item->hollow ? 1.2f : 0.6f, 0, 0};
    if (has_weight(item))
        hy_canvas_circle(p->canvas, at.x, at.y, radius_of(item), item->hollow ? &paper : &item->color, &edge);
    else
        hy_look_marker(p->canvas, at, item->color, item->look, item->hollow);
}

/* Markers, which ceilings' names keep off. */
static void take_items(const struct hy_plot *p, const struct hy_roofed *const *item, size_t n, struct hy_ground *g)
{
    for (size_t i = 0; i < n; i++) {
        const struct hy_point at = place_of(p, item[i]);
        const float half = has_weight(item[i]) ? 0.9f * radius_of(item[i]) : RADIUS;
        g->hard[g->n_hard++] = (struct hy_box){at.x - half, at.y - half, 2 * half, 2 * half};
    }
}

/* What items' names keep off besides points: ceilings' names, markers larger than others, and flat roofs. */
static void take_ground(const struct hy_plot *p, const struct hy_roofline *r, const struct hy_ground *g, size_t n,
                        struct hy_ground *to)
{
    for (size_t i = 0; i < g->n_hard; i++)
        if (i >= n || g->hard[i].width > 2 * RADIUS)
            to->hard[to->n_hard++] = g->hard[i];
    for (size_t i = 0; i < r->ceilings; i++)
        if (hy_roof_is_flat(&r->ceiling[i]))
            to->soft[to->n_soft++] =
                (struct hy_box){p->inside.x, limited_y(p, r->ceiling[i].gflops) - 0.5f, p->inside.width, 1};
}

static void draw_names(const struct hy_plot *p, const struct hy_roofline *r, const struct hy_roofed *const *item,
                       size_t n, const struct hy_ground *g)
{
    struct hy_arena *a = hy_canvas_arena(p->canvas);
    const struct hy_box in = p->inside;
    struct hy_named *named = hy_arena_alloc(a, (n + 1) * sizeof *named);
    struct hy_ground ground = {.hard = hy_arena_alloc(a, (g->n_hard + 1) * sizeof *ground.hard),
                               .soft = hy_arena_alloc(a, (r->ceilings + 1) * sizeof *ground.soft)};
    for (size_t i = 0; i < n; i++)
        named[i] = (struct hy_named){item[i]->name, place_of(p, item[i]), item[i]->color};
    take_ground(p, r, g, n, &ground);
    const struct hy_names names = {.item = named,
                                   .count = n,
                                   .size = p->type.tick,
                                   .radius = RADIUS,
                                   .width = NAME_SHARE * in.width,
                                   .room = {in.x + 1, in.y + 1, in.width - 2, in.height - 2}};
    hy_names_draw(p->canvas, &names, &ground);
}

/* ---- all of it --------------------------------------------------------------------------------------------- */
void hy_roofline_draw(struct hy_canvas *c, struct hy_box box, const void *roofline)
{
    const struct hy_roofline *r = roofline;
    struct hy_arena *a = hy_canvas_arena(c);
    struct hy_plot p = {.canvas = c, .box = box, .type = hy_type_of(box)};
    struct hy_ground g = {.hard = hy_arena_alloc(a, (r->count + r->ceilings + 2) * sizeof *g.hard)};
    const struct hy_roofed **item = hy_arena_alloc(a, (r->count + 1) * sizeof *item);
    const size_t n = sort(r, item);
    fit_axes(&p, r);
    struct hy_roofs roofs = hy_roofs_name(&p, r);
    hy_plot_margins(&p, hy_roofs_top(&p, &roofs), hy_roofs_right(&p, &roofs));
    hy_plot_frame(&p, true, true);
    hy_roofs_draw(&p, r, &roofs);
    take_items(&p, item, n, &g);
    hy_roofs_draw_names(&p, &roofs, &g);
    draw_names(&p, r, item, n, &g);
    for (size_t i = 0; i < n; i++)
        draw_item(&p, item[i]);
}
