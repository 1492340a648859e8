/* Lying bars from zero, plain or made of parts, each with its value behind it. */
#include <math.h>
#include <stdlib.h>

#include "kernels/base/status.h"
#include "report/charts/charts.h"
#include "report/charts/lanes.h"
#include "report/charts/legend.h"
#include "report/charts/marks.h"
#include "report/table/number.h"

#define WIDTH        460.0f /* points, where the height is asked for without a box */
#define LEGEND_SHARE 0.35f  /* of the box's height */
#define LEGEND_GAP   3.0f

static double part_of(const struct hy_bars *b, size_t bar, size_t part)
{
    const double value = b->value[bar * b->parts + part];
    return isfinite(value) && value > 0 ? value : 0;
}

/* NaN where no part has a value. */
static double sum_of(const struct hy_bars *b, size_t bar)
{
    double sum = NAN;
    for (size_t k = 0; k < b->parts; k++)
        if (isfinite(b->value[bar * b->parts + k]))
            sum = (isnan(sum) ? 0 : sum) + b->value[bar * b->parts + k];
    return sum;
}

static bool has_parts(const struct hy_bars *b)
{
    return b->parts > 1;
}

float hy_bars_height(const struct hy_bars *b)
{
    const struct hy_type type = hy_type_of((struct hy_box){0, 0, HY_PAGE_WIDTH, HY_PAGE_HEIGHT});
    struct hy_lane *lane = calloc(b->count + 1, sizeof *lane);
    HY_ASSERT(lane, "out of memory for a chart");
    const float lanes = hy_lanes_height(lane, b->count);
    free(lane);
    const float legend = has_parts(b) ? hy_legend_guess(type, WIDTH, b->part, b->parts) + LEGEND_GAP : 0;
    return 2 + lanes * 1.15f + hy_lanes_axis_height(type, b->label, NULL, NULL) + legend;
}

/* ---- one bar -------------------------------------------------------------------------------------- */
/* An outline lies within its part: neighbours keep their colours. True where a text inside stands on the colour. */
static bool draw_area(struct hy_canvas *c, struct hy_box area, struct hy_color color, bool hollow)
{
    const float edge = 1;
    const struct hy_pen outline = {color, edge, 0, 0};
    if (!hollow || area.width <= 2 * edge) {
        hy_canvas_rectangle(c, area, &color, NULL);
        return true;
    }
    const struct hy_box inner = {area.x + edge / 2, area.y + edge / 2, area.width - edge, area.height - edge};
    hy_canvas_rectangle(c, inner, NULL, &outline);
    return false;
}

static void draw_inside_text(const struct hy_plot *p, struct hy_box area, double value, struct hy_color color)
{
    struct hy_number n;
    const struct hy_text_style style = hy_style(HY_SANS, p->type.tick - 0.4f, color, HY_CENTER);
    const char *text = hy_show_short(&n, value);
    if (hy_canvas_text_width(p->canvas, &style, text) + 4 <= area.width && hy_text_height(style.size) <= area.height)
        hy_canvas_text(p->canvas, area.x + area.width / 2, hy_text_baseline(area.y + area.height / 2, style.size),
                       &style, text);
}

/* Returns where it ends. */
static float draw_bar(const struct hy_plot *p, const struct hy_bars *b, size_t i, float middle, float height)
{
    const bool hollow = b->hollow && b->hollow[i];
    double sum = 0;
    float x = p->inside.x;
    for (size_t k = 0; k < b->parts; k++) {
        const double value = part_of(b, i, k);
        if (value <= 0)
            continue;
        sum += value;
        const struct hy_color color = !has_parts(b) && b->color ? b->color[i] : b->part[k].color;
        const struct hy_box area = {x, middle - height / 2, hy_plot_x(p, sum) - x, height};
        const bool on_color = draw_area(p->canvas, area, color, hollow);
        if (has_parts(b))
            draw_inside_text(p, area, value, on_color ? hy_ink_on(color) : hy_ink());
        x += area.width;
    }
    return x;
}

/* On a ground of its own, for the grid runs through it. */
static void draw_value(const struct hy_plot *p, const char *text, float x, float middle)
{
    const struct hy_text_style style = hy_style(HY_SANS, p->type.name, hy_ink(), HY_LEFT);
    text = hy_canvas_fit(p->canvas, &style, text, p->box.x + p->box.width - x - 4);
    const struct hy_box ground = {x + 4, hy_text_baseline(middle, style.size) - hy_text_ascent(style.size),
                                  hy_canvas_text_width(p->canvas, &style, text), hy_text_height(style.size)};
    hy_text_on_paper(p->canvas, ground, &style, text);
}

/* ---- names of the parts --------------------------------------------------------------------------------- */
/* Over the first bar, where all have room near their parts; false, and nothing, where not. */
static bool name_over_first(const struct hy_plot *p, const struct hy_bars *b, bool draw)
{
    enum { FARTHEST = 60 };
    const struct hy_text_style style = hy_style(HY_SANS, p->type.tick, hy_ink(), HY_LEFT);
    struct hy_overhead *name = hy_arena_alloc(hy_canvas_arena(p->canvas), b->parts * sizeof *name);
    double sum = 0;
    float end = p->inside.x;
    for (size_t k = 0; k < b->parts; k++) {
        const double value = b->count ? part_of(b, 0, k) : 0;
        const char *text = b->part[k].name ? b->part[k].name : "";
        const float width = hy_canvas_text_width(p->canvas, &style, text), from = hy_plot_x(p, sum);
        sum += value;
        name[k] =
            (struct hy_overhead){.text = text, .x = (from + hy_plot_x(p, sum)) / 2, .width = width, .color = hy_ink()};
        if (value <= 0 || fmaxf(end, name[k].x - width / 2) + width / 2 - name[k].x > FARTHEST)
            return false;
        end = fmaxf(end, name[k].x - width / 2) + width + 6;
    }
    const struct hy_box strip = {p->inside.x, p->inside.y - hy_overhead_height(p->type),
                                 p->box.x + p->box.width - p->inside.x, hy_overhead_height(p->type)};
    if (end - 6 > strip.x + strip.width)
        return false;
    if (draw)
        hy_overhead_draw(p->canvas, strip, p->type, name, b->parts);
    return true;
}

/* ---- all of them ------------------------------------------------------------------------------------------- */
static struct hy_axis axis_of(const struct hy_bars *b, float width)
{
    struct hy_axis axis = {.label = NULL};
    double most = 0;
    for (size_t i = 0; i < b->count; i++) {
        double sum = 0;
        for (size_t k = 0; k < b->parts; k++)
            sum += part_of(b, i, k);
        most = fmax(most, sum);
    }
    hy_axis_fit(&axis, 0, most > 0 ? most : 1, false, (int)(width / 70), false);
    return axis;
}

static void set_lanes(const struct hy_bars *b, struct hy_canvas *c, struct hy_lane *lane)
{
    struct hy_number n;
    for (size_t i = 0; i < b->count; i++) {
        const char *text = b->text ? b->text[i] : NULL;
        lane[i] =
            (struct hy_lane){.name = b->name[i],
                             .text = text ? text : hy_arena_copy(hy_canvas_arena(c), hy_show_short(&n, sum_of(b, i)))};
    }
}

void hy_bars_draw(struct hy_canvas *c, struct hy_box box, const void *bars)
{
    const struct hy_bars *b = bars;
    const struct hy_axis axis = axis_of(b, box.width);
    struct hy_lane *lane = hy_arena_alloc(hy_canvas_arena(c), (b->count + 1) * sizeof *lane);
    struct hy_lanes l = {.canvas = c, .box = box, .type = hy_type_of(box), .lane = lane, .count = b->count};
    set_lanes(b, c, lane);
    l.texts_elsewhere = true;
    l.top = has_parts(b) ? hy_overhead_height(l.type) : 2;
    l.below = hy_lanes_axis_height(l.type, b->label, NULL, NULL);
    hy_lanes_fit(&l);
    struct hy_plot p = hy_lanes_plot(&l, &axis);
    const bool over = has_parts(b) && name_over_first(&p, b, false);
    float legend = 0;
    if (has_parts(b) && !over) {
        legend = hy_legend_height(c, l.type, box.width, b->part, b->parts, LEGEND_SHARE * box.height);
        l.top = 2;
        l.below += legend + LEGEND_GAP;
        hy_lanes_fit(&l);
        p = hy_lanes_plot(&l, &axis);
    }
    hy_lanes_axis_draw(&p, b->label, NULL, NULL);
    hy_lanes_draw(&l);
    for (size_t i = 0; i < l.shown; i++)
        draw_value(&p, lane[i].text, draw_bar(&p, b, i, l.middle[i], fminf(13, 0.68f * l.pitch)), l.middle[i]);
    if (over)
        name_over_first(&p, b, true);
    if (legend > 0)
        hy_legend_draw(c, (struct hy_box){box.x, box.y + box.height - legend, box.width, legend}, l.type, b->part,
                       b->parts);
}
