#include "report/charts/marks.h"

#include <math.h>

#define GAP 6.0f /* between names in one line */

const char *hy_mark_text(struct hy_canvas *c, const struct hy_axis *axis, const struct hy_mark *mark,
                         const struct hy_text_style *style, float width, const char *before, const char *behind)
{
    struct hy_arena *a = hy_canvas_arena(c);
    const char *value = hy_arena_format(a, " %s%s", hy_axis_value(c, axis, mark->value), behind ? behind : "");
    const char *name = hy_arena_format(a, "%s%s", before ? before : "", mark->name ? mark->name : "");
    const float room = fmaxf(0, width - hy_canvas_text_width(c, style, value));
    return hy_arena_format(a, "%s%s", hy_canvas_fit(c, style, name, room), value);
}

void hy_marks_near(const struct hy_mark *mark, size_t count, bool log, double *low, double *high)
{
    const double first = *low, last = *high, span = last - first;
    if (!(span >= 0))
        return;
    for (size_t i = 0; i < count; i++) {
        const double v = mark[i].value;
        const bool near = log ? v > first / 1.6 && v < last * 1.6 : v > first - span / 2 && v < last + span / 2;
        if (near && isfinite(v)) {
            *low = fmin(*low, v);
            *high = fmax(*high, v);
        }
    }
}

/* ---- names in a line ---------------------------------------------------------------------------- */
float hy_overhead_height(struct hy_type type)
{
    return hy_text_height(type.tick) + 4;
}

/* What each may take so that all fit in `room`: the narrow ones what they want, the others the same. */
static float limit_of(const float *width, size_t count, float room)
{
    float limit = room / (float)count;
    for (size_t turn = 0; turn < count; turn++) {
        float left = room;
        size_t wide = 0;
        for (size_t i = 0; i < count; i++) {
            wide += width[i] > limit;
            left -= width[i] > limit ? 0 : width[i];
        }
        if (wide == 0)
            return INFINITY;
        limit = fmaxf(limit, left / (float)wide);
    }
    return limit;
}

/* Of so many names, those that can be more than an ellipsis. */
static size_t room_for(size_t count, float width)
{
    const float least = 16;
    const size_t most = (size_t)fmaxf(1, (width + GAP) / (least + GAP));
    return count < most ? count : most;
}

void hy_overhead_draw(struct hy_canvas *c, struct hy_box strip, struct hy_type type, const struct hy_overhead *name,
                      size_t count)
{
    count = room_for(count, strip.width);
    struct hy_arena *a = hy_canvas_arena(c);
    float *x = hy_arena_alloc(a, count * sizeof *x), *width = hy_arena_alloc(a, count * sizeof *width);
    const float baseline = strip.y + hy_text_ascent(type.tick), low = strip.y + strip.height;
    for (size_t i = 0; i < count; i++) {
        x[i] = name[i].x;
        width[i] = name[i].width;
    }
    const float limit = count ? limit_of(width, count, strip.width - GAP * (float)(count - 1)) : 0;
    const char **text = hy_arena_alloc(a, (count + 1) * sizeof *text);
    for (size_t i = 0; i < count; i++) {
        const struct hy_text_style style = hy_style(HY_SANS, type.tick, name[i].color, HY_CENTER);
        text[i] = width[i] > limit ? hy_canvas_fit(c, &style, name[i].text, limit) : name[i].text;
        width[i] = fminf(width[i], limit);
    }
    hy_spread_widths(x, width, (int)count, GAP, strip.x, strip.x + strip.width);
    for (size_t i = 0; i < count; i++) {
        const struct hy_text_style style = hy_style(HY_SANS, type.tick, name[i].color, HY_CENTER);
        const struct hy_pen leader = {name[i].color, 0.5f, 0, 0};
        const float half = fmaxf(0, width[i] / 2 - 2), from = fmaxf(x[i] - half, fminf(name[i].x, x[i] + half));
        if (!name[i].unled)
            hy_canvas_line(c, from, low - 3, name[i].x, low, &leader);
        hy_canvas_text(c, x[i], baseline, &style, text[i]);
    }
}

/* ---- lines that stand ----------------------------------------------------------------------------- */
static const char *standing_text(const struct hy_plot *p, const struct hy_mark *m, const struct hy_text_style *style,
                                 float width)
{
    const bool below = m->value < p->x.low;
    const bool above = m->value > p->x.high;
    return hy_mark_text(p->canvas, &p->x, m, style, width, below ? "\xE2\x86\x90 " : "", above ? " \xE2\x86\x92" : "");
}

void hy_marks_draw_standing(const struct hy_plot *p, const struct hy_mark *mark, size_t count)
{
    const struct hy_pen dashes = {hy_grey(), 0.7f, 2, 2};
    const struct hy_text_style style = hy_style(HY_SANS, p->type.tick, hy_grey(), HY_CENTER);
    const struct hy_box in = p->inside;
    const float high = hy_overhead_height(p->type);
    struct hy_arena *a = hy_canvas_arena(p->canvas);
    struct hy_overhead *name = hy_arena_alloc(a, count * sizeof *name);
    const struct hy_mark **shown = hy_arena_alloc(a, count * sizeof *shown);
    float *width = hy_arena_alloc(a, count * sizeof *width);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(mark[i].value))
            continue;
        size_t at = n; /* from left to right, those beyond the axis too */
        for (; at > 0 && shown[at - 1]->value > mark[i].value; at--)
            shown[at] = shown[at - 1];
        shown[at] = &mark[i];
        n++;
    }
    for (size_t i = 0; i < n; i++)
        width[i] = hy_canvas_text_width(p->canvas, &style, standing_text(p, shown[i], &style, INFINITY));
    if (n == 0)
        return;
    n = room_for(n, p->box.width);
    const float limit = limit_of(width, n, p->box.width - GAP * (float)(n - 1));
    for (size_t i = 0; i < n; i++) {
        const double value = fmax(p->x.low, fmin(shown[i]->value, p->x.high));
        const bool held = hy_axis_holds(&p->x, shown[i]->value);
        const char *text = standing_text(p, shown[i], &style, limit);
        name[i] = (struct hy_overhead){.text = text,
                                       .x = hy_plot_x(p, value),
                                       .width = hy_canvas_text_width(p->canvas, &style, text),
                                       .color = hy_grey(),
                                       .unled = !held};
        if (held)
            hy_canvas_line(p->canvas, name[i].x, in.y, name[i].x, in.y + in.height, &dashes);
    }
    hy_overhead_draw(p->canvas, (struct hy_box){p->box.x, in.y - high, p->box.width, high}, p->type, name, n);
}

/* ---- lines that lie --------------------------------------------------------------------------------- */
static bool meets(struct hy_box a, const struct hy_box *taken, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a.x < taken[i].x + taken[i].width && taken[i].x < a.x + a.width && a.y < taken[i].y + taken[i].height &&
            taken[i].y < a.y + a.height)
            return true;
    return false;
}

bool hy_ground_place(const struct hy_plot *p, float y, float width, const struct hy_ground *g, struct hy_box *place)
{
    const struct hy_box in = p->inside;
    const float height = hy_text_height(p->type.tick);
    for (int k = 0; k < 8; k++) {
        const bool left = k & 2, below = k & 1;
        *place = (struct hy_box){left ? in.x + 2 : in.x + in.width - width - 1, below ? y + 1 : y - height - 1, width,
                                 height};
        if (place->y >= p->box.y && place->y + height <= in.y + in.height && !meets(*place, g->hard, g->n_hard) &&
            (k >= 4 || !meets(*place, g->soft, g->n_soft)))
            return true;
    }
    return false;
}

/* Names come after all lines: none may cross another one's. */
void hy_marks_draw_lying(const struct hy_plot *p, const struct hy_mark *mark, size_t count, struct hy_ground *g)
{
    const struct hy_pen dashes = {hy_grey(), 0.7f, 2, 2};
    const struct hy_text_style style = hy_style(HY_SANS, p->type.tick, hy_grey(), HY_LEFT);
    const struct hy_box in = p->inside;
    for (size_t i = 0; i < count; i++) {
        if (!hy_axis_holds(&p->y, mark[i].value))
            continue;
        const float y = hy_plot_y(p, mark[i].value);
        hy_canvas_line(p->canvas, in.x, y, in.x + in.width, y, &dashes);
        g->soft[g->n_soft++] = (struct hy_box){in.x, y - 0.5f, in.width, 1};
    }
    for (size_t i = 0; i < count; i++) {
        struct hy_box place;
        const double v = mark[i].value;
        const bool below = v < p->y.low;
        const bool above = v > p->y.high;
        if (!isfinite(v))
            continue;
        const char *arrow = below ? "\xE2\x86\x93 " : above ? "\xE2\x86\x91 " : "";
        const char *text = hy_mark_text(p->canvas, &p->y, &mark[i], &style, in.width * 0.6f, arrow, NULL);
        const float y = hy_plot_y(p, fmax(p->y.low, fmin(v, p->y.high)));
        if (!hy_ground_place(p, y, hy_canvas_text_width(p->canvas, &style, text), g, &place))
            continue;
        hy_text_on_paper(p->canvas, place, &style, text);
        g->hard[g->n_hard++] = place;
    }
}
