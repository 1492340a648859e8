#include "report/charts/ends.h"

#include <math.h>

#include "report/doc/say.h"

#define LEAD  12.0f /* points between plot and names, for the leaders */
#define SHARE 0.38f

static struct hy_text_style style_of(const struct hy_plot *p, struct hy_color color)
{
    return hy_style(HY_SANS, p->type.name, color, HY_LEFT);
}

float hy_ends_width(const struct hy_plot *p, const struct hy_end *end, size_t count)
{
    const struct hy_text_style style = style_of(p, hy_ink());
    float widest = 0;
    for (size_t i = 0; i < count; i++)
        widest = fmaxf(widest, hy_canvas_text_width(p->canvas, &style, end[i].text));
    return widest > 0 ? LEAD + fminf(widest + 1, SHARE * p->box.width) : 0;
}

/* Those that have a name, from top to bottom; returns how many. */
static size_t sort(struct hy_end *end, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        const struct hy_end own = end[i];
        size_t k = n;
        if (!own.text || !*own.text)
            continue;
        for (n++; k > 0 && end[k - 1].from.y > own.from.y; k--)
            end[k] = end[k - 1];
        end[k] = own;
    }
    return n;
}

/* Takes out the one that is closest to both neighbours, until `most` are left. */
static size_t drop(struct hy_end *end, size_t n, size_t most)
{
    while (n > most && n > 0) {
        size_t out = n - 1;
        float least = INFINITY;
        for (size_t i = 1; i + 1 < n; i++) {
            const float gap = end[i + 1].from.y - end[i - 1].from.y;
            if (gap < least) {
                least = gap;
                out = i;
            }
        }
        n--;
        for (size_t i = out; i < n; i++)
            end[i] = end[i + 1];
    }
    return n;
}

static void draw_one(const struct hy_plot *p, const struct hy_end *end, float y, float width)
{
    const float right = p->inside.x + p->inside.width;
    const struct hy_pen leader = {end->color, 0.5f, 0, 0}, across = {end->color, 0.5f, 1, 2};
    const struct hy_text_style style = style_of(p, end->color);
    const struct hy_point way[] = {{right + 1, end->from.y}, {right + 3, end->from.y}, {right + LEAD - 2, y}};
    if (!end->nowhere && end->from.x < right - 4) /* the line ended early */
        hy_canvas_line(p->canvas, end->from.x + 3, end->from.y, right, end->from.y, &across);
    if (!end->nowhere)
        hy_canvas_polyline(p->canvas, way, 3, &leader);
    hy_canvas_text(p->canvas, right + LEAD, hy_text_baseline(y, p->type.name), &style,
                   hy_text_name(p->canvas, &style, end->text, width - LEAD));
}

void hy_ends_draw(const struct hy_plot *p, struct hy_end *end, size_t count, float width)
{
    struct hy_arena *a = hy_canvas_arena(p->canvas);
    const float gap = hy_text_pitch(p->type.name), top = p->box.y + hy_text_over(p->type.name);
    const float bottom = fmaxf(top, p->inside.y + p->inside.height - hy_text_under(p->type.name) + 2);
    const size_t sound = sort(end, count), slots = 1 + (size_t)((bottom - top) / gap);
    const size_t n = sound > slots ? drop(end, sound, slots - 1) : sound;
    float *y = hy_arena_alloc(a, (n + 1) * sizeof *y);
    for (size_t i = 0; i < n; i++)
        y[i] = end[i].from.y;
    hy_spread_labels(y, (int)n, gap, top, n < sound ? bottom - gap : bottom);
    for (size_t i = 0; i < n; i++)
        draw_one(p, &end[i], y[i], width);
    if (n < sound) {
        const struct hy_text_style style = style_of(p, hy_grey());
        const char *text = hy_arena_format(a, _("+ %zu more"), sound - n);
        hy_canvas_text(p->canvas, p->inside.x + p->inside.width + LEAD, hy_text_baseline(bottom, p->type.name), &style,
                       hy_canvas_fit(p->canvas, &style, text, width - LEAD));
    }
}
