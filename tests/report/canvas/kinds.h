/* The three kinds of canvas, one after the other, and what other programs say of a PDF. */
#ifndef HY_TESTS_REPORT_CANVAS_KINDS_H
#define HY_TESTS_REPORT_CANVAS_KINDS_H

#include <stdbool.h>

#include "report/canvas/pdf.h"
#include "report/canvas/plan.h"
#include "report/canvas/svg.h"

enum kind { KIND_PDF, KIND_SVG, KIND_PLAN, KINDS };

/* Begun on its first page; a PDF of kind_close() goes to nowhere. */
struct hy_canvas *kind_open(enum kind kind);
void kind_close(struct hy_canvas *c, enum kind kind);

struct hy_canvas *pdf_open(void); /* of English, on its first page */

/* Finishes a PDF in a folder of its own; its path, malloc'd, for pdf_remove(). */
char *pdf_close(struct hy_canvas *c);
void pdf_remove(char *path);

/* What a command prints, errors too, malloc'd, with `path` for %s in it; fails the test where it fails. NULL where the
 * program, its first word, is not installed. */
char *said(const char *command, const char *path);
#endif
