/* Axes, ticks, and labels that keep out of each other's way. */
#ifndef HY_REPORT_CHARTS_AXIS_H
#define HY_REPORT_CHARTS_AXIS_H

#include <stdbool.h>
#include <stddef.h>

#include "report/canvas/canvas.h"
#include "report/charts/text.h"

enum { HY_MAX_TICKS = 24, HY_TICK = 3 /* points of a tick mark */ };

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
bool hy_axis_holds(const struct hy_axis *axis, double value);  /* it is a number between low and high */

/* All texts live as the canvas. */
const char *hy_axis_text(struct hy_canvas *c, const struct hy_axis *axis, int tick); /* 20k, 0.05, 1.5M */
/* A value with the digits that this axis can show: two more than its ticks tell apart. */
const char *hy_axis_value(struct hy_canvas *c, const struct hy_axis *axis, double value);

/* The inside of a chart with its two axes. An axis without ticks and label takes no room. */
struct hy_plot {
    struct hy_canvas *canvas;
    struct hy_box box; /* nothing is drawn outside */
    struct hy_type type;
    struct hy_box inside;
    struct hy_axis x, y;
    bool y_label_above; /* it is too long to stand beside the axis */
};
/* Sets `inside` to what the axes (fitted) leave of the box, `top` and `right` points kept free beyond them. */
void hy_plot_margins(struct hy_plot *p, float top, float right);
float hy_plot_x(const struct hy_plot *p, double value); /* beyond the axis: up to 8 times its length; NaN stays NaN */
float hy_plot_y(const struct hy_plot *p, double value);
/* Grid, ticks, tick labels, axis labels; ticks whose labels would touch are left out. */
void hy_plot_frame(const struct hy_plot *p, bool vertical_grid, bool horizontal_grid);

/* Moves labels apart: `y` (count) are wanted positions, on return no two are closer than `gap`, all lie in [top,
 * bottom] where they fit, and the order is kept. */
void hy_spread_labels(float *y, int count, float gap, float top, float bottom);

/* The same for labels of `width` (count) in one line: `x` are their middles, `gap` is between their ends. */
void hy_spread_widths(float *x, const float *width, int count, float gap, float left, float right);

/* ---- labels beside points ------------------------------------------------------------ */
struct hy_label {
    struct hy_point at;  /* the point that it names */
    float width, height; /* of its text */
    struct hy_box box;   /* out: where it goes */
    bool away;           /* out: so far that a line should lead to the point */
    bool left_out;       /* out: no place was free; it is in the table */
};
/* Finds each a place inside `room` that touches no other label, no point (`radius`) and none of `taken` (count). Who
 * comes first has the first choice. */
void hy_place_labels(struct hy_label *labels, size_t n, float radius, struct hy_box room, const struct hy_box *taken,
                     size_t n_taken);
struct hy_point hy_label_nearest(const struct hy_label *label); /* of its box to its point: where a leader ends */

#endif
