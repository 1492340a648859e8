/* The axis of dots with intervals: one on which their differences show. */
#ifndef HY_REPORT_CHARTS_DOTS_AXIS_H
#define HY_REPORT_CHARTS_DOTS_AXIS_H

#include "report/charts/axis.h"
#include "report/charts/charts.h"

/* It begins at zero only where the values are near it. What lies far beyond the others (a run that diverged, the wide
 * interval of two seeds) does not flatten the rest: it lies beyond the axis. About a centre it is even. `about` is how
 * many ticks. */
struct hy_axis hy_dots_axis(const struct hy_dots *d, int about);

#endif
