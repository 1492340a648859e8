/* Names of points in a plot, drawn where they cover nothing. */
#ifndef HY_REPORT_CHARTS_NAMES_H
#define HY_REPORT_CHARTS_NAMES_H

#include <stddef.h>

#include "report/charts/axis.h"

/* What names keep off: of the soft ones where that costs no name. */
struct hy_ground {
    struct hy_box *hard, *soft;
    size_t n_hard, n_soft;
};

struct hy_named {
    const char *name; /* NULL or "": none is drawn */
    struct hy_point at;
    struct hy_color color;
};

struct hy_names {
    const struct hy_named *item; /* (count); who comes first has the first choice */
    size_t count;
    float size;         /* of the letters */
    float radius;       /* that a point takes */
    float width;        /* no name is longer */
    struct hy_box room; /* for all */
};

/* Draws them, and lines to those that stand off. Names are shortened rather than left out. */
void hy_names_draw(struct hy_canvas *c, const struct hy_names *names, const struct hy_ground *ground);

#endif
