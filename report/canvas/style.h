/* Colours, fonts, pens, points and boxes of everything that is drawn: values that know no document. */
#ifndef HY_REPORT_CANVAS_STYLE_H
#define HY_REPORT_CANVAS_STYLE_H

#include <stdbool.h>

#define HY_PAGE_WIDTH  595.28f
#define HY_PAGE_HEIGHT 841.89f

struct hy_color {
    float r, g, b; /* each 0 to 1 */
};
struct hy_color hy_rgb(unsigned hex);                           /* 0x1f77b4 */
struct hy_color hy_tint(struct hy_color color, float strength); /* mixed with white: 1 = color, 0 = white */
bool hy_color_is_dark(struct hy_color color);                   /* white text reads better on it */

/* The report's own inks, which a dark page turns round; data has colours of its own. */
struct hy_color hy_ink(void);   /* text */
struct hy_color hy_grey(void);  /* captions, axes */
struct hy_color hy_faint(void); /* grid lines, rules */
struct hy_color hy_paper(void); /* the inside of hollow markers */

/* Text on one of data's colours: white or near black, which no page turns round. */
struct hy_color hy_ink_on(struct hy_color fill);

enum hy_font { HY_SANS, HY_BOLD, HY_MONO, HY_FONTS };
enum hy_align { HY_LEFT, HY_CENTER, HY_RIGHT };

struct hy_text_style {
    enum hy_font font;
    float size; /* points */
    struct hy_color color;
    enum hy_align align; /* which point of the text the given x is */
};
struct hy_text_style hy_style(enum hy_font font, float size, struct hy_color color, enum hy_align align);

struct hy_pen {
    struct hy_color color;
    float width;   /* points */
    float on, off; /* dash lengths in points; 0, 0 = solid */
};

struct hy_point {
    float x, y; /* points */
};

struct hy_box {
    float x, y, width, height; /* points, from the top left corner */
};

#endif
