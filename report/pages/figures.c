/* All figures: every number of ablation_results.csv and runs.csv that some variant has, by report/table/figures.inc. */
#include "report/table/figures.h"

#include <math.h>
#include <string.h>

#include "report/pages/pages.h"

enum { MOST = 7 }; /* variants side by side */

/* The table and row that a variant's figure stands in: its row of results, else its first row in runs.csv. */
static const struct hy_csv *place_of(const struct hy_run_data *data, const struct hy_run_figure *f, size_t variant,
                                     size_t *row)
{
    const struct hy_csv *runs = &data->table[HY_TABLE_RUNS];
    *row = variant;
    if (f->tables != HY_IN_RUNS)
        return &data->table[HY_TABLE_RESULTS];
    for (*row = 0; data->have[HY_TABLE_RUNS] && *row < runs->rows; ++*row)
        if (strcmp(hy_csv_text_of(runs, *row, "Model"), data->variant[variant].name) == 0)
            return runs;
    return NULL;
}

static struct hy_cell cell_of(struct hy_doc *d, const struct hy_run_data *data, const struct hy_run_figure *f,
                              size_t variant)
{
    size_t row;
    const struct hy_csv *t = place_of(data, f, variant, &row);
    if (!t)
        return hy_cell_text("");
    return f->decimals == HY_DECIMALS_SHORT
               ? hy_cell_from(hy_cell_short(d, hy_csv_number_of(t, row, f->column)), t, row, f->column)
               : hy_cell_of(d, t, row, f->column, f->decimals);
}

static bool measured(const struct hy_run_data *data, const struct hy_run_figure *f)
{
    if (f->tables == HY_IN_NEITHER || f->decimals == HY_DECIMALS_TEXT)
        return false;
    for (size_t i = 0; i < data->variants; i++) {
        size_t row;
        const struct hy_csv *t = place_of(data, f, i, &row);
        if (t && isfinite(hy_csv_number_of(t, row, f->column)))
            return true;
    }
    return false;
}

/* A name of parts in two lines: a column of numbers is narrow. */
static const char *two_lines(struct hy_doc *d, const char *name)
{
    const char *cut = strpbrk(name, "- _");
    if (!cut || !cut[1])
        return name;
    return hy_doc_format(d, "%.*s\n%s", (int)(cut - name) + (*cut != ' '), name, cut + 1);
}

static void side_by_side(struct hy_doc *d, const struct hy_run_data *data, size_t from, size_t count)
{
    struct hy_column columns[2 + MOST] = {{_("Figure"), 112, HY_LEFT}, {_("Unit"), 26, HY_LEFT}};
    for (size_t i = 0; i < count; i++)
        columns[2 + i] = (struct hy_column){two_lines(d, data->variant[from + i].name), 0, HY_RIGHT};
    hy_doc_table(d, hy_doc_format(d, "figures-%zu", from + 1), columns, 2 + count);
    for (size_t k = 0; k < hy_figure_count; k++) {
        const struct hy_run_figure *f = &hy_figures[k];
        struct hy_cell cells[2 + MOST] = {hy_cell_text(f->column),
                                          hy_cell_shown(*f->unit ? f->unit : " ", (double)NAN)};
        if (!measured(data, f))
            continue;
        for (size_t i = 0; i < count; i++)
            cells[2 + i] = cell_of(d, data, f, from + i);
        hy_doc_row(d, cells, NULL);
    }
}

/* What a figure means. */
static void meanings(struct hy_doc *d, const struct hy_run_data *data)
{
    struct hy_fact *fact = hy_doc_alloc(d, hy_figure_count * sizeof *fact);
    size_t n = 0;
    for (size_t k = 0; k < hy_figure_count; k++)
        if (measured(data, &hy_figures[k]))
            fact[n++] = (struct hy_fact){hy_figures[k].column, _(hy_figures[k].meaning)};
    hy_doc_facts(d, fact, n);
}

void hy_page_figures(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_run_data *data = &r->data;
    bool any = false;
    for (size_t k = 0; k < hy_figure_count; k++)
        any |= measured(data, &hy_figures[k]);
    hy_doc_section(d, "figures", _("All figures"), false);
    if (!any) {
        hy_page_missing(d, _("No variant of this run has a figure."));
        return;
    }
    for (size_t from = 0; from < data->variants; from += MOST)
        side_by_side(d, data, from, data->variants - from < MOST ? data->variants - from : MOST);
    hy_doc_paragraph(d, HY_CAPTION,
                     _("Every number of ablation_results.csv that some variant has, over its seeds, and what only "
                       "runs.csv has, of the first seed. What is missing was not measured."));
    meanings(d, data);
}
