/* A run folder of its own for a test, copied from the fixture. */
#ifndef HY_TESTS_REPORT_FOLDER_H
#define HY_TESTS_REPORT_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/base/status.h"

#define FIXTURE "tests/data/run_fixture"

/* Makes a new empty folder under the system's temporary one; malloc'd path. */
char *new_folder(void);

/* A copy of the fixture with all its files; malloc'd path. */
char *copy_of_fixture(void);

void remove_folder(char *dir); /* with all that is in it; frees `dir` */
void remove_file(const char *dir, const char *name);
void write_text(const char *dir, const char *name, const char *text);

/* Replaces each `from` in a file of the folder by `to`; returns how often. */
int replace_in(const char *dir, const char *name, const char *from, const char *to);

/* hy_report_build() of a folder into one file. */
hy_status build_report(const char *dir, const char *out);

/* The text of a PDF through pdftotext (layout kept), malloc'd; NULL where the program is missing. */
char *pdf_text(const char *pdf);

/* The same in the order of reading, a blank wherever there are blanks or a line ends: for sentences. */
char *pdf_words(const char *pdf);

#endif
