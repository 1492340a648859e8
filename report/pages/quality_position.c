/* Loss by place in the sample: whether meta tokens help the first tokens, and whether a window costs the late ones. */
#include <math.h>

#include "report/pages/bands.h"
#include "report/pages/quality.h"

enum { HEIGHT = 200 };

/* The mean of the points [from, to) of a curve, NaN when it has none. */
static double mean_of(const struct hy_series *c, size_t from, size_t to)
{
    double sum = 0;
    for (size_t i = from; i < to; i++)
        sum += c->y[i];
    return to > from ? sum / (double)(to - from) : (double)NAN;
}

static void table(struct hy_doc *d, const struct hy_report *r, const struct hy_series *curves)
{
    const struct hy_column columns[] = {{_("Variant"), 130, HY_LEFT},
                                        {_("First place"), 0, HY_RIGHT},
                                        {_("First quarter"), 0, HY_RIGHT},
                                        {_("Last quarter"), 0, HY_RIGHT},
                                        {_("Last minus\nfirst quarter"), 0, HY_RIGHT}};
    hy_doc_table(d, "position-table", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < r->data.variants; i++) {
        const struct hy_series *c = &curves[i];
        const struct hy_row_look look = hy_variant_row(&r->data.variant[i]);
        const double early = mean_of(c, 0, c->count / 4), late = mean_of(c, c->count - c->count / 4, c->count);
        const struct hy_cell cells[] = {
            hy_variant_cell(d, r, &r->data.variant[i]), hy_cell_fixed(d, c->count ? c->y[0] : (double)NAN, 3),
            hy_cell_fixed(d, early, 3), hy_cell_fixed(d, late, 3), hy_cell_fixed(d, late - early, 3)};
        hy_doc_row(d, cells, &look);
    }
    hy_doc_paragraph(d, HY_CAPTION, _("Means over the points of the curves, nats per token. Lower is better."));
}

static const char *caption(struct hy_doc *d, const struct hy_report *r, const struct hy_series *curves)
{
    const char *said[] = {
        _("Plain loss of the last evaluation by where in the sample the token stands; lower is better. It falls where "
          "a "
          "model uses what came before."),
        _("Meta tokens should show at the first places, a window behind its length: a curve that rises or stays level "
          "there has lost what the window hides."),
        hy_bands_seeded(curves, r->data.variants) ? _("Bands reach from the lowest seed to the highest.") : ""};
    return hy_page_sentences(d, said, sizeof said / sizeof *said);
}

void hy_quality_position(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_band_source source = {
        .table = &r->data.table[HY_TABLE_POSITION], .from = "first", .to = "last", .y = "nll", .weight = "targets"};
    struct hy_lines *lines = hy_doc_alloc(d, sizeof *lines);
    size_t points = 0;
    hy_doc_heading(d, "position", _("Loss by position"));
    if (!hy_page_has(d, r, HY_TABLE_POSITION))
        return;
    const struct hy_series *curves = hy_bands_of(d, r, &source);
    for (size_t i = 0; i < r->data.variants; i++)
        points += curves[i].count;
    if (points == 0) {
        hy_page_missing(d, _("No variant was evaluated by position."));
        return;
    }
    *lines = (struct hy_lines){.series = curves,
                               .count = r->data.variants,
                               .x_label = _("content position in the sample"),
                               .y_label = _("loss (nats per token)")};
    const struct hy_figure figure = {
        "position-curves", _("Loss by position in the sample"), caption(d, r, curves), HEIGHT, hy_lines_draw, lines};
    hy_doc_figures(d, &figure, 1);
    table(d, r, curves);
}
