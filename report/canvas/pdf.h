/* A canvas whose pages become a PDF 1.7 file: A4, fonts embedded and subset, text that can be searched and copied,
 * tagged, the same bytes for the same calls, fonts and SOURCE_DATE_EPOCH. cairo draws, qpdf finishes. */
#ifndef HY_REPORT_CANVAS_PDF_H
#define HY_REPORT_CANVAS_PDF_H

#include "kernels/base/status.h"
#include "report/canvas/canvas.h"

struct hy_pdf_info {
    const char *title, *subject;
    const char *language; /* "en", "ko" */
};

/* HY_BAD_INPUT: no fonts were found (HYMBENCH_FONTS is searched first, then the usual folders); the sentence names the
 * package. On failure *c is NULL. */
hy_status hy_pdf_open(struct hy_canvas **c, const struct hy_pdf_info *info);
void hy_pdf_page(struct hy_canvas *c); /* the next page begins; the first one too */

/* A bookmark of level 0 or 1 to an anchor. */
void hy_pdf_bookmark(struct hy_canvas *c, int level, const char *title, const char *anchor);

/* Writes the file atomically and closes the canvas, also on failure. */
hy_status hy_pdf_finish(struct hy_canvas *c, const char *path);

#endif
