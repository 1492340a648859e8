/* Names at the right of a plot, each level with the end of its line, spread apart with leaders. */
#ifndef HY_REPORT_CHARTS_ENDS_H
#define HY_REPORT_CHARTS_ENDS_H

#include <stdbool.h>
#include <stddef.h>

#include "report/charts/axis.h"

struct hy_end {
    const char *text;
    struct hy_color color;
    struct hy_point from; /* the end of the line, inside the plot */
    bool nowhere;         /* there is no line: no leader */
};

/* The width that they take beyond the plot: no more than 38 % of the box. */
float hy_ends_width(const struct hy_plot *p, const struct hy_end *end, size_t count);

/* Draws them in that width; sorts `end`. Where the height holds fewer, those closest to others are left out and
 * counted in a line of their own. */
void hy_ends_draw(const struct hy_plot *p, struct hy_end *end, size_t count, float width);

#endif
