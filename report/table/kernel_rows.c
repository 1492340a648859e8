#include "report/table/kernel_rows.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"

enum hy_row_quality hy_kernel_quality(const struct hy_csv *t, size_t row)
{
    return hy_row_quality(t, row);
}

bool hy_kernel_skipped(const struct hy_csv *t, size_t row)
{
    const char *text = hy_csv_text_of(t, row, "skipped");
    return *text && strcmp(text, "0") != 0 && strcmp(text, "false") != 0 && strcmp(text, "no") != 0;
}

char *hy_kernel_qualities(const struct hy_csv *t)
{
    size_t count[3] = {0}, timed = 0;
    for (size_t i = 0; i < t->rows; i++) {
        if (hy_kernel_skipped(t, i))
            continue;
        count[hy_kernel_quality(t, i)]++;
        timed++;
    }
    if (timed == 0 || hy_csv_column(t, "quality") < 0)
        return hy_format("%s", "");
    if (count[HY_ROW_OK] == timed)
        return hy_format("none of %zu kernel rows was disturbed", timed);
    if (count[HY_ROW_DISTURBED] == 0)
        return hy_format("%zu of %zu kernel rows drifted", count[HY_ROW_DRIFTED], timed);
    char *drifted = count[HY_ROW_DRIFTED] ? hy_format(", %zu drifted", count[HY_ROW_DRIFTED]) : hy_format("%s", "");
    char *text = hy_format("%zu of %zu kernel rows %s disturbed%s", count[HY_ROW_DISTURBED], timed,
                           count[HY_ROW_DISTURBED] == 1 ? "was" : "were", drifted);
    free(drifted);
    return text;
}
