/* Figures of a document as SVG. Inner header of report/render. */
#ifndef HY_REPORT_RENDER_DRAWING_H
#define HY_REPORT_RENDER_DRAWING_H

#include "kernels/base/status.h"
#include "report/doc/doc.h"

/* The points that one of `count` figures side by side is wide. */
float hy_drawing_width(size_t count);

/* "<svg ...>...</svg>", malloc'd; on failure NULL. `margin` points of paper about it: 0 is a drawing without paper of
 * its own, for a page that has some. Errors as hy_svg_open(). */
hy_status hy_drawing_svg(const struct hy_figure *f, float width, float margin, char **svg);

#endif
