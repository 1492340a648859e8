/* Hand-made documents for the tests of layout, and what must hold on each of their pages. */
#ifndef HY_TESTS_REPORT_RENDER_PDF_SAMPLE_H
#define HY_TESTS_REPORT_RENDER_PDF_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>

#include "report/canvas/plan.h"
#include "report/doc/doc.h"

struct sample {
    size_t rows, columns; /* of its tables; the first column holds names */
    bool long_names, empty, korean;
    size_t sections; /* beside the first */
};

/* Every kind of block, in each section. */
void sample_make(struct hy_doc *d, const struct sample *k);

/* The first section alone, with as many lines of text as asked for. */
void sample_begin(struct hy_doc *d, size_t lines);

/* A figure whose drawing is a frame and its name. */
struct hy_figure sample_figure(struct hy_doc *d, size_t number, float height);

/* A table "name, numbers ..." of the shape of `k`, anchored as told. */
void sample_table(struct hy_doc *d, const char *anchor, const struct sample *k);

/* The pages of a document, laid out; the test fails where that fails. */
struct hy_canvas *sample_plan(const struct hy_doc *d);
int sample_pages(const struct hy_canvas *plan);

/* No text outside the margins but the footers, and no two on each other. */
void sample_sound(const struct hy_canvas *plan, const char *what);

/* The first text from number `from` on that is `text`; -1: none is. */
long sample_find(const struct hy_canvas *plan, const char *text, size_t from);

bool sample_is_footer(const struct hy_drawn_text *t);

#endif
