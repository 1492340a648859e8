/* The pages of the printed report as they fill from the top: where the next block goes, and what begins and ends a
 * page. Inner header of the PDF renderer, whose files draw one kind of block each.
 *
 * A block has a lead: the height that must be free for it to begin, with so much of what follows as must not be parted
 * from it. Where pages end depends on the document and the fonts alone, never on page numbers: a pass on a canvas that
 * draws nothing learns those for the pass that counts. */
#ifndef HY_REPORT_RENDER_PDF_SHEET_H
#define HY_REPORT_RENDER_PDF_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "report/canvas/canvas.h"
#include "report/doc/doc.h"

#define HY_MARGIN     54.0f
#define HY_TEXT_WIDTH (HY_PAGE_WIDTH - 2 * HY_MARGIN)
#define HY_RIGHT_EDGE (HY_PAGE_WIDTH - HY_MARGIN)
#define HY_LOW_EDGE   (HY_PAGE_HEIGHT - HY_MARGIN)
#define HY_PAGE_ROOM  (HY_PAGE_HEIGHT - 2 * HY_MARGIN)

/* A table as it is set: what is the same for all its rows. */
struct hy_grid {
    const struct hy_block *block; /* of this table; NULL: of none yet */
    float size;                   /* of its text, points */
    float header;                 /* height of its header */
    float indent;                 /* of the first column, where rows have swatches */
    float width;                  /* of all columns and the gaps between them */
    float *left, *column;         /* (columns) left edges and widths */
};

struct hy_sheet {
    struct hy_canvas *canvas;
    const struct hy_doc *doc;
    bool pdf;                     /* the canvas is one of hy_pdf_open(), else of hy_plan_open() */
    const struct hy_canvas *plan; /* of the pass before; NULL: there was none, page numbers are not known yet */
    int page, pages;              /* the present page, from 0; how many the pass before made */
    float y;                      /* top of the next block */
    float top;                    /* where the page begins: below the contents where they stand on top */
    struct hy_grid grid;          /* of the table asked for last */
};

/* ---- pages -------------------------------------------------------------------------- */
void hy_sheet_new_page(struct hy_sheet *s);
void hy_sheet_end_page(struct hy_sheet *s);
float hy_sheet_room(const struct hy_sheet *s);

/* A new page begins unless `height` is free on this one, or nothing stands on it yet. */
void hy_sheet_need(struct hy_sheet *s, float height);

void hy_sheet_link(struct hy_sheet *s, struct hy_box box, const char *anchor); /* none where it leads nowhere */
void hy_sheet_bookmark(struct hy_sheet *s, int level, const char *title, const char *anchor);

/* ---- text ----------------------------------------------------------------------------- */
struct hy_setting {
    struct hy_text_style style;
    float leading; /* points from line to line */
};

/* The lines of a text in a column of `width`, each aligned in it as the style says; none past the `most`-th, which ends
 * in an ellipsis then (0: all lines). Returns their number; measure only counts. */
size_t hy_sheet_count(struct hy_sheet *s, const struct hy_setting *k, const char *text, float width, size_t most);
size_t hy_sheet_lines(struct hy_sheet *s, const struct hy_setting *k, const char *text, struct hy_point at, float width,
                      size_t most);

/* The next line of a text that is too long for one column: sets it, and returns the rest ("" at the end). */
const char *hy_sheet_line(struct hy_sheet *s, const struct hy_setting *k, const char *text, struct hy_point at,
                          float width);

/* ---- blocks: number `i` of the document -------------------------------------------------- */
float hy_sheet_lead(struct hy_sheet *s, size_t i); /* of any kind; 0 behind the last */
float hy_sheet_tail(struct hy_sheet *s, size_t i); /* height of the caption that stands behind it; 0: none does */

void hy_sheet_title(struct hy_sheet *s); /* of the report, on top of the first page */
void hy_sheet_contents(struct hy_sheet *s);
void hy_sheet_section(struct hy_sheet *s, size_t i);
float hy_sheet_section_height(struct hy_sheet *s, const struct hy_block *b);
void hy_sheet_heading(struct hy_sheet *s, size_t i);
float hy_sheet_heading_height(struct hy_sheet *s, const struct hy_block *b);

void hy_sheet_paragraph(struct hy_sheet *s, size_t i);
float hy_sheet_paragraph_lead(struct hy_sheet *s, size_t i);
float hy_sheet_paragraph_height(struct hy_sheet *s, const struct hy_block *b);

void hy_sheet_cards(struct hy_sheet *s, const struct hy_block *b);
float hy_sheet_cards_lead(struct hy_sheet *s, const struct hy_block *b);
void hy_sheet_facts(struct hy_sheet *s, const struct hy_block *b);
float hy_sheet_facts_lead(struct hy_sheet *s, const struct hy_block *b);

void hy_sheet_figures(struct hy_sheet *s, size_t i);
float hy_sheet_figures_lead(struct hy_sheet *s, size_t i);

void hy_sheet_table(struct hy_sheet *s, size_t i);
float hy_sheet_table_lead(struct hy_sheet *s, size_t i);

/* ---- tables -------------------------------------------------------------------------------- */
/* Places the columns: wide enough for every number, and for texts as far as there is room. */
void hy_grid_place(struct hy_sheet *s, struct hy_grid *g, const struct hy_block *table);

#endif
