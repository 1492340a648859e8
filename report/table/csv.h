/* RFC 4180 tables: a strict reader through libcsv, and a writer that quotes only
 * where it must. Numbers are written and read in the C locale, whatever the
 * process's locale is. */
#ifndef HY_REPORT_TABLE_CSV_H
#define HY_REPORT_TABLE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "kernels/base/status.h"

/* A parsed table. Every row has exactly `columns` cells; the header is no row. */
struct hy_csv {
    char *name;     /* what errors call it, usually the path */
    char **header;  /* (columns) in text */
    char **cells;   /* (rows, columns) row-major, in text, NUL-terminated, never NULL */
    char *text;     /* owned: all of them behind one another */
    size_t *lines;  /* (rows) the line of the file where the row begins, from 1 */
    size_t columns; /* at least 1 after a successful read */
    size_t rows;
    size_t torn_line; /* the line of an append-only log that was cut off while being written, and left out; 0: none */
};

/* How the file came to be decides what its last line may look like. */
enum hy_csv_origin {
    HY_CSV_COMPLETE, /* written in one piece: the last row may lack its line end, nothing may be broken */
    HY_CSV_APPENDED, /* an append-only log: a last row without line end is a torn write and is left out */
};

/* Reads a whole file. HY_BAD_INPUT with file and line for: no header, a quote
 * left open, text after a closing quote, a quote inside a bare field, a row with
 * the wrong number of cells, a NUL byte, a column name given twice. A byte-order
 * mark is dropped, LF and CRLF both end rows, blank lines are skipped. On
 * failure *t is empty and needs no _fini (which is legal all the same). */
hy_status hy_csv_read(struct hy_csv *t, const char *path, enum hy_csv_origin origin);

/* The same from memory. `chunk` is how many bytes libcsv sees at a time (0 = all):
 * the result never depends on it, which the tests check. */
hy_status hy_csv_parse(struct hy_csv *t, const char *name, const char *data, size_t bytes, size_t chunk,
                       enum hy_csv_origin origin);
void hy_csv_fini(struct hy_csv *t);

/* Leaves out the rows whose keep (rows) is false. */
void hy_csv_keep(struct hy_csv *t, const bool *keep);

/* Index of the column called `name`, or -1. */
int hy_csv_column(const struct hy_csv *t, const char *name);

/* The first of names (n) that no column has; NULL: all are there. */
const char *hy_csv_lacks(const struct hy_csv *t, const char *const *names, size_t n);

/* The cell as text; "" when `column` is -1, so that a missing column reads like empty cells. */
const char *hy_csv_text(const struct hy_csv *t, size_t row, int column);

/* The cell as a number; NaN when it is empty, no number, or column is -1. */
double hy_csv_number(const struct hy_csv *t, size_t row, int column);

/* The same two by column name. */
const char *hy_csv_text_of(const struct hy_csv *t, size_t row, const char *name);
double hy_csv_number_of(const struct hy_csv *t, size_t row, const char *name);

/* Bytes of `data` up to and including its last complete row: where an
 * append-only log that was torn by a crash has to be cut before more is added. */
size_t hy_csv_complete_bytes(const char *data, size_t bytes);

/* Text as a number in the C locale, blanks not allowed; NaN when it is none. */
double hy_csv_to_number(const char *text);

/* Writes cells, separators and line ends (LF) to a stream it does not own.
 * Errors of the stream stay in ferror(stream) for whoever commits the file. */
struct hy_csv_writer {
    FILE *stream; /* borrowed */
    size_t cells; /* in the row begun */
    size_t rows;  /* ended */
};
void hy_csv_writer_init(struct hy_csv_writer *w, FILE *stream);
void hy_csv_put_text(struct hy_csv_writer *w, const char *text); /* NULL is an empty cell */
void hy_csv_put_integer(struct hy_csv_writer *w, int64_t value);
void hy_csv_put_float(struct hy_csv_writer *w, double value); /* 9 significant digits; NaN, Inf: an empty cell */
void hy_csv_put_missing(struct hy_csv_writer *w);             /* not measured: an empty cell */
void hy_csv_end_row(struct hy_csv_writer *w);

/* printf's %.<digits>g of a finite number in the C locale, at most 31 characters and a NUL. */
void hy_csv_format(char text[32], double value, int digits);

#endif
