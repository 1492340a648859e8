/* Loss by place in the sample: whether meta tokens help the first tokens, and whether a window costs the late ones. */
#include <math.h>
#include <string.h>

#include "report/pages/bands.h"
#include "report/pages/quality.h"

enum { HEIGHT = 140 };

/* ---- against the others ----------------------------------------------------------------------------------- */
/* Whether the curves that have points have them at the same places. */
static bool alike(const struct hy_series *curves, size_t count)
{
    const struct hy_series *first = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct hy_series *c = &curves[i];
        first = first ? first : c->count ? c : NULL;
        if (first && c->count && (c->count != first->count || memcmp(c->x, first->x, c->count * sizeof *c->x) != 0))
            return false;
    }
    return first != NULL;
}

/* The mean of the curves at each of their places. */
static const double *middle_of(struct hy_doc *d, const struct hy_series *curves, size_t count, size_t places)
{
    double *mean = hy_doc_alloc(d, (places + 1) * sizeof *mean);
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += curves[i].count > 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < curves[i].count; k++)
            mean[k] += curves[i].y[k] / (double)n;
    return mean;
}

static const double *less(struct hy_doc *d, const double *y, const double *mean, size_t count)
{
    double *difference = hy_doc_alloc(d, (count + 1) * sizeof *difference);
    for (size_t k = 0; k < count; k++)
        difference[k] = y[k] - mean[k];
    return difference;
}

/* Each curve less the mean of all: what every variant finds hard is gone, what sets them apart stays. */
static struct hy_series *apart(struct hy_doc *d, const struct hy_series *curves, size_t count)
{
    struct hy_series *series = hy_doc_alloc(d, count * sizeof *series);
    size_t places = 0;
    for (size_t i = 0; i < count; i++)
        places = curves[i].count > places ? curves[i].count : places;
    const double *mean = middle_of(d, curves, count, places);
    for (size_t i = 0; i < count; i++) {
        const struct hy_series *c = &curves[i];
        series[i] = *c;
        series[i].y = less(d, c->y, mean, c->count);
        if (c->low) {
            series[i].low = less(d, c->low, mean, c->count);
            series[i].high = less(d, c->high, mean, c->count);
        }
    }
    return series;
}

/* ---- the figures ------------------------------------------------------------------------------------------- */
static const struct hy_lines *lines_of(struct hy_doc *d, const struct hy_series *curves, size_t count,
                                       const char *label)
{
    struct hy_lines *lines = hy_doc_alloc(d, sizeof *lines);
    *lines = (struct hy_lines){
        .series = curves, .count = count, .x_label = _("content position in the sample"), .y_label = label};
    return lines;
}

static void figures(struct hy_doc *d, const struct hy_report *r, const struct hy_series *curves)
{
    const size_t count = r->data.variants;
    const char *bands = hy_bands_seeded(curves, count) ? _("Bands reach from the lowest seed to the highest.") : "";
    const char *plain[] = {_("Plain loss of the last evaluation by where in the sample the token stands; lower is "
                             "better. It falls where a model uses what came before."),
                           bands};
    const char *against[] = {_("The same less the mean of all variants, so that what is hard for all is gone; lower is "
                               "better. Meta tokens should show at the first places, a window behind its length: a "
                               "curve that rises there has lost what the window hides."),
                             bands};
    const struct hy_figure first = {"position-curves",
                                    _("By where the token stands"),
                                    hy_page_sentences(d, plain, 2),
                                    HEIGHT,
                                    hy_lines_draw,
                                    lines_of(d, curves, count, _("loss (nats per token)"))};
    hy_doc_figures(d, &first, 1);
    if (count < 2 || !alike(curves, count))
        return;
    const struct hy_figure second = {"position-apart",
                                     _("Against the mean of all variants"),
                                     hy_page_sentences(d, against, 2),
                                     HEIGHT,
                                     hy_lines_draw,
                                     lines_of(d, apart(d, curves, count), count, _("difference (nats)"))};
    hy_doc_figures(d, &second, 1);
}

/* ---- in numbers --------------------------------------------------------------------------------------------- */
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

void hy_quality_position(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_band_source source = {
        .table = &r->data.table[HY_TABLE_POSITION], .from = "first", .to = "last", .y = "nll", .weight = "targets"};
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
    figures(d, r, curves);
    table(d, r, curves);
}
