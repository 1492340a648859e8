/* The parts of the page on the design. Inner header of report/pages. */
#ifndef HY_REPORT_PAGES_DESIGN_H
#define HY_REPORT_PAGES_DESIGN_H

#include "report/pages/pages.h"

/* The colours of the two branches, in the diagrams and in the chart of parameters. */
#define HY_DESIGN_ATTENTION 0x2a9d8f
#define HY_DESIGN_MAMBA     0xe9c46a

/* A diagram of each of the two blocks, split and fused, of which the run has a hybrid; nothing where it has none. */
void hy_design_diagrams(struct hy_doc *d, const struct hy_report *r);

/* A cell of variants.csv as a reader wants it: lists short, counts grouped, floats without the noise of a float. */
const char *hy_design_value(struct hy_doc *d, const struct hy_csv *t, size_t row, int column);

/* Whether every layer of the variant is a global one. */
bool hy_design_all_global(const struct hy_csv *t, size_t row);

#endif
