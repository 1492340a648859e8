#include "bench/run/figures.h"

#include <math.h>
#include <stddef.h>

#include "report/table/figures.h"

/* One figure that has a column: where the record keeps it, and how it becomes a cell. */
struct shown {
    const char *column;
    size_t offset;
    double per; /* what the field is divided by */
    enum hy_figure_shown as;
    enum hy_figure_average average;
    enum hy_figure_tables tables;
};

#define HY_SHOWN_AS_PLAIN  1, HY_SHOWN_PLAIN
#define HY_SHOWN_AS_EXP    1, HY_SHOWN_EXP
#define HY_SHOWN_AS_PER(x) x, HY_SHOWN_PER

static const struct shown list[] = {
#define HY_COLUMN(column, unit, tables, decimals, meaning)
#define HY_FIGURE(field, column, unit, start, shown, average, tables, decimals, meaning) \
    {column, offsetof(struct hy_record, field), HY_SHOWN_AS_##shown, HY_AVERAGE_##average, HY_IN_##tables},
#include "report/table/figures.inc"
#undef HY_FIGURE
#undef HY_COLUMN
};

static double value_of(const struct shown *f, const struct hy_record *r)
{
    return *(const double *)(const void *)((const char *)r + f->offset);
}

static double cell_of(const struct shown *f, double value)
{
    return f->as == HY_SHOWN_EXP ? exp(value) : value / f->per;
}

/* NaN over no records. */
static double average_of(const struct shown *f, const struct hy_record *const *of, int n)
{
    double sum = 0, most = (double)NAN;
    for (int i = 0; i < n; i++) {
        sum += value_of(f, of[i]);
        most = fmax(most, value_of(f, of[i]));
    }
    switch (f->average) {
    case HY_AVERAGE_MEAN:
        return n > 0 ? sum / n : (double)NAN;
    case HY_AVERAGE_MAX:
        return most;
    case HY_AVERAGE_SUM:
        return n > 0 ? sum : (double)NAN;
    case HY_AVERAGE_NOT:
        break;
    }
    return (double)NAN;
}

void hy_figures_put_run(struct hy_table *runs, const struct hy_record *r)
{
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (list[i].tables == HY_IN_RUNS || list[i].tables == HY_IN_BOTH)
            hy_table_float(runs, list[i].column, cell_of(&list[i], value_of(&list[i], r)));
}

void hy_figures_put_result(struct hy_table *results, const struct hy_record *const *of, int n)
{
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (list[i].tables == HY_IN_RESULTS || list[i].tables == HY_IN_BOTH)
            hy_table_float(results, list[i].column, cell_of(&list[i], average_of(&list[i], of, n)));
}
