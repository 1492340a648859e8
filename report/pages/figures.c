/* All figures: every number of ablation_results.csv and runs.csv that some variant has, by report/table/figures.inc. */
#include <math.h>
#include <string.h>

#include "report/pages/pages.h"
#include "report/table/figures.h"

enum { MOST = 8 }; /* variants side by side */

/* A figure of one variant: of its row of results, else of its first row in runs.csv. */
static double value_of(const struct hy_run_data *d, const struct hy_figure *f, size_t variant)
{
    const struct hy_csv *runs = &d->table[HY_TABLE_RUNS];
    if (f->tables != HY_IN_RUNS)
        return hy_csv_number_of(&d->table[HY_TABLE_RESULTS], variant, f->column);
    for (size_t i = 0; d->have[HY_TABLE_RUNS] && i < runs->rows; i++)
        if (strcmp(hy_csv_text_of(runs, i, "Model"), d->variant[variant].name) == 0)
            return hy_csv_number_of(runs, i, f->column);
    return (double)NAN;
}

static bool measured(const struct hy_run_data *d, const struct hy_figure *f)
{
    if (f->tables == HY_IN_NEITHER || f->decimals == HY_DECIMALS_TEXT)
        return false;
    for (size_t i = 0; i < d->variants; i++)
        if (isfinite(value_of(d, f, i)))
            return true;
    return false;
}

static void side_by_side(struct hy_sheet *s, const struct hy_run_data *d, size_t from, size_t count)
{
    struct hy_grid_column columns[2 + MOST] = {{"Figure", 94, HY_LEFT}, {"Unit", 22, HY_LEFT}};
    struct hy_grid g;
    struct hy_number n;
    for (size_t i = 0; i < count; i++)
        columns[2 + i] = (struct hy_grid_column){hy_cell_two_lines(s, d->variant[from + i].name), 0, HY_RIGHT};
    hy_grid_begin(&g, s, columns, 2 + (int)count, count > 5 ? 6.2f : 7.4f);
    for (size_t k = 0; k < hy_figure_count; k++) {
        const struct hy_figure *f = &hy_figures[k];
        const char *cells[2 + MOST] = {f->column, f->unit};
        if (!measured(d, f))
            continue;
        for (size_t i = 0; i < count; i++) {
            const double value = value_of(d, f, from + i);
            cells[2 + i] = f->decimals == HY_DECIMALS_SHORT ? hy_pdf_format(s->pdf, "%s", hy_show_short(&n, value))
                                                            : hy_cell_fixed(s, value, f->decimals);
        }
        hy_grid_row(&g, cells, NULL);
    }
    hy_grid_end(&g);
}

void hy_page_figures(struct hy_sheet *s, const struct hy_report *r)
{
    const struct hy_run_data *d = &r->data;
    const char *meanings = "";
    size_t rows = 0;
    for (size_t k = 0; k < hy_figure_count; k++) {
        if (!measured(d, &hy_figures[k]))
            continue;
        meanings = hy_pdf_format(s->pdf, "%s%s\xE2\x80\x9C%s\xE2\x80\x9D: %s", meanings, *meanings ? " " : "",
                                 hy_figures[k].column, hy_figures[k].meaning);
        rows++;
    }
    hy_sheet_section(s, "All figures", 60 + 12.5f * (float)(rows < 40 ? rows : 40));
    if (rows == 0) {
        hy_sheet_paragraph(s, HY_MISSING, HY_DASH " no variant has a figure.");
        return;
    }
    for (size_t from = 0; from < d->variants; from += MOST)
        side_by_side(s, d, from, d->variants - from < MOST ? d->variants - from : MOST);
    hy_sheet_paragraph(s, HY_CAPTION,
                       "Every number of ablation_results.csv that some variant has, over its seeds, and what only "
                       "runs.csv has, of the first seed. What is missing was not measured.");
    hy_sheet_paragraph(s, HY_CAPTION, meanings);
}
