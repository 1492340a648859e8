/* A file that `nsys export --type sqlite` wrote: opened for reading and checked before anything is taken from it.
 *
 * Tables and columns come and go with the versions of nsys: tables are made only where there is something to put into
 * them, and columns are added. What is needed is asked for by name; what may be absent reads as NULL. */
#ifndef HY_BENCH_NSIGHT_EXPORT_H
#define HY_BENCH_NSIGHT_EXPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/base/status.h"

struct sqlite3;
struct sqlite3_stmt;

struct hy_export {
    struct sqlite3 *db;
    char *path;
    char schema[32];  /* "3.16.1", as the file says; "" where it does not: before 2022 */
    char product[48]; /* of nsys, "2024.6.2.225"; "" likewise */
    char gpu[96];     /* the first one's name; "" where it was not noted */
};

/* HY_BAD_INPUT: no file, none of SQLite's, torn, no export of nsys, or of a schema that lacks a column. HY_NO_DATA: an
 * export without NVTX ranges, without work of a GPU, or without the calls that launched it. On failure *e is empty. */
hy_status hy_export_open(struct hy_export *e, const char *path);
void hy_export_close(struct hy_export *e); /* zeroed is fine */

bool hy_export_has(const struct hy_export *e, const char *table);
bool hy_export_has_column(const struct hy_export *e, const char *table, const char *column);

/* SELECT of `columns` (NULL ends them) of a table in the file's order, NULL in the place of those it has not; `where`
 * is SQL or NULL. NULL with the sentence where the file cannot be read. */
struct sqlite3_stmt *hy_export_select(struct hy_export *e, const char *table, const char *const *columns,
                                      const char *where);

/* The next row: false behind the last one, and where the file is damaged (*status is then set). */
bool hy_export_row(struct hy_export *e, struct sqlite3_stmt *s, hy_status *status);

/* The text of StringIds' row `id` into `text`; "" where there is none. */
void hy_export_string(struct hy_export *e, long long id, char *text, size_t size);

#endif
