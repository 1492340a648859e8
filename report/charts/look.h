/* The looks that set groups of one chart or table apart beside their colours: by edge, dash and marker, so that they
 * hold in print without colour. There are HY_LOOKS; the looks of further groups repeat. */
#ifndef HY_REPORT_CHARTS_LOOK_H
#define HY_REPORT_CHARTS_LOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "report/canvas/canvas.h"

enum { HY_LOOKS = 4 };

/* A filled rectangle: plain, outlined, outlined with dashes, hollow. `edge` is the outline's width in points. */
void hy_look_area(struct hy_canvas *c, struct hy_box box, struct hy_color color, size_t look, float edge);

/* A point: round, square, a triangle, a diamond; about 7 points wide. Hollow: an outline filled with paper. */
void hy_look_marker(struct hy_canvas *c, struct hy_point at, struct hy_color color, size_t look, bool hollow);

/* The same, smaller or larger: on a line, of a weight. */
void hy_look_marker_scaled(struct hy_canvas *c, struct hy_point at, struct hy_color color, size_t look, bool hollow,
                           float scale);

/* A line: solid, dashed, dotted, with long dashes. */
struct hy_pen hy_look_pen(struct hy_color color, float width, size_t look);

/* The words for it, as a caption begins: "plain", "outlined" ... (translated) */
enum hy_look_kind { HY_LOOK_AREA, HY_LOOK_MARKER, HY_LOOK_LINE };
const char *hy_look_word(enum hy_look_kind kind, size_t look);

#endif
