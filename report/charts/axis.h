/* Axes, ticks, and labels that keep out of each other's way. */
#ifndef HY_REPORT_CHART_AXIS_H
#define HY_REPORT_CHART_AXIS_H

#include <stdbool.h>
#include <stddef.h>

#include "report/canvas/canvas.h"

enum { HY_MAX_TICKS = 24 };

struct hy_axis {
    double low, high; /* low < high; of a logarithmic axis both positive */
    bool log;
    int ticks;
    double tick[HY_MAX_TICKS];
    const char *label; /* with its unit: "training (tokens/s)" */
};

/* Picks bounds and ticks (1, 2, 5 times a power of ten) that hold [low, high]; bounds are widened to ticks when
 * `round_bounds`, else kept. Nonsense bounds (NaN, empty, negative on a log axis) give 0 to 1 or 1 to 10. */
void hy_axis_fit(struct hy_axis *axis, double low, double high, bool log, int about, bool round_bounds);
double hy_axis_part(const struct hy_axis *axis, double value); /* 0 at low, 1 at high; NaN stays NaN */
const char *hy_axis_text(struct hy_canvas *c, const struct hy_axis *axis, int tick); /* 20k, 0.05, 1.5M */

/* The inside of a chart with its two axes. */
struct hy_plot {
    struct hy_canvas *canvas;
    struct hy_box inside;
    struct hy_axis x, y;
};
float hy_plot_x(const struct hy_plot *p, double value);
float hy_plot_y(const struct hy_plot *p, double value);
/* Grid, ticks, tick labels, axis labels; ticks whose labels would touch are left out. */
void hy_plot_frame(const struct hy_plot *p, bool vertical_grid, bool horizontal_grid);

/* Moves labels apart: `y` (count) are wanted positions, on return no two are closer than `gap`, all lie in [top, bottom]
 * where they fit, and the order is kept. */
void hy_spread_labels(float *y, int count, float gap, float top, float bottom);

/* ---- labels beside points ------------------------------------------------------------ */
struct hy_label {
    struct hy_point at;     /* the point that it names */
    float width, height;    /* of its text */
    struct hy_box box;      /* out: where it goes */
    bool away;              /* out: so far that a line should lead to the point */
    bool left_out;          /* out: no place was free; it is in the table */
};
/* Finds each a place inside `room` that touches no other label, no point (`radius`) and none of `taken` (count). */
void hy_place_labels(struct hy_label *labels, size_t n, float radius, struct hy_box room, const struct hy_box *taken,
                     size_t n_taken);

#endif
