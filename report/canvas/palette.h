/* One colour per variant, the same in every chart and table.
 *
 * The first eight keep near the hues of Okabe and Ito (2008), which those who see no red or no green tell apart; a
 * violet stands for their black, and yellow became a brown. Their lightness was searched for: every colour has a
 * contrast of 3 to 1 on white paper and 2 to 1 on a dark page, and neighbours differ in lightness as they must in grey
 * print. tests/report/charts/test_palette.c holds them to it. */
#ifndef HY_REPORT_CANVAS_PALETTE_H
#define HY_REPORT_CANVAS_PALETTE_H

#include <stddef.h>

#include "report/canvas/style.h"

enum { HY_PALETTE = 20 };

/* The i-th of `of` colours. It depends on `of` only where there are more than HY_PALETTE: they come again in tints, so
 * far apart that all are different. */
struct hy_color hy_palette(size_t i, size_t of);

#endif
