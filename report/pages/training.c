/* How smoothly each variant trained: its loss, its gradient's norm, and what became of both. */
#include <math.h>

#include "report/pages/pages.h"

enum { MOST_POINTS = 100, HEIGHT = 150 };

/* Equal groups of steps: the mean of their losses, which shows the course and not the noise of batches; of norms the
 * largest, so that no spike is averaged away. What is not finite is a gap. */
static struct hy_series thinned(struct hy_doc *d, const struct hy_variant *v, const struct hy_stability *st,
                                const double *values, bool largest)
{
    const size_t group = st->steps > MOST_POINTS ? (st->steps + MOST_POINTS - 1) / MOST_POINTS : 1;
    double *x = hy_doc_alloc(d, sizeof *x * (st->steps / group + 1)),
           *y = hy_doc_alloc(d, sizeof *y * (st->steps / group + 1));
    size_t n = 0;
    for (size_t i = 0; i < st->steps; i += group, n++) {
        const size_t end = i + group < st->steps ? i + group : st->steps;
        x[n] = (st->step[i] + st->step[end - 1]) / 2;
        y[n] = largest ? (double)NAN : 0;
        for (size_t k = i; k < end; k++)
            y[n] = largest ? fmax(y[n], values[k]) : y[n] + values[k] / (double)(end - i);
    }
    return hy_variant_series(v, x, y, n);
}

static size_t group_of(const struct hy_report *r)
{
    size_t most = 0;
    for (size_t i = 0; i < r->data.variants; i++)
        most = r->stability[i].steps > most ? r->stability[i].steps : most;
    return (most + MOST_POINTS - 1) / MOST_POINTS;
}

static const struct hy_lines *lines_of(struct hy_doc *d, const struct hy_report *r, bool norms)
{
    struct hy_lines *lines = hy_doc_alloc(d, sizeof *lines);
    struct hy_series *series = hy_doc_alloc(d, sizeof *series * r->data.variants);
    struct hy_mark *limit = hy_doc_alloc(d, sizeof *limit);
    for (size_t i = 0; i < r->data.variants; i++)
        series[i] = thinned(d, &r->data.variant[i], &r->stability[i],
                            norms ? r->stability[i].norm : r->stability[i].loss, norms);
    *limit = (struct hy_mark){_("limit"), (double)NAN};
    if (norms && r->data.have[HY_TABLE_VARIANTS])
        limit->value = hy_csv_number_of(&r->data.table[HY_TABLE_VARIANTS], 0, "clip_norm");
    *lines = (struct hy_lines){.series = series,
                               .count = r->data.variants,
                               .mark = limit,
                               .marks = limit->value > 0,
                               .x_label = _("training step"),
                               .y_label = norms ? _("gradient norm") : _("training loss (nats)"),
                               .log_y = norms};
    return lines;
}

static void figures(struct hy_doc *d, const struct hy_report *r)
{
    const size_t group = group_of(r);
    const char *loss[] = {_("Lower and smoother is better. With label smoothing and dropout, so that it cannot be "
                            "compared with the validation loss."),
                          group > 1 ? hy_doc_format(d, _("Each point is the mean of %zu steps."), group) : ""};
    const char *norm[] = {_("Before clipping. Smooth and falling is better; a spike is a step that would have thrown "
                            "the model off."),
                          group > 1 ? hy_doc_format(d, _("Each point is the largest of %zu steps."), group) : ""};
    const struct hy_figure loss_figure = {"training-loss", _("Loss of training"), hy_page_sentences(d, loss, 2),
                                          HEIGHT,          hy_lines_draw,         lines_of(d, r, false)};
    const struct hy_figure norm_figure = {
        "training-norm", _("Norm of the gradient"), hy_page_sentences(d, norm, 2), HEIGHT,
        hy_lines_draw,   lines_of(d, r, true)};
    hy_doc_figures(d, &loss_figure, 1);
    hy_doc_figures(d, &norm_figure, 1);
}

static void table(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_column columns[] = {
        {_("Variant"), 118, HY_LEFT},     {_("Steps"), 0, HY_RIGHT},         {_("First\nloss"), 0, HY_RIGHT},
        {_("Last\nloss"), 0, HY_RIGHT},   {_("Largest\nrise"), 0, HY_RIGHT}, {_("at\nstep"), 0, HY_RIGHT},
        {_("Median\nnorm"), 0, HY_RIGHT}, {_("Largest\nnorm"), 0, HY_RIGHT}, {_("Clipped\n(%)"), 0, HY_RIGHT}};
    hy_doc_table(d, "training-table", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < r->data.variants; i++) {
        const struct hy_stability *st = &r->stability[i];
        const bool any = st->steps > 0;
        const struct hy_row_look look = hy_variant_row(&r->data.variant[i]);
        const struct hy_cell cells[] = {
            hy_variant_cell(d, r, &r->data.variant[i]), hy_cell_fixed(d, any ? (double)st->steps : (double)NAN, 0),
            hy_cell_fixed(d, st->first_loss, 3),        hy_cell_fixed(d, st->last_loss, 3),
            hy_cell_fixed(d, st->largest_rise, 3),      hy_cell_fixed(d, st->rise_step, 0),
            hy_cell_fixed(d, st->median_norm, 3),       hy_cell_fixed(d, st->largest_norm, 2),
            hy_cell_fixed(d, st->clipped_percent, 1)};
        hy_doc_row(d, cells, &look);
    }
    hy_doc_paragraph(d, HY_CAPTION,
                     _("Of the first seed. Losses are means of 10 steps (of single steps in runs under 40). Largest "
                       "rise: how far that mean ever climbed above its lowest value before, and when; a rise of the "
                       "size of the batch noise means nothing. Clipped: steps whose gradient norm was above the limit. "
                       "Smaller is better."));
}

void hy_page_training(struct hy_doc *d, const struct hy_report *r)
{
    hy_doc_section(d, "training", _("Stability of training"), true);
    if (!hy_page_has(d, r, HY_TABLE_STEPS))
        return;
    figures(d, r);
    table(d, r);
}
