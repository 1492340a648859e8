/* Reference lines across a plot and their names. */
#ifndef HY_REPORT_CHARTS_MARKS_H
#define HY_REPORT_CHARTS_MARKS_H

#include <stdbool.h>
#include <stddef.h>

#include "report/charts/axis.h"
#include "report/charts/charts.h"
#include "report/charts/names.h"

/* The name of one with its value, cut to `width` in its name; lives as the canvas. An arrow says that it lies beyond
 * the axis: before the text or behind it, or none ("" or NULL). */
const char *hy_mark_text(struct hy_canvas *c, const struct hy_axis *axis, const struct hy_mark *mark,
                         const struct hy_text_style *style, float width, const char *before, const char *behind);

/* Widens [*low, *high] by the marks that lie near: half its span beyond, of a logarithmic axis a factor of 1.6. */
void hy_marks_near(const struct hy_mark *mark, size_t count, bool log, double *low, double *high);

/* Names in one line above a plot, each over its x where there is room, with a line that leads there where not. */
struct hy_overhead {
    const char *text;
    float x, width; /* width: of the text */
    struct hy_color color;
    bool unled; /* no line leads from it */
};
float hy_overhead_height(struct hy_type type); /* of the strip */
void hy_overhead_draw(struct hy_canvas *c, struct hy_box strip, struct hy_type type, const struct hy_overhead *name,
                      size_t count);

/* Lines that stand, named in the strip above the plot: hy_overhead_height() high, over the whole box. */
void hy_marks_draw_standing(const struct hy_plot *p, const struct hy_mark *mark, size_t count);

/* A place for a name of that width at a line that lies at y: above it at the right, below, the same at the left, first
 * clear of soft ground too. False where none is free. */
bool hy_ground_place(const struct hy_plot *p, float y, float width, const struct hy_ground *ground,
                     struct hy_box *place);

/* Lines that lie, named inside the plot where nothing is in the way; those beyond the axis are named at its end. Adds
 * at most `count` soft boxes for the lines and as many hard ones for the names: there is room for them. */
void hy_marks_draw_lying(const struct hy_plot *p, const struct hy_mark *mark, size_t count, struct hy_ground *ground);

#endif
