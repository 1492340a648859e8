#include "report/findings/findings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/doc/say.h"
#include "report/findings/components.h"
#include "report/findings/recall.h"
#include "report/findings/speed.h"
#include "report/table/number.h"

enum { MOST_NAMES = 6 }; /* of a list; the tables have all */

static char *said(const char *sentence)
{
    return hy_format("%s", sentence);
}

static void add(struct hy_findings *f, struct hy_finding finding)
{
    f->item = realloc(f->item, (f->count + 1) * sizeof *f->item);
    HY_ASSERT(f->item, "out of memory for the findings");
    f->item[f->count++] = finding;
}

/* ---- quality ----------------------------------------------------------------------------------------- */
/* The next in rank that finished; NULL: there is none. */
static const struct hy_variant *second_of(const struct hy_run_data *d, const struct hy_variant *best)
{
    for (size_t i = 0; i < d->variants; i++) {
        const struct hy_variant *v = &d->variant[d->ranked[i]];
        if (v != best && v->sound && !isnan(v->best_ppl))
            return v;
    }
    return NULL;
}

static char *best_words(const struct hy_variant *best, const struct hy_variant *second)
{
    struct hy_number a, b, c;
    char *text =
        isfinite(best->ci_low) && isfinite(best->ci_high)
            ? hy_format(_("%s reaches the lowest validation perplexity: %s, with a 95\xC2\xA0%% interval from %s to "
                          "%s over %.0f seeds."),
                        best->name, hy_show_ppl(&a, best->best_ppl), hy_show_ppl(&b, best->ci_low),
                        hy_show_ppl(&c, best->ci_high), best->seeds)
            : hy_format(_("%s reaches the lowest validation perplexity: %s."), best->name,
                        hy_show_ppl(&a, best->best_ppl));
    if (second)
        text =
            hy_join_words(text, hy_format(_("%s follows at %s (%s)."), second->name, hy_show_ppl(&a, second->best_ppl),
                                          hy_show_percent(&b, 100 * (second->best_ppl / best->best_ppl - 1))));
    return text;
}

/* Whether the seeds in pairs tell the two apart. */
static char *order_words(const struct hy_run_data *d, const struct hy_extent *e, const struct hy_variant *best,
                         const struct hy_variant *second)
{
    if (e->most_seeds < 2)
        return said(_("One seed: no interval can be given, and the order of close variants may be chance."));
    if (!second)
        return said("");
    const struct hy_effect pair = hy_effect_of(d, best->name, second->name);
    free(pair.left_out);
    return pair.verdict == HY_EFFECT_WORSE
               ? hy_format(_("Their %zu seeds in pairs tell the two apart (p %.2g)."), pair.paired.n, pair.p_holm)
               : said(_("Their seeds in pairs do not tell the two apart: this order may be chance."));
}

/* The caveat that every number of quality shares: seeds and steps. */
static char *extent_words(const struct hy_extent *e, char *order)
{
    struct hy_number n;
    if (!isfinite(e->steps))
        return order;
    return hy_join_words(order, hy_format(_("Training is short (%s steps): what is best here need not be best later."),
                                          hy_show_fixed(&n, e->steps, 0)));
}

static void best_model(struct hy_findings *f, const struct hy_run_data *d)
{
    const struct hy_variant *best = hy_run_data_best(d), *second = best ? second_of(d, best) : NULL;
    if (!best) {
        add(f, (struct hy_finding){"best", said(_("No variant of this run has a validation perplexity.")), said(""),
                                   HY_FINDING_QUALITY, true});
        return;
    }
    char *caveat = extent_words(&f->extent, order_words(d, &f->extent, best, second));
    if (!best->sound)
        caveat = hy_join_words(
            hy_format(_("No variant finished; %s stands here with status %s."), best->name, best->status), caveat);
    add(f, (struct hy_finding){"best", best_words(best, second), caveat, HY_FINDING_QUALITY, true});
}

static void against_counting(struct hy_findings *f, const struct hy_run_data *d)
{
    struct hy_number a, b;
    size_t known = 0, below_unigram = 0, below_bigram = 0;
    for (size_t i = 0; i < d->variants; i++) {
        const double ppl = d->variant[i].best_ppl;
        known += !isnan(ppl);
        below_unigram += ppl < d->unigram;
        below_bigram += ppl < d->bigram;
    }
    if (known == 0 || isnan(d->unigram) || isnan(d->bigram))
        return;
    add(f, (struct hy_finding){
               "counting",
               hy_format(_("Counting tokens reaches perplexity %s, counting pairs of them %s, on the same validation "
                           "samples. Below the first are %zu of %zu variants, below the second %zu."),
                         hy_show_ppl(&a, d->unigram), hy_show_ppl(&b, d->bigram), below_unigram, known, below_bigram),
               said(_("A model above the second has not yet learned more than which token follows which.")),
               HY_FINDING_QUALITY, false});
}

/* ---- effects ------------------------------------------------------------------------------------------ */
static bool is(const struct hy_effect *e, const char *claim)
{
    return strcmp(e->claims, claim) == 0;
}

static bool decided(const struct hy_effect *e)
{
    return e->verdict == HY_EFFECT_WORSE || e->verdict == HY_EFFECT_BETTER;
}

const struct hy_effect *hy_findings_blocks(const struct hy_effects *e)
{
    for (size_t i = 0; i < e->count; i++)
        if (is(&e->item[i], "implementation") && e->item[i].paired.n > 0)
            return &e->item[i];
    return NULL;
}

const struct hy_effect *hy_findings_component(const struct hy_effects *e)
{
    const struct hy_effect *most = NULL;
    for (size_t i = 0; i < e->count; i++) {
        const struct hy_effect *one = &e->item[i];
        if (one->confounded || one->paired.n == 0 || !*one->claims || is(one, "implementation"))
            continue;
        const bool surer = !most || decided(one) > decided(most),
                   larger = most && decided(one) == decided(most) && fabs(one->paired.mean) > fabs(most->paired.mean);
        most = surer || larger ? one : most;
    }
    return most;
}

/* The sentences on how sure a pair is, and on what else differs. */
static char *pair_caveat(const struct hy_audit *audit, const struct hy_effect *e)
{
    const struct hy_audit_pair *p = hy_audit_find(audit, e->base, e->other);
    char *text = hy_sureness_words(e);
    if (!p)
        return text;
    if (e->confounded)
        text = hy_join_words(text, hy_format(_("More than one thing differs, so this is no effect of the %s alone."),
                                             hy_component_name(e->claims)));
    return hy_join_words(text, hy_confounding_words(p));
}

static void blocks(struct hy_findings *f, const struct hy_run_data *d, const struct hy_audit *audit,
                   const struct hy_effects *effects)
{
    const struct hy_effect *first = hy_findings_blocks(effects);
    for (size_t i = 0; i < effects->count; i++) {
        const struct hy_effect *e = &effects->item[i];
        if (is(e, "implementation"))
            add(f, (struct hy_finding){e == first ? "blocks" : "further-blocks", hy_difference_words(d, e),
                                       pair_caveat(audit, e), HY_FINDING_BLOCKS, e == first});
    }
}

static void component(struct hy_findings *f, const struct hy_run_data *d, const struct hy_audit *audit,
                      const struct hy_effects *effects)
{
    const struct hy_effect *e = hy_findings_component(effects);
    if (effects->count == 0)
        return;
    if (!e) {
        add(f, (struct hy_finding){"component",
                                   said(_("No component was changed alone in two variants that finished, so no "
                                          "difference of this run is the effect of one component.")),
                                   said(""), HY_FINDING_EFFECTS, true});
        return;
    }
    const char *name = hy_component_name(e->claims);
    char *lead =
        decided(e)
            ? hy_format(_("Of the components that were changed alone one matters most: %s."), name)
            : hy_format(_("Of the components that were changed alone one shows the largest difference: %s."), name);
    add(f, (struct hy_finding){"component", hy_join_words(lead, hy_difference_words(d, e)), pair_caveat(audit, e),
                               HY_FINDING_EFFECTS, true});
}

static void verdicts(struct hy_findings *f, const struct hy_effects *effects)
{
    size_t of[HY_EFFECT_BETTER + 1] = {0}, several = 0;
    for (size_t i = 0; i < effects->count; i++) {
        of[effects->item[i].verdict]++;
        several += effects->item[i].paired.n > 1;
    }
    if (effects->count == 0)
        return;
    if (several == 0) {
        add(f, (struct hy_finding){"verdicts",
                                   said(_("No two variants share more than one seed, so no comparison of this run can "
                                          "be decided.")),
                                   said(_("Three seeds or more (--seeds 3, SEEDS=3) give intervals.")),
                                   HY_FINDING_EFFECTS, false});
        return;
    }
    add(f,
        (struct hy_finding){
            "verdicts",
            hy_format(
                _("Verdicts on %zu comparisons: %zu worse, %zu better, %zu undecided, %zu with one seed, %zu without "
                  "a result."),
                effects->count, of[HY_EFFECT_WORSE], of[HY_EFFECT_BETTER], of[HY_EFFECT_UNDECIDED],
                of[HY_EFFECT_ONE_SEED], of[HY_EFFECT_NONE]),
            said(_("Decided is what has p under 0.05 by Student's t over seeds in pairs, after Holm's adjustment for "
                   "all comparisons.")),
            HY_FINDING_EFFECTS, false});
}

/* How many comparisons cannot be read as effects, and which. */
static void confounding(struct hy_findings *f, const struct hy_audit *audit)
{
    char *list = said("");
    size_t count = 0;
    for (size_t i = 0; i < audit->count; i++) {
        if (!audit->pair[i].confounded)
            continue;
        if (count++ > MOST_NAMES)
            continue;
        char *longer = hy_format("%s%s%s", list, count > 1 ? ", " : "",
                                 count > MOST_NAMES ? "\xE2\x80\xA6" : audit->pair[i].other);
        free(list);
        list = longer;
    }
    if (audit->count > 0)
        add(f,
            (struct hy_finding){
                "confounding",
                count == 0 ? said(_("Every comparison changes what it is to isolate, and nothing else."))
                           : hy_format(_("In %zu of %zu comparisons more differs than what they are to isolate (%s)."),
                                       count, audit->count, list),
                count == 0 ? said("") : said(_("Their differences are shown, and called no effect of a component.")),
                HY_FINDING_EFFECTS, false});
    free(list);
}

char *hy_findings_size_caveat(const struct hy_run_data *d, const char *base, const char *other)
{
    const struct hy_csv *t = &d->table[HY_TABLE_VARIANTS];
    const long from = hy_run_data_configured(d, base), to = hy_run_data_configured(d, other);
    char *text = said("");
    struct hy_number n;
    if (from < 0 || to < 0)
        return text;
    const double before = hy_csv_number_of(t, (size_t)from, "query_heads"),
                 after = hy_csv_number_of(t, (size_t)to, "query_heads"),
                 same = hy_csv_number_of(t, (size_t)from, "n_heads") - hy_csv_number_of(t, (size_t)to, "n_heads"),
                 d_ff = hy_csv_number_of(t, (size_t)to, "d_ff") - hy_csv_number_of(t, (size_t)from, "d_ff");
    if (after != before && before > 0 && after > 0 && same == 0)
        text = hy_join_words(text, hy_format(_("%s has %s times the query heads of %s."), other,
                                             hy_show_short(&n, after / before), base));
    if (d_ff > 0)
        text = hy_join_words(text, hy_format(_("%s has a wider feed-forward layer than %s."), other, base));
    if (d_ff < 0)
        text = hy_join_words(text, hy_format(_("%s has a narrower feed-forward layer than %s."), other, base));
    return text;
}

/* ---- KV cache -------------------------------------------------------------------------------------------- */
static bool is_hybrid(const struct hy_run_data *d, const struct hy_variant *v)
{
    const long row = hy_run_data_configured(d, v->name);
    return row >= 0 && strcmp(hy_csv_text_of(&d->table[HY_TABLE_VARIANTS], (size_t)row, "arch"), "hybrid") == 0;
}

static struct hy_saving saving_of(const struct hy_run_data *d, const struct hy_variant *v)
{
    const struct hy_csv *t = &d->table[HY_TABLE_RESULTS];
    const size_t row = (size_t)(v - d->variant);
    const double measured = hy_csv_number_of(t, row, "KV cache measured (KiB)");
    return (struct hy_saving){.variant = v,
                              .bytes = 1024 * (measured > 0 ? measured : v->kv_kib),
                              .plain = 1024 * hy_csv_number_of(t, row, "KV cache plain (KiB)"),
                              .reduction = v->kv_reduction,
                              .measured = measured > 0};
}

struct hy_saving hy_findings_saving(const struct hy_run_data *d)
{
    struct hy_saving any = {.variant = NULL};
    for (size_t i = 0; i < d->variants; i++) {
        const struct hy_variant *v = &d->variant[d->ranked[i]];
        const struct hy_saving s = saving_of(d, v);
        if (!is_hybrid(d, v) || !(s.bytes > 0) || !(s.plain > 0))
            continue;
        if (s.bytes < s.plain)
            return s;
        any = any.variant ? any : s;
    }
    return any;
}

static void cache(struct hy_findings *f, const struct hy_run_data *d)
{
    const struct hy_saving s = hy_findings_saving(d);
    struct hy_number a, b, c, n;
    if (!s.variant)
        return;
    const long row = hy_run_data_configured(d, s.variant->name);
    const double length = hy_csv_number_of(&d->table[HY_TABLE_VARIANTS], (size_t)row, "seq_len");
    char *text =
        hy_format(_("The KV caches of %s take %s for one sample of %s tokens; without sharing and without window "
                    "the same model would take %s (%s)."),
                  s.variant->name, hy_show_bytes(&a, s.bytes), hy_show_fixed(&n, length, 0), hy_show_bytes(&b, s.plain),
                  hy_show_percent(&c, 100 * (s.bytes / s.plain - 1)));
    char *caveat = s.measured ? said(_("Of the buffers that decoding allocated."))
                              : said(_("By the formula: decoding was not measured."));
    if (s.variant->ssm_kib > 0)
        caveat = hy_join_words(caveat, hy_format(_("The state of the Mamba heads adds %s at any length."),
                                                 hy_show_bytes(&a, 1024 * s.variant->ssm_kib)));
    if (s.reduction > 1)
        caveat = hy_join_words(caveat, hy_format(_("Sharing leaves one cache for every %s layers with attention; the "
                                                   "window bounds what a local one holds."),
                                                 hy_show_short(&a, s.reduction)));
    add(f, (struct hy_finding){"kv", text, caveat, HY_FINDING_KV, false});
}

/* ---- all -------------------------------------------------------------------------------------------------- */
void hy_findings_make(struct hy_findings *f, const struct hy_run_data *d, const struct hy_audit *audit,
                      const struct hy_effects *effects)
{
    struct hy_finding more;
    *f = (struct hy_findings){.extent = hy_extent_of(d)};
    best_model(f, d);
    against_counting(f, d);
    if (hy_recall_finding(&more, d))
        add(f, more);
    blocks(f, d, audit, effects);
    component(f, d, audit, effects);
    verdicts(f, effects);
    confounding(f, audit);
    if (hy_speed_finding(&more, d))
        add(f, more);
    cache(f, d);
}

void hy_findings_fini(struct hy_findings *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->count; i++) {
        free(f->item[i].text);
        free(f->item[i].caveat);
    }
    free(f->item);
    *f = (struct hy_findings){0};
}

const struct hy_finding *hy_findings_find(const struct hy_findings *f, const char *name)
{
    for (size_t i = 0; i < f->count; i++)
        if (strcmp(f->item[i].name, name) == 0)
            return &f->item[i];
    return NULL;
}
