/* Kernel results, grouped by op. */
#include <math.h>
#include <string.h>

#include "report/pages/pages.h"

static bool skipped(const struct hy_csv *t, size_t row)
{
    const char *text = hy_csv_text_of(t, row, "skipped");
    return *text && strcmp(text, "0") != 0 && strcmp(text, "false") != 0 && strcmp(text, "no") != 0;
}

/* The share of the roof with a bar behind it, so that a column of numbers can be read at a glance. */
static void roof_cell(struct hy_grid *g, int column, double percent)
{
    struct hy_color fill = hy_rgb(0xcfe0ee);
    struct hy_text_style style = hy_style(HY_SANS, g->size, hy_ink(), HY_RIGHT);
    if (isfinite(percent) && percent > 0)
        hy_pdf_rectangle(g->sheet->pdf, g->left[column], g->row_top + 2,
                         g->width[column] * (float)fmin(percent, 100) / 100, g->row_height - 4, &fill, NULL);
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
        bool twins = is_cold(t, i) != is_cold(t, row) && !skipped(t, i);
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

static void kernel_row(struct hy_grid *g, const struct hy_csv *t, size_t i, bool first)
{
    struct hy_sheet *s = g->sheet;
    struct hy_number hot_time, cold_time;
    size_t other = twin(t, i), hot = is_cold(t, i) ? other : i, cold = is_cold(t, i) ? i : other;
    double median = number_at(t, hot, "median_ns"), low = number_at(t, hot, "ci95_low_ns");
    double high = number_at(t, hot, "ci95_high_ns");
    struct hy_grid_look look = {.rule_above = first};
    const char *cells[] = {hy_csv_text_of(t, i, "kernel"),
                           hy_csv_text_of(t, i, "shape"),
                           hy_pdf_format(s->pdf, "%s", hy_show_time_ns(&hot_time, median)),
                           hy_cell_fixed(s, median > 0 ? 50 * (high - low) / median : (double)NAN, 1),
                           hy_cell_fixed(s, number_at(t, hot, "gflops"), 1),
                           hy_cell_fixed(s, number_at(t, hot, "gbps"), 1),
                           "", /* drawn by roof_cell */
                           hy_pdf_format(s->pdf, "%s", hy_show_time_ns(&cold_time, number_at(t, cold, "median_ns"))),
                           "", /* drawn by roof_cell */
                           hy_cell_fixed(s, hy_csv_number_of(t, i, "error_share"), 2)};
    hy_grid_row(g, cells, &look);
    roof_cell(g, 6, number_at(t, hot, "roof_pct"));
    roof_cell(g, 8, number_at(t, cold, "roof_pct"));
}

/* Rows with the given op, in the table's order; hot and cold of one case share a row. */
static void op_rows(struct hy_grid *g, const struct hy_csv *t, const char *op)
{
    bool first = true;
    for (size_t i = 0; i < t->rows; i++) {
        if (strcmp(hy_csv_text_of(t, i, "op"), op) != 0 || skipped(t, i) || twin(t, i) < i)
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
        if (skipped(t, i))
            text = hy_pdf_format(s->pdf, "%s%s%s (%s)", text, *text ? "; " : "", hy_csv_text_of(t, i, "kernel"),
                                 hy_cell_or_dash(hy_csv_text_of(t, i, "skip_reason")));
    if (*text)
        hy_sheet_paragraph(s, HY_CAPTION, hy_pdf_format(s->pdf, "Not run: %s.", text));
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
