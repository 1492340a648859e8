/* How a variant looks in charts and tables: one colour, one look of its implementation, everywhere. */
#include <math.h>

#include "report/pages/pages.h"

bool hy_variant_seeded(const struct hy_variant *v)
{
    return v->seeds > 1;
}

struct hy_dot hy_variant_dot(const struct hy_variant *v)
{
    return (struct hy_dot){.name = v->name,
                           .color = v->color,
                           .look = v->group,
                           .value = v->best_ppl,
                           .low = v->ci_low,
                           .high = v->ci_high,
                           .hollow = !v->sound || !hy_variant_seeded(v)};
}

struct hy_spot hy_variant_spot(const struct hy_variant *v, double x, bool holds)
{
    return (struct hy_spot){.name = v->name,
                            .color = v->color,
                            .look = v->group,
                            .x = x,
                            .y = v->best_ppl,
                            .y_low = v->ci_low,
                            .y_high = v->ci_high,
                            .hollow = !holds || !v->sound};
}

struct hy_series hy_variant_series(const struct hy_variant *v, const double *x, const double *y, size_t count)
{
    return (struct hy_series){.name = v->name, .color = v->color, .look = v->group, .x = x, .y = y, .count = count};
}

struct hy_row_look hy_variant_row(const struct hy_variant *v)
{
    return (struct hy_row_look){.swatch = &v->color, .look = v->group, .muted = !v->sound};
}

const char *hy_variant_anchor(struct hy_doc *d, const struct hy_report *r, const char *prefix,
                              const struct hy_variant *v)
{
    return hy_doc_format(d, "%s-%zu", prefix, (size_t)(v - r->data.variant) + 1);
}

struct hy_cell hy_variant_cell(struct hy_doc *d, const struct hy_report *r, const struct hy_variant *v)
{
    return hy_cell_linked(hy_cell_text(v->name), hy_variant_anchor(d, r, "design", v));
}

const char *hy_page_looks(struct hy_doc *d, const struct hy_run_data *data, enum hy_look_kind kind)
{
    const char *list = "";
    if (data->groups < 2)
        return "";
    for (size_t i = 0; i < data->groups; i++) {
        const char *word = hy_look_word(kind, i), *block = hy_run_data_block(data, i);
        const char *name = *data->group[i] ? data->group[i] : _("not given");
        const char *one =
            *block ? hy_doc_format(d, "%s %s (%s)", word, name, block) : hy_doc_format(d, "%s %s", word, name);
        list = *list ? hy_doc_format(d, "%s, %s", list, one) : one;
    }
    return hy_doc_format(d, _("Looks tell the implementations apart: %s."), list);
}

const char *hy_page_hollow(const struct hy_report *r)
{
    size_t lone = 0, unfinished = 0;
    for (size_t i = 0; i < r->data.variants; i++) {
        lone += r->data.variant[i].sound && !hy_variant_seeded(&r->data.variant[i]);
        unfinished += !r->data.variant[i].sound;
    }
    if (lone && unfinished)
        return _("Hollow: one seed and so no interval, or not finished.");
    if (lone)
        return _("Hollow: one seed, and so no interval.");
    return unfinished ? _("Hollow: not finished.") : "";
}
