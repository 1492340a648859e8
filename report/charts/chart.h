/* Vector charts. Each is drawn into a box of the current page; values that are
 * not finite are left out and labelled with a dash, never drawn as garbage. */
#ifndef HY_REPORT_CHARTS_CHART_H
#define HY_REPORT_CHARTS_CHART_H

#include <stdbool.h>
#include <stddef.h>

#include "report/pdf/look.h"
#include "report/pdf/pdf.h"

struct hy_box {
    float x, y, width, height; /* points, from the top left corner */
};

/* ---- axes ------------------------------------------------------------------------ */
enum { HY_MAX_TICKS = 24 };

struct hy_axis {
    double low, high; /* low < high; of a logarithmic axis both positive */
    bool log;
    int ticks;
    double tick[HY_MAX_TICKS];
    const char *label;
};

/* Picks bounds and ticks (1, 2, 5 times a power of ten) that hold [low, high]; bounds are
 * widened to ticks when `round_bounds`, else kept. Nonsense bounds (NaN, empty, negative on a log axis) give 0 to 1 or
 * 1 to 10. */
void hy_axis_fit(struct hy_axis *axis, double low, double high, bool log, int about, bool round_bounds);
double hy_axis_part(const struct hy_axis *axis, double value); /* 0 at low, 1 at high; NaN stays NaN */
const char *hy_axis_text(struct hy_pdf *pdf, const struct hy_axis *axis, int tick);

/* The inside of a chart with its two axes. */
struct hy_plot {
    struct hy_pdf *pdf;
    struct hy_box inside;
    struct hy_axis x, y;
};
float hy_plot_x(const struct hy_plot *p, double value);
float hy_plot_y(const struct hy_plot *p, double value);
void hy_plot_frame(const struct hy_plot *p, bool vertical_grid, bool horizontal_grid); /* grid, ticks, labels */

/* Moves labels apart: `y` (count) are wanted positions, on return no two are
 * closer than `gap`, all lie in [top, bottom] where they fit, and the order is kept. */
void hy_spread_labels(float *y, int count, float gap, float top, float bottom);

/* ---- charts ---------------------------------------------------------------------- */

struct hy_reference_line {
    const char *name;
    double value;
};

/* "unigram 491.20" for references above the end of an axis, behind one another; "" when all are on it. */
const char *hy_references_beyond(struct hy_pdf *pdf, const struct hy_reference_line *references, int count,
                                 double high);

/* A variant in a chart. */
struct hy_chart_item {
    const char *name;
    struct hy_color color;
    size_t look;      /* of its implementation: pdf/look.h */
    double value;     /* bars */
    double x, y;      /* scatter */
    const char *text; /* the direct label of a bar instead of its value; may be NULL */
    const char *note; /* behind that label; may be NULL */
    bool hollow;      /* bars: an outline alone, for a value that does not hold */
};

/* Horizontal bars from 0, each with its value. A bar beyond the cap is cut with a
 * torn edge; the cap leaves room for the reference lines that are near. */
void hy_chart_bars(struct hy_pdf *pdf, struct hy_box box, const struct hy_chart_item *items, int count,
                   const struct hy_reference_line *references, int reference_count, const char *label);
float hy_chart_bars_height(int count, int reference_count); /* what the box needs */

struct hy_series {
    const char *name;
    struct hy_color color;
    size_t look; /* pdf/look.h */
    const double *x, *y;
    size_t count;
    const bool *hollow; /* (count) points that do not hold: a ring there; NULL: none */
};
struct hy_lines_look {
    const char *x_label, *y_label;
    bool log_y;
    double y_cap; /* the axis ends here when the data goes beyond; NaN or 0 = no cap */
};

/* Lines with direct labels at their right ends. */
void hy_chart_lines(struct hy_pdf *pdf, struct hy_box box, const struct hy_series *series, int count,
                    const struct hy_reference_line *references, int reference_count, const struct hy_lines_look *look);

/* Vertical bars in groups of two. A NULL name is an absent bar. */
struct hy_pair {
    const char *name;
    struct hy_chart_item left, right;
};
void hy_chart_pairs(struct hy_pdf *pdf, struct hy_box box, const struct hy_pair *pairs, int count,
                    const struct hy_reference_line *references, int reference_count, const char *label);

/* Points with names beside them: marked by their looks. y is logarithmic when it spans a factor of 4. */
void hy_chart_scatter(struct hy_pdf *pdf, struct hy_box box, const struct hy_chart_item *items, int count,
                      const struct hy_reference_line *references, int reference_count, const char *x_label,
                      const char *y_label);

/* Horizontal stacked bars: values (count, parts) row-major; a legend below. `hollow` (count): bars of outlines alone,
 * whose values do not hold; NULL: none. */
struct hy_stack_part {
    const char *name;
    struct hy_color color;
};
void hy_chart_stacks(struct hy_pdf *pdf, struct hy_box box, const char *const *names, int count, const bool *hollow,
                     const struct hy_stack_part *parts, int part_count, const double *values, const char *label);
float hy_chart_stacks_height(int count, int part_count);

#endif
