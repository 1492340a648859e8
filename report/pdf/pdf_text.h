/* Text of the PDF layer: cleaning, measuring, breaking and showing. */
#ifndef HY_REPORT_PDF_PDF_TEXT_H
#define HY_REPORT_PDF_PDF_TEXT_H

#include <stddef.h>

#include "report/pdf/style.h"

struct hy_pdf;

/* Control characters, broken UTF-8 and characters the fonts cannot hold are shown as replacement characters. */
void hy_pdf_text(struct hy_pdf *pdf, float x, float baseline, const struct hy_text_style *style, const char *text);
void hy_pdf_text_up(struct hy_pdf *pdf, float x, float y, const struct hy_text_style *style,
                    const char *text); /* turned 90 degrees left */
float hy_pdf_text_width(struct hy_pdf *pdf, const struct hy_text_style *style, const char *text);

/* The longest beginning of `text`, ended by an ellipsis if cut, that fits `width`. */
const char *hy_pdf_fit(struct hy_pdf *pdf, const struct hy_text_style *style, const char *text, float width);

/* The bytes of `text` that fit into one line of `width`: broken at a blank where
 * one is, inside a word else; at least one character, and never past '\n'.
 * *next is where the following line begins. */
size_t hy_pdf_line_bytes(struct hy_pdf *pdf, const struct hy_text_style *style, const char *text, float width,
                         const char **next);

/* Text as the fonts can show it: valid UTF-8 of the basic plane without control characters. Lives as hy_pdf_format's.
 */
const char *hy_pdf_clean(struct hy_pdf *pdf, const char *text);

#endif
