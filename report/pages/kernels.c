/* Kernel results, grouped by op. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/pages/pages.h"
#include "report/table/kernel_rows.h"

/* Behind a median whose row does not hold; the caption explains the two marks. */
#define DISTURBED_MARK "\xE2\x80\xA0" /* a dagger */
#define DRIFTED_MARK   "\xE2\x80\xA1" /* a double dagger */

/* The share of the roof with a bar behind it, so that a column of numbers can be read at a glance; hollow and grey
 * where the row does not hold. */
static void roof_cell(struct hy_grid *g, int column, double percent, bool holds)
{
    struct hy_color fill = hy_rgb(0xcfe0ee);
    struct hy_pen edge = {hy_faint(), 0.6f, 0, 0};
    struct hy_text_style style = hy_style(HY_SANS, g->size, holds ? hy_ink() : hy_grey(), HY_RIGHT);
    if (isfinite(percent) && percent > 0)
        hy_pdf_rectangle(g->sheet->pdf, g->left[column], g->row_top + 2,
                         g->width[column] * (float)fmin(percent, 100) / 100, g->row_height - 4, holds ? &fill : NULL,
                         holds ? NULL : &edge);
    hy_pdf_text(g->sheet->pdf, g->left[column] + g->width[column], g->row_top + g->size + 1.6f, &style,
                hy_cell_fixed(g->sheet, percent, 1));
}

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

static double number_at(const struct hy_csv *t, size_t row, const char *column)
{
    return row < t->rows ? hy_csv_number_of(t, row, column) : (double)NAN;
}

static enum hy_row_quality quality_at(const struct hy_csv *t, size_t row)
{
    return row < t->rows ? hy_kernel_quality(t, row) : HY_ROW_OK;
}

static const char *median_cell(struct hy_sheet *s, const struct hy_csv *t, size_t row)
{
    static const char *const marks[] = {"", DISTURBED_MARK, DRIFTED_MARK};
    struct hy_number n;
    return hy_pdf_format(s->pdf, "%s%s", hy_show_time_ns(&n, number_at(t, row, "median_ns")),
                         marks[quality_at(t, row)]);
}

static void kernel_row(struct hy_grid *g, const struct hy_csv *t, size_t i, bool first)
{
    enum { HOT_CELLS = 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5, COLD_CELLS = 1 << 7 };
    struct hy_sheet *s = g->sheet;
    const size_t other = twin(t, i), hot = is_cold(t, i) ? other : i, cold = is_cold(t, i) ? i : other;
    const double median = number_at(t, hot, "median_ns"), low = number_at(t, hot, "ci95_low_ns");
    const double high = number_at(t, hot, "ci95_high_ns");
    const bool hot_holds = quality_at(t, hot) == HY_ROW_OK, cold_holds = quality_at(t, cold) == HY_ROW_OK;
    struct hy_grid_look look = {.rule_above = first,
                                .grey_cells = (hot_holds ? 0 : HOT_CELLS) | (cold_holds ? 0 : COLD_CELLS)};
    const char *cells[] = {hy_csv_text_of(t, i, "kernel"),
                           hy_csv_text_of(t, i, "shape"),
                           median_cell(s, t, hot),
                           hy_cell_fixed(s, median > 0 ? 50 * (high - low) / median : (double)NAN, 1),
                           hy_cell_fixed(s, number_at(t, hot, "gflops"), 1),
                           hy_cell_fixed(s, number_at(t, hot, "gbps"), 1),
                           "", /* drawn by roof_cell */
                           median_cell(s, t, cold),
                           "", /* drawn by roof_cell */
                           hy_cell_fixed(s, hy_csv_number_of(t, i, "error_share"), 2)};
    hy_grid_row(g, cells, &look);
    roof_cell(g, 6, number_at(t, hot, "roof_pct"), hot_holds);
    roof_cell(g, 8, number_at(t, cold, "roof_pct"), cold_holds);
}

/* Rows with the given op, in the table's order; hot and cold of one case share a row. */
static void op_rows(struct hy_grid *g, const struct hy_csv *t, const char *op)
{
    bool first = true;
    for (size_t i = 0; i < t->rows; i++) {
        if (strcmp(hy_csv_text_of(t, i, "op"), op) != 0 || hy_kernel_skipped(t, i) || twin(t, i) < i)
            continue;
        kernel_row(g, t, i, first);
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

static void list_skipped(struct hy_sheet *s, const struct hy_csv *t)
{
    const char *text = "";
    for (size_t i = 0; i < t->rows; i++)
        if (hy_kernel_skipped(t, i))
            text = hy_pdf_format(s->pdf, "%s%s%s (%s)", text, *text ? "; " : "", hy_csv_text_of(t, i, "kernel"),
                                 hy_cell_or_dash(hy_csv_text_of(t, i, "skip_reason")));
    if (*text)
        hy_sheet_paragraph(s, HY_CAPTION, hy_pdf_format(s->pdf, "Not run: %s.", text));
}

/* What the marks mean, where there is one. */
static void explain_marks(struct hy_sheet *s, const struct hy_csv *t)
{
    bool any = false;
    for (size_t i = 0; i < t->rows; i++)
        any |= !hy_kernel_skipped(t, i) && hy_kernel_quality(t, i) != HY_ROW_OK;
    if (!any)
        return;
    char *counts = hy_kernel_qualities(t);
    const char *text = hy_pdf_format(
        s->pdf,
        "In grey, with a hollow bar: times that do not hold, and on which no sentence of this report "
        "rests (%s). " DISTURBED_MARK " disturbed: others had the processors for too much of the time. " DRIFTED_MARK
        " drifted: a fixed piece of work beside it showed the clock or the memory slower than in the "
        "rest of the run. kernels.csv has the shares and ratios; measure these rows again.",
        counts);
    free(counts);
    hy_sheet_paragraph(s, HY_CAPTION, text);
}

void hy_page_kernels(struct hy_sheet *s, const struct hy_report *r)
{
    static const struct hy_grid_column columns[] = {{"Kernel", 0, HY_LEFT},        {"Shape", 108, HY_LEFT},
                                                    {"Hot\nmedian", 30, HY_RIGHT}, {"\n\xC2\xB1 %", 15, HY_RIGHT},
                                                    {"\nGFLOP/s", 30, HY_RIGHT},   {"\nGB/s", 20, HY_RIGHT},
                                                    {"% of\nroof", 28, HY_RIGHT},  {"Cold\nmedian", 30, HY_RIGHT},
                                                    {"% of\nroof", 28, HY_RIGHT},  {"Error\nshare", 20, HY_RIGHT}};
    const struct hy_csv *t = &r->data.table[HY_TABLE_KERNELS];
    struct hy_grid g;
    hy_sheet_section(s, "Kernels", 250);
    if (!hy_page_has(s, r, HY_TABLE_KERNELS))
        return;
    explain_marks(s, t);
    hy_grid_begin(&g, s, columns, 10, 6.6f);
    for (size_t i = 0; i < t->rows; i++)
        if (!seen_before(t, i))
            op_rows(&g, t, hy_csv_text_of(t, i, "op"));
    hy_grid_end(&g);
    hy_sheet_paragraph(
        s, HY_CAPTION,
        "Each kernel is checked against the double-precision reference before it is timed, by the same call. "
        "Hot: the data may lie in the caches; cold: the last-level cache is flushed before every sample. Median time, "
        "with half its 95\xC2\xA0% interval in percent; rates from the op's declared operations and bytes; % of roof: "
        "of the peak (arithmetic, cache or memory) that binds the kernel on this machine, higher is better. Error "
        "share: the largest error found, as a share of the tolerance; below 1 passes.");
    list_skipped(s, t);
}
