/* The parts of the page on blocks. Inner header of report/pages. */
#ifndef HY_REPORT_PAGES_BLOCKS_H
#define HY_REPORT_PAGES_BLOCKS_H

#include "report/pages/pages.h"

/* Two variants of different blocks, figure by figure: a table with the anchor blocks-<number>. */
void hy_blocks_table(struct hy_doc *d, const struct hy_report *r, const struct hy_variant *const v[2], size_t number);

/* Where the steps of the two differ, op by op: a chart, and the sentence that it allows. */
void hy_blocks_difference(struct hy_doc *d, const struct hy_report *r, const struct hy_variant *const v[2],
                          size_t number);

/* What the designs behind the study's questions cost by themselves: pairs.csv. */
void hy_blocks_pairs(struct hy_doc *d, const struct hy_report *r);

#endif
