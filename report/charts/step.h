/* The step line through the points that no other is better than in both directions. */
#ifndef HY_REPORT_CHARTS_STEP_H
#define HY_REPORT_CHARTS_STEP_H

#include <stddef.h>

#include "report/charts/axis.h"
#include "report/charts/charts.h"

/* Draws it, from edge to edge of the plot, and fills `taken` (room for 2 * count + 1) with a box along each of its
 * parts; returns how many. Hollow items do not count. Nothing where the scatter wants none. */
size_t hy_step_draw(const struct hy_plot *p, const struct hy_scatter *s, struct hy_box *taken);

#endif
