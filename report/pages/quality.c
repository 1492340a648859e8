/* Three of the study's four charts: validation curves, pairs split against
 * fused, parameters against perplexity. The fourth, the bars, stands with the results. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/pages/pages.h"

/* The evaluations of the variant's first seed. */
static struct hy_series curve_of(struct hy_sheet *s, const struct hy_csv *t, const struct hy_variant *v)
{
    double *x = hy_pdf_alloc(s->pdf, sizeof *x * t->rows), *y = hy_pdf_alloc(s->pdf, sizeof *y * t->rows);
    const char *seed = NULL;
    size_t n = 0;
    int name = hy_csv_column(t, "variant"), seeds = hy_csv_column(t, "seed");
    for (size_t i = 0; i < t->rows; i++) {
        if (strcmp(hy_csv_text(t, i, name), v->name) != 0)
            continue;
        seed = seed ? seed : hy_csv_text(t, i, seeds);
        if (strcmp(hy_csv_text(t, i, seeds), seed) != 0)
            continue;
        x[n] = hy_csv_number_of(t, i, "step");
        y[n++] = hy_csv_number_of(t, i, "val_ppl");
    }
    return (struct hy_series){v->name, v->color, v->group, x, y, n, NULL};
}

/* Whether evaluations used different numbers of samples, which makes them not quite comparable. */
static bool samples_differ(const struct hy_csv *t)
{
    for (size_t i = 1; i < t->rows; i++)
        if (strcmp(hy_csv_text_of(t, i, "val_samples"), hy_csv_text_of(t, 0, "val_samples")) != 0)
            return true;
    return false;
}

static void curves(struct hy_sheet *s, const struct hy_report *r)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_HISTORY];
    hy_sheet_heading(s, "Validation perplexity while training", r->data.have[HY_TABLE_HISTORY] ? 285 : 20);
    if (!hy_page_has(s, r, HY_TABLE_HISTORY))
        return;
    struct hy_series *series = hy_pdf_alloc(s->pdf, sizeof *series * r->data.variants);
    for (size_t i = 0; i < r->data.variants; i++)
        series[i] = curve_of(s, t, &r->data.variant[i]);
    struct hy_lines_look look = {"training step", "validation perplexity (log scale)", true, r->data.uniform};
    float top = hy_sheet_take(s, 250);
    hy_chart_lines(s->pdf, (struct hy_box){HY_LEFT_EDGE, top, HY_TEXT_WIDTH, 250}, series, (int)r->data.variants,
                   r->reference, r->references, &look);
    hy_sheet_paragraph(
        s, HY_CAPTION,
        hy_pdf_format(s->pdf, "Lower is better. %sLogarithmic axis%s.%s%s", hy_groups_legend(s, &r->data, HY_LOOK_LINE),
                      r->data.uniform > 0 ? ", cut at the perplexity of guessing evenly" : "",
                      r->data.variant[0].seeds > 1 ? " The first seed of each variant." : "",
                      samples_differ(t) ? " Evaluations during the run use fewer validation samples than the last "
                                          "one, so the last step of a curve may jump without the model changing."
                                        : ""));
}

static struct hy_pair pair_of(const struct hy_report *r, const char *name, const char *left, const char *right)
{
    struct hy_pair pair = {.name = name};
    const struct hy_variant *a = hy_run_data_find(&r->data, left), *b = hy_run_data_find(&r->data, right);
    if (a)
        pair.left = hy_variant_item(a);
    if (b)
        pair.right = hy_variant_item(b);
    return pair;
}

static void pairs(struct hy_sheet *s, const struct hy_report *r)
{
    struct hy_pair both[] = {pair_of(r, "with meta tokens", "Hybrid-Mine", "Hybrid-Official"),
                             pair_of(r, "without meta tokens", "Hybrid-NoMeta", "Official-NoMeta")};
    hy_sheet_heading(s, "Split against fused, with and without meta tokens", 240);
    if (!both[0].left.name && !both[0].right.name && !both[1].left.name && !both[1].right.name) {
        hy_sheet_paragraph(s, HY_MISSING, HY_DASH " none of the four variants of this comparison is in the run.");
        return;
    }
    char *differs = hy_findings_size_caveat(&r->data, "Hybrid-Mine", "Hybrid-Official");
    const char *sizes = hy_pdf_format(s->pdf, "%s%s", differs, *differs ? " " : "");
    free(differs);
    float top = hy_sheet_take(s, 212);
    hy_chart_pairs(s->pdf, (struct hy_box){HY_LEFT_EDGE, top, HY_TEXT_WIDTH, 206}, both, 2, r->reference, r->references,
                   "best validation perplexity");
    hy_sheet_paragraph(
        s, HY_CAPTION,
        hy_pdf_format(s->pdf,
                      "Shorter is better. Each pair is meant to share its settings: left the split block (two "
                      "projections), right the fused one (one projection). %sThe confounding audit lists every "
                      "difference.",
                      sizes));
}

static void scatter(struct hy_sheet *s, const struct hy_report *r)
{
    struct hy_chart_item *items = hy_pdf_alloc(s->pdf, sizeof *items * r->data.variants);
    for (size_t i = 0; i < r->data.variants; i++)
        items[i] = hy_variant_item(&r->data.variant[i]);
    hy_sheet_heading(s, "Parameters against perplexity", 265);
    float top = hy_sheet_take(s, 208);
    hy_chart_scatter(s->pdf, (struct hy_box){HY_LEFT_EDGE, top, HY_TEXT_WIDTH, 208}, items, (int)r->data.variants,
                     r->reference, r->references, "parameters (millions)", "best validation perplexity");
    hy_sheet_paragraph(
        s, HY_CAPTION,
        hy_pdf_format(s->pdf,
                      "Lower left is better: less perplexity with fewer parameters. %sThe axes do not begin at zero.",
                      hy_groups_legend(s, &r->data, HY_LOOK_MARKER)));
}

void hy_page_quality(struct hy_sheet *s, const struct hy_report *r)
{
    hy_sheet_section(s, "Charts of the study", 330);
    curves(s, r);
    pairs(s, r);
    scatter(s, r);
}
