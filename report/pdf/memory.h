/* Memory of a document, which outlives a failure inside libharu. */
#ifndef HY_REPORT_PDF_MEMORY_H
#define HY_REPORT_PDF_MEMORY_H

#include <stddef.h>

struct hy_pdf;

/* Memory and text that live until the document is finished; never NULL. */
void *hy_pdf_alloc(struct hy_pdf *pdf, size_t bytes); /* zeroed */
const char *hy_pdf_format(struct hy_pdf *pdf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void hy_pdf_free_all(struct hy_pdf *pdf); /* all of it; nobody but whoever ends the document */

#endif
