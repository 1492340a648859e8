/* The parts of the page on comparisons. Inner header of report/pages. */
#ifndef HY_REPORT_PAGES_COMPARISON_H
#define HY_REPORT_PAGES_COMPARISON_H

#include "report/pages/pages.h"

/* The verdicts of compare.csv. */
void hy_comparison_verdicts(struct hy_doc *d, const struct hy_report *r);

/* This run beside r->other, variant by variant. */
void hy_comparison_runs(struct hy_doc *d, const struct hy_report *r);

#endif
