#include "report/charts/variant_look.h"

struct hy_chart_item hy_variant_item(const struct hy_variant *v)
{
    return (struct hy_chart_item){.name = v->name,
                                  .color = v->color,
                                  .official = v->official,
                                  .value = v->best_ppl,
                                  .x = v->params_m,
                                  .y = v->best_ppl,
                                  .note = v->sound ? NULL : v->status};
}

struct hy_grid_look hy_variant_look(const struct hy_variant *v)
{
    return (struct hy_grid_look){.swatch = &v->color, .outlined = v->official};
}
