/* ops.csv of a run folder: what a device works for each op and pass of a step. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/side_read.h"
#include "kernels/base/file.h"
#include "report/table/row_quality.h"
#include "report/table/table_read.h"

/* "Hybrid-Mine/scan/backward", and behind it the program that the times were imported from: two ways to trace a device
 * are not held against each other. malloc'd. */
static char *subject_of(const struct hy_csv *t, size_t row)
{
    const char *source = hy_row_source(t, row), *pass = hy_csv_text_of(t, row, "pass");
    return hy_format("%s/%s%s%s%s%s%s", hy_csv_text_of(t, row, "variant"), hy_csv_text_of(t, row, "op"),
                     *pass ? "/" : "", pass, *source ? " (" : "", source, *source ? ")" : "");
}

static bool same_row(const struct hy_csv *t, size_t a, size_t b)
{
    static const char *const columns[] = {"variant", "op", "pass", "source"};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        if (strcmp(hy_csv_text_of(t, a, columns[i]), hy_csv_text_of(t, b, columns[i])) != 0)
            return false;
    return true;
}

/* The layers of an op and pass together; nothing where an earlier row began them. */
static void read_op(struct hy_side *s, const struct hy_csv *t, size_t first)
{
    double ms = 0;
    bool holds = true;
    for (size_t row = 0; row < t->rows; row++) {
        const double device = hy_csv_number_of(t, row, "device_ms");
        if (isnan(device) || !same_row(t, first, row))
            continue;
        if (row < first)
            return;
        ms += device;
        holds = holds && hy_row_quality(t, row) == HY_ROW_OK;
    }
    char *subject = subject_of(t, first);
    const struct hy_row_spec spec = {.subject = subject, .metric = "device time", .unit = "ms"};
    if (ms > 0)
        hy_side_see(hy_side_row(s, &spec), (struct hy_observation){.value = ms, .pair = HY_NO_PAIR}, holds);
    free(subject);
}

hy_status hy_side_read_ops(struct hy_side *s, const char *dir)
{
    struct hy_csv t = {0};
    char *path = hy_table_path(HY_TABLE_OPS, dir);
    hy_status status = hy_file_exists(path) ? hy_table_read(&t, HY_TABLE_OPS, dir) : HY_OK;
    for (size_t row = 0; row < t.rows; row++)
        if (!isnan(hy_csv_number_of(&t, row, "device_ms")))
            read_op(s, &t, row);
    hy_csv_fini(&t);
    free(path);
    return status;
}
