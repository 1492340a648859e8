/* How a variant looks: the same in every chart and table. */
#ifndef HY_REPORT_CHARTS_VARIANT_LOOK_H
#define HY_REPORT_CHARTS_VARIANT_LOOK_H

#include "report/charts/chart.h"
#include "report/pdf/sheet.h"
#include "report/table/data.h"

/* The variant with its best perplexity and parameters, for a chart. */
struct hy_chart_item hy_variant_item(const struct hy_variant *v);

/* Which look stands for which implementation, as a sentence and a blank: "Plain: Mine (split); outlined: Official
 * (fused). "; "" where the run has one implementation only. Lives until the document is finished. */
const char *hy_groups_legend(struct hy_sheet *s, const struct hy_run_data *d, enum hy_look_kind kind);

/* A swatch look of a variant's row. */
struct hy_grid_look hy_variant_look(const struct hy_variant *v);

#endif
