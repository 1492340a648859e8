/* A run folder of its own for a test, copied from the fixture. */
#ifndef HY_TESTS_REPORT_FOLDER_H
#define HY_TESTS_REPORT_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#define FIXTURE "tests/data/run_fixture"

/* Makes a new empty folder under the system's temporary one; malloc'd path. */
char *new_folder(void);

/* A copy of the fixture with all its files; malloc'd path. */
char *copy_of_fixture(void);

void remove_folder(char *dir); /* with its files; frees `dir` */
void remove_file(const char *dir, const char *name);
void write_text(const char *dir, const char *name, const char *text);

/* Replaces each `from` in a file of the folder by `to`; returns how often. */
int replace_in(const char *dir, const char *name, const char *from, const char *to);

/* The text of a PDF through pdftotext (layout kept), malloc'd; NULL where the program is missing. */
char *pdf_text(const char *pdf);

#endif
