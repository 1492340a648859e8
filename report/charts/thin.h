/* Curves of thousands of points as those that can be seen. */
#ifndef HY_REPORT_CHARTS_THIN_H
#define HY_REPORT_CHARTS_THIN_H

#include <stddef.h>

#include "report/canvas/canvas.h"

/* Keeps the highest and the lowest of each column of points (`column` points wide) in their order, and a gap (NaN) as
 * one; returns how many are left. A line of few points keeps all. */
size_t hy_thin_line(struct hy_point *points, size_t count, float column);

/* Draws what lies between `low` and `high` (count), whose x are the same; both are used up. Gaps end an area and begin
 * another. */
void hy_thin_band(struct hy_canvas *c, struct hy_point *low, struct hy_point *high, size_t count, float column,
                  struct hy_color color, float alpha);

#endif
