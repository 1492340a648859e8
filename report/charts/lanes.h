/* The rows of a chart that lies down: a name at the left, a text at the right edge, room for marks between. */
#ifndef HY_REPORT_CHARTS_LANES_H
#define HY_REPORT_CHARTS_LANES_H

#include <stdbool.h>
#include <stddef.h>

#include "report/canvas/canvas.h"
#include "report/charts/axis.h"

struct hy_lane {
    const char *name, *text;
    const char *group; /* a heading above it where that of the lane before is another; NULL: none */
    bool rule;         /* a line above it sets it apart */
};

struct hy_lanes {
    struct hy_canvas *canvas;
    struct hy_box box; /* for all of it */
    struct hy_type type;
    const struct hy_lane *lane;
    size_t count;
    float top, below;     /* kept free above the first lane and under the last */
    bool texts_elsewhere; /* they have their room, and the caller draws them */
    /* set by hy_lanes_fit */
    size_t shown;         /* the first so many have room; a line says how many are left out */
    float pitch;          /* from lane to lane */
    float *middle;        /* (count) y of each; in the canvas's arena */
    struct hy_box inside; /* of the plot between the columns, over all lanes that are shown */
};

float hy_lanes_height(const struct hy_lane *lane, size_t count); /* that all take at ease */

void hy_lanes_fit(struct hy_lanes *l);        /* the fields above are set by the caller */
void hy_lanes_draw(const struct hy_lanes *l); /* names, texts, headings, rules */

/* The plot of those lanes with a fitted x axis. The words for the axis's two sides may be NULL; they stand beneath its
 * ends. Both heights are points beneath the lanes. */
float hy_lanes_axis_height(struct hy_type type, const char *label, const char *left, const char *right);
struct hy_plot hy_lanes_plot(const struct hy_lanes *l, const struct hy_axis *x);
void hy_lanes_axis_draw(const struct hy_plot *p, const char *label, const char *left, const char *right);

#endif
