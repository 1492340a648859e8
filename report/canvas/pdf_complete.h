/* The second half of a PDF: what cairo draws becomes a document with links, bookmarks, a language and descriptions.
 *
 * All that refers to places is written here and not by cairo, whose releases disagree about links to places that come
 * later or never. */
#ifndef HY_REPORT_CANVAS_PDF_COMPLETE_H
#define HY_REPORT_CANVAS_PDF_COMPLETE_H

#include "kernels/base/status.h"
#include "report/canvas/backend.h"

struct hy_pdf_bytes {
    unsigned char *data; /* malloc'd */
    size_t used, room;
};

struct hy_pdf_bookmark_entry {
    int level; /* 0 or 1 */
    const char *title, *anchor;
};

struct hy_pdf_facts {
    const char *title, *subject, *language;
    struct hy_pdf_bookmark_entry *bookmark; /* (bookmarks) */
    size_t bookmarks;
};

/* `whole` is the finished document of the pages that cairo drew into `drawn` and the canvas remembers, the caller's to
 * free; the same bytes for the same input and SOURCE_DATE_EPOCH. HY_RUN_FAILED gives qpdf's reason. */
hy_status hy_pdf_complete(const struct hy_canvas *c, const struct hy_pdf_facts *facts, const struct hy_pdf_bytes *drawn,
                          struct hy_pdf_bytes *whole);

#endif
