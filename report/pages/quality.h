/* The parts of the page on quality. Inner header of report/pages. */
#ifndef HY_REPORT_PAGES_QUALITY_H
#define HY_REPORT_PAGES_QUALITY_H

#include "report/pages/pages.h"

/* The table of results, and of each seed where there are several. */
void hy_quality_results(struct hy_doc *d, const struct hy_report *r);

void hy_quality_position(struct hy_doc *d, const struct hy_report *r); /* loss by place in the sample */
void hy_quality_recall(struct hy_doc *d, const struct hy_report *r);   /* nothing for studies of text */

#endif
