/* A small document with every kind of block, and names that every format would take for its own markup. */
#ifndef HY_TESTS_REPORT_RENDER_AWKWARD_H
#define HY_TESTS_REPORT_RENDER_AWKWARD_H

#include <stdbool.h>
#include <stdio.h>

#include "report/doc/doc.h"

#define AWKWARD "<b>A & B</b> | `c` \"d\" 'e' *f* _g_ \\h $i$ [j](k) ~l~ &lt;"
#define AWKWARD_KOREAN \
    "\xED\x95\x98\xEC\x9D\xB4\xEB\xB8\x8C\xEB\xA6\xAC\xEB\x93\x9C <\xEB\xAA\xA8\xEB\x8D\xB8> | \xEA\xB0\x80"

/* Three sections; the second has a table whose rows are in two groups, and links that lead to its rows. */
void awkward_document(struct hy_doc *d);

/* Calls `found` with each text of the document that a reader sees, in order; those inside drawings are not among them.
 */
void awkward_texts(const struct hy_doc *d, void (*found)(const char *text, void *user), void *user);

/* Whether xmllint finds a file well-formed; a test is skipped where it is not installed. */
bool xml_is_well_formed(const char *path);

/* Writes the character that HTML text begins with, entities read; returns what follows it. */
const char *html_letter(FILE *out, const char *s);

char *file_text(const char *path); /* malloc'd */
int count_of(const char *text, const char *part);

#endif
