/* A page being filled from top to bottom: headings, paragraphs, tables and room
 * for pictures, with a new page whenever the rest does not fit. All pages of the
 * report share its type sizes, margins and greys, which stand here. */
#ifndef HY_REPORT_PDF_SHEET_H
#define HY_REPORT_PDF_SHEET_H

#include <stdbool.h>

#include "report/pdf/look.h"
#include "report/pdf/pdf.h"

#define HY_LEFT_EDGE  54.0f
#define HY_RIGHT_EDGE (HY_PAGE_WIDTH - 54.0f)
#define HY_TEXT_WIDTH (HY_RIGHT_EDGE - HY_LEFT_EDGE)
#define HY_TOP_EDGE   62.0f
#define HY_LOW_EDGE   (HY_PAGE_HEIGHT - 60.0f)

enum { HY_MAX_SECTIONS = 24 };

struct hy_sheet {
    struct hy_pdf *pdf;
    float y; /* where the next thing begins */
    struct {
        const char *title;
        int page;
    } sections[HY_MAX_SECTIONS];
    int section_count;
};

/* The report's ink. */
struct hy_color hy_ink(void);   /* text */
struct hy_color hy_grey(void);  /* captions, axes */
struct hy_color hy_faint(void); /* grid lines, rules */
struct hy_text_style hy_style(enum hy_font font, float size, struct hy_color color, enum hy_align align);

/* A chapter heading with a bookmark and an entry in the contents: on this page when `room`
 * points are left below the heading, else at the top of a new one. */
void hy_sheet_section(struct hy_sheet *s, const char *title, float room);
/* Inside a section; `keep` points of what follows stay on its page. */
void hy_sheet_heading(struct hy_sheet *s, const char *title, float keep);

/* Goes to a new page unless `height` points are left on this one. */
void hy_sheet_need(struct hy_sheet *s, float height);
float hy_sheet_room(const struct hy_sheet *s);
float hy_sheet_take(struct hy_sheet *s, float height); /* hy_sheet_need, then the top of that room */
void hy_sheet_space(struct hy_sheet *s, float height);

enum hy_paragraph {
    HY_BODY,
    HY_CAPTION, /* under a figure or table: how to read it, which way is better */
    HY_MISSING, /* one line that says what the section lacks */
    HY_WARNING, /* in a tinted box */
};
void hy_sheet_paragraph(struct hy_sheet *s, enum hy_paragraph kind, const char *text);

/* Wrapped text in a box; returns its height. `draw` false only measures. */
float hy_sheet_wrapped(struct hy_sheet *s, float x, float y, float width, const struct hy_text_style *style,
                       float leading, const char *text, bool draw);

/* ---- tables -------------------------------------------------------------------- */
struct hy_grid_column {
    const char *title; /* '\n' breaks it into two lines */
    float width;       /* points; 0 = an equal share of what the others leave */
    enum hy_align align;
};

struct hy_grid {
    struct hy_sheet *sheet;
    const struct hy_grid_column *columns;
    int count;
    float size, row_height;
    float left[24], width[24]; /* of each column */
    float row_top;             /* of the row drawn last */
};

struct hy_grid_look {
    bool bold, muted, rule_above;
    unsigned grey_cells;           /* bit i: cell i is grey */
    const struct hy_color *swatch; /* a square before the first cell */
    size_t look;                   /* of the swatch: pdf/look.h */
};

void hy_grid_begin(struct hy_grid *g, struct hy_sheet *s, const struct hy_grid_column *columns, int count, float size);
void hy_grid_row(struct hy_grid *g, const char *const *cells, const struct hy_grid_look *look); /* look may be NULL */
void hy_grid_end(struct hy_grid *g);

#endif
