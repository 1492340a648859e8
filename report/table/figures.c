#include "report/table/figures.h"

/* decimals are a number or one of two words */
#define SHORT HY_DECIMALS_SHORT
#define TEXT  HY_DECIMALS_TEXT

const struct hy_run_figure hy_figures[] = {
#define HY_FIGURE(field, column, unit, start, shown, average, tables, decimals, meaning) \
    {column, unit, meaning, HY_IN_##tables, decimals},
#define HY_COLUMN(column, unit, tables, decimals, meaning) {column, unit, meaning, HY_IN_##tables, decimals},
#include "report/table/figures.inc"
#undef HY_FIGURE
#undef HY_COLUMN
};

const size_t hy_figure_count = sizeof hy_figures / sizeof *hy_figures;
