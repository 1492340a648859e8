/* The names of a chart's parts below it, for charts whose parts are too many or too small to be named where they are.
 */
#ifndef HY_REPORT_CHARTS_LEGEND_H
#define HY_REPORT_CHARTS_LEGEND_H

#include <stddef.h>

#include "report/charts/charts.h"

/* Points that its lines take in a box of that width; no more than `most`. */
float hy_legend_height(struct hy_canvas *c, struct hy_type type, float width, const struct hy_part *part, size_t parts,
                       float most);

/* Draws it into a box of that height; what has no room is counted at its end. */
void hy_legend_draw(struct hy_canvas *c, struct hy_box box, struct hy_type type, const struct hy_part *part,
                    size_t parts);

/* About what it takes where nothing can be measured. */
float hy_legend_guess(struct hy_type type, float width, const struct hy_part *part, size_t parts);
float hy_text_guess(float size, const char *text); /* the width of a text, in points */

#endif
