/* The recall study: the share of queries answered right, by how many pairs a sample shows. */
#include <math.h>
#include <string.h>

#include "report/pages/pages.h"

enum { MOST_PAIRS = 12 };

/* The numbers of pairs that occur, in the table's order, which ascends; returns how many. */
static int pair_counts(const struct hy_csv *t, double out[MOST_PAIRS])
{
    int n = 0;
    for (size_t i = 0; i < t->rows; i++) {
        double pairs = hy_csv_number_of(t, i, "pairs");
        int k = 0;
        while (k < n && out[k] != pairs)
            k++;
        if (k == n && n < MOST_PAIRS)
            out[n++] = pairs;
    }
    return n;
}

/* Over all seeds of the variant; NaN without queries. */
static double accuracy(const struct hy_csv *t, const char *variant, double pairs)
{
    double queries = 0, correct = 0;
    for (size_t i = 0; i < t->rows; i++) {
        if (strcmp(hy_csv_text_of(t, i, "variant"), variant) != 0 || hy_csv_number_of(t, i, "pairs") != pairs)
            continue;
        queries += hy_csv_number_of(t, i, "queries");
        correct += hy_csv_number_of(t, i, "correct");
    }
    return queries > 0 ? correct / queries : (double)NAN;
}

static void chart(struct hy_sheet *s, const struct hy_report *r, const double *pairs, int n)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_MQAR];
    struct hy_series *series = hy_pdf_alloc(s->pdf, sizeof *series * r->data.variants);
    for (size_t i = 0; i < r->data.variants; i++) {
        const struct hy_variant *v = &r->data.variant[i];
        double *x = hy_pdf_alloc(s->pdf, sizeof *x * (size_t)n), *y = hy_pdf_alloc(s->pdf, sizeof *y * (size_t)n);
        for (int k = 0; k < n; k++) {
            x[k] = pairs[k];
            y[k] = 100 * accuracy(t, v->name, pairs[k]);
        }
        series[i] = (struct hy_series){v->name, v->color, v->group, x, y, (size_t)n, NULL};
    }
    struct hy_reference_line chance = {"chance", 100 / r->data.uniform};
    struct hy_lines_look look = {"key/value pairs in a sample", "right answers (%)", false, 0};
    float top = hy_sheet_take(s, 215);
    hy_chart_lines(s->pdf, (struct hy_box){HY_LEFT_EDGE, top, HY_TEXT_WIDTH, 215}, series, (int)r->data.variants,
                   &chance, r->data.uniform > 0 ? 1 : 0, &look);
}

static void table(struct hy_sheet *s, const struct hy_report *r, const double *pairs, int n)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_MQAR];
    struct hy_grid_column columns[1 + MOST_PAIRS] = {{"Variant", 118, HY_LEFT}};
    struct hy_grid g;
    for (int k = 0; k < n; k++)
        columns[1 + k] = (struct hy_grid_column){
            hy_pdf_format(s->pdf, "%.0f pair%s\n(%%)", pairs[k], pairs[k] == 1 ? "" : "s"), 0, HY_RIGHT};
    hy_grid_begin(&g, s, columns, 1 + n, 7.8f);
    for (size_t i = 0; i < r->data.variants; i++) {
        struct hy_grid_look look = hy_variant_look(&r->data.variant[i]);
        const char *cells[1 + MOST_PAIRS] = {r->data.variant[i].name};
        for (int k = 0; k < n; k++)
            cells[1 + k] = hy_cell_fixed(s, 100 * accuracy(t, r->data.variant[i].name, pairs[k]), 1);
        hy_grid_row(&g, cells, &look);
    }
    hy_grid_end(&g);
}

void hy_page_recall(struct hy_sheet *s, const struct hy_report *r)
{
    double pairs[MOST_PAIRS];
    if (!r->data.have[HY_TABLE_MQAR]) /* a study of text has none, and misses none */
        return;
    int n = pair_counts(&r->data.table[HY_TABLE_MQAR], pairs);
    hy_sheet_section(s, "Recall", 420);
    if (n == 0) {
        hy_sheet_paragraph(s, HY_MISSING, HY_DASH " no variant was scored.");
        return;
    }
    chart(s, r, pairs, n);
    table(s, r, pairs, n);
    hy_sheet_paragraph(s, HY_CAPTION,
                       "Multi-query associative recall: a sample shows key/value pairs and asks for each key's value "
                       "once more. Share of queries answered right, of all validation samples with so many pairs. "
                       "Higher is better; chance is guessing among the values.");
}
