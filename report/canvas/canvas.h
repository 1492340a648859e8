/* What charts and pages are drawn on: a page of a PDF (canvas/pdf.h), an SVG of its own (canvas/svg.h), or nothing,
 * where only places are asked for (canvas/plan.h).
 *
 * Coordinates are points (1/72 inch) from the TOP left corner, y grows downwards; text is placed by its baseline. What
 * is not finite or lies far off is left out and counted. What a canvas drew depends on nothing but the calls and the
 * fonts: text has the same width on each kind. Every text drawn is remembered with its box: tests hold them against
 * each other. */
#ifndef HY_REPORT_CANVAS_CANVAS_H
#define HY_REPORT_CANVAS_CANVAS_H

#include <stdbool.h>
#include <stddef.h>

#include "report/canvas/arena.h"
#include "report/canvas/style.h"

struct hy_canvas;

/* ---- shapes ---------------------------------------------------------------------- */
void hy_canvas_line(struct hy_canvas *c, float x0, float y0, float x1, float y1, const struct hy_pen *pen);
void hy_canvas_polyline(struct hy_canvas *c, const struct hy_point *points, size_t count,
                        const struct hy_pen *pen); /* a NaN point is a gap */
/* `alpha` 0 to 1: how much it hides of what is behind it. */
void hy_canvas_polygon(struct hy_canvas *c, const struct hy_point *points, size_t count, struct hy_color fill,
                       float alpha);
void hy_canvas_curve(struct hy_canvas *c, const struct hy_point p[4], const struct hy_pen *pen); /* a Bezier segment */

/* `fill` or `pen` may be NULL. */
void hy_canvas_rectangle(struct hy_canvas *c, struct hy_box box, const struct hy_color *fill, const struct hy_pen *pen);
void hy_canvas_circle(struct hy_canvas *c, float x, float y, float radius, const struct hy_color *fill,
                      const struct hy_pen *pen);

/* Nothing is drawn outside the box until hy_canvas_unclip. Not nested. */
void hy_canvas_clip(struct hy_canvas *c, struct hy_box box);
void hy_canvas_unclip(struct hy_canvas *c);

/* ---- text ------------------------------------------------------------------------ */
/* Control characters, broken UTF-8 and characters that no font here has are shown as replacement characters; the last
 * are searched and copied as what they are. A character that the style's font lacks comes from one of Korean. */
void hy_canvas_text(struct hy_canvas *c, float x, float baseline, const struct hy_text_style *style, const char *text);
void hy_canvas_text_up(struct hy_canvas *c, float x, float y, const struct hy_text_style *style,
                       const char *text); /* turned 90 degrees left */
float hy_canvas_text_width(struct hy_canvas *c, const struct hy_text_style *style, const char *text);

/* The longest beginning of `text`, ended by an ellipsis if cut, that fits `width`; lives as the canvas's arena. */
const char *hy_canvas_fit(struct hy_canvas *c, const struct hy_text_style *style, const char *text, float width);

/* The bytes of `text` that fit into one line of `width`: broken at a blank where one is, between Hangul or CJK
 * characters too, inside a word else; at least one character, and never past '\n'. *next is where the following line
 * begins. */
size_t hy_canvas_line_bytes(struct hy_canvas *c, const struct hy_text_style *style, const char *text, float width,
                            const char **next);

/* Wrapped text from the top left corner of a column; returns its height. `draw` false only measures. */
float hy_canvas_wrapped(struct hy_canvas *c, float x, float y, float width, const struct hy_text_style *style,
                        float leading, const char *text, bool draw);

struct hy_arena *hy_canvas_arena(struct hy_canvas *c); /* lives as the canvas */

/* ---- structure: of a PDF; nothing elsewhere ---------------------------------------- */
/* What lies between begin and end is that to who reads by ear or copies: "H1" to "H3", "P", "Table", "TR", "TH", "TD",
 * "Figure", "Caption", "Code", "L", "LI", "TOC", "TOCI"; `alt` says a figure in words, else NULL. May be nested as
 * those may; an element that has others inside it has no text of its own. */
void hy_canvas_begin(struct hy_canvas *c, const char *tag, const char *alt);
void hy_canvas_end(struct hy_canvas *c, const char *tag);

void hy_canvas_anchor(struct hy_canvas *c, const char *name, float x, float y);  /* a place that links lead to */
void hy_canvas_link(struct hy_canvas *c, struct hy_box box, const char *anchor); /* one that is not there is no link */

/* ---- what was drawn ------------------------------------------------------------------ */
struct hy_drawn_text {
    int page;          /* from 0; of an SVG always 0 */
    struct hy_box box; /* from the ascent of its letters to their descent */
    const char *text;
};
const struct hy_drawn_text *hy_canvas_texts(const struct hy_canvas *c, size_t *count);

int hy_canvas_left_out(const struct hy_canvas *c); /* draws that were not finite: 0 in a sound report */

#endif
