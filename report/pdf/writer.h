/* The document being written, as libharu knows it: what memory.c, pdf.c and
 * pdf_text.c share. Nobody outside this folder includes it. */
#ifndef HY_REPORT_PDF_WRITER_H
#define HY_REPORT_PDF_WRITER_H

#include <hpdf.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>

#include "report/pdf/style.h"

enum { HY_PDF_MAX_PAGES = 400 };

struct hy_pdf {
    HPDF_Doc doc;
    HPDF_Page page; /* the current one */
    HPDF_Page pages[HY_PDF_MAX_PAGES];
    HPDF_Destination tops[HY_PDF_MAX_PAGES]; /* made when first linked to */
    HPDF_Font fonts[HY_FONTS];
    HPDF_Outline chapter; /* the last bookmark of level 0 */
    int page_count;
    int left_out;
    jmp_buf failed;
    unsigned long error, detail;
    struct hy_pdf_memory *memory; /* memory.c */
};

/* True when all are finite and near the page; else the draw is counted as left out. */
bool hy_pdf_drawable(struct hy_pdf *pdf, const float *values, size_t count);

#endif
