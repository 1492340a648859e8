/* A run folder of any size for a test, and the document that the report's pages make of one. */
#ifndef HY_TESTS_REPORT_PAGES_MADE_H
#define HY_TESTS_REPORT_PAGES_MADE_H

#include <stdbool.h>
#include <stddef.h>

#include "report/doc/doc.h"
#include "report/pages/pages.h"

/* A new folder of variants with names of `name` characters and so many seeds; the first is hybrid and the base of all
 * others. `broken`: every third variant has a run that ended with nan, and cells are missing. malloc'd path. */
struct hy_made_run {
    int variants, seeds, steps, name;
    bool broken;
};
char *folder_of(struct hy_made_run run);

/* A document of one page, or of all of them (NULL); what it is of lives beside it. */
struct made_doc {
    struct hy_report r;
    struct hy_doc d;
};
struct made_doc doc_of(const char *dir, void (*page)(struct hy_doc *d, const struct hy_report *r));
void drop_doc(struct made_doc *m);

/* Every text of a document, a line each: paragraphs, cards, titles, captions, cells, facts. malloc'd. */
char *texts_of(const struct hy_doc *d);

const struct hy_figure *figure_called(const struct hy_doc *d, const char *name); /* or NULL */
const struct hy_block *table_called(const struct hy_doc *d, const char *name);   /* or NULL */

#endif
