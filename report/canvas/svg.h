/* A canvas that becomes one SVG element: text stays text, the report's inks are CSS variables (--ink, --grey, --faint,
 * --paper) with their light values as fallback, so that it stands alone and follows a dark page. */
#ifndef HY_REPORT_CANVAS_SVG_H
#define HY_REPORT_CANVAS_SVG_H

#include "kernels/base/status.h"
#include "report/canvas/canvas.h"

hy_status hy_svg_open(struct hy_canvas **c, float width, float height, const char *title); /* errors as hy_pdf_open() */
char *hy_svg_finish(struct hy_canvas *c); /* "<svg ...>...</svg>", malloc'd; closes the canvas */

#endif
