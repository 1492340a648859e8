#include "report/table/row_quality.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"

enum hy_row_quality hy_row_quality(const struct hy_csv *t, size_t row)
{
    const char *text = hy_csv_text_of(t, row, "quality");
    if (!*text || strcmp(text, "ok") == 0)
        return HY_ROW_OK;
    return strcmp(text, "drifted") == 0 ? HY_ROW_DRIFTED : HY_ROW_DISTURBED;
}

const char *hy_row_source(const struct hy_csv *t, size_t row)
{
    const char *source = hy_csv_text_of(t, row, "source");
    return strcmp(source, "measured") == 0 ? "" : source;
}

const char *hy_row_mark(enum hy_row_quality quality)
{
    static const char *const marks[] = {"", "\xE2\x80\xA0", "\xE2\x80\xA1"};
    return marks[quality];
}

/* The worst of the variant's rows (disturbed over drifted), or that of the first. */
static enum hy_row_quality worst_of(const struct hy_run_data *d, enum hy_table_id id, const char *column,
                                    const char *variant, bool first)
{
    const struct hy_csv *t = &d->table[id];
    enum hy_row_quality worst = HY_ROW_OK;
    for (size_t i = 0; d->have[id] && i < t->rows; i++) {
        if (strcmp(hy_csv_text_of(t, i, column), variant) != 0)
            continue;
        const enum hy_row_quality q = hy_row_quality(t, i);
        if (first)
            return q;
        if (worst != HY_ROW_DISTURBED && q != HY_ROW_OK)
            worst = q;
    }
    return worst;
}

enum hy_row_quality hy_training_quality(const struct hy_run_data *d, const char *variant)
{
    return worst_of(d, HY_TABLE_RUNS, "Model", variant, false);
}

enum hy_row_quality hy_decoding_quality(const struct hy_run_data *d, const char *variant)
{
    return worst_of(d, HY_TABLE_SCALING, "variant", variant, true);
}

enum hy_row_quality hy_profile_quality(const struct hy_run_data *d, const char *variant)
{
    return worst_of(d, HY_TABLE_OPS, "variant", variant, true);
}

const char *hy_profile_source(const struct hy_run_data *d, const char *variant)
{
    const struct hy_csv *t = &d->table[HY_TABLE_OPS];
    for (size_t i = 0; d->have[HY_TABLE_OPS] && i < t->rows; i++)
        if (strcmp(hy_csv_text_of(t, i, "variant"), variant) == 0)
            return hy_row_source(t, i);
    return "";
}
