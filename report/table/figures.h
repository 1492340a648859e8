/* figures.inc as data: what the columns of ablation_results.csv and runs.csv mean and how they are shown. */
#ifndef HY_REPORT_TABLE_FIGURES_H
#define HY_REPORT_TABLE_FIGURES_H

#include <stddef.h>

enum hy_figure_tables { HY_IN_NEITHER, HY_IN_RESULTS, HY_IN_RUNS, HY_IN_BOTH };
enum hy_figure_start { HY_START_MEASURED, HY_START_ADDED };
enum hy_figure_shown { HY_SHOWN_PLAIN, HY_SHOWN_PER, HY_SHOWN_EXP };
enum hy_figure_average { HY_AVERAGE_NOT, HY_AVERAGE_MEAN, HY_AVERAGE_MAX, HY_AVERAGE_SUM };
enum { HY_DECIMALS_SHORT = -1, HY_DECIMALS_TEXT = -2 };

struct hy_run_figure {
    const char *column; /* "" where it is in no table */
    const char *unit;   /* "" for a pure number */
    const char *meaning;
    enum hy_figure_tables tables;
    int decimals;
};

/* All rows in order. */
extern const struct hy_run_figure hy_figures[];
extern const size_t hy_figure_count;

#endif
