/* The parts of the page on keys and values. Inner header of report/pages. */
#ifndef HY_REPORT_PAGES_KV_H
#define HY_REPORT_PAGES_KV_H

#include "report/pages/pages.h"

/* Which keys a query may look at, from the real window, meta tokens and length. */
void hy_kv_masks(struct hy_doc *d, const struct hy_report *r);

#endif
