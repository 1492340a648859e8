/* A report as a list of blocks, whoever shows it: pages and findings write it (report/pages), and a PDF, an HTML page
 * or a Markdown summary is made of it (report/render). It holds no layout but what a reader would miss without it.
 *
 * All texts and structs handed over live as long as the document: literals, or in its arena. */
#ifndef HY_REPORT_DOC_DOC_H
#define HY_REPORT_DOC_DOC_H

#include <stdbool.h>
#include <stddef.h>

#include "report/canvas/arena.h"
#include "report/canvas/canvas.h"
#include "report/doc/say.h"

/* ---- blocks ------------------------------------------------------------------------ */
enum hy_paragraph {
    HY_LEAD, /* the question, or the answer in one sentence: larger */
    HY_BODY,
    HY_CAPTION, /* under a table: how to read it, which way is better */
    HY_MISSING, /* one line that says what the section lacks */
    HY_WARNING, /* in a tinted box */
    HY_CODE,    /* commands and literal text, line breaks kept, in the font of a terminal */
};

/* A headline figure. */
struct hy_card {
    const char *label; /* "Best model" */
    const char *value; /* "Hybrid-Mine", "−3.2 %" */
    const char *range; /* its interval, or why there is none; "" */
    const char *note;  /* what it rests on, a sentence; "" */
    const char *link;  /* an anchor; NULL */
};

/* A drawing. */
struct hy_figure {
    const char *name;    /* [a-z0-9-]: its anchor, and charts/<name>.svg */
    const char *title;   /* above it: what is drawn */
    const char *caption; /* below it: what to see, which way is better */
    float height;        /* points of the drawing, without title and caption */
    void (*draw)(struct hy_canvas *c, struct hy_box box, const void *chart);
    const void *chart; /* e.g. a struct hy_dots and hy_dots_draw: report/charts */
};

struct hy_column {
    const char *title; /* '\n' may break it into two lines */
    float width;       /* points at a text width of 487; 0: an equal share of what the others leave */
    enum hy_align align;
};

/* A cell; plain text has a NaN value. The functions below make them. */
struct hy_cell {
    const char *text;
    double value;     /* what the text shows: sorts, and is held against the table that it came from */
    const char *link; /* an anchor; NULL */
    bool grey;
    const char *table, *column; /* the CSV file and column that the value was read from; NULL: computed */
    size_t row;                 /* its row there */
};

struct hy_row_look {
    bool bold, muted, rule_above;
    const struct hy_color *swatch; /* before the first cell; NULL: none */
    size_t look;                   /* of the swatch: charts/look.h */
    const char *anchor;            /* this row's; NULL */
};

struct hy_row {
    const struct hy_cell *cells; /* (columns of its table) */
    struct hy_row_look look;
};

struct hy_fact {
    const char *label, *value;
};

enum hy_block_kind {
    HY_BLOCK_SECTION,   /* text: title, name: anchor */
    HY_BLOCK_HEADING,   /* the same inside a section */
    HY_BLOCK_PARAGRAPH, /* paragraph, text */
    HY_BLOCK_CARDS,     /* card (count), in one row of 2 to 4, or several */
    HY_BLOCK_FIGURES,   /* figure (count) side by side, of equal width; 1 to 4 */
    HY_BLOCK_TABLE,     /* name, column (count), row (rows) */
    HY_BLOCK_FACTS,     /* fact (count): labels and values in two columns */
};

struct hy_block {
    enum hy_block_kind kind;
    enum hy_paragraph paragraph;
    const char *name, *text;
    bool new_page; /* sections: begins one in print, unless much of the page before it is free */
    const struct hy_card *card;
    const struct hy_figure *figure;
    const struct hy_column *column;
    struct hy_row *row; /* grows */
    const struct hy_fact *fact;
    size_t count, rows, room;
};

struct hy_doc {
    struct hy_arena arena;
    const char *title, *subtitle, *subject;
    const char *footer; /* at the foot of each page: run and corpus */
    struct hy_block *block;
    size_t count, room;
    const char **anchor; /* (anchors) sorted: each is given once */
    size_t anchors, anchor_room;
};

void hy_doc_fini(struct hy_doc *d);                                 /* zeroed is an empty document */
bool hy_doc_has_anchor(const struct hy_doc *d, const char *anchor); /* NULL: no */

/* ---- writing ------------------------------------------------------------------------- */
/* Anchors are [a-z0-9-]; a section's is linked from the contents, bookmarks and the page's navigation. The first
 * section is the page on which a busy reader can stop, and has the title above it. */
void hy_doc_section(struct hy_doc *d, const char *anchor, const char *title, bool new_page);
void hy_doc_heading(struct hy_doc *d, const char *anchor, const char *title);
void hy_doc_paragraph(struct hy_doc *d, enum hy_paragraph kind, const char *text);
void hy_doc_cards(struct hy_doc *d, const struct hy_card *cards, size_t count);
void hy_doc_figures(struct hy_doc *d, const struct hy_figure *figures, size_t count); /* copies the structs */
void hy_doc_facts(struct hy_doc *d, const struct hy_fact *facts, size_t count);       /* copies the structs */

void hy_doc_table(struct hy_doc *d, const char *anchor, const struct hy_column *columns, size_t count); /* copies */
void hy_doc_row(struct hy_doc *d, const struct hy_cell *cells, const struct hy_row_look *look); /* of the table begun
                                                      last, with as many cells; copies; look may be NULL: plain */

/* hy_arena_format() in its arena. */
const char *hy_doc_format(struct hy_doc *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void *hy_doc_alloc(struct hy_doc *d, size_t bytes); /* zeroed */

/* ---- cells ----------------------------------------------------------------------------- */
struct hy_csv;
struct hy_cell hy_cell_text(const char *text);                              /* "" shows as a dash */
struct hy_cell hy_cell_fixed(struct hy_doc *d, double value, int decimals); /* a dash where not finite */
struct hy_cell hy_cell_ppl(struct hy_doc *d, double value);                 /* number.h */
struct hy_cell hy_cell_short(struct hy_doc *d, double value);               /* three significant digits */
struct hy_cell hy_cell_percent(struct hy_doc *d, double value);             /* signed */
struct hy_cell hy_cell_bytes(struct hy_doc *d, double value);               /* KiB, MiB */
struct hy_cell hy_cell_shown(const char *text, double value);               /* a text made by the caller */
/* A cell of a table of the run as its own number, with the place it came from. */
struct hy_cell hy_cell_of(struct hy_doc *d, const struct hy_csv *t, size_t row, const char *column, int decimals);
struct hy_cell hy_cell_from(struct hy_cell cell, const struct hy_csv *t, size_t row, const char *column); /* marks it */
struct hy_cell hy_cell_linked(struct hy_cell cell, const char *anchor);
struct hy_cell hy_cell_greyed(struct hy_cell cell);

#endif
