/* Kernel results as a table, grouped by op. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/pages/rooflines.h"
#include "report/table/kernel_rows.h"

static bool is_cold(const struct hy_csv *t, size_t row)
{
    return strcmp(hy_csv_text_of(t, row, "cold"), "1") == 0;
}

/* The same kernel, pass and case, timed the other way (hot for cold, cold for hot); t->rows where there is none. */
static size_t twin(const struct hy_csv *t, size_t row)
{
    static const char *const same[] = {"kernel", "pass", "case", "shape"};
    for (size_t i = 0; i < t->rows; i++) {
        bool twins = is_cold(t, i) != is_cold(t, row) && !hy_kernel_skipped(t, i);
        for (size_t k = 0; twins && k < sizeof same / sizeof *same; k++)
            twins = strcmp(hy_csv_text_of(t, i, same[k]), hy_csv_text_of(t, row, same[k])) == 0;
        if (twins)
            return i;
    }
    return t->rows;
}

static enum hy_row_quality quality_at(const struct hy_csv *t, size_t row)
{
    return row < t->rows ? hy_kernel_quality(t, row) : HY_ROW_OK;
}

/* A cell of a row that need not be there; grey where it does not hold. */
static struct hy_cell number(struct hy_doc *d, const struct hy_csv *t, size_t row, const char *column, int decimals)
{
    if (row >= t->rows)
        return hy_cell_text("");
    const struct hy_cell cell = hy_cell_of(d, t, row, column, decimals);
    return quality_at(t, row) == HY_ROW_OK ? cell : hy_cell_greyed(cell);
}

static struct hy_cell median(struct hy_doc *d, const struct hy_csv *t, size_t row)
{
    struct hy_number n;
    if (row >= t->rows)
        return hy_cell_text("");
    const double ns = hy_csv_number_of(t, row, "median_ns");
    const enum hy_row_quality quality = quality_at(t, row);
    const struct hy_cell cell =
        hy_cell_from(hy_cell_shown(hy_doc_format(d, "%s%s", hy_show_time_ns(&n, ns), hy_row_mark(quality)), ns), t, row,
                     "median_ns");
    return quality == HY_ROW_OK ? cell : hy_cell_greyed(cell);
}

/* Half the 95 % interval in percent of the median. */
static struct hy_cell half_interval(struct hy_doc *d, const struct hy_csv *t, size_t row)
{
    if (row >= t->rows)
        return hy_cell_text("");
    const double ns = hy_csv_number_of(t, row, "median_ns"), low = hy_csv_number_of(t, row, "ci95_low_ns"),
                 high = hy_csv_number_of(t, row, "ci95_high_ns");
    const struct hy_cell cell = hy_cell_fixed(d, ns > 0 ? 50 * (high - low) / ns : (double)NAN, 1);
    return quality_at(t, row) == HY_ROW_OK ? cell : hy_cell_greyed(cell);
}

static void kernel_row(struct hy_doc *d, const struct hy_csv *t, size_t i, bool first)
{
    const size_t other = twin(t, i), hot = is_cold(t, i) ? other : i, cold = is_cold(t, i) ? i : other;
    const struct hy_row_look look = {.rule_above = first};
    const char *bound = hot < t->rows ? hy_csv_text_of(t, hot, "bound") : "";
    const struct hy_cell cells[] = {
        hy_cell_text(hy_doc_format(d, "%s %s", hy_csv_text_of(t, i, "kernel"), hy_csv_text_of(t, i, "shape"))),
        median(d, t, hot),
        half_interval(d, t, hot),
        number(d, t, hot, "gflops", 1),
        number(d, t, hot, "gbps", 1),
        number(d, t, hot, "roof_pct", 1),
        hy_cell_text(bound),
        median(d, t, cold),
        number(d, t, cold, "roof_pct", 1),
        hy_cell_of(d, t, i, "error_share", 2)};
    hy_doc_row(d, cells, &look);
}

/* Rows with the given op, in the table's order; hot and cold of one case share a row. */
static void op_rows(struct hy_doc *d, const struct hy_csv *t, const char *op)
{
    bool first = true;
    for (size_t i = 0; i < t->rows; i++) {
        if (strcmp(hy_csv_text_of(t, i, "op"), op) != 0 || hy_kernel_skipped(t, i) || twin(t, i) < i)
            continue;
        kernel_row(d, t, i, first);
        first = false;
    }
}

static bool seen_before(const struct hy_csv *t, size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (strcmp(hy_csv_text_of(t, i, "op"), hy_csv_text_of(t, row, "op")) == 0)
            return true;
    return false;
}

/* How many rows do not hold, and what their marks mean. */
static void explain_marks(struct hy_doc *d, const struct hy_csv *t)
{
    size_t timed = 0, count[3] = {0};
    for (size_t i = 0; i < t->rows; i++) {
        timed += !hy_kernel_skipped(t, i);
        count[hy_kernel_quality(t, i)] += !hy_kernel_skipped(t, i);
    }
    if (timed == 0 || hy_csv_column(t, "quality") < 0)
        return;
    if (count[HY_ROW_OK] == timed) {
        hy_doc_paragraph(d, HY_CAPTION, hy_doc_format(d, _("Of %zu timed rows each holds."), timed));
        return;
    }
    hy_doc_paragraph(
        d, HY_CAPTION,
        hy_doc_format(d,
                      _("Of %zu timed rows %zu were disturbed (%s): others had the processors for too much of the "
                        "time; and %zu drifted (%s): a fixed piece of work beside them showed the clock or the memory "
                        "slower than in the rest of the run. They are grey here and hollow in the charts, and no "
                        "sentence rests on them. kernels.csv has the shares and ratios; measure these rows again."),
                      timed, count[HY_ROW_DISTURBED], hy_row_mark(HY_ROW_DISTURBED), count[HY_ROW_DRIFTED],
                      hy_row_mark(HY_ROW_DRIFTED)));
}

static void list_skipped(struct hy_doc *d, const struct hy_csv *t)
{
    const char *list = "";
    for (size_t i = 0; i < t->rows; i++) {
        const char *reason = hy_csv_text_of(t, i, "skip_reason");
        if (hy_kernel_skipped(t, i))
            list = hy_doc_format(d, "%s%s%s (%s)", list, *list ? "; " : "", hy_csv_text_of(t, i, "kernel"),
                                 *reason ? reason : HY_DASH);
    }
    if (*list)
        hy_doc_paragraph(d, HY_CAPTION, hy_doc_format(d, _("Not run: %s."), list));
}

void hy_rooflines_kernel_table(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_KERNELS];
    const struct hy_column columns[] = {{_("Kernel and shape"), 0, HY_LEFT}, {_("Hot\nmedian"), 30, HY_RIGHT},
                                        {_("\n\xC2\xB1 %"), 15, HY_RIGHT},   {_("GFLOP\n/s"), 28, HY_RIGHT},
                                        {_("GB\n/s"), 24, HY_RIGHT},         {_("% of\nroof"), 24, HY_RIGHT},
                                        {_("Bound\nby"), 34, HY_LEFT},       {_("Cold\nmedian"), 30, HY_RIGHT},
                                        {_("% of\nroof"), 24, HY_RIGHT},     {_("Error\nshare"), 22, HY_RIGHT}};
    hy_doc_table(d, "kernel-table", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < t->rows; i++)
        if (!seen_before(t, i))
            op_rows(d, t, hy_csv_text_of(t, i, "op"));
    hy_doc_paragraph(
        d, HY_CAPTION,
        _("Each kernel is checked against the double-precision reference before it is timed, by the same call. Hot: "
          "the data may lie in the caches; cold: it is pushed out of them before every sample. Median time, "
          "with half its 95\xC2\xA0% interval in percent; rates from the op's declared operations and bytes. % of "
          "roof: the least time that this machine's peaks allow over the median, bound by arithmetic or by the level "
          "of memory named; higher is better. Error share: the largest error found, as a share of the tolerance; below "
          "1 passes."));
    explain_marks(d, t);
    list_skipped(d, t);
}
