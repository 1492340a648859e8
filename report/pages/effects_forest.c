#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/findings/components.h"
#include "report/pages/effects.h"

bool hy_effects_any(const struct hy_report *r)
{
    for (size_t i = 0; i < r->effects.count; i++)
        if (r->effects.item[i].paired.n > 0)
            return true;
    return false;
}

bool hy_effects_seeded(const struct hy_report *r)
{
    for (size_t i = 0; i < r->effects.count; i++)
        if (r->effects.item[i].paired.n > 1)
            return true;
    return false;
}

bool hy_effects_sampled(const struct hy_report *r)
{
    for (size_t i = 0; i < r->effects.count; i++)
        if (r->effects.item[i].sampled > 0)
            return true;
    return false;
}

bool hy_effects_tested(const struct hy_report *r)
{
    return r->effects.count > 0 && hy_effect_on_test(&r->effects.item[0]);
}

/* ---- which rows, in which order ------------------------------------------------------------------------ */
struct place {
    const struct hy_effect *effect;
    size_t component, group, index; /* by first appearance; of the implementation; in the study's order */
};

static int by_size(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    const double p = fabs(x->effect->paired.mean), q = fabs(y->effect->paired.mean);
    return p != q ? (p < q) - (p > q) : (x->index > y->index) - (x->index < y->index);
}

static int by_group(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->effect->confounded != y->effect->confounded)
        return x->effect->confounded - y->effect->confounded;
    if (x->component != y->component)
        return (x->component > y->component) - (x->component < y->component);
    if (x->group != y->group)
        return (x->group > y->group) - (x->group < y->group);
    return (x->index > y->index) - (x->index < y->index);
}

static size_t component_of(const struct hy_effects *e, const char *claims)
{
    size_t i = 0;
    while (i < e->count && strcmp(e->item[i].claims, claims) != 0)
        i++;
    return i;
}

/* Those with a result; returns how many of them are to be shown, and in *all how many there are. */
static size_t places(const struct hy_report *r, struct place *place, size_t most, size_t *all)
{
    size_t n = 0;
    for (size_t i = 0; i < r->effects.count; i++) {
        const struct hy_effect *e = &r->effects.item[i];
        const struct hy_variant *v = hy_run_data_find(&r->data, e->other);
        if (e->paired.n > 0 && v)
            place[n++] = (struct place){e, component_of(&r->effects, e->claims), v->group, i};
    }
    *all = n;
    if (most > 0 && n > most) {
        qsort(place, n, sizeof *place, by_size);
        n = most;
    }
    qsort(place, n, sizeof *place, by_group);
    return n;
}

/* ---- the chart ----------------------------------------------------------------------------------------- */
static const char *group_name(struct hy_doc *d, const struct hy_effect *e)
{
    const char *name = *e->claims ? hy_component_name(e->claims) : _("as configured");
    return e->confounded ? hy_doc_format(d, _("%s, and more with it"), name) : name;
}

/* The base of a row is in the table. */
static struct hy_dot dot_of(struct hy_doc *d, const struct hy_report *r, const struct hy_effect *e)
{
    const struct hy_variant *v = hy_run_data_find(&r->data, e->other);
    struct hy_number n;
    struct hy_dot dot = {.name = e->other,
                         .text = hy_doc_format(d, "%s", hy_show_percent(&n, hy_percent_of(e->paired.mean))),
                         .color = v->color,
                         .look = v->group,
                         .value = hy_percent_of(e->paired.mean),
                         .low = hy_percent_of(e->paired.low),
                         .high = hy_percent_of(e->paired.high),
                         .hollow = e->verdict == HY_EFFECT_ONE_SEED || e->verdict == HY_EFFECT_UNDECIDED};
    if (e->sampled > 0) {
        dot.also_low = hy_percent_of(e->sampled_low);
        dot.also_high = hy_percent_of(e->sampled_high);
    }
    return dot;
}

static const char *caption(struct hy_doc *d, const struct hy_report *r, size_t shown, size_t all)
{
    const char *said[] = {
        _("Perplexity against the base of each comparison: right of the line is worse."),
        hy_effects_seeded(r) ? _("Lines: intervals (95 %) over seeds in pairs. Hollow: undecided, or one seed.")
                             : _("Hollow: one seed, and so no interval."),
        hy_effects_sampled(r) ? _("Pale bars: noise of the evaluation alone.") : "",
        shown < all ? hy_doc_format(d, _("The largest %zu of %zu differences."), shown, all) : "",
    };
    return hy_page_sentences(d, said, sizeof said / sizeof *said);
}

struct hy_figure hy_effects_forest(struct hy_doc *d, const struct hy_report *r, size_t most)
{
    struct hy_dots *dots = hy_doc_alloc(d, sizeof *dots);
    struct place *place = hy_doc_alloc(d, r->effects.count * sizeof *place);
    size_t all = 0;
    const size_t count = places(r, place, most, &all);
    struct hy_dot *item = hy_doc_alloc(d, count * sizeof *item);
    for (size_t i = 0; i < count; i++) {
        const struct hy_effect *e = place[i].effect, *before = i ? place[i - 1].effect : NULL;
        item[i] = dot_of(d, r, e);
        if (!before || before->confounded != e->confounded || strcmp(before->claims, e->claims) != 0)
            item[i].group = group_name(d, e);
    }
    *dots = (struct hy_dots){.item = item,
                             .count = count,
                             .label = hy_effects_tested(r) ? _("change of test perplexity (%)")
                                                           : _("change of perplexity (%)"),
                             .centre = 0,
                             .left = _("better"),
                             .right = _("worse")};
    return (struct hy_figure){"effects-forest",
                              _("Every comparison of the study"),
                              caption(d, r, count, all),
                              hy_dots_height(dots),
                              hy_dots_draw,
                              dots};
}
