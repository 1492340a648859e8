/* A canvas that draws nothing and knows where everything would be: page numbers before the pages, and layout tests. */
#ifndef HY_REPORT_CANVAS_PLAN_H
#define HY_REPORT_CANVAS_PLAN_H

#include "kernels/base/status.h"
#include "report/canvas/canvas.h"

hy_status hy_plan_open(struct hy_canvas **c); /* errors as hy_pdf_open() */
void hy_plan_page(struct hy_canvas *c);
int hy_plan_page_of(const struct hy_canvas *c, const char *anchor); /* from 0; -1: there is none */
void hy_plan_close(struct hy_canvas *c);

#endif
