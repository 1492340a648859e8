/* The verdict between this run and another: what changed, by how much, and how sure that is. */
#include <math.h>
#include <string.h>

#include "report/pages/pages.h"

/* Rows of the table; compare.csv has the others. */
enum { MOST_ROWS = 60 };

static const char *verdict_of(const struct hy_csv *t, size_t row)
{
    return hy_csv_text_of(t, row, "verdict");
}

static bool changed(const struct hy_csv *t, size_t row)
{
    static const char *const words[] = {"regressed", "improved", "changed"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(verdict_of(t, row), words[i]) == 0)
            return true;
    return false;
}

static size_t count_of(const struct hy_csv *t, const char *verdict)
{
    size_t n = 0;
    for (size_t i = 0; i < t->rows; i++)
        n += strcmp(verdict_of(t, i), verdict) == 0;
    return n;
}

/* ---- the column of intervals -------------------------------------------------------------- */

/* Logarithms of ratios, symmetric around no change. */
static double farthest(const struct hy_csv *t)
{
    double most = log(1.02);
    for (size_t i = 0; i < t->rows; i++) {
        static const char *const columns[] = {"ratio", "ci_low", "ci_high"};
        for (size_t k = 0; changed(t, i) && k < sizeof columns / sizeof *columns; k++) {
            const double value = fabs(log(hy_csv_number_of(t, i, columns[k])));
            if (isfinite(value))
                most = fmax(most, value);
        }
    }
    return most;
}

/* A dot and the interval around it, beside the line of no change and the band of the threshold. */
static void interval_cell(struct hy_grid *g, int column, const struct hy_csv *t, size_t row, double most)
{
    struct hy_pdf *pdf = g->sheet->pdf;
    const float middle = g->left[column] + g->width[column] / 2, half = g->width[column] / 2 - 3;
    const float y = g->row_top + g->row_height / 2;
    const double ratio = log(hy_csv_number_of(t, row, "ratio")), low = log(hy_csv_number_of(t, row, "ci_low"));
    const double high = log(hy_csv_number_of(t, row, "ci_high"));
    const double threshold = log(1 + hy_csv_number_of(t, row, "threshold_pct") / 100);
    const struct hy_pen rule = {hy_faint(), 0.8f, 0, 0}, whisker = {hy_ink(), 1, 0, 0};
    const struct hy_color band = hy_tint(hy_grey(), 0.15f), dot = hy_ink();
    if (threshold > 0)
        hy_pdf_rectangle(pdf, middle - half * (float)fmin(threshold / most, 1), g->row_top,
                         2 * half * (float)fmin(threshold / most, 1), g->row_height, &band, NULL);
    hy_pdf_line(pdf, middle, g->row_top, middle, g->row_top + g->row_height, &rule);
    if (isfinite(low) && isfinite(high))
        hy_pdf_line(pdf, middle + half * (float)(low / most), y, middle + half * (float)(high / most), y, &whisker);
    if (isfinite(ratio))
        hy_pdf_circle(pdf, middle + half * (float)(ratio / most), y, 1.8f, &dot, NULL);
}

/* ---- the table ---------------------------------------------------------------------------- */
static const char *percent(struct hy_sheet *s, double ratio)
{
    return isfinite(ratio) ? hy_pdf_format(s->pdf, "%+.1f %%", 100 * (ratio - 1)) : HY_DASH;
}

static const char *value(struct hy_sheet *s, const struct hy_csv *t, size_t row, const char *column)
{
    struct hy_number n;
    const double x = hy_csv_number_of(t, row, column);
    const char *unit = hy_csv_text_of(t, row, "unit");
    if (!isfinite(x))
        return HY_DASH;
    if (strcmp(unit, "ns") == 0)
        return hy_pdf_format(s->pdf, "%s", hy_show_time_ns(&n, x));
    return hy_pdf_format(s->pdf, "%.4g%s%s", x, *unit ? " " : "", unit);
}

static void put_rows(struct hy_grid *g, const struct hy_csv *t, const char *verdict, double most, size_t *shown)
{
    for (size_t i = 0; i < t->rows; i++) {
        if (strcmp(verdict_of(t, i), verdict) != 0 || (*shown)++ >= MOST_ROWS)
            continue;
        const char *metric = hy_csv_text_of(t, i, "metric"), *subject = hy_csv_text_of(t, i, "subject");
        const char *cells[] = {strcmp(metric, "time") == 0 ? subject
                                                           : hy_pdf_format(g->sheet->pdf, "%s: %s", subject, metric),
                               verdict,
                               value(g->sheet, t, i, "base"),
                               value(g->sheet, t, i, "fresh"),
                               percent(g->sheet, hy_csv_number_of(t, i, "ratio")),
                               ""}; /* drawn by interval_cell */
        hy_grid_row(g, cells, NULL);
        interval_cell(g, 5, t, i, most);
    }
}

static void table(struct hy_sheet *s, const struct hy_csv *t)
{
    static const struct hy_grid_column columns[] = {{"Row", 0, HY_LEFT},      {"Verdict", 44, HY_LEFT},
                                                    {"Base", 48, HY_RIGHT},   {"New", 48, HY_RIGHT},
                                                    {"Change", 38, HY_RIGHT}, {"Interval", 96, HY_CENTER}};
    static const char *const order[] = {"regressed", "improved", "changed"};
    struct hy_grid g;
    size_t shown = 0;
    const double most = farthest(t);
    hy_grid_begin(&g, s, columns, 6, 6.6f);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        put_rows(&g, t, order[i], most, &shown);
    hy_grid_end(&g);
    if (shown > MOST_ROWS)
        hy_sheet_paragraph(
            s, HY_CAPTION,
            hy_pdf_format(s->pdf, "%zu further rows that changed are in compare.csv.", shown - MOST_ROWS));
    hy_sheet_paragraph(
        s, HY_CAPTION,
        hy_pdf_format(s->pdf,
                      "The dot is the change of New against Base, the line its 95\xC2\xA0%% interval, the "
                      "band what counts as no change; the column spans %.0f\xC2\xA0%% to either side. A row "
                      "without a line is an exact quantity, of which any difference is a change.",
                      100 * (exp(most) - 1)));
}

void hy_page_comparison(struct hy_sheet *s, const struct hy_report *r)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_COMPARE];
    if (!r->data.have[HY_TABLE_COMPARE] || t->rows == 0) /* most runs are compared with none, and miss nothing */
        return;
    const size_t regressed = count_of(t, "regressed"), improved = count_of(t, "improved"),
                 other = count_of(t, "changed");
    hy_sheet_section(s, "Comparison", 200);
    hy_sheet_paragraph(
        s, HY_BODY,
        hy_pdf_format(s->pdf,
                      "Compared with %s: %zu row%s regressed, %zu improved, %zu exact quantit%s changed; %zu "
                      "stayed the same, %zu %s inconclusive, and %zu took no part (disturbed, drifted, or on "
                      "one side only).",
                      hy_csv_text_of(t, 0, "base_name"), regressed, regressed == 1 ? "" : "s", improved, other,
                      other == 1 ? "y" : "ies", count_of(t, "same"), count_of(t, "inconclusive"),
                      count_of(t, "inconclusive") == 1 ? "is" : "are", count_of(t, "")));
    if (regressed + improved + other > 0)
        table(s, t);
    hy_sheet_paragraph(
        s, HY_CAPTION,
        "A row regressed or improved only where a rank test (of seeds: Student's t of their differences), "
        "corrected for the number of rows, refuses chance and the interval lies beyond the threshold. "
        "compare.csv has every row, and for the inconclusive ones the observations that would settle them.");
}
