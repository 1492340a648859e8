/* What each ablation does to perplexity: a forest plot, its numbers, and the audit of what else each changes. */
#include "report/pages/effects.h"

#include <math.h>
#include <string.h>

#include "report/findings/components.h"

enum { MOST_COLUMNS = 9 };

/* Which columns this run has something for. */
struct shape {
    bool seeded, sampled;
};

/* ---- cells ------------------------------------------------------------------------------------------------ */
static const char *verdict_of(const struct hy_effect *e)
{
    switch (e->verdict) {
    case HY_EFFECT_ONE_SEED:
        return _("one seed");
    case HY_EFFECT_UNDECIDED:
        return _("undecided");
    case HY_EFFECT_WORSE:
        return _("worse");
    case HY_EFFECT_BETTER:
        return _("better");
    case HY_EFFECT_NONE:
        break;
    }
    return _("no result");
}

static struct hy_cell interval(struct hy_doc *d, double low, double high)
{
    struct hy_number a, b;
    if (!isfinite(low) || !isfinite(high))
        return hy_cell_text("");
    return hy_cell_text(hy_doc_format(d, _("%s to %s"), hy_show_percent(&a, hy_percent_of(low)),
                                      hy_show_percent(&b, hy_percent_of(high))));
}

static struct hy_cell p_of(struct hy_doc *d, const struct hy_effect *e)
{
    return isnan(e->p_holm) ? hy_cell_text("") : hy_cell_shown(hy_doc_format(d, "%.2g", e->p_holm), e->p_holm);
}

/* How many seeds would tell the difference, of one that is not told. */
static struct hy_cell needed(struct hy_doc *d, const struct hy_effect *e)
{
    const bool wanted = e->verdict == HY_EFFECT_UNDECIDED && e->paired.needed > 0;
    return hy_cell_fixed(d, wanted ? (double)e->paired.needed : (double)NAN, 0);
}

/* ---- the numbers ---------------------------------------------------------------------------------------- */
static bool is_kept(const struct shape *s, size_t column)
{
    return column == 5 ? s->sampled : column == 4 || column == 6 || column == 7 ? s->seeded : true;
}

static void begin(struct hy_doc *d, const struct shape *s)
{
    const struct hy_column columns[MOST_COLUMNS] = {{_("Variant"), 0, HY_LEFT},
                                                    {_("Against"), 0, HY_LEFT},
                                                    {_("Seeds"), 26, HY_RIGHT},
                                                    {_("Change"), 38, HY_RIGHT},
                                                    {_("Over seeds\n(95 %)"), 70, HY_RIGHT},
                                                    {_("Sequences\n(95 %)"), 70, HY_RIGHT},
                                                    {_("p"), 28, HY_RIGHT},
                                                    {_("Seeds\nto tell"), 30, HY_RIGHT},
                                                    {_("Verdict"), 62, HY_LEFT}};
    struct hy_column kept[MOST_COLUMNS];
    size_t n = 0;
    for (size_t i = 0; i < MOST_COLUMNS; i++)
        if (is_kept(s, i))
            kept[n++] = columns[i];
    hy_doc_table(d, "effects-table", kept, n);
}

/* The audit's pairs and the effects are in step: one of each. */
static void row(struct hy_doc *d, const struct hy_report *r, const struct shape *s, size_t i)
{
    const struct hy_effect *e = &r->effects.item[i];
    const struct hy_variant *v = hy_run_data_find(&r->data, e->other);
    const double none = (double)NAN;
    struct hy_row_look look = v ? hy_variant_row(v) : (struct hy_row_look){0};
    look.muted = e->verdict == HY_EFFECT_NONE;
    look.anchor = hy_doc_format(d, "effect-%zu", i + 1);
    const char *verdict = e->confounded ? hy_doc_format(d, _("%s, confounded"), verdict_of(e)) : verdict_of(e);
    const struct hy_cell cells[MOST_COLUMNS] = {
        v ? hy_variant_cell(d, r, v) : hy_cell_text(e->other),
        hy_cell_text(e->base),
        hy_cell_fixed(d, (double)e->paired.n, 0),
        hy_cell_percent(d, hy_percent_of(e->paired.mean)),
        interval(d, e->paired.low, e->paired.high),
        interval(d, e->sampled ? e->sampled_low : none, e->sampled ? e->sampled_high : none),
        p_of(d, e),
        needed(d, e),
        hy_cell_linked(hy_cell_text(verdict), hy_doc_format(d, "audit-%zu", i + 1))};
    struct hy_cell kept[MOST_COLUMNS];
    size_t n = 0;
    for (size_t k = 0; k < MOST_COLUMNS; k++)
        if (is_kept(s, k))
            kept[n++] = cells[k];
    hy_doc_row(d, kept, &look);
}

/* Which seeds took no part, in one paragraph; "" where all did. */
static const char *left_out(struct hy_doc *d, const struct hy_report *r)
{
    const char **said = hy_doc_alloc(d, r->effects.count * sizeof *said);
    for (size_t i = 0; i < r->effects.count; i++)
        if (*r->effects.item[i].left_out)
            said[i] = hy_doc_format(d, _("%s against %s is without seed %s."), r->effects.item[i].other,
                                    r->effects.item[i].base, r->effects.item[i].left_out);
    return hy_page_sentences(d, said, r->effects.count);
}

static void numbers_caption(struct hy_doc *d, const struct hy_report *r, const struct shape *s)
{
    const char *said[] = {
        hy_effects_tested(r) ? _("Perplexity of the variant on test samples against the other's; plus is worse.")
                             : _("Best validation perplexity of the variant against the other; plus is worse."),
        s->seeded ? _("Over seeds: Student's t of the differences of seeds in pairs, which share the order of data and "
                      "the dropout; p is adjusted for all rows (Holm), and under 0.05 decides. Seeds to tell: how many "
                      "would show a difference of this size eight times in ten.")
                  : "",
        s->sampled ? _("Sequences: the same sequences of both drawn anew, which tells how much of a difference is the "
                       "choice of text. It says nothing about other seeds.")
                   : "",
        left_out(d, r)};
    hy_doc_paragraph(d, HY_CAPTION, hy_page_sentences(d, said, sizeof said / sizeof *said));
}

static void numbers(struct hy_doc *d, const struct hy_report *r)
{
    const struct shape s = {hy_effects_seeded(r), hy_effects_sampled(r)};
    hy_doc_heading(d, "effects-numbers", _("In numbers"));
    begin(d, &s);
    for (size_t i = 0; i < r->effects.count; i++)
        row(d, r, &s, i);
    numbers_caption(d, r, &s);
}

/* ---- the audit -------------------------------------------------------------------------------------------- */
static const char *judged(const struct hy_audit_pair *p)
{
    if (*p->claims && !p->claimed_differs)
        return _("no difference");
    return p->confounded ? _("confounded") : _("clean");
}

static void audit_row(struct hy_doc *d, const struct hy_report *r, size_t i)
{
    const struct hy_audit_pair *p = &r->audit.pair[i];
    const struct hy_variant *v = hy_run_data_find(&r->data, p->other);
    struct hy_row_look look = v ? hy_variant_row(v) : (struct hy_row_look){0};
    look.anchor = hy_doc_format(d, "audit-%zu", i + 1);
    look.muted = false;
    const struct hy_cell cells[] = {hy_cell_linked(hy_cell_text(p->other), hy_doc_format(d, "effect-%zu", i + 1)),
                                    hy_cell_text(p->base),
                                    hy_cell_text(p->claims),
                                    hy_cell_text(p->beyond_names),
                                    hy_cell_percent(d, p->params_percent),
                                    hy_cell_percent(d, p->flops_percent),
                                    hy_cell_percent(d, p->bytes_percent),
                                    hy_cell_text(judged(p))};
    hy_doc_row(d, cells, &look);
}

static void audit(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_column columns[] = {{_("Variant"), 86, HY_LEFT},        {_("Against"), 76, HY_LEFT},
                                        {_("To isolate"), 66, HY_LEFT},     {_("Differs too"), 0, HY_LEFT},
                                        {_("Para-\nmeters"), 36, HY_RIGHT}, {_("FLOPs"), 36, HY_RIGHT},
                                        {_("KV\nbytes"), 34, HY_RIGHT},     {_("Verdict"), 50, HY_LEFT}};
    hy_doc_heading(d, "audit", _("Confounding audit"));
    hy_doc_table(d, "audit-table", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < r->audit.count; i++)
        audit_row(d, r, i);
    hy_doc_paragraph(d, HY_CAPTION,
                     _("Read from variants.csv: what differs between two variants beside the one field that their "
                       "comparison is to isolate. Where another field does, or parameters differ by over 5 %, it is "
                       "confounded: its difference is no effect of the component. FLOPs of training for a token and "
                       "bytes of the cache may differ because of the component itself."));
}

void hy_page_effects(struct hy_doc *d, const struct hy_report *r)
{
    if (r->effects.count == 0)
        return;
    hy_doc_section(d, "effects", _("Effects of the components"), true);
    hy_page_findings(d, r, HY_FINDING_EFFECTS);
    if (hy_effects_any(r)) {
        const struct hy_figure forest = hy_effects_forest(d, r, 0);
        hy_doc_figures(d, &forest, 1);
    }
    numbers(d, r);
    audit(d, r);
}
