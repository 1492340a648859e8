#include "bench/history/night_csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/table/csv.h"

static const char *const columns[] = {"metric", "subject",        "unit",    "value",
                                      "exact",  "more_is_better", "samples", "quality"};

static hy_status check_columns(const struct hy_csv *t, const char *path)
{
    const char *lacks = hy_csv_lacks(t, columns, sizeof columns / sizeof *columns);
    return lacks ? hy_fail(HY_BAD_INPUT,
                           "%s has no column '%s'; it needs metric, subject, unit, value, exact, more_is_better, "
                           "samples and quality",
                           path, lacks)
                 : HY_OK;
}

static hy_status read_flag(const struct hy_csv *t, size_t row, const char *column, bool *flag)
{
    const char *cell = hy_csv_text_of(t, row, column);
    *flag = strcmp(cell, "1") == 0;
    if (*flag || strcmp(cell, "0") == 0)
        return HY_OK;
    return hy_fail(HY_BAD_INPUT, "%s, line %zu: '%s' in column %s is neither 0 nor 1", t->name, t->lines[row], cell,
                   column);
}

static hy_status read_row(struct hy_side *s, const struct hy_csv *t, size_t row)
{
    const double value = hy_csv_number_of(t, row, "value"), samples = hy_csv_number_of(t, row, "samples");
    struct hy_row_spec spec = {.subject = hy_csv_text_of(t, row, "subject"),
                               .metric = hy_csv_text_of(t, row, "metric"),
                               .unit = hy_csv_text_of(t, row, "unit")};
    if (spec.subject[0] == '\0' || spec.metric[0] == '\0')
        return hy_fail(HY_BAD_INPUT, "%s, line %zu: a row needs a metric and a subject", t->name, t->lines[row]);
    if (!isfinite(value) || value < 0)
        return hy_fail(HY_BAD_INPUT, "%s, line %zu: the value '%s' is no number from 0 on", t->name, t->lines[row],
                       hy_csv_text_of(t, row, "value"));
    hy_status status = read_flag(t, row, "exact", &spec.exact);
    if (status == HY_OK)
        status = read_flag(t, row, "more_is_better", &spec.more_is_better);
    if (status)
        return status;
    const char *quality = hy_csv_text_of(t, row, "quality");
    hy_side_see(hy_side_row(s, &spec),
                (struct hy_observation){
                    .value = value, .pair = HY_NO_PAIR, .samples = samples > 0 && samples < 1e9 ? (long)samples : 0},
                quality[0] == '\0' || strcmp(quality, "ok") == 0);
    return HY_OK;
}

hy_status hy_night_csv_read(struct hy_side *s, const char *dir)
{
    char *path = hy_format("%s/night.csv", dir);
    struct hy_csv t = {0};
    hy_status status = HY_OK;
    if (hy_file_exists(path)) {
        status = hy_csv_read(&t, path, HY_CSV_COMPLETE);
        if (status == HY_OK)
            status = check_columns(&t, path);
        for (size_t row = 0; row < t.rows && status == HY_OK; row++)
            status = read_row(s, &t, row);
    }
    hy_csv_fini(&t);
    free(path);
    return status;
}
