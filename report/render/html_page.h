/* The page being written, and its parts. Inner header of report/render. */
#ifndef HY_REPORT_RENDER_HTML_PAGE_H
#define HY_REPORT_RENDER_HTML_PAGE_H

#include <stdio.h>

#include "kernels/base/status.h"
#include "report/doc/doc.h"

/* Swatches of table rows: the same one again and again. */
struct hy_swatches {
    struct hy_swatch {
        struct hy_color color;
        size_t look;
        char *svg; /* owned */
    } * item;
    size_t count, room;
};
/* Its drawing, which lives as the list does. Errors as hy_svg_open(). */
hy_status hy_swatch_svg(struct hy_swatches *s, struct hy_color color, size_t look, const char **svg);
void hy_swatches_fini(struct hy_swatches *s);

struct hy_html {
    FILE *out;
    const struct hy_doc *doc;
    struct hy_swatches swatches;
    const char *heading; /* the last one: what the table below it is called */
};

/* Each writes one block of its kind. */
void hy_html_heading(struct hy_html *h, const struct hy_block *b);
void hy_html_paragraph(struct hy_html *h, const struct hy_block *b);
void hy_html_cards(struct hy_html *h, const struct hy_block *b);
void hy_html_facts(struct hy_html *h, const struct hy_block *b);
hy_status hy_html_figures(struct hy_html *h, const struct hy_block *b); /* errors as hy_svg_open() */
hy_status hy_html_table(struct hy_html *h, const struct hy_block *b);   /* errors as hy_svg_open() */

/* ` id="anchor"`; NULL: nothing. */
void hy_html_id(struct hy_html *h, const char *anchor);

/* `<a href="#anchor">` and true; nothing and false where it is NULL or leads nowhere. */
bool hy_html_link(struct hy_html *h, const char *anchor);

#endif
