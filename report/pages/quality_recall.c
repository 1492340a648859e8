/* The recall task: the share of queries answered right, by how many pairs a sample shows. */
#include <math.h>

#include "report/findings/recall.h"
#include "report/pages/bands.h"
#include "report/pages/quality.h"

enum { HEIGHT = 190 };

static void figure(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_band_source source = {
        .table = &r->data.table[HY_TABLE_MQAR], .from = "pairs", .to = "pairs", .y = "accuracy", .weight = "queries"};
    struct hy_lines *lines = hy_doc_alloc(d, sizeof *lines);
    struct hy_mark *chance = hy_doc_alloc(d, sizeof *chance);
    const struct hy_series *curves = hy_bands_of(d, r, &source);
    *chance = (struct hy_mark){_("chance"), 1 / r->data.uniform};
    *lines = (struct hy_lines){.series = curves,
                               .count = r->data.variants,
                               .mark = chance,
                               .marks = r->data.uniform > 0,
                               .x_label = _("key/value pairs in a sample"),
                               .y_label = _("share of right answers"),
                               .log_x = true,
                               .points = true};
    const char *said[] = {
        _("A sample shows key/value pairs and asks for each key's value once more. Higher is better; "
          "chance is guessing among the values."),
        hy_bands_seeded(curves, r->data.variants) ? _("Bands reach from the lowest seed to the highest.") : ""};
    const struct hy_figure one = {"recall-curves",
                                  _("Multi-query associative recall"),
                                  hy_page_sentences(d, said, 2),
                                  HEIGHT,
                                  hy_lines_draw,
                                  lines};
    hy_doc_figures(d, &one, 1);
}

static void table(struct hy_doc *d, const struct hy_report *r, const double *pairs, size_t count)
{
    struct hy_column columns[1 + HY_MOST_PAIRS] = {{_("Variant"), 118, HY_LEFT}};
    for (size_t k = 0; k < count; k++)
        columns[1 + k] = (struct hy_column){hy_doc_format(d, _("Pairs: %.0f\n(%%)"), pairs[k]), 0, HY_RIGHT};
    hy_doc_table(d, "recall-table", columns, 1 + count);
    for (size_t i = 0; i < r->data.variants; i++) {
        const struct hy_row_look look = hy_variant_row(&r->data.variant[i]);
        struct hy_cell cells[1 + HY_MOST_PAIRS] = {hy_variant_cell(d, r, &r->data.variant[i])};
        for (size_t k = 0; k < count; k++)
            cells[1 + k] = hy_cell_fixed(d, 100 * hy_recall_accuracy(&r->data, r->data.variant[i].name, pairs[k]), 1);
        hy_doc_row(d, cells, &look);
    }
    hy_doc_paragraph(d, HY_CAPTION,
                     _("Share of queries answered right, of all validation samples with so many pairs, over all seeds. "
                       "Higher is better."));
}

void hy_quality_recall(struct hy_doc *d, const struct hy_report *r)
{
    double pairs[HY_MOST_PAIRS];
    if (!r->data.have[HY_TABLE_MQAR]) /* a study of text has none, and misses none */
        return;
    const size_t count = hy_recall_counts(&r->data, pairs);
    hy_doc_heading(d, "recall", _("Recall"));
    if (count == 0) {
        hy_page_missing(d, _("No variant was scored."));
        return;
    }
    figure(d, r);
    table(d, r, pairs, count);
}
