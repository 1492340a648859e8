#include "report/canvas/svg.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/canvas/backend.h"
#include "report/canvas/utf8.h"

/* Faces with DejaVu's widths first; what they lack is the reader's system's choice. */
#define SANS "DejaVu Sans,Verdana,sans-serif"
#define MONO "DejaVu Sans Mono,Menlo,Consolas,monospace"

struct svg {
    struct hy_canvas canvas;
    FILE *out;
    char *text; /* what `out` wrote, when it is closed */
    size_t bytes;
    uint32_t seed; /* of the names of clip paths: pages hold many drawings */
};

/* ---- writing ------------------------------------------------------------------------ */

/* Two decimals, which is finer than a screen, without zeros at the end. */
static void number(FILE *out, float value)
{
    char text[32];
    int n = snprintf(text, sizeof text, "%.2f", (double)value);
    while (text[n - 1] == '0')
        n--;
    if (text[n - 1] == '.')
        n--;
    text[n] = '\0';
    fputs(strcmp(text, "-0") == 0 ? "0" : text, out);
}

static void attribute(FILE *out, const char *name, float value)
{
    fprintf(out, " %s=\"", name);
    number(out, value);
    fputc('"', out);
}

static void escaped(FILE *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            fputc(*text, out);
        }
    }
}

static void two(FILE *out, float x, float y)
{
    number(out, x);
    fputc(' ', out);
    number(out, y);
}

/* ---- colours -------------------------------------------------------------------------- */

static bool same(struct hy_color a, struct hy_color b)
{
    return a.r == b.r && a.g == b.g && a.b == b.b;
}

/* The variable of an ink of the report, or NULL: a colour of data. */
static const char *ink_name(struct hy_color color)
{
    return same(color, hy_ink())     ? "ink"
           : same(color, hy_grey())  ? "grey"
           : same(color, hy_faint()) ? "faint"
           : same(color, hy_paper()) ? "paper"
                                     : NULL;
}

static unsigned part(float value)
{
    return (unsigned)lroundf(fminf(fmaxf(value, 0), 1) * 255);
}

/* A color's attribute. */
static void color(FILE *out, const char *what, struct hy_color c)
{
    fprintf(out, " %s=\"#%02x%02x%02x\"", what, part(c.r), part(c.g), part(c.b));
}

/* And once more as a style where it is one of the report's inks: readers that know no variables keep the attribute. */
static void inks(FILE *out, const struct hy_color *fill, const struct hy_color *stroke)
{
    const struct hy_color *const both[] = {fill, stroke};
    static const char *const what[] = {"fill", "stroke"};
    bool any = false;
    for (int i = 0; i < 2; i++) {
        const char *ink = both[i] ? ink_name(*both[i]) : NULL;
        if (!ink)
            continue;
        fprintf(out, "%s%s:var(--%s,#%02x%02x%02x)", any ? ";" : " style=\"", what[i], ink, part(both[i]->r),
                part(both[i]->g), part(both[i]->b));
        any = true;
    }
    if (any)
        fputc('"', out);
}

static void paint(FILE *out, const struct hy_paint *p)
{
    if (p->fill)
        color(out, "fill", *p->fill);
    if (p->fill && p->alpha < 1)
        attribute(out, "fill-opacity", p->alpha);
    if (p->pen) {
        color(out, "stroke", p->pen->color);
        attribute(out, "stroke-width", p->pen->width);
        if (p->pen->on > 0 && p->pen->off > 0) {
            fputs(" stroke-linecap=\"butt\" stroke-dasharray=\"", out);
            two(out, p->pen->on, p->pen->off);
            fputc('"', out);
        }
    }
    inks(out, p->fill, p->pen ? &p->pen->color : NULL);
}

/* ---- the backend ------------------------------------------------------------------------ */

static void points(FILE *out, const struct hy_shape *s)
{
    for (size_t i = 0; i < s->count; i++) {
        if (i > 0)
            fputc(s->kind == HY_SHAPE_CURVE && i == 1 ? 'C' : ' ', out);
        two(out, s->points[i].x, s->points[i].y);
    }
}

static void shape(struct hy_canvas *c, const struct hy_shape *s, const struct hy_paint *p)
{
    FILE *out = ((struct svg *)c)->out;
    switch (s->kind) {
    case HY_SHAPE_LINES:
        fputs("<polyline points=\"", out);
        points(out, s);
        fputc('"', out);
        break;
    case HY_SHAPE_POLYGON:
        fputs("<polygon points=\"", out);
        points(out, s);
        fputc('"', out);
        break;
    case HY_SHAPE_CURVE:
        fputs("<path d=\"M", out);
        points(out, s);
        fputc('"', out);
        break;
    case HY_SHAPE_RECTANGLE:
        fputs("<rect", out);
        attribute(out, "x", s->box.x);
        attribute(out, "y", s->box.y);
        attribute(out, "width", s->box.width);
        attribute(out, "height", s->box.height);
        break;
    case HY_SHAPE_CIRCLE:
        fputs("<circle", out);
        attribute(out, "cx", s->points->x);
        attribute(out, "cy", s->points->y);
        attribute(out, "r", s->radius);
        break;
    }
    paint(out, p);
    fputs("/>\n", out);
}

static void words(struct hy_canvas *c, const struct hy_words *w)
{
    static const char *const anchors[] = {[HY_CENTER] = "middle", [HY_RIGHT] = "end"};
    FILE *out = ((struct svg *)c)->out;
    fputs("<text", out);
    if (w->up) {
        fputs(" transform=\"translate(", out);
        two(out, w->at.x, w->at.y);
        fputs(") rotate(-90)\"", out);
    } else {
        attribute(out, "x", w->at.x);
        attribute(out, "y", w->at.y);
    }
    attribute(out, "font-size", w->style->size);
    if (w->style->align != HY_LEFT)
        fprintf(out, " text-anchor=\"%s\"", anchors[w->style->align]);
    if (w->style->font == HY_BOLD)
        fputs(" font-weight=\"bold\"", out);
    if (w->style->font == HY_MONO)
        fputs(" font-family=\"" MONO "\"", out);
    if (*w->text == ' ' || strstr(w->text, "  "))
        fputs(" xml:space=\"preserve\"", out);
    color(out, "fill", w->style->color);
    if (!same(w->style->color, hy_paper())) /* white text stands on data's colours and stays white */
        inks(out, &w->style->color, NULL);
    fputc('>', out);
    escaped(out, w->text);
    fputs("</text>\n", out);
}

static uint32_t hashed(uint32_t hash, const void *bytes, size_t count) /* FNV-1a */
{
    for (const unsigned char *b = bytes; count--; b++)
        hash = (hash ^ *b) * 16777619u;
    return hash;
}

/* The name follows from the drawing's title, its place in it and the box: two of the same name clip alike. */
static void clip(struct hy_canvas *c, const struct hy_box *box)
{
    struct svg *svg = (struct svg *)c;
    if (!box) {
        fputs("</g>\n", svg->out);
        return;
    }
    svg->seed = hashed(svg->seed, box, sizeof *box);
    fprintf(svg->out, "<clipPath id=\"clip-%08x\"><rect", (unsigned)svg->seed);
    attribute(svg->out, "x", box->x);
    attribute(svg->out, "y", box->y);
    attribute(svg->out, "width", box->width);
    attribute(svg->out, "height", box->height);
    fprintf(svg->out, "/></clipPath>\n<g clip-path=\"url(#clip-%08x)\">\n", (unsigned)svg->seed);
}

static const struct hy_backend backend = {.shape = shape, .words = words, .clip = clip};

/* ---- from open to finish ------------------------------------------------------------------ */

static void begin(struct svg *svg, float width, float height, const char *title)
{
    fputs("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"", svg->out);
    attribute(svg->out, "width", width);
    attribute(svg->out, "height", height);
    fputs(" viewBox=\"0 0 ", svg->out);
    two(svg->out, width, height);
    fputs("\" fill=\"none\" stroke-linecap=\"round\" stroke-linejoin=\"round\" font-family=\"" SANS
          "\" style=\"font-kerning:none\">\n<title>",
          svg->out);
    escaped(svg->out, title);
    fputs("</title>\n", svg->out);
}

hy_status hy_svg_open(struct hy_canvas **out, float width, float height, const char *title)
{
    struct svg *svg = calloc(1, sizeof *svg);
    HY_ASSERT(svg, "out of memory for a drawing");
    HY_ASSERT(width > 0 && height > 0, "a drawing has a size");
    *out = NULL;
    hy_status status = hy_canvas_init(&svg->canvas, &backend, 0);
    if (status != HY_OK) {
        hy_canvas_fini(&svg->canvas);
        free(svg);
        return status;
    }
    svg->seed = hashed(2166136261u, title, strlen(title));
    svg->out = open_memstream(&svg->text, &svg->bytes);
    HY_ASSERT(svg->out, "out of memory for a drawing");
    begin(svg, width, height, hy_shown_text(&svg->canvas.arena, title));
    *out = &svg->canvas;
    return HY_OK;
}

char *hy_svg_finish(struct hy_canvas *c)
{
    HY_ASSERT(c->backend == &backend, "this canvas is no drawing");
    struct svg *svg = (struct svg *)c;
    hy_canvas_unclip(c);
    fputs("</svg>\n", svg->out);
    bool whole = fclose(svg->out) == 0;
    HY_ASSERT(whole && svg->text, "out of memory for a drawing");
    char *text = svg->text;
    hy_canvas_fini(c);
    free(svg);
    return text;
}
