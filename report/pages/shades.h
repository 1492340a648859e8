/* Colours of what is no variant: ops of a step, kinds of layers, parts of a memory. Muted, so that nobody takes them
 * for variants. Inner header of report/pages. */
#ifndef HY_REPORT_PAGES_SHADES_H
#define HY_REPORT_PAGES_SHADES_H

#include "report/canvas/style.h"

/* An op has the same in every chart and report; one that is not known is grey. Each has a contrast of 3 to 1 on white
 * paper and 2 to 1 on a dark page, for it is a label's colour too; those that usually lie side by side in a step differ
 * in their grey. */
struct hy_color hy_op_shade(const char *op);

/* Areas: the first four and the last differ in their grey. */
enum hy_shade {
    HY_SHADE_GLOBAL, /* attention over everything before */
    HY_SHADE_LOCAL,  /* over a window, with keys and values of its own that others read */
    HY_SHADE_ALONE,  /* the same, and nobody else reads them */
    HY_SHADE_SHARED, /* reads another layer's keys and values */
    HY_SHADE_STATE,  /* convolution and scan */
    HY_SHADE_NONE,   /* what is not there, or not used */
    HY_SHADES
};
struct hy_color hy_shade_of(enum hy_shade shade);

#endif
