/* What a difference is made of: bars to either side of none, each with its value at the right. */
#include <math.h>
#include <stdlib.h>

#include "kernels/base/status.h"
#include "report/charts/charts.h"
#include "report/charts/lanes.h"

static void set_lanes(const struct hy_shares *s, struct hy_lane *lane)
{
    for (size_t i = 0; i < s->count; i++)
        lane[i] = (struct hy_lane){.name = s->item[i].name, .text = s->item[i].text, .rule = s->item[i].total};
}

float hy_shares_height(const struct hy_shares *s)
{
    const struct hy_type type = hy_type_of((struct hy_box){0, 0, HY_PAGE_WIDTH, HY_PAGE_HEIGHT});
    struct hy_lane *lane = calloc(s->count + 1, sizeof *lane);
    HY_ASSERT(lane, "out of memory for a chart");
    set_lanes(s, lane);
    const float lanes = hy_lanes_height(lane, s->count);
    free(lane);
    return 2 + lanes + hy_lanes_axis_height(type, s->label, s->left, s->right);
}

/* Zero is always on it; it is as long to either side as the bars there. */
static struct hy_axis axis_of(const struct hy_shares *s, float width)
{
    struct hy_axis axis = {.label = NULL};
    double low = 0, high = 0;
    for (size_t i = 0; i < s->count; i++)
        if (isfinite(s->item[i].value)) {
            low = fmin(low, s->item[i].value);
            high = fmax(high, s->item[i].value);
        }
    const double room = 0.05 * (high - low);
    hy_axis_fit(&axis, low < 0 ? low - room : 0,
                high > 0  ? high + room
                : low < 0 ? 0
                          : 1,
                false, (int)(width / 70), false);
    return axis;
}

static void draw_bar(const struct hy_plot *p, const struct hy_share *share, float middle, float height)
{
    const float edge = 1, zero = hy_plot_x(p, 0);
    const struct hy_pen outline = {share->color, edge, 0, 0};
    if (!isfinite(share->value) || share->value == 0)
        return;
    const float end = hy_plot_x(p, share->value);
    struct hy_box bar = {fminf(zero, end), middle - height / 2, fabsf(end - zero), height};
    if (!share->hollow || bar.width <= 2 * edge) {
        hy_canvas_rectangle(p->canvas, bar, &share->color, NULL);
        return;
    }
    bar = (struct hy_box){bar.x + edge / 2, bar.y + edge / 2, bar.width - edge, bar.height - edge};
    hy_canvas_rectangle(p->canvas, bar, NULL, &outline);
}

void hy_shares_draw(struct hy_canvas *c, struct hy_box box, const void *shares)
{
    const struct hy_shares *s = shares;
    const struct hy_axis axis = axis_of(s, box.width);
    const struct hy_pen zero = {hy_ink(), 0.7f, 0, 0};
    struct hy_lane *lane = hy_arena_alloc(hy_canvas_arena(c), (s->count + 1) * sizeof *lane);
    struct hy_lanes l = {.canvas = c, .box = box, .type = hy_type_of(box), .lane = lane, .count = s->count, .top = 2};
    set_lanes(s, lane);
    for (size_t i = 0; i < s->count; i++)
        if (!lane[i].text)
            lane[i].text = hy_axis_value(c, &axis, s->item[i].value);
    l.below = hy_lanes_axis_height(l.type, s->label, s->left, s->right);
    hy_lanes_fit(&l);
    const struct hy_plot p = hy_lanes_plot(&l, &axis);
    const float x = hy_plot_x(&p, 0);
    hy_lanes_axis_draw(&p, s->label, s->left, s->right);
    for (size_t i = 0; i < l.shown; i++)
        draw_bar(&p, &s->item[i], l.middle[i], fminf(13, 0.66f * l.pitch));
    hy_canvas_line(c, x, p.inside.y, x, p.inside.y + p.inside.height, &zero);
    hy_lanes_draw(&l);
}
