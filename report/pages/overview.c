/* The page on which a busy reader can stop: the question, the answer in numbers, three charts, and what to know. */
#include <math.h>

#include "report/findings/components.h"
#include "report/pages/effects.h"

enum {
    MOST_ROWS = 10,    /* of a small chart; the pages have all */
    MOST_FINDINGS = 5, /* what more is on their pages */
    SCATTER_HEIGHT = 150
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
static const char *seeds_of(struct hy_doc *d, double seeds)
{
    return seeds > 1 ? hy_doc_format(d, _("%.0f seeds; lower is better."), seeds) : _("One seed; lower is better.");
}

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
                     : hy_doc_format(d, _("perplexity %s, no interval"), a.text);
    card.note = seeds_of(d, best->seeds);
    return card;
}

/* "+1.1 %" and its interval, or why there is none. */
static void fill(struct hy_doc *d, struct hy_card *card, const struct hy_effect *e)
{
    struct hy_number n, low, high;
    card->value = hy_doc_format(d, "%s", hy_show_percent(&n, hy_percent_of(e->paired.mean)));
    card->range = e->paired.n > 1 ? hy_doc_format(d, _("95 %% interval %s to %s"),
                                                  hy_show_percent(&low, hy_percent_of(e->paired.low)),
                                                  hy_show_percent(&high, hy_percent_of(e->paired.high)))
                                  : _("no interval");
}

static const char *rests_on(struct hy_doc *d, const struct hy_effect *e)
{
    if (e->paired.n == 1)
        return hy_doc_format(d, _("Perplexity of %s against %s, one seed."), e->other, e->base);
    return e->verdict == HY_EFFECT_UNDECIDED
               ? hy_doc_format(d, _("Perplexity of %s against %s, %zu seeds in pairs: undecided."), e->other, e->base,
                               e->paired.n)
               : hy_doc_format(d, _("Perplexity of %s against %s, %zu seeds in pairs."), e->other, e->base,
                               e->paired.n);
}

static struct hy_card blocks_card(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_effect *e = hy_findings_blocks(&r->effects);
    struct hy_card card = {_("Fused against split"), HY_DASH, "",
                           _("No two variants of this run with both blocks finished."), "blocks"};
    if (!e)
        return card;
    fill(d, &card, e);
    const char *said[] = {rests_on(d, e), e->confounded ? _("More than the block differs.") : ""};
    card.note = hy_page_sentences(d, said, 2);
    return card;
}

static struct hy_card component_card(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_effect *e = hy_findings_component(&r->effects);
    struct hy_card card = {_("Component that matters most"), HY_DASH, "",
                           _("No component was changed alone in variants that finished."), "effects"};
    if (!e)
        return card;
    fill(d, &card, e);
    card.label = hy_doc_format(d, _("Matters most: %s"), hy_component_name(e->claims));
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
    card.range = hy_doc_format(d, _("%s instead of %s"), hy_show_bytes(&a, s.bytes), hy_show_bytes(&b, s.plain));
    card.note = hy_doc_format(d,
                              s.measured ? _("%s with its sharing and windows, for one sample; as allocated.")
                                         : _("%s with its sharing and windows, for one sample; by the formula."),
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
        _("Further left is better; lines are intervals (95 %) over seeds."), hy_page_hollow(r),
        count < r->data.variants ? hy_doc_format(d, _("The best %zu of %zu variants."), count, r->data.variants) : ""};
    return (struct hy_figure){"overview-quality",   _("Quality"), hy_page_sentences(d, said, 3),
                              hy_dots_height(dots), hy_dots_draw, dots};
}

static struct hy_figure effects_figure(struct hy_doc *d, const struct hy_report *r)
{
    struct hy_figure f = hy_effects_forest(d, r, MOST_ROWS);
    f.name = "overview-effects";
    f.title = _("Effects of the components");
    return f;
}

/* Rates that do not hold are hollow, and no front goes through them. */
static struct hy_figure speed_figure(struct hy_doc *d, const struct hy_report *r)
{
    struct hy_scatter *scatter = hy_doc_alloc(d, sizeof *scatter);
    struct hy_spot *item = hy_doc_alloc(d, r->data.variants * sizeof *item);
    bool all_hold = true;
    for (size_t i = 0; i < r->data.variants; i++) {
        const struct hy_variant *v = &r->data.variant[i];
        const bool holds = hy_training_quality(&r->data, v->name) == HY_ROW_OK;
        item[i] = hy_variant_spot(v, v->train_rate, holds);
        all_hold &= holds;
    }
    *scatter = (struct hy_scatter){.item = item,
                                   .count = r->data.variants,
                                   .x_label = _("training (tokens/s)"),
                                   .y_label = _("best perplexity"),
                                   .better_x = 1,
                                   .better_y = -1};
    const char *said[] = {_("Lower right is better. No variant is better in both than one on the line."),
                          all_hold ? "" : _("Hollow too: a rate that does not hold.")};
    return (struct hy_figure){"overview-speed",
                              _("Quality against training speed"),
                              hy_page_sentences(d, said, 2),
                              SCATTER_HEIGHT,
                              hy_scatter_draw,
                              scatter};
}

static void charts(struct hy_doc *d, const struct hy_report *r)
{
    struct hy_figure pair[2] = {quality_figure(d, r)};
    const struct hy_figure speed = speed_figure(d, r);
    if (!hy_effects_any(r)) {
        hy_doc_figures(d, pair, 1);
    } else {
        pair[1] = effects_figure(d, r);
        pair[0].height = pair[1].height = fmaxf(pair[0].height, pair[1].height);
        hy_doc_figures(d, pair, 2);
    }
    hy_doc_figures(d, &speed, 1);
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
