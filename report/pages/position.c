/* Loss by place in the sequence: whether meta tokens help the first tokens, and
 * whether a window costs the late ones. */
#include <math.h>
#include <string.h>

#include "report/pages/pages.h"

/* Every stretch of positions, its loss the mean over the variant's seeds, weighted by targets. */
static struct hy_series curve_of(struct hy_sheet *s, const struct hy_csv *t, const struct hy_variant *v)
{
    double *x = hy_pdf_alloc(s->pdf, sizeof *x * (t->rows + 1)), *y = hy_pdf_alloc(s->pdf, sizeof *y * (t->rows + 1));
    double *weight = hy_pdf_alloc(s->pdf, sizeof *weight * (t->rows + 1));
    size_t n = 0;
    for (size_t i = 0; i < t->rows; i++) {
        double targets = hy_csv_number_of(t, i, "targets"), nll = hy_csv_number_of(t, i, "nll");
        if (strcmp(hy_csv_text_of(t, i, "variant"), v->name) != 0 || isnan(nll) || !(targets > 0))
            continue;
        double place = (hy_csv_number_of(t, i, "first") + hy_csv_number_of(t, i, "last")) / 2;
        size_t k = 0;
        while (k < n && x[k] != place)
            k++;
        if (k == n) {
            x[n] = place;
            y[n] = weight[n] = 0;
            n++;
        }
        y[k] += targets * nll;
        weight[k] += targets;
    }
    for (size_t k = 0; k < n; k++)
        y[k] /= weight[k];
    return (struct hy_series){v->name, v->color, v->group, x, y, n, NULL};
}

/* The mean of the points of one half of a curve, NaN when it has none. */
static double mean_of(const struct hy_series *c, size_t from, size_t to)
{
    double sum = 0;
    for (size_t i = from; i < to; i++)
        sum += c->y[i];
    return to > from ? sum / (double)(to - from) : (double)NAN;
}

static void table(struct hy_sheet *s, const struct hy_report *r, const struct hy_series *curves)
{
    static const struct hy_grid_column columns[] = {{"Variant", 130, HY_LEFT},
                                                    {"First place", 0, HY_RIGHT},
                                                    {"First quarter", 0, HY_RIGHT},
                                                    {"Last quarter", 0, HY_RIGHT},
                                                    {"Last minus\nfirst quarter", 0, HY_RIGHT}};
    struct hy_grid g;
    hy_grid_begin(&g, s, columns, 5, 7.8f);
    for (size_t i = 0; i < r->data.variants; i++) {
        const struct hy_series *c = &curves[i];
        struct hy_grid_look look = hy_variant_look(&r->data.variant[i]);
        double early = mean_of(c, 0, c->count / 4), late = mean_of(c, c->count - c->count / 4, c->count);
        const char *cells[] = {c->name, hy_cell_fixed(s, c->count ? c->y[0] : (double)NAN, 3),
                               hy_cell_fixed(s, early, 3), hy_cell_fixed(s, late, 3),
                               hy_cell_fixed(s, late - early, 3)};
        hy_grid_row(&g, cells, &look);
    }
    hy_grid_end(&g);
}

void hy_page_position(struct hy_sheet *s, const struct hy_report *r)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_POSITION];
    size_t points = 0;
    hy_sheet_section(s, "Loss by position", r->data.have[HY_TABLE_POSITION] ? 420 : 40);
    if (!hy_page_has(s, r, HY_TABLE_POSITION))
        return;
    struct hy_series *curves = hy_pdf_alloc(s->pdf, sizeof *curves * r->data.variants);
    for (size_t i = 0; i < r->data.variants; i++) {
        curves[i] = curve_of(s, t, &r->data.variant[i]);
        points += curves[i].count;
    }
    if (points == 0) {
        hy_sheet_paragraph(s, HY_MISSING, HY_DASH " no variant was evaluated by position.");
        return;
    }
    struct hy_lines_look look = {"content position in the sequence", "loss (nats per token)", false, 0};
    float top = hy_sheet_take(s, 230);
    hy_chart_lines(s->pdf, (struct hy_box){HY_LEFT_EDGE, top, HY_TEXT_WIDTH, 230}, curves, (int)r->data.variants, NULL,
                   0, &look);
    hy_sheet_paragraph(s, HY_CAPTION,
                       "Plain loss of the last evaluation by where in the sample the token stands. It falls where a "
                       "model uses what came before. Meta tokens should show at the first places, a window behind its "
                       "length: a curve that rises or stays level there has lost what the window hides. Lower is "
                       "better.");
    table(s, r, curves);
    hy_sheet_paragraph(s, HY_CAPTION, "Means over the curve's points, nats per token.");
}
