/* Quality: how perplexity fell, where it ended with which interval, by place in the sample, and recall. */
#include "report/pages/quality.h"

#include <math.h>
#include <string.h>

#include "report/pages/bands.h"

enum { CURVES_HEIGHT = 230 };

/* The reference lines, kept as long as the charts that have them. */
static const struct hy_mark *marks_of(struct hy_doc *d, const struct hy_report *r)
{
    struct hy_mark *marks = hy_doc_alloc(d, sizeof r->reference);
    memcpy(marks, r->reference, sizeof r->reference);
    return marks;
}

/* ---- curves -------------------------------------------------------------------------------------------- */
static bool unfinished(const struct hy_report *r)
{
    for (size_t i = 0; i < r->data.variants; i++)
        if (!r->data.variant[i].sound)
            return true;
    return false;
}

static const char *curves_caption(struct hy_doc *d, const struct hy_report *r, const struct hy_series *series)
{
    const struct hy_extent *e = &r->findings.extent;
    struct hy_number a, b;
    const char *said[] = {
        _("Lower is better; the axis is logarithmic."),
        hy_bands_seeded(series, r->data.variants)
            ? _("Lines are means over the seeds that finished, bands reach from the lowest seed to the highest.")
            : _("One seed each: there is no band."),
        r->references ? _("Dotted: what counting tokens (unigram) and pairs of tokens (bigram) reaches.") : "",
        hy_page_looks(d, &r->data, HY_LOOK_LINE),
        unfinished(r) ? _("A ring ends the line of a variant that did not finish; it is that of its first seed.") : "",
        e->samples > e->fewer_samples
            ? hy_doc_format(d,
                            _("The last evaluation is over %s samples, those before over %s: the end may jump "
                              "without the model changing."),
                            hy_show_fixed(&a, e->samples, 0), hy_show_fixed(&b, e->fewer_samples, 0))
            : ""};
    return hy_page_sentences(d, said, sizeof said / sizeof *said);
}

static void curves(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_band_source source = {
        .table = &r->data.table[HY_TABLE_HISTORY], .from = "step", .to = "step", .y = "val_loss", .exponential = true};
    struct hy_lines *lines = hy_doc_alloc(d, sizeof *lines);
    if (!hy_page_has(d, r, HY_TABLE_HISTORY))
        return;
    const struct hy_series *series = hy_bands_of(d, r, &source);
    *lines = (struct hy_lines){.series = series,
                               .count = r->data.variants,
                               .mark = marks_of(d, r),
                               .marks = r->references,
                               .x_label = _("training step"),
                               .y_label = _("validation perplexity"),
                               .log_y = true,
                               .y_cap = r->data.uniform,
                               .points = false};
    const struct hy_figure figure = {"quality-curves",
                                     _("Validation perplexity while training"),
                                     curves_caption(d, r, series),
                                     CURVES_HEIGHT,
                                     hy_lines_draw,
                                     lines};
    hy_doc_figures(d, &figure, 1);
}

/* ---- where they ended ------------------------------------------------------------------------------------- */
static void ends(struct hy_doc *d, const struct hy_report *r)
{
    struct hy_dots *dots = hy_doc_alloc(d, sizeof *dots);
    struct hy_dot *item = hy_doc_alloc(d, r->data.variants * sizeof *item);
    for (size_t i = 0; i < r->data.variants; i++)
        item[i] = hy_variant_dot(&r->data.variant[r->data.ranked[i]]);
    *dots = (struct hy_dots){.item = item,
                             .count = r->data.variants,
                             .mark = marks_of(d, r),
                             .marks = r->references,
                             .label = _("best validation perplexity"),
                             .centre = (double)NAN,
                             .left = _("better")};
    const char *said[] = {r->findings.extent.most_seeds > 1
                              ? _("Further left is better; lines are intervals (95 %) over seeds.")
                              : _("Further left is better."),
                          hy_page_hollow(r), hy_page_looks(d, &r->data, HY_LOOK_MARKER)};
    const struct hy_figure figure = {"quality-best",
                                     _("Best validation perplexity"),
                                     hy_page_sentences(d, said, sizeof said / sizeof *said),
                                     hy_dots_height(dots),
                                     hy_dots_draw,
                                     dots};
    hy_doc_figures(d, &figure, 1);
}

void hy_page_quality(struct hy_doc *d, const struct hy_report *r)
{
    hy_doc_section(d, "quality", _("Quality"), true);
    hy_page_findings(d, r, HY_FINDING_QUALITY);
    curves(d, r);
    hy_quality_results(d, r);
    ends(d, r);
    hy_quality_position(d, r);
    hy_quality_recall(d, r);
}
