/* The sizes of a chart's texts, and the room that they take. */
#ifndef HY_REPORT_CHARTS_TEXT_H
#define HY_REPORT_CHARTS_TEXT_H

#include <stddef.h>

#include "report/canvas/canvas.h"

/* Font sizes in points; a box as small as a third of the page's width gets smaller ones. */
struct hy_type {
    float tick, name, title;
};
struct hy_type hy_type_of(struct hy_box box);

/* Of one line of text, in points. */
float hy_text_ascent(float size);                 /* from the baseline up to where its letters end */
float hy_text_height(float size);                 /* from there down to where they end below */
float hy_text_pitch(float size);                  /* from one line to the next */
float hy_text_baseline(float middle, float size); /* for letters that stand level with `middle` */
float hy_text_over(float size);                   /* how far those reach over it */
float hy_text_under(float size);                  /* and under it */

float hy_text_widest(struct hy_canvas *c, const struct hy_text_style *style, const char *const *text, size_t count);

/* A name that fits `width`: what is too long loses its middle, for names differ at their ends. Lives as the canvas. */
const char *hy_text_name(struct hy_canvas *c, const struct hy_text_style *style, const char *name, float width);

/* A text in its box (from ascent to descent) on a ground of paper, so that lines behind it do not run through it. */
void hy_text_on_paper(struct hy_canvas *c, struct hy_box box, const struct hy_text_style *style, const char *text);

/* Draws a text cut to `width` with its anchor at x, moved as far as it must be to stay within [left, right]. */
void hy_text_within(struct hy_canvas *c, float x, float baseline, const struct hy_text_style *style, const char *text,
                    float left, float right);

#endif
