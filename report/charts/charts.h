/* The report's charts: a struct of what is drawn, and a function that draws it into a box, as struct hy_figure wants
 * it.
 *
 * Values that are not finite are never drawn as garbage: in rows and curves a dash stands for them, a point in a plane
 * is left out. Names are direct labels, not legends. Hollow: a value that does not hold (disturbed, drifted), one seed,
 * undecided. Every chart holds 1 to 20 items, names of 40 characters and Korean labels without overlaps or text outside
 * its box: where it is too small, letters shrink, long names lose their middle, and what has no room is counted in a
 * line of its own ("+ 3 more"). A box narrower than 200 points gets smaller letters. */
#ifndef HY_REPORT_CHARTS_CHARTS_H
#define HY_REPORT_CHARTS_CHARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "report/canvas/canvas.h"
#include "report/charts/axis.h"
#include "report/charts/look.h"

/* A line across a chart that values are held against. */
struct hy_mark {
    const char *name; /* "unigram" */
    double value;
};

/* ---- dots with intervals: a row per item; a forest plot where there is a centre ---------- */
struct hy_dot {
    const char *name;
    const char *group; /* a small heading above the first row of a group; NULL: none */
    const char *text;  /* at the right edge: the value as text; NULL: made of the value */
    struct hy_color color;
    size_t look;
    double value, low, high; /* low, high NaN: no interval */
    bool hollow;
    double also_low, also_high; /* a second interval of another source, pale and wide behind the first; both 0 or NaN:
                                   none */
};
struct hy_dots {
    const struct hy_dot *item;
    size_t count;
    const struct hy_mark *mark;
    size_t marks;
    const char *label; /* of the axis, with unit */
    bool log;
    double centre;            /* a line there, and the axis is even about it; NaN: none */
    const char *left, *right; /* beneath the axis at its ends: "better", "worse"; NULL */
};
float hy_dots_height(const struct hy_dots *d); /* what the box needs */
void hy_dots_draw(struct hy_canvas *c, struct hy_box box, const void *dots);

/* ---- points in a plane ------------------------------------------------------------------- */
struct hy_spot {
    const char *name;
    struct hy_color color;
    size_t look;
    double x, y, y_low, y_high; /* y_low, y_high NaN: no interval */
    bool hollow;
};
struct hy_scatter {
    const struct hy_spot *item;
    size_t count;
    const struct hy_mark *mark; /* of y */
    size_t marks;
    const char *x_label, *y_label;
    bool log_x, log_y;
    /* A step line through the items that no other is better than in both: -1 less is better, 1 more is, 0: no line. */
    int better_x, better_y;
};
void hy_scatter_draw(struct hy_canvas *c, struct hy_box box, const void *scatter);

/* ---- lines ------------------------------------------------------------------------------- */
struct hy_series {
    const char *name;
    struct hy_color color;
    size_t look;
    const double *x, *y;
    const double *low, *high; /* (count) a band; NULL: none */
    size_t count;
    const bool *hollow; /* (count) points that do not hold: a ring there; NULL: none */
};
struct hy_lines {
    const struct hy_series *series;
    size_t count;
    const struct hy_mark *mark; /* of y */
    size_t marks;
    const char *x_label, *y_label;
    bool log_x, log_y;
    double y_cap; /* the axis ends here when the data goes beyond; NaN or 0: no cap */
    bool points;  /* mark each point */
};
void hy_lines_draw(struct hy_canvas *c, struct hy_box box, const void *lines); /* 5000 points a series are thinned to
                                                                                   what can be seen */

/* ---- bars from zero, in parts ------------------------------------------------------------- */
struct hy_part {
    const char *name;
    struct hy_color color;
};
struct hy_bars {
    const char *const *name; /* (count) */
    size_t count;
    const bool *hollow; /* (count) or NULL */
    const struct hy_part *part;
    size_t parts;                 /* 1: plain bars, each in its own color where `color` is there */
    const struct hy_color *color; /* (count) or NULL */
    const double *value;          /* (count, parts) row-major */
    const char *const *text;      /* (count) behind each bar; NULL: its sum */
    const char *label;
};
float hy_bars_height(const struct hy_bars *b);
void hy_bars_draw(struct hy_canvas *c, struct hy_box box, const void *bars);

/* ---- what a difference is made of: bars to either side of none ------------------------------ */
struct hy_share {
    const char *name, *text; /* text at the right edge */
    double value;
    struct hy_color color;
    bool total, hollow; /* total: set apart by a rule */
};
struct hy_shares {
    const struct hy_share *item;
    size_t count;
    const char *label, *left, *right; /* beneath: the axis, and what either side means */
};
float hy_shares_height(const struct hy_shares *s);
void hy_shares_draw(struct hy_canvas *c, struct hy_box box, const void *shares);

/* ---- roofline: GFLOP/s against flops per byte, both logarithmic --------------------------------- */
struct hy_ceiling {
    const char *name; /* "bf16 products", "L2" */
    double gflops;    /* flat; NaN: sloped */
    double gbps;      /* sloped */
};
struct hy_roofed {
    const char *name;
    struct hy_color color;
    size_t look;
    double intensity, gflops; /* flops per byte, GFLOP/s */
    double weight;            /* 0 to 1: its share of the whole, by the area of its marker; NaN: all alike */
    bool hollow;
};
struct hy_roofline {
    const struct hy_ceiling *ceiling;
    size_t ceilings;
    const struct hy_roofed *item;
    size_t count;
};
void hy_roofline_draw(struct hy_canvas *c, struct hy_box box, const void *roofline);

/* ---- a matrix of coloured cells: layers and roles, masks ------------------------------------------ */
struct hy_tiles {
    const char *const *row;    /* (rows) names; NULL: none */
    const char *const *column; /* (columns) names; NULL: none */
    size_t rows, columns;
    const unsigned char *kind; /* (rows, columns) row-major, an index of `part`; 255: empty */
    const char *const *text;   /* (rows, columns) inside the cells; NULL: none */
    const struct hy_part *part;
    size_t parts;
    const char *x_label, *y_label;
    bool square; /* cells as wide as high */
};
float hy_tiles_height(const struct hy_tiles *t, float width);
void hy_tiles_draw(struct hy_canvas *c, struct hy_box box, const void *tiles); /* the parts' names stand below */

/* ---- what a block does: boxes and arrows -------------------------------------------------------------- */
struct hy_node {
    const char *name;
    float x, y, width, height; /* as parts of the box, 0 to 1 */
    struct hy_color color;
    bool dashed;
};
struct hy_arrow {
    int from, to;     /* nodes */
    const char *name; /* along it; NULL */
};
struct hy_diagram {
    const struct hy_node *node;
    size_t nodes;
    const struct hy_arrow *arrow;
    size_t arrows;
};
void hy_diagram_draw(struct hy_canvas *c, struct hy_box box, const void *diagram);

#endif
