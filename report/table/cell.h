/* Cells of the report's tables: texts that live until the document is finished. */
#ifndef HY_REPORT_TABLE_CELL_H
#define HY_REPORT_TABLE_CELL_H

#include "report/pdf/sheet.h"

const char *hy_cell_or_dash(const char *text); /* the text, or an en dash for "" */
/* "Hybrid-NoMeta" as a column's title over two lines, so that eight fit side by side. */
const char *hy_cell_two_lines(struct hy_sheet *s, const char *name);
const char *hy_cell_fixed(struct hy_sheet *s, double value, int decimals);
const char *hy_cell_ppl(struct hy_sheet *s, double value);

#endif
