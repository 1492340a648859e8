/* Rows of kernels.csv: whether they were timed, and whether their times hold. */
#ifndef HY_REPORT_TABLE_KERNEL_ROWS_H
#define HY_REPORT_TABLE_KERNEL_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "report/table/row_quality.h"

enum hy_row_quality hy_kernel_quality(const struct hy_csv *t, size_t row);

bool hy_kernel_skipped(const struct hy_csv *t, size_t row); /* not timed: skip_reason says why */

#endif
