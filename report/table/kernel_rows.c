#include "report/table/kernel_rows.h"

#include <string.h>

enum hy_row_quality hy_kernel_quality(const struct hy_csv *t, size_t row)
{
    return hy_row_quality(t, row);
}

bool hy_kernel_skipped(const struct hy_csv *t, size_t row)
{
    const char *text = hy_csv_text_of(t, row, "skipped");
    return *text && strcmp(text, "0") != 0 && strcmp(text, "false") != 0 && strcmp(text, "no") != 0;
}
