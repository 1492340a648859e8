#include "report/findings/components.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/doc/say.h"
#include "report/table/number.h"

char *hy_join_words(char *first, char *second)
{
    const bool both = *first && *second;
    char *text = hy_format("%s%s%s", first, both ? " " : "", second);
    free(first);
    free(second);
    return text;
}

const char *hy_component_name(const char *field)
{
    static const struct {
        const char *field, *name;
    } known[] = {
        {"meta_tokens", N_("meta tokens")},
        {"kv_groups", N_("KV sharing")},
        {"implementation", N_("fused block")},
        {"arch", N_("parallel heads")},
        {"window", N_("attention window")},
        {"global_layers", N_("global layers")},
        {"layers", N_("depth")},
        {"d_model", N_("width")},
        {"d_state", N_("states per channel")},
        {"lr", N_("learning rate")},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(field, known[i].field) == 0)
            return _(known[i].name);
    return field;
}

/* ---- differences ------------------------------------------------------------------------------------ */
/* Perplexity and name of the base, of the other, the change in percent, and the component. */
static const char *clean_sentence(const struct hy_run_data *d, const struct hy_effect *e)
{
    static const struct {
        const char *field, *value; /* of the other variant */
        const char *sentence;
    } known[] = {
        {"meta_tokens", "0", N_("Without meta tokens the perplexity goes from %1$s (%2$s) to %3$s (%4$s): %5$s.")},
        {"kv_groups", "[]", N_("Without KV sharing the perplexity goes from %1$s (%2$s) to %3$s (%4$s): %5$s.")},
        {"implementation", "fused",
         N_("One fused projection for both branches takes the perplexity from %1$s (%2$s) to %3$s (%4$s): %5$s.")},
        {"arch", "mamba", N_("Without attention the perplexity goes from %1$s (%2$s) to %3$s (%4$s): %5$s.")},
        {"arch", "transformer",
         N_("Without the Mamba heads the perplexity goes from %1$s (%2$s) to %3$s (%4$s): %5$s.")},
    };
    const long row = hy_run_data_configured(d, e->other);
    const char *value = row < 0 ? "" : hy_csv_text_of(&d->table[HY_TABLE_VARIANTS], (size_t)row, e->claims);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(e->claims, known[i].field) == 0 && strcmp(value, known[i].value) == 0)
            return _(known[i].sentence);
    return _("Another value of %6$s takes the perplexity from %1$s (%2$s) to %3$s (%4$s): %5$s.");
}

/* A confounded pair that sets a fused block against a split one. */
static bool is_fused(const struct hy_run_data *d, const struct hy_effect *e)
{
    const struct hy_csv *t = &d->table[HY_TABLE_VARIANTS];
    const long from = hy_run_data_configured(d, e->base), to = hy_run_data_configured(d, e->other);
    return e->confounded && strcmp(e->claims, "implementation") == 0 && from >= 0 && to >= 0 &&
           strcmp(hy_csv_text_of(t, (size_t)from, e->claims), "split") == 0 &&
           strcmp(hy_csv_text_of(t, (size_t)to, e->claims), "fused") == 0;
}

char *hy_difference_words(const struct hy_run_data *d, const struct hy_effect *e)
{
    struct hy_number a, b, p;
    if (e->paired.n == 0)
        return hy_format(_("%s and %s have no seed in which both finished, so their difference is not known."), e->base,
                         e->other);
    hy_show_ppl(&a, e->base_ppl);
    hy_show_ppl(&b, e->other_ppl);
    hy_show_percent(&p, hy_percent_of(e->paired.mean));
    if (is_fused(d, e))
        return hy_format(_("The fused %s reaches perplexity %s, the split %s %s: a difference of %s."), e->other,
                         b.text, e->base, a.text, p.text);
    if (e->confounded || *e->claims == '\0')
        return hy_format(_("%s reaches perplexity %s and %s reaches %s: a difference of %s."), e->base, a.text,
                         e->other, b.text, p.text);
    return hy_format(clean_sentence(d, e), a.text, e->base, b.text, e->other, p.text, hy_component_name(e->claims));
}

/* ---- sureness ---------------------------------------------------------------------------------------- */
static char *over_seeds(const struct hy_effect *e)
{
    const struct hy_paired *r = &e->paired;
    struct hy_number low, high;
    if (r->n == 1)
        return hy_format("%s", _("One seed: no interval."));
    hy_show_percent(&low, hy_percent_of(r->low));
    hy_show_percent(&high, hy_percent_of(r->high));
    if (e->verdict != HY_EFFECT_UNDECIDED)
        return hy_format(_("Over %zu seeds in pairs the 95\xC2\xA0%% interval is %s to %s (p %.2g)."), r->n, low.text,
                         high.text, e->p_holm);
    char *text = hy_format(_("Undecided: over %zu seeds in pairs the 95\xC2\xA0%% interval is %s to %s (p %.2g)."),
                           r->n, low.text, high.text, e->p_holm);
    if (r->needed > r->n)
        text =
            hy_join_words(text, hy_format(_("Some %zu seeds in all would tell a difference of this size."), r->needed));
    return text;
}

char *hy_sureness_words(const struct hy_effect *e)
{
    struct hy_number low, high;
    char *text = e->paired.n == 0 ? hy_format("%s", "") : over_seeds(e);
    if (e->sampled > 0 && isfinite(e->sampled_low) && isfinite(e->sampled_high))
        text = hy_join_words(
            text, hy_format(hy_effect_on_test(e)
                                ? _("Drawing the same %zu test sequences anew gives %s to %s: noise of the evaluation "
                                    "alone.")
                                : _("Drawing the same %zu validation sequences anew gives %s to %s: noise of the "
                                    "evaluation alone."),
                            e->sampled, hy_show_percent(&low, hy_percent_of(e->sampled_low)),
                            hy_show_percent(&high, hy_percent_of(e->sampled_high))));
    if (*e->left_out)
        text = hy_join_words(text, hy_format(_("Left out: seed %s."), e->left_out));
    return text;
}

char *hy_confounding_words(const struct hy_audit_pair *p)
{
    struct hy_number n;
    char *text = hy_format("%s", "");
    if (p->beyond > 0 && *p->claims == '\0')
        text = hy_join_words(text, hy_format(_("These fields differ: %s."), p->beyond_names));
    else if (p->beyond > 0)
        text = hy_join_words(text, hy_format(_("Besides %s these fields differ: %s."), p->claims, p->beyond_names));
    if (fabs(p->params_percent) > 5)
        text = hy_join_words(text, hy_format(_("Parameters differ by %s."), hy_show_percent(&n, p->params_percent)));
    return text;
}
