/* The parts of the page on efficiency. Inner header of report/pages. */
#ifndef HY_REPORT_PAGES_EFFICIENCY_H
#define HY_REPORT_PAGES_EFFICIENCY_H

#include "report/pages/pages.h"

/* Quality against each cost, and who is on which front. */
void hy_efficiency_fronts(struct hy_doc *d, const struct hy_report *r);

/* Rates, caches and the cost of a layer by context length. */
void hy_efficiency_scaling(struct hy_doc *d, const struct hy_report *r);

#endif
