/* Training stability: loss and gradient-norm curves, largest rise, clipped steps. */
#include <math.h>

#include "report/pages/pages.h"

enum { MOST_POINTS = 100 };

/* Equal groups of steps: the mean of their losses, which shows the course and not the noise of
 * batches; of norms the largest, so that no spike is averaged away. */
static struct hy_series thinned(struct hy_sheet *s, const struct hy_variant *v, const struct hy_stability *st,
                                const double *values, bool largest)
{
    size_t group = (st->steps + MOST_POINTS - 1) / MOST_POINTS;
    group = group ? group : 1;
    double *x = hy_pdf_alloc(s->pdf, sizeof *x * (st->steps / group + 1)),
           *y = hy_pdf_alloc(s->pdf, sizeof *y * (st->steps / group + 1));
    size_t n = 0;
    for (size_t i = 0; i < st->steps; i += group, n++) {
        size_t end = i + group < st->steps ? i + group : st->steps;
        x[n] = (st->step[i] + st->step[end - 1]) / 2;
        y[n] = largest ? -INFINITY : 0;
        for (size_t k = i; k < end; k++)
            y[n] = largest ? fmax(y[n], values[k]) : y[n] + values[k] / (double)(end - i);
    }
    return (struct hy_series){v->name, v->color, v->group, x, y, n, NULL};
}

static void figure(struct hy_sheet *s, const struct hy_report *r, const struct hy_stability *all, bool norms)
{
    size_t most = 0;
    struct hy_series *series = hy_pdf_alloc(s->pdf, sizeof *series * r->data.variants);
    for (size_t i = 0; i < r->data.variants; i++) {
        series[i] = thinned(s, &r->data.variant[i], &all[i], norms ? all[i].norm : all[i].loss, norms);
        most = all[i].steps > most ? all[i].steps : most;
    }
    struct hy_reference_line limit = {"limit", (double)NAN};
    if (norms && r->data.have[HY_TABLE_VARIANTS])
        limit.value = hy_csv_number_of(&r->data.table[HY_TABLE_VARIANTS], 0, "clip_norm");
    struct hy_lines_look look = {"training step", norms ? "gradient norm (log scale)" : "training loss (nats)", norms,
                                 0};
    hy_sheet_need(s, 250);
    float top = hy_sheet_take(s, 215);
    hy_chart_lines(s->pdf, (struct hy_box){HY_LEFT_EDGE, top, HY_TEXT_WIDTH, 215}, series, (int)r->data.variants,
                   &limit, norms ? 1 : 0, &look);
    size_t group = (most + MOST_POINTS - 1) / MOST_POINTS;
    const char *means =
        group > 1 ? hy_pdf_format(s->pdf, " Each point is the %s of %zu steps.", norms ? "largest" : "mean", group)
                  : "";
    hy_sheet_paragraph(
        s, HY_CAPTION,
        norms ? hy_pdf_format(s->pdf,
                              "Global norm of the gradient before clipping. Smooth and falling is better; "
                              "spikes mark steps that would have thrown the model off.%s",
                              means)
              : hy_pdf_format(s->pdf,
                              "Loss of each training step, with label smoothing and dropout, so it "
                              "cannot be compared with the validation loss. Lower and smoother is better.%s",
                              means));
}

static void table(struct hy_sheet *s, const struct hy_report *r, const struct hy_stability *all)
{
    static const struct hy_grid_column columns[] = {
        {"Variant", 118, HY_LEFT},     {"Steps", 0, HY_RIGHT},         {"First\nloss", 0, HY_RIGHT},
        {"Last\nloss", 0, HY_RIGHT},   {"Largest\nrise", 0, HY_RIGHT}, {"at\nstep", 0, HY_RIGHT},
        {"Median\nnorm", 0, HY_RIGHT}, {"Largest\nnorm", 0, HY_RIGHT}, {"Clipped\n(%)", 0, HY_RIGHT}};
    struct hy_grid g;
    hy_sheet_heading(s, "In numbers", 13.4f * (float)(r->data.variants < 30 ? r->data.variants : 30) + 64);
    hy_grid_begin(&g, s, columns, 9, 7.8f);
    for (size_t i = 0; i < r->data.variants; i++) {
        const struct hy_stability *st = &all[i];
        bool any = st->steps > 0;
        struct hy_grid_look look = hy_variant_look(&r->data.variant[i]);
        const char *cells[] = {r->data.variant[i].name,
                               any ? hy_cell_fixed(s, (double)st->steps, 0) : HY_DASH,
                               hy_cell_fixed(s, st->first_loss, 3),
                               hy_cell_fixed(s, st->last_loss, 3),
                               hy_cell_fixed(s, st->largest_rise, 3),
                               hy_cell_fixed(s, st->rise_step, 0),
                               hy_cell_fixed(s, any ? st->median_norm : (double)NAN, 3),
                               hy_cell_fixed(s, any ? st->largest_norm : (double)NAN, 2),
                               hy_cell_fixed(s, st->clipped_percent, 1)};
        hy_grid_row(&g, cells, &look);
    }
    hy_grid_end(&g);
    hy_sheet_paragraph(
        s, HY_CAPTION,
        "Losses are means of 10 steps (of single steps in runs under 40). Largest rise: how far that "
        "mean ever climbed above its lowest value before, and when; a rise of the size of the batch "
        "noise means nothing. Clipped: steps whose gradient norm was above the limit. Smaller is better.");
}

void hy_page_stability(struct hy_sheet *s, const struct hy_report *r)
{
    hy_sheet_section(s, "Training stability", 300);
    if (!hy_page_has(s, r, HY_TABLE_STEPS))
        return;
    figure(s, r, r->stability, false);
    figure(s, r, r->stability, true);
    table(s, r, r->stability);
}
