#include "report/charts/legend.h"

#include <math.h>

#include "report/doc/say.h"

#define SWATCH 7.0f
#define APART  12.0f /* between two names */

/* A line has room for at least two names. */
static float name_room(float width)
{
    return fmaxf(8, width / 2 - SWATCH - 4 - APART / 2);
}

static float line_height(struct hy_type type)
{
    return fmaxf(SWATCH + 3, hy_text_pitch(type.name));
}

struct flow {
    struct hy_canvas *canvas;
    struct hy_box box;
    struct hy_text_style style;
    float line, x, y;
};

/* Room for a swatch and a text, in this line or the next; false where the box has none. */
static bool advance(struct flow *f, float text_width, float *at)
{
    const float width = SWATCH + 4 + text_width;
    if (f->x > f->box.x && f->x + width > f->box.x + f->box.width) {
        f->x = f->box.x;
        f->y += f->line;
    }
    if (f->y + f->line > f->box.y + f->box.height + 0.01f)
        return false;
    *at = f->x;
    f->x += width + APART;
    return true;
}

/* Draws or only goes along; returns how many parts have room. */
static size_t go(struct flow *f, const struct hy_part *part, size_t parts, bool draw)
{
    const float room = name_room(f->box.width);
    for (size_t i = 0; i < parts; i++) {
        float x;
        const char *text = hy_text_name(f->canvas, &f->style, part[i].name ? part[i].name : "", room);
        if (!advance(f, hy_canvas_text_width(f->canvas, &f->style, text), &x))
            return i;
        if (!draw)
            continue;
        const float middle = f->y + f->line / 2;
        const struct hy_box swatch = {x, middle - SWATCH / 2, SWATCH, SWATCH};
        hy_canvas_rectangle(f->canvas, swatch, &part[i].color, NULL);
        hy_canvas_text(f->canvas, x + SWATCH + 4, hy_text_baseline(middle, f->style.size), &f->style, text);
    }
    return parts;
}

static struct flow begin(struct hy_canvas *c, struct hy_box box, struct hy_type type)
{
    return (struct flow){.canvas = c,
                         .box = box,
                         .style = hy_style(HY_SANS, type.name, hy_ink(), HY_LEFT),
                         .line = line_height(type),
                         .x = box.x,
                         .y = box.y};
}

float hy_legend_height(struct hy_canvas *c, struct hy_type type, float width, const struct hy_part *part, size_t parts,
                       float most)
{
    struct flow f = begin(c, (struct hy_box){0, 0, width, most}, type);
    if (parts == 0 || most < f.line)
        return 0;
    go(&f, part, parts, false);
    return fminf(f.y + f.line, floorf(most / f.line) * f.line);
}

void hy_legend_draw(struct hy_canvas *c, struct hy_box box, struct hy_type type, const struct hy_part *part,
                    size_t parts)
{
    struct flow all = begin(c, box, type), f = all;
    size_t fit = go(&all, part, parts, false);
    if (fit == parts || box.height < f.line) {
        go(&f, part, fit, true);
        return;
    }
    /* the last ones give way to their number */
    struct hy_text_style style = f.style;
    const char *more = "";
    float width = 0, x = 0;
    for (; fit > 0; fit--) {
        struct flow trial = begin(c, box, type);
        more = hy_arena_format(hy_canvas_arena(c), _("+ %zu more"), parts - fit);
        width = hy_canvas_text_width(c, &style, more);
        go(&trial, part, fit, false);
        if (advance(&trial, width, &x))
            break;
    }
    go(&f, part, fit, true);
    if (!advance(&f, width, &x))
        return;
    style.color = hy_grey();
    hy_canvas_text(c, x, hy_text_baseline(f.y + f.line / 2, style.size), &style, more);
}

float hy_text_guess(float size, const char *text)
{
    float em = 0;
    for (const unsigned char *at = (const unsigned char *)(text ? text : ""); *at; at++)
        em += *at < 0x80 ? 0.58f : *at >= 0xE0 ? 0.95f : *at >= 0xC0 ? 0.6f : 0; /* whole characters alone count */
    return em * size;
}

float hy_legend_guess(struct hy_type type, float width, const struct hy_part *part, size_t parts)
{
    float x = 0, lines = parts ? 1 : 0;
    for (size_t i = 0; i < parts; i++) {
        const float own = SWATCH + 4 + fminf(hy_text_guess(type.name, part[i].name), name_room(width));
        if (x > 0 && x + own > width) {
            lines++;
            x = 0;
        }
        x += own + APART;
    }
    return lines * line_height(type);
}
