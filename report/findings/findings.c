#include "report/findings/findings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/table/number.h"
#include "report/table/row_quality.h"

static void add(struct hy_findings *f, const char *title, char *text, char *caveat, bool key)
{
    f->item = realloc(f->item, (f->count + 1) * sizeof *f->item);
    HY_ASSERT(f->item, "out of memory for the findings");
    f->item[f->count++] = (struct hy_finding){hy_format("%s", title), text, caveat, key};
}

/* The most seeds any variant of the run was trained with, 0 when not recorded. */
static double most_seeds(const struct hy_run_data *d)
{
    double most = 0;
    for (size_t i = 0; i < d->variants; i++)
        if (d->variant[i].seeds > most)
            most = d->variant[i].seeds;
    return most;
}

static double most_steps(const struct hy_run_data *d)
{
    double most = (double)NAN;
    const struct hy_csv *t = &d->table[HY_TABLE_HISTORY];
    for (size_t i = 0; d->have[HY_TABLE_HISTORY] && i < t->rows; i++)
        most = fmax(most, hy_csv_number_of(t, i, "step"));
    return most;
}

/* The caveat that every number of this run shares: seeds and steps. malloc'd. */
static char *shared_caveat(const struct hy_run_data *d)
{
    struct hy_number n;
    double seeds = most_seeds(d), steps = most_steps(d);
    char *length = isnan(steps) ? hy_format("Training length is not recorded.")
                                : hy_format("Training is short (%s steps): what is best here need not be best later.",
                                            hy_show_fixed(&n, steps, 0));
    char *text =
        seeds > 1
            ? hy_format("%s seeds: whether a difference is more than chance, its pairs of seeds say (Effects). %s",
                        hy_show_fixed(&n, seeds, 0), length)
            : hy_format("One seed: no interval can be given, and the order of close variants may be "
                        "chance. %s",
                        length);
    free(length);
    return text;
}

static const char *and_bits(char **owned, double bits)
{
    struct hy_number n;
    *owned = isnan(bits) ? hy_format("%s", "") : hy_format(" (%s bits per character)", hy_show_fixed(&n, bits, 3));
    return *owned;
}

static void best_model(struct hy_findings *f, const struct hy_run_data *d)
{
    const struct hy_variant *best = hy_run_data_best(d), *second = NULL;
    struct hy_number a, b, c;
    char *bits;
    if (!best) {
        add(f, "No result", hy_format("No variant of this run has a validation perplexity."), hy_format("%s", ""),
            true);
        return;
    }
    for (size_t i = 0; i < d->variants && !second; i++) {
        const struct hy_variant *v = &d->variant[d->ranked[i]];
        if (v != best && v->sound && !isnan(v->best_ppl))
            second = v;
    }
    char *lead = second ? hy_format("; %s follows at %s (%s)", second->name, hy_show_ppl(&b, second->best_ppl),
                                    hy_show_percent(&c, 100 * (second->best_ppl / best->best_ppl - 1)))
                        : hy_format("%s", "");
    char *text = hy_format("%s reaches the lowest validation perplexity, %s%s%s.", best->name,
                           hy_show_ppl(&a, best->best_ppl), and_bits(&bits, best->bits_per_char), lead);
    free(lead);
    free(bits);
    add(f, "Best model", text, shared_caveat(d), true);
}

static void against_counting(struct hy_findings *f, const struct hy_run_data *d)
{
    struct hy_number a, b;
    size_t known = 0, below_unigram = 0, below_bigram = 0;
    for (size_t i = 0; i < d->variants; i++) {
        double ppl = d->variant[i].best_ppl;
        known += !isnan(ppl);
        below_unigram += ppl < d->unigram;
        below_bigram += ppl < d->bigram;
    }
    if (known == 0 || isnan(d->unigram) || isnan(d->bigram))
        return;
    add(f, "Against counting",
        hy_format("Counting tokens gives perplexity %s, counting pairs %s, on the same validation samples: %zu of %zu "
                  "variants are below the first, %zu below the second.",
                  hy_show_ppl(&a, d->unigram), hy_show_ppl(&b, d->bigram), below_unigram, known, below_bigram),
        hy_format("A model above the bigram line has not yet learned more than which token follows which."), false);
}

/* Whether the group holds a variant of that architecture, as variants.csv says. */
static bool holds(const struct hy_run_data *d, size_t group, const char *arch)
{
    const struct hy_csv *t = &d->table[HY_TABLE_VARIANTS];
    for (size_t i = 0; d->have[HY_TABLE_VARIANTS] && i < t->rows; i++) {
        const struct hy_variant *v = hy_run_data_find(d, hy_csv_text_of(t, i, "name"));
        if (v && v->group == group && strcmp(hy_csv_text_of(t, i, "arch"), arch) == 0)
            return true;
    }
    return false;
}

/* Appends to a malloc'd text. */
static void append(char **text, char *addition)
{
    char *longer = hy_format("%s%s", *text, addition);
    free(*text);
    free(addition);
    *text = longer;
}

static void averages(struct hy_findings *f, const struct hy_run_data *d)
{
    struct hy_number n;
    size_t shown = 0;
    bool unlike = false;
    char *text = hy_format("%s", ""), *held = hy_format("%s", "");
    for (size_t i = 0; i < d->groups; i++) {
        const struct hy_average a = hy_run_data_average(d, i);
        const char *name = *d->group[i] ? d->group[i] : "no named implementation";
        const bool mamba = holds(d, i, "mamba"), transformer = holds(d, i, "transformer"), pure = mamba || transformer;
        if (a.count == 0)
            continue;
        append(&text, shown == 0 ? hy_format("The %zu variant%s of %s average%s a best perplexity of %s", a.count,
                                             a.count == 1 ? "" : "s", name, a.count == 1 ? "s" : "",
                                             hy_show_ppl(&n, a.best_ppl))
                                 : hy_format(", the %zu of %s %s", a.count, name, hy_show_ppl(&n, a.best_ppl)));
        append(&held, !pure ? hy_format("%s%s only hybrids", shown ? ", " : "", name)
                            : hy_format("%s%s includes the pure %s%s%s baseline%s", shown ? ", " : "", name,
                                        mamba ? "Mamba" : "", mamba && transformer ? " and " : "",
                                        transformer ? "Transformer" : "", mamba && transformer ? "s" : ""));
        unlike |= pure;
        shown++;
    }
    if (shown > 1) {
        char *caveat = hy_format("Not a comparison of like with like: %s. The pairs above compare like settings.",
                                 unlike ? held : "the groups need not hold the same settings");
        append(&text, hy_format("."));
        add(f, "Averages per implementation", text, caveat, false);
    } else {
        free(text);
    }
    free(held);
}

/* What the audit found for the pair, as one sentence; "" when it is clean. malloc'd. */
static char *audit_caveat(const struct hy_audit *audit, const char *base, const char *other)
{
    struct hy_number n;
    const struct hy_audit_pair *p = hy_audit_find(audit, base, other);
    if (!p)
        return hy_format("variants.csv does not hold both, so what else differs is not known.");
    char *beyond = p->beyond == 0 ? hy_format("%s", "") : hy_format("Also differing: %s. ", p->beyond_names);
    char *text = fabs(p->params_percent) > 5
                     ? hy_format("%sParameters differ by %s.", beyond, hy_show_percent(&n, p->params_percent))
                     : hy_format("%s", beyond);
    free(beyond);
    return text;
}

/* One comparison of the study and how to say it. */
struct comparison {
    const char *base, *other, *title;
    const char *action; /* "Removing the meta tokens from" ... base */
    const char *known;  /* a caveat known of this pair whatever the numbers; "" for none */
    bool key;
};

static const struct comparison comparisons[] = {
    {"Hybrid-Mine", "Hybrid-Official", "Split against fused", "Fusing the two branches into one projection", "", true},
    {"Hybrid-NoMeta", "Official-NoMeta", "Split against fused, without meta tokens",
     "Without meta tokens, fusing the two branches", "", false},
    {"Hybrid-Mine", "Hybrid-NoMeta", "Cost of removing meta tokens", "Removing the meta tokens", "", true},
    {"Hybrid-Official", "Official-NoMeta", "Cost of removing meta tokens, fused",
     "Removing the meta tokens from the fused model", "", false},
    {"Hybrid-Mine", "Hybrid-NoKVShare", "Cost of KV sharing", "Giving up KV sharing",
     "The study's NoKVShare also changes depth and attention pattern (fewer layers, all of them global), so this is "
     "not the cost of sharing alone.",
     true},
    {"Hybrid-Mine", "Mamba-only", "Parallel heads against Mamba alone", "Leaving out attention", "", false},
    {"Hybrid-Mine", "Transformer-only", "Parallel heads against attention alone", "Leaving out the Mamba branch", "",
     false},
};

char *hy_findings_size_caveat(const struct hy_run_data *d, const char *base, const char *other)
{
    const struct hy_csv *t = &d->table[HY_TABLE_VARIANTS];
    const long from = hy_run_data_configured(d, base), to = hy_run_data_configured(d, other);
    if (from < 0 || to < 0)
        return hy_format("%s", "");
    const double before = hy_csv_number_of(t, (size_t)from, "query_heads"),
                 after = hy_csv_number_of(t, (size_t)to, "query_heads"),
                 same = hy_csv_number_of(t, (size_t)from, "n_heads") - hy_csv_number_of(t, (size_t)to, "n_heads");
    const double d_ff = hy_csv_number_of(t, (size_t)to, "d_ff") - hy_csv_number_of(t, (size_t)from, "d_ff");
    const bool heads = after != before && before > 0 && after > 0 && same == 0, ff = d_ff < 0 || d_ff > 0;
    struct hy_number n;
    char *often = after == 2 * before ? hy_format("twice") : hy_format("%s times", hy_show_short(&n, after / before));
    const char *wider = !ff ? "" : d_ff > 0 ? "a wider feed-forward layer" : "a narrower feed-forward layer";
    char *text = !heads && !ff ? hy_format("%s", "")
                               : hy_format("%s has %s%s%s%s.", other, heads ? often : "",
                                           heads ? " the query heads" : "", heads && ff ? " and " : "", wider);
    free(often);
    return text;
}

/* How sure the difference of a pair is, with a blank behind; malloc'd. */
static char *sureness(const struct hy_effect *e)
{
    if (e == NULL || e->paired.n == 0)
        return hy_format("%s", "");
    char *sentence = hy_effect_sentence(e), *text = hy_format("%s ", sentence);
    free(sentence);
    return text;
}

/* "worse", by the seeds where there are several; a single one only has the better or the worse result. */
static const char *verdict_of(const struct hy_effect *e, double percent)
{
    if (e && e->verdict == HY_EFFECT_UNDECIDED)
        return "undecided";
    return fabs(percent) < 0.05 ? "no difference" : percent > 0 ? "worse" : "better";
}

static void compare(struct hy_findings *f, const struct hy_run_data *d, const struct hy_audit *audit,
                    const struct hy_effects *effects, const struct comparison *c)
{
    struct hy_effect lone = {0};
    const struct hy_effect *effect = hy_effects_find(effects, c->base, c->other);
    const struct hy_variant *base = hy_run_data_find(d, c->base), *other = hy_run_data_find(d, c->other);
    struct hy_number a, b, p;
    if (!base || !other)
        return;
    if (isnan(base->best_ppl) || isnan(other->best_ppl)) {
        const struct hy_variant *without = isnan(base->best_ppl) ? base : other;
        add(f, c->title,
            hy_format("%s has no perplexity (status %s), so this cannot be answered.", without->name,
                      *without->status ? without->status : HY_DASH),
            hy_format("%s", ""), false);
        return;
    }
    double percent = 100 * (other->best_ppl / base->best_ppl - 1);
    if (effect == NULL) {
        lone = hy_effect_of(d, c->base, c->other);
        effect = &lone;
    }
    const char *verdict = verdict_of(effect, percent);
    char *text = hy_format("%s takes the best perplexity from %s (%s) to %s (%s): %s, %s.", c->action,
                           hy_show_ppl(&a, base->best_ppl), base->name, hy_show_ppl(&b, other->best_ppl), other->name,
                           hy_show_percent(&p, percent), verdict);
    char *sure = sureness(effect), *audited = audit_caveat(audit, c->base, c->other);
    char *sizes = hy_findings_size_caveat(d, c->base, c->other);
    char *status = base->sound && other->sound
                       ? hy_format("%s", "")
                       : hy_format("%s did not finish (status %s). ", base->sound ? other->name : base->name,
                                   base->sound ? other->status : base->status);
    char *caveat = hy_format("%s%s%s%s%s%s%s", status, sure, c->known, *c->known ? " " : "", sizes,
                             *sizes && *audited ? " " : "", audited);
    free(sizes);
    free(status);
    free(sure);
    free(lone.left_out);
    free(audited);
    add(f, c->title, text, caveat, c->key);
}

/* Variants the study does not know, compared as their configuration asks. */
static void further_pairs(struct hy_findings *f, const struct hy_run_data *d, const struct hy_audit *audit,
                          const struct hy_effects *effects)
{
    for (size_t i = 0; i < audit->count; i++) {
        const struct hy_audit_pair *p = &audit->pair[i];
        bool done = false;
        for (size_t k = 0; k < sizeof comparisons / sizeof *comparisons; k++)
            done |= strcmp(comparisons[k].base, p->base) == 0 && strcmp(comparisons[k].other, p->other) == 0;
        if (done)
            continue;
        char *title = hy_format("%s: %s", p->other, *p->claims ? p->claims : "compared as configured");
        char *action = hy_format("Changing %s", *p->claims ? p->claims : "the configuration");
        struct comparison c = {p->base, p->other, title, action, "", false};
        compare(f, d, audit, effects, &c);
        free(title);
        free(action);
    }
}

static void unfinished(struct hy_findings *f, const struct hy_run_data *d)
{
    char *list = hy_format("%s", "");
    size_t count = 0;
    for (size_t i = 0; i < d->variants; i++) {
        const struct hy_variant *v = &d->variant[i];
        if (v->sound)
            continue;
        char *longer = hy_format("%s%s%s (%s)", list, count++ ? ", " : "", v->name, v->status);
        free(list);
        list = longer;
    }
    if (count > 0)
        add(f, "Not finished", hy_format("%zu of %zu variants did not finish: %s.", count, d->variants, list),
            hy_format("nan: the loss stopped being finite; interrupted: `hymbench ablation --resume` continues it. "
                      "Their numbers are left out of averages and of the best model."),
            true);
    free(list);
}

/* Variants that are configured but have no row of results: the run has not come to them. */
static void not_begun(struct hy_findings *f, const struct hy_run_data *d)
{
    const struct hy_csv *t = &d->table[HY_TABLE_VARIANTS];
    char *list = hy_format("%s", "");
    size_t count = 0;
    for (size_t i = 0; d->have[HY_TABLE_VARIANTS] && i < t->rows; i++) {
        const char *name = hy_csv_text_of(t, i, "name");
        if (hy_run_data_find(d, name))
            continue;
        char *longer = hy_format("%s%s%s", list, count++ ? ", " : "", name);
        free(list);
        list = longer;
    }
    if (count > 0)
        add(f, "Not run", hy_format("%zu of %zu configured variants have no result: %s.", count, t->rows, list),
            hy_format("The run is not complete; `hymbench ablation --resume` continues it."), true);
    free(list);
}

/* Whose training was fastest, among those whose rates hold; how many were left out for that is said. */
static void fastest(struct hy_findings *f, const struct hy_run_data *d)
{
    const struct hy_variant *best = NULL, *least = NULL;
    size_t left_out = 0;
    struct hy_number a, b;
    for (size_t i = 0; i < d->variants; i++) {
        const struct hy_variant *v = &d->variant[i];
        if (!v->sound || !(v->train_rate > 0))
            continue;
        if (hy_training_quality(d, v->name) != HY_ROW_OK) {
            left_out++;
            continue;
        }
        best = !best || v->train_rate > best->train_rate ? v : best;
        least = !least || v->train_rate < least->train_rate ? v : least;
    }
    char *out = left_out ? hy_format("Left out: %zu variant%s whose training was disturbed or drifted.", left_out,
                                     left_out == 1 ? "" : "s")
                         : hy_format("Every training rate of this run holds.");
    if (best && best != least)
        add(f, "Training speed",
            hy_format("%s trains fastest, at %s tokens per second; %s slowest, at %s.", best->name,
                      hy_show_fixed(&a, best->train_rate, 0), least->name, hy_show_fixed(&b, least->train_rate, 0)),
            out, false);
    else if (left_out > 0)
        add(f, "Training speed", hy_format("Too few training rates of this run hold to say which variant is fastest."),
            out, false);
    else
        free(out);
}

void hy_findings_make(struct hy_findings *f, const struct hy_run_data *d, const struct hy_audit *audit,
                      const struct hy_effects *effects)
{
    *f = (struct hy_findings){0};
    best_model(f, d);
    for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++)
        compare(f, d, audit, effects, &comparisons[i]);
    further_pairs(f, d, audit, effects);
    averages(f, d);
    against_counting(f, d);
    fastest(f, d);
    unfinished(f, d);
    not_begun(f, d);
}

void hy_findings_fini(struct hy_findings *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->count; i++) {
        free(f->item[i].title);
        free(f->item[i].text);
        free(f->item[i].caveat);
    }
    free(f->item);
    *f = (struct hy_findings){0};
}
