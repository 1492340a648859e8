/* The page on which a busy reader can stop: the question, the answer in numbers, three charts, and what to know. */
#include <math.h>

#include "report/findings/components.h"
#include "report/pages/effects.h"

enum {
    MOST_ROWS = 8,      /* of a small chart; the pages have all */
    LEAST_HEIGHT = 130, /* of the charts, points */
    MOST_FINDINGS = 5   /* what more is on their pages */
};

/* ---- the question ------------------------------------------------------------------------------------- */
static void question(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_csv *configured = &r->data.table[HY_TABLE_VARIANTS];
    const double steps = r->findings.extent.steps;
    const char *corpus = *r->data.corpus ? r->data.corpus : _("corpus without a name");
    size_t variants = r->data.variants;
    struct hy_number n;
    if (r->data.have[HY_TABLE_VARIANTS] && configured->rows > variants)
        variants = configured->rows;
    hy_doc_paragraph(d, HY_LEAD,
                     isfinite(steps)
                         ? hy_doc_format(d,
                                         _("Which of %zu variants reaches the lowest validation perplexity on %s after "
                                           "%s training steps, and what is each component worth?"),
                                         variants, corpus, hy_show_fixed(&n, steps, 0))
                         : hy_doc_format(d,
                                         _("Which of %zu variants reaches the lowest validation perplexity on %s, and "
                                           "what is each component worth?"),
                                         variants, corpus));
    for (size_t i = 0; i < r->limits.count; i++)
        if (r->limits.item[i].warning)
            hy_doc_paragraph(d, HY_WARNING, r->limits.item[i].text);
}

/* ---- cards ------------------------------------------------------------------------------------------------ */
static struct hy_card best_card(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_variant *best = hy_run_data_best(&r->data);
    struct hy_card card = {_("Best model"), HY_DASH, "", _("No variant has a validation perplexity."), "quality"};
    struct hy_number a, b, c;
    if (!best)
        return card;
    hy_show_ppl(&a, best->best_ppl);
    card.value = best->name;
    card.range = isfinite(best->ci_low) && isfinite(best->ci_high)
                     ? hy_doc_format(d, _("perplexity %s [%s, %s]"), a.text, hy_show_ppl(&b, best->ci_low),
                                     hy_show_ppl(&c, best->ci_high))
                     : hy_doc_format(d, _("perplexity %s"), a.text);
    card.note = hy_variant_seeded(best) ? hy_doc_format(d, _("%.0f seeds, 95 %% interval."), best->seeds)
                                        : _("One seed: no interval.");
    return card;
}

static const char *rests_on(struct hy_doc *d, const struct hy_effect *e)
{
    if (e->paired.n == 1)
        return hy_doc_format(d, _("%s against %s, one seed."), e->other, e->base);
    return e->verdict == HY_EFFECT_UNDECIDED
               ? hy_doc_format(d, _("%s against %s, %zu seeds in pairs: undecided."), e->other, e->base, e->paired.n)
               : hy_doc_format(d, _("%s against %s, %zu seeds in pairs."), e->other, e->base, e->paired.n);
}

static struct hy_card blocks_card(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_effect *e = hy_findings_blocks(&r->effects);
    struct hy_card card = {_("Fused against split"), HY_DASH, "",
                           _("No two variants of this run with both blocks finished."), "blocks"};
    struct hy_number n, low, high;
    if (!e)
        return card;
    card.value = hy_doc_format(d, "%s", hy_show_percent(&n, hy_percent_of(e->paired.mean)));
    card.range = e->paired.n > 1
                     ? hy_doc_format(d, _("perplexity [%s, %s]"), hy_show_percent(&low, hy_percent_of(e->paired.low)),
                                     hy_show_percent(&high, hy_percent_of(e->paired.high)))
                     : _("perplexity");
    const char *said[] = {rests_on(d, e), e->confounded ? _("Confounded.") : ""};
    card.note = hy_page_sentences(d, said, 2);
    return card;
}

static struct hy_card component_card(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_effect *e = hy_findings_component(&r->effects);
    struct hy_card card = {_("What matters most"), HY_DASH, "",
                           _("No component was changed alone in variants that finished."), "effects"};
    struct hy_number n, low, high;
    if (!e)
        return card;
    hy_show_percent(&n, hy_percent_of(e->paired.mean));
    card.value = hy_component_name(e->claims);
    card.range = e->paired.n > 1 ? hy_doc_format(d, _("perplexity %s [%s, %s]"), n.text,
                                                 hy_show_percent(&low, hy_percent_of(e->paired.low)),
                                                 hy_show_percent(&high, hy_percent_of(e->paired.high)))
                                 : hy_doc_format(d, _("perplexity %s"), n.text);
    card.note = rests_on(d, e);
    return card;
}

static struct hy_card cache_card(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_saving s = hy_findings_saving(&r->data);
    struct hy_card card = {_("KV cache of the hybrid"), HY_DASH, "", _("No hybrid variant has the sizes of its cache."),
                           "kv"};
    struct hy_number a, b;
    if (!s.variant)
        return card;
    card.value = hy_doc_format(d, "%s", hy_show_percent(&a, 100 * (s.bytes / s.plain - 1)));
    card.range = hy_doc_format(d, _("%s of %s"), hy_show_bytes(&a, s.bytes), hy_show_bytes(&b, s.plain));
    card.note = hy_doc_format(d,
                              s.measured ? _("%s by sharing and windows, one sample, as allocated.")
                                         : _("%s by sharing and windows, one sample, by the formula."),
                              s.variant->name);
    return card;
}

static void cards(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_card all[] = {best_card(d, r), blocks_card(d, r), component_card(d, r), cache_card(d, r)};
    hy_doc_cards(d, all, sizeof all / sizeof *all);
}

/* ---- charts -------------------------------------------------------------------------------------------------- */
static struct hy_figure quality_figure(struct hy_doc *d, const struct hy_report *r)
{
    struct hy_dots *dots = hy_doc_alloc(d, sizeof *dots);
    struct hy_dot *item = hy_doc_alloc(d, (size_t)MOST_ROWS * sizeof *item);
    const size_t count = r->data.variants < MOST_ROWS ? r->data.variants : MOST_ROWS;
    for (size_t i = 0; i < count; i++)
        item[i] = hy_variant_dot(&r->data.variant[r->data.ranked[i]]);
    *dots = (struct hy_dots){.item = item,
                             .count = count,
                             .label = _("best validation perplexity"),
                             .centre = (double)NAN,
                             .left = _("better")};
    const char *said[] = {
        r->findings.extent.most_seeds > 1 ? _("Further left is better; lines are intervals (95 %) over seeds.")
                                          : _("Further left is better."),
        hy_page_hollow(r),
        count < r->data.variants ? hy_doc_format(d, _("The best %zu of %zu variants."), count, r->data.variants) : ""};
    return (struct hy_figure){"overview-quality",   _("Quality"), hy_page_sentences(d, said, 3),
                              hy_dots_height(dots), hy_dots_draw, dots};
}

static struct hy_figure effects_figure(struct hy_doc *d, const struct hy_report *r)
{
    struct hy_figure f = hy_effects_forest(d, r, MOST_ROWS);
    f.name = "overview-effects";
    f.title = _("Effects");
    f.caption = hy_effects_seeded(r) ? _("Right of the line is worse than the base. Hollow: undecided, or one seed.")
                                     : _("Right of the line is worse than the base.");
    return f;
}

/* Rates that do not hold are hollow, and no front goes through them. */
static struct hy_figure speed_figure(struct hy_doc *d, const struct hy_report *r)
{
    struct hy_scatter *scatter = hy_doc_alloc(d, sizeof *scatter);
    struct hy_spot *item = hy_doc_alloc(d, r->data.variants * sizeof *item);
    bool hollow = false;
    for (size_t i = 0; i < r->data.variants; i++) {
        const struct hy_variant *v = &r->data.variant[i];
        item[i] = hy_variant_spot(v, v->train_rate, hy_training_quality(&r->data, v->name) == HY_ROW_OK);
        hollow |= item[i].hollow;
    }
    *scatter = (struct hy_scatter){.item = item,
                                   .count = r->data.variants,
                                   .x_label = _("training (tokens/s)"),
                                   .y_label = _("best perplexity"),
                                   .better_x = 1,
                                   .better_y = -1};
    const char *said[] = {_("Lower right is better; the line joins those that no other beats in both."),
                          hollow ? _("Hollow: a rate that does not hold, or not finished.") : ""};
    return (struct hy_figure){
        "overview-speed", _("Quality against speed"), hy_page_sentences(d, said, 2), LEAST_HEIGHT, hy_scatter_draw,
        scatter};
}

/* As high as the highest of them. */
static void charts(struct hy_doc *d, const struct hy_report *r)
{
    struct hy_figure figure[3];
    float height = LEAST_HEIGHT;
    size_t n = 0;
    figure[n++] = quality_figure(d, r);
    figure[n++] = speed_figure(d, r);
    if (hy_effects_any(r))
        figure[n++] = effects_figure(d, r);
    for (size_t i = 0; i < n; i++)
        height = fmaxf(height, figure[i].height);
    for (size_t i = 0; i < n; i++)
        figure[i].height = height;
    hy_doc_figures(d, figure, n);
}

static void key_findings(struct hy_doc *d, const struct hy_report *r)
{
    int shown = 0;
    hy_doc_heading(d, "key-findings", _("Key findings"));
    for (size_t i = 0; i < r->findings.count && shown < MOST_FINDINGS; i++) {
        const struct hy_finding *f = &r->findings.item[i];
        if (!f->key)
            continue;
        hy_doc_paragraph(d, HY_BODY, f->text);
        if (*f->caveat)
            hy_doc_paragraph(d, HY_CAPTION, f->caveat);
        shown++;
    }
}

void hy_page_overview(struct hy_doc *d, const struct hy_report *r)
{
    hy_doc_section(d, "overview", _("Overview"), false);
    question(d, r);
    cards(d, r);
    charts(d, r);
    key_findings(d, r);
}
