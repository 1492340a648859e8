/* The frame of a plot: its margins, grid, ticks and the names of its axes. */
#include <math.h>

#include "report/charts/axis.h"

/* ---- which ticks are named ----------------------------------------------------------------- */
struct ticks {
    int count;
    float at[HY_MAX_TICKS], size[HY_MAX_TICKS]; /* middles and sizes along the axis */
    const char *text[HY_MAX_TICKS];
    bool shown[HY_MAX_TICKS];
};

static bool is_power(double value)
{
    const double exponent = log10(value);
    return fabs(exponent - round(exponent)) < 1e-9;
}

static int powers_of(const struct hy_axis *axis)
{
    int powers = 0;
    for (int i = 0; axis->log && i < axis->ticks; i++)
        powers += is_power(axis->tick[i]);
    return powers;
}

/* Level 0 keeps all; then fewer and fewer, zero and round numbers among them: of decades their beginnings. */
static bool is_kept(const struct hy_axis *axis, int tick, int level)
{
    static const int strides[] = {1, 2, 5, 10, 20, 50};
    if (level == 0)
        return true;
    if (powers_of(axis) >= 2) {
        const int exponent = (int)lround(log10(axis->tick[tick]));
        return is_power(axis->tick[tick]) && exponent % strides[level - 1] == 0;
    }
    const double step = axis->tick[1] - axis->tick[0];
    return llround(axis->tick[tick] / step) % strides[level] == 0;
}

static bool touch(const struct ticks *t, float gap)
{
    int before = -1;
    for (int i = 0; i < t->count; i++) {
        if (!t->shown[i])
            continue;
        if (before >= 0 && fabsf(t->at[i] - t->at[before]) < (t->size[i] + t->size[before]) / 2 + gap)
            return true;
        before = i;
    }
    return false;
}

static void choose(struct ticks *t, const struct hy_axis *axis, float gap)
{
    enum { LEVELS = 6 };
    for (int level = 0; level < LEVELS; level++) {
        for (int i = 0; i < t->count; i++)
            t->shown[i] = is_kept(axis, i, axis->ticks < 2 ? 0 : level);
        if (!touch(t, gap))
            return;
    }
    for (int i = 1; i < t->count; i++) /* the first one alone */
        t->shown[i] = false;
}

static float clamp(float value, float low, float high)
{
    return fmaxf(low, fminf(value, high));
}

static struct ticks ticks_of(const struct hy_plot *p, const struct hy_axis *axis, bool across)
{
    const struct hy_text_style style = hy_style(HY_SANS, p->type.tick, hy_grey(), HY_CENTER);
    const struct hy_box box = p->box;
    struct ticks t = {.count = axis->ticks};
    for (int i = 0; i < t.count; i++) {
        t.text[i] = hy_axis_text(p->canvas, axis, i);
        t.size[i] = across ? hy_canvas_text_width(p->canvas, &style, t.text[i]) : hy_text_height(p->type.tick);
        const float half = t.size[i] / 2;
        t.at[i] = across ? clamp(hy_plot_x(p, axis->tick[i]), box.x + half, box.x + box.width - half)
                         : clamp(hy_plot_y(p, axis->tick[i]), box.y + hy_text_over(p->type.tick),
                                 box.y + box.height - hy_text_under(p->type.tick));
    }
    choose(&t, axis, across ? 4 : 1);
    return t;
}

/* ---- margins ---------------------------------------------------------------------------------- */
static float widest_tick(const struct hy_plot *p)
{
    const struct hy_text_style style = hy_style(HY_SANS, p->type.tick, hy_grey(), HY_RIGHT);
    float widest = 0;
    for (int i = 0; i < p->y.ticks; i++)
        widest = fmaxf(widest, hy_canvas_text_width(p->canvas, &style, hy_axis_text(p->canvas, &p->y, i)));
    return widest;
}

void hy_plot_margins(struct hy_plot *p, float top, float right)
{
    const struct hy_text_style title = hy_style(HY_SANS, p->type.title, hy_ink(), HY_CENTER);
    const float line = hy_text_pitch(p->type.title);
    float left = p->y.ticks ? widest_tick(p) + HY_TICK + 2 : 0;
    float below = p->x.ticks ? HY_TICK + hy_text_pitch(p->type.tick) + 1 : 1;
    p->y_label_above =
        p->y.label && hy_canvas_text_width(p->canvas, &title, p->y.label) > p->box.height - top - below - 2;
    if (p->y.label && p->y_label_above)
        top += line;
    else if (p->y.label)
        left += line;
    if (p->x.label)
        below += line;
    if (p->y.ticks)
        top = fmaxf(top, hy_text_over(p->type.tick));
    p->inside = (struct hy_box){p->box.x + left, p->box.y + top, fmaxf(8, p->box.width - left - right),
                                fmaxf(8, p->box.height - top - below)};
}

/* So far beyond an axis that a line there keeps its slope, and near enough to be drawn. */
static float limited(double part)
{
    return isnan(part) ? NAN : (float)fmax(-8, fmin(9, part));
}

float hy_plot_x(const struct hy_plot *p, double value)
{
    return p->inside.x + limited(hy_axis_part(&p->x, value)) * p->inside.width;
}

float hy_plot_y(const struct hy_plot *p, double value)
{
    return p->inside.y + (1 - limited(hy_axis_part(&p->y, value))) * p->inside.height;
}

/* ---- drawing -------------------------------------------------------------------------------------- */
static void draw_x(const struct hy_plot *p, bool grid)
{
    const struct hy_pen faint = {hy_faint(), 0.5f, 0, 0}, edge = {hy_grey(), 0.6f, 0, 0};
    const struct hy_text_style style = hy_style(HY_SANS, p->type.tick, hy_grey(), HY_CENTER);
    const float floor_y = p->inside.y + p->inside.height;
    const struct ticks t = ticks_of(p, &p->x, true);
    for (int i = 0; i < t.count; i++) {
        const float x = hy_plot_x(p, p->x.tick[i]);
        if (grid && t.shown[i])
            hy_canvas_line(p->canvas, x, p->inside.y, x, floor_y, &faint);
        hy_canvas_line(p->canvas, x, floor_y, x, floor_y + (t.shown[i] ? HY_TICK : HY_TICK / 2.0f), &edge);
        if (t.shown[i])
            hy_canvas_text(p->canvas, t.at[i], floor_y + HY_TICK + 1 + hy_text_ascent(p->type.tick), &style, t.text[i]);
    }
    if (t.count)
        hy_canvas_line(p->canvas, p->inside.x, floor_y, p->inside.x + p->inside.width, floor_y, &edge);
}

static void draw_y(const struct hy_plot *p, bool grid)
{
    const struct hy_pen faint = {hy_faint(), 0.5f, 0, 0}, edge = {hy_grey(), 0.6f, 0, 0};
    const struct hy_text_style style = hy_style(HY_SANS, p->type.tick, hy_grey(), HY_RIGHT);
    const struct ticks t = ticks_of(p, &p->y, false);
    for (int i = 0; i < t.count; i++) {
        const float y = hy_plot_y(p, p->y.tick[i]);
        if (grid && t.shown[i])
            hy_canvas_line(p->canvas, p->inside.x, y, p->inside.x + p->inside.width, y, &faint);
        if (t.shown[i])
            hy_canvas_text(p->canvas, p->inside.x - HY_TICK - 1, hy_text_baseline(t.at[i], p->type.tick), &style,
                           t.text[i]);
    }
    if (t.count)
        hy_canvas_line(p->canvas, p->inside.x, p->inside.y, p->inside.x, p->inside.y + p->inside.height, &edge);
}

static void draw_titles(const struct hy_plot *p)
{
    const struct hy_box box = p->box, in = p->inside;
    struct hy_text_style style = hy_style(HY_SANS, p->type.title, hy_ink(), HY_CENTER);
    const float ascent = hy_text_ascent(p->type.title);
    if (p->x.label) {
        const float ticks = p->x.ticks ? HY_TICK + hy_text_pitch(p->type.tick) + 1 : 1;
        hy_text_within(p->canvas, in.x + in.width / 2, in.y + in.height + ticks + ascent, &style, p->x.label, box.x,
                       box.x + box.width);
    }
    if (!p->y.label)
        return;
    if (p->y_label_above) {
        style.align = HY_LEFT;
        hy_text_within(p->canvas, box.x, box.y + ascent, &style, p->y.label, box.x, box.x + box.width);
    } else {
        const float half = hy_canvas_text_width(p->canvas, &style, p->y.label) / 2;
        hy_canvas_text_up(p->canvas, box.x + ascent,
                          clamp(in.y + in.height / 2, box.y + half, box.y + box.height - half), &style, p->y.label);
    }
}

void hy_plot_frame(const struct hy_plot *p, bool vertical_grid, bool horizontal_grid)
{
    draw_x(p, vertical_grid);
    draw_y(p, horizontal_grid);
    draw_titles(p);
}
