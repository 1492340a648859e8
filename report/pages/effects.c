/* What each ablation does, as a forest plot: a row per pair, its change and the interval of its seeds. */
#include <math.h>

#include "report/pages/pages.h"

enum { PLOT = 3 }; /* the column that is drawn */

static double farthest(const struct hy_effects *e)
{
    double most = log(1.02);
    for (size_t i = 0; i < e->count; i++) {
        const struct hy_paired *r = &e->item[i].paired;
        const double values[] = {r->mean, r->low, r->high};
        for (size_t k = 0; k < sizeof values / sizeof *values; k++)
            if (isfinite(values[k]))
                most = fmax(most, fabs(values[k]));
    }
    return most;
}

/* Hollow: one seed, or undecided. */
static void plot_cell(struct hy_grid *g, const struct hy_effect *e, double most)
{
    struct hy_pdf *pdf = g->sheet->pdf;
    const float middle = g->left[PLOT] + g->width[PLOT] / 2, half = g->width[PLOT] / 2 - 4;
    const float y = g->row_top + g->row_height / 2;
    const struct hy_pen rule = {hy_faint(), 0.8f, 0, 0}, whisker = {hy_ink(), 1, 0, 0}, ring = {hy_ink(), 0.9f, 0, 0};
    const struct hy_color ink = hy_ink(), paper = hy_rgb(0xffffff);
    const struct hy_paired *r = &e->paired;
    const bool decided = e->verdict == HY_EFFECT_WORSE || e->verdict == HY_EFFECT_BETTER;
    hy_pdf_line(pdf, middle, g->row_top, middle, g->row_top + g->row_height, &rule);
    if (isfinite(r->low) && isfinite(r->high))
        hy_pdf_line(pdf, middle + half * (float)(r->low / most), y, middle + half * (float)(r->high / most), y,
                    &whisker);
    if (isfinite(r->mean))
        hy_pdf_circle(pdf, middle + half * (float)(r->mean / most), y, 2.2f, decided ? &ink : &paper, &ring);
}

static const char *percent_of(struct hy_sheet *s, double log_ratio)
{
    struct hy_number n;
    return isfinite(log_ratio) ? hy_pdf_format(s->pdf, "%s", hy_show_percent(&n, 100 * (exp(log_ratio) - 1))) : HY_DASH;
}

static const char *interval_of(struct hy_sheet *s, const struct hy_paired *r)
{
    return isfinite(r->low) ? hy_pdf_format(s->pdf, "%s \xE2\x80\xA6 %s", percent_of(s, r->low), percent_of(s, r->high))
                            : HY_DASH;
}

static const char *p_of(struct hy_sheet *s, const struct hy_effect *e)
{
    return isnan(e->p_holm) ? HY_DASH : hy_pdf_format(s->pdf, "%.2g", e->p_holm);
}

/* Seeds in all that would show a difference of this size; "" where it is decided, or nobody knows. */
static const char *enough_of(struct hy_sheet *s, const struct hy_effect *e)
{
    if (e->verdict != HY_EFFECT_UNDECIDED || e->paired.needed <= e->paired.n)
        return "";
    return hy_pdf_format(s->pdf, "%zu", e->paired.needed);
}

static void table(struct hy_sheet *s, const struct hy_effects *e)
{
    static const struct hy_grid_column columns[] = {{"From", 64, HY_LEFT},
                                                    {"To", 78, HY_LEFT},
                                                    {"Seeds", 22, HY_RIGHT},
                                                    {"Change of perplexity", 80, HY_CENTER},
                                                    {"Change", 34, HY_RIGHT},
                                                    {"95 % interval", 68, HY_RIGHT},
                                                    {"p", 24, HY_RIGHT},
                                                    {"Verdict", 42, HY_LEFT},
                                                    {"Seeds\nto tell", 0, HY_RIGHT}};
    struct hy_grid g;
    const double most = farthest(e);
    hy_grid_begin(&g, s, columns, (int)(sizeof columns / sizeof *columns), 6.8f);
    for (size_t i = 0; i < e->count; i++) {
        const struct hy_effect *one = &e->item[i];
        const char *cells[] = {one->base,
                               one->confounded ? hy_pdf_format(s->pdf, "%s \xE2\x80\xA0", one->other) : one->other,
                               hy_pdf_format(s->pdf, "%zu", one->paired.n),
                               "", /* drawn by plot_cell */
                               percent_of(s, one->paired.mean),
                               interval_of(s, &one->paired),
                               p_of(s, one),
                               hy_effect_verdict_name(one->verdict),
                               enough_of(s, one)};
        hy_grid_row(&g, cells, &(struct hy_grid_look){.muted = one->verdict == HY_EFFECT_NONE});
        plot_cell(&g, one, most);
    }
    hy_grid_end(&g);
    hy_sheet_paragraph(
        s, HY_CAPTION,
        hy_pdf_format(s->pdf,
                      "Best validation perplexity of To against From, lower is better: right of the line is worse. The "
                      "column spans %.0f\xC2\xA0%% to either side. A filled dot is decided, a hollow one is not; "
                      "Seeds to tell: how many would show a difference of this size eight times in ten.",
                      100 * (exp(most) - 1)));
}

void hy_page_effects(struct hy_sheet *s, const struct hy_report *r)
{
    size_t most_seeds = 0;
    bool confounded = false;
    if (r->effects.count == 0)
        return;
    for (size_t i = 0; i < r->effects.count; i++) {
        most_seeds = r->effects.item[i].paired.n > most_seeds ? r->effects.item[i].paired.n : most_seeds;
        confounded |= r->effects.item[i].confounded;
    }
    hy_sheet_section(s, "Effects", 200);
    hy_sheet_paragraph(s, HY_BODY,
                       most_seeds > 1
                           ? "What each ablation changes, by its seeds in pairs: one seed gives both variants the same "
                             "order of data and the same dropout, so that the difference of a pair scatters less than "
                             "either result. Intervals and p are Student's t of these differences; p is adjusted for "
                             "all rows (Holm), and under 0.05 decides."
                           : "What each ablation changes. This run has one seed of each variant: there are no "
                             "intervals, and nothing is decided. --seeds 3 or more (SEEDS=3) gives them.");
    table(s, &r->effects);
    for (size_t i = 0; i < r->effects.count; i++)
        if (*r->effects.item[i].left_out)
            hy_sheet_paragraph(s, HY_CAPTION,
                               hy_pdf_format(s->pdf, "%s against %s is without seed %s.", r->effects.item[i].other,
                                             r->effects.item[i].base, r->effects.item[i].left_out));
    if (confounded)
        hy_sheet_paragraph(s, HY_CAPTION,
                           "\xE2\x80\xA0 More than one thing differs: the change is not the effect of the component "
                           "alone; the confounding audit names what else does.");
}
