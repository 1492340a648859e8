/* The parts of the page on environment and reproduction. Inner header of report/pages. */
#ifndef HY_REPORT_PAGES_ENVIRONMENT_H
#define HY_REPORT_PAGES_ENVIRONMENT_H

#include "report/pages/pages.h"

/* The commands that make this run again, and the hashes that show whether it is the same. */
void hy_environment_reproduction(struct hy_doc *d, const struct hy_report *r);

/* The ceilings that this machine was measured at, in a table. */
void hy_environment_peaks(struct hy_doc *d, const struct hy_report *r);

/* The value of the first of env.json's paths that exists ("a.b|c"), in the document's arena; "" where none does. */
const char *hy_environment_text(struct hy_doc *d, const struct hy_report *r, const char *paths);

#endif
