/* The figures of every night in one SQLite file: runs, series, their points, and what was found in them.
 *
 * Two may write at once (WAL, each addition one transaction), a process that is killed leaves nothing half-written, and
 * an older file is brought to this program's version after a copy of it was kept. */
#ifndef HY_BENCH_HISTORY_STORE_H
#define HY_BENCH_HISTORY_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/base/status.h"

struct hy_history; /* an open file */
enum hy_history_mode { HY_HISTORY_READ, HY_HISTORY_WRITE };
struct sqlite3;
struct sqlite3_stmt;

void hy_history_close(struct hy_history *h); /* NULL is fine */

/* One addition or change as a whole: the lock is waited for, ten seconds at most (HY_RUN_FAILED). `status` is what
 * became of what stands between: HY_OK is kept, anything else undone; it is returned, or what went wrong in keeping. */
hy_status hy_history_begin(struct hy_history *h);
hy_status hy_history_end(struct hy_history *h, hy_status status);

/* ---- for this folder's own files --------------------------------------------------------- */

/* Connects to a file without looking into it; HY_BAD_INPUT where it cannot be opened. Who opens a history calls
 * hy_history_open() (open.h). */
hy_status hy_history_connect(struct hy_history **h, const char *path, bool make);
struct sqlite3 *hy_history_db(struct hy_history *h);
const char *hy_history_path(const struct hy_history *h);

/* A statement of `sql`, with the values behind it bound to ?1, ?2, ... by a letter each: i int64_t, d double (NaN is
 * NULL), t text (NULL is NULL). The caller finalizes it. NULL and hy_error() where it cannot be made. */
struct sqlite3_stmt *hy_history_ask(struct hy_history *h, const char *sql, const char *letters, ...);

/* The same, run to its end. */
hy_status hy_history_do(struct hy_history *h, const char *sql, const char *letters, ...);

/* A column of the row in hand; NaN of NULL. */
double hy_history_number(struct sqlite3_stmt *s, int column);

/* HY_RUN_FAILED with SQLite's words. */
hy_status hy_history_failed(struct hy_history *h, const char *what);

#endif
