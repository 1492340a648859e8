/* The ceilings of a roofline: what a memory's rate allows slopes, what the arithmetic allows is flat. */
#ifndef HY_REPORT_CHARTS_ROOFS_H
#define HY_REPORT_CHARTS_ROOFS_H

#include <stdbool.h>
#include <stddef.h>

#include "report/charts/charts.h"
#include "report/charts/ends.h"
#include "report/charts/marks.h"

bool hy_roof_is_flat(const struct hy_ceiling *c);
bool hy_roof_is_sloped(const struct hy_ceiling *c);
double hy_roof_most_gflops(const struct hy_roofline *r); /* of the flat ones; NaN: there is none */
double hy_roof_most_gbps(const struct hy_roofline *r);   /* of the sloped ones; NaN: there is none */

/* Their names: over the plot where slopes meet the highest roof, and at the plot's right. */
struct hy_roofs {
    struct hy_overhead *over; /* (overs) */
    struct hy_end *end;       /* (ends) of flat ones, and of slopes that leave the plot there */
    size_t overs, ends;
    bool inside; /* a narrow box has no margin for the latter: they stand at their lines */
};

/* The texts, when both axes are fitted: their room decides where the plot ends. */
struct hy_roofs hy_roofs_name(const struct hy_plot *p, const struct hy_roofline *r);
float hy_roofs_top(const struct hy_plot *p, const struct hy_roofs *roofs);   /* points that they take over the plot */
float hy_roofs_right(const struct hy_plot *p, const struct hy_roofs *roofs); /* and beside it */

void hy_roofs_draw(const struct hy_plot *p, const struct hy_roofline *r, struct hy_roofs *roofs);

/* Names inside keep off the hard ground, and become a part of it: room for `ceilings` and one more. */
void hy_roofs_draw_names(const struct hy_plot *p, struct hy_roofs *roofs, struct hy_ground *ground);

#endif
