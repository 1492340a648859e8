/* The result table, the averages per implementation, the reference lines. */
#include <math.h>
#include <string.h>

#include "report/pages/pages.h"

enum { INTERVAL = 4, ALL = 10 };

/* A row of all columns, or without the interval when the grid has no such column. */
static void put_row(struct hy_grid *g, const char *const cells[ALL], const struct hy_grid_look *look)
{
    const char *kept[ALL];
    int n = 0;
    for (int i = 0; i < ALL; i++)
        if (i != INTERVAL || g->count == ALL)
            kept[n++] = cells[i];
    hy_grid_row(g, kept, look);
}

static void variant_row(struct hy_grid *g, const struct hy_run_data *d, const struct hy_variant *v, bool best)
{
    struct hy_sheet *s = g->sheet;
    struct hy_grid_look look = hy_variant_look(v);
    look.bold = best;
    look.muted = !v->sound;
    const char *interval =
        isnan(v->ci_low) || isnan(v->ci_high)
            ? HY_DASH
            : hy_pdf_format(s->pdf, "%s" HY_DASH "%s", hy_cell_fixed(s, v->ci_low, 1), hy_cell_fixed(s, v->ci_high, 1));
    const char *cells[] = {v->name,
                           hy_cell_or_dash(v->implementation),
                           hy_cell_fixed(s, v->params_m, 2),
                           hy_cell_ppl(s, v->best_ppl),
                           interval,
                           hy_cell_ppl(s, v->final_ppl),
                           hy_cell_fixed(s, v->bits_per_char, 3),
                           hy_cell_fixed(s, v->minutes, 2),
                           hy_cell_rate(s, v->train_rate, 0, hy_training_quality(d, v->name)),
                           hy_cell_or_dash(v->status)};
    put_row(g, cells, &look);
}

/* True when the group has an average to show. */
static bool average_row(struct hy_grid *g, const struct hy_run_data *d, size_t group, bool first)
{
    struct hy_sheet *s = g->sheet;
    struct hy_average a = hy_run_data_average(d, group);
    if (a.count == 0)
        return false;
    struct hy_grid_look look = {.rule_above = first, .muted = true};
    const char *cells[] = {hy_pdf_format(s->pdf, "Average of %zu", a.count),
                           hy_cell_or_dash(d->group[group]),
                           hy_cell_fixed(s, a.params_m, 2),
                           hy_cell_ppl(s, a.best_ppl),
                           "",
                           hy_cell_ppl(s, a.final_ppl),
                           "",
                           hy_cell_fixed(s, a.minutes, 2),
                           "",
                           ""};
    put_row(g, cells, &look);
    return true;
}

static void reference_rows(struct hy_grid *g, const struct hy_run_data *d)
{
    const struct hy_csv *t = &d->table[HY_TABLE_REFERENCE];
    struct hy_sheet *s = g->sheet;
    for (size_t i = 0; d->have[HY_TABLE_REFERENCE] && i < t->rows; i++) {
        struct hy_grid_look look = {.rule_above = i == 0, .muted = true};
        const char *cells[] = {hy_pdf_format(s->pdf, "%s", hy_csv_text_of(t, i, "model")),
                               "reference",
                               "",
                               hy_cell_ppl(s, hy_csv_number_of(t, i, "ppl")),
                               "",
                               "",
                               hy_cell_fixed(s, hy_csv_number_of(t, i, "bits_per_char"), 3),
                               "",
                               "",
                               ""};
        put_row(g, cells, &look);
    }
}

static void bars(struct hy_sheet *s, const struct hy_report *r)
{
    int count = (int)r->data.variants;
    struct hy_chart_item *items = hy_pdf_alloc(s->pdf, sizeof *items * r->data.variants);
    for (int i = 0; i < count; i++)
        items[i] = hy_variant_item(&r->data.variant[r->data.ranked[i]]);
    float height = hy_chart_bars_height(count, r->references);
    hy_sheet_heading(s, "Best validation perplexity", height + 24);
    float top = hy_sheet_take(s, height);
    hy_chart_bars(s->pdf, (struct hy_box){HY_LEFT_EDGE, top, HY_TEXT_WIDTH, height}, items, count, r->reference,
                  r->references, "best validation perplexity");
    hy_sheet_paragraph(
        s, HY_CAPTION,
        hy_pdf_format(s->pdf,
                      "Shorter is better. %sDotted lines: what counting tokens (unigram) or pairs of tokens (bigram) "
                      "gives; an arrow where that lies beyond the axis. A torn bar goes on beyond the axis too.",
                      hy_groups_legend(s, &r->data, HY_LOOK_AREA)));
}

void hy_page_results(struct hy_sheet *s, const struct hy_report *r)
{
    static const struct hy_grid_column columns[] = {
        {"Variant", 102, HY_LEFT},       {"Imple-\nmentation", 47, HY_LEFT}, {"Params\n(M)", 0, HY_RIGHT},
        {"Best\nPPL", 0, HY_RIGHT},      {"95 %\ninterval", 50, HY_RIGHT},   {"Final\nPPL", 0, HY_RIGHT},
        {"Bits per\nchar", 0, HY_RIGHT}, {"Time\n(min)", 0, HY_RIGHT},       {"Train\ntok/s", 0, HY_RIGHT},
        {"Status", 44, HY_LEFT}};
    const struct hy_variant *best = hy_run_data_best(&r->data);
    struct hy_grid_column kept[ALL];
    struct hy_grid g;
    bool intervals = false;
    int n = 0;
    for (size_t i = 0; i < r->data.variants; i++)
        intervals |= isfinite(r->data.variant[i].ci_low) && isfinite(r->data.variant[i].ci_high);
    for (int i = 0; i < ALL; i++)
        if (i != INTERVAL || intervals)
            kept[n++] = columns[i];
    hy_sheet_section(s, "Results", 300);
    hy_grid_begin(&g, s, kept, n, intervals ? 7.2f : 7.8f);
    for (size_t i = 0; i < r->data.variants; i++) {
        const struct hy_variant *v = &r->data.variant[r->data.ranked[i]];
        variant_row(&g, &r->data, v, v == best);
    }
    bool averaged = false;
    for (size_t i = 0; i < r->data.groups; i++)
        averaged |= average_row(&g, &r->data, i, !averaged);
    reference_rows(&g, &r->data);
    hy_grid_end(&g);
    hy_sheet_paragraph(
        s, HY_CAPTION,
        "Sorted by best validation perplexity (PPL), lower is better; the best in bold. Best: the lowest of all "
        "evaluations; final: the last one. Bits per character can be compared across tokenizers, "
        "perplexity cannot. Time is training plus evaluation. Averages hold finished variants only. "
        "References count tokens on the same validation samples.");
    hy_page_explain_marks(s, &r->data);
    if (!r->data.have[HY_TABLE_REFERENCE])
        hy_page_has(s, r, HY_TABLE_REFERENCE);
    bars(s, r);
}
