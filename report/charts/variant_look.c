#include "report/charts/variant_look.h"

struct hy_chart_item hy_variant_item(const struct hy_variant *v)
{
    return (struct hy_chart_item){.name = v->name,
                                  .color = v->color,
                                  .look = v->group,
                                  .value = v->best_ppl,
                                  .x = v->params_m,
                                  .y = v->best_ppl,
                                  .note = v->sound ? NULL : v->status};
}

struct hy_grid_look hy_variant_look(const struct hy_variant *v)
{
    return (struct hy_grid_look){.swatch = &v->color, .look = v->group};
}

const char *hy_groups_legend(struct hy_sheet *s, const struct hy_run_data *d, enum hy_look_kind kind)
{
    const char *text = "";
    for (size_t i = 0; i < d->groups && d->groups > 1; i++) {
        const char *word = hy_look_word(kind, i), *block = hy_run_data_block(d, i);
        const char *name = *d->group[i] ? d->group[i] : "implementation not given";
        text = i == 0 ? hy_pdf_format(s->pdf, "%c%s: %s", word[0] - 'a' + 'A', word + 1, name)
                      : hy_pdf_format(s->pdf, "%s; %s: %s", text, word, name);
        if (*block)
            text = hy_pdf_format(s->pdf, "%s (%s)", text, block);
    }
    return *text ? hy_pdf_format(s->pdf, "%s. ", text) : "";
}
