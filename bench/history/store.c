#include "bench/history/store.h"

#include <math.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"

enum { PATIENCE_MS = 10000 };

struct hy_history {
    sqlite3 *db;
    char *path;
};

struct sqlite3 *hy_history_db(struct hy_history *h)
{
    return h->db;
}

const char *hy_history_path(const struct hy_history *h)
{
    return h->path;
}

hy_status hy_history_failed(struct hy_history *h, const char *what)
{
    const int code = sqlite3_errcode(h->db);
    const char *remedy = code == SQLITE_BUSY ? "; another process is writing to it, try again when it has ended" : "";
    return hy_fail(code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? HY_BAD_INPUT : HY_RUN_FAILED, "%s: %s: %s%s",
                   h->path, what, sqlite3_errmsg(h->db), remedy);
}

/* ---- statements ------------------------------------------------------------------------------ */
static int bind(sqlite3_stmt *s, int at, char letter, va_list *values)
{
    switch (letter) {
    case 'i':
        return sqlite3_bind_int64(s, at, va_arg(*values, int64_t));
    case 'd': {
        const double x = va_arg(*values, double);
        return isnan(x) ? sqlite3_bind_null(s, at) : sqlite3_bind_double(s, at, x);
    }
    case 't':
        return sqlite3_bind_text(s, at, va_arg(*values, const char *), -1, SQLITE_TRANSIENT);
    default:
        HY_ASSERT(0, "a letter is i, d or t");
    }
    return SQLITE_MISUSE;
}

static sqlite3_stmt *ask(struct hy_history *h, const char *sql, const char *letters, va_list *values)
{
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(h->db, sql, -1, &s, NULL);
    for (int i = 0; code == SQLITE_OK && letters[i]; i++)
        code = bind(s, i + 1, letters[i], values);
    if (code != SQLITE_OK) {
        (void)hy_history_failed(h, "asking it");
        sqlite3_finalize(s);
        return NULL;
    }
    return s;
}

struct sqlite3_stmt *hy_history_ask(struct hy_history *h, const char *sql, const char *letters, ...)
{
    va_list values;
    va_start(values, letters);
    sqlite3_stmt *s = ask(h, sql, letters, &values);
    va_end(values);
    return s;
}

hy_status hy_history_do(struct hy_history *h, const char *sql, const char *letters, ...)
{
    va_list values;
    va_start(values, letters);
    sqlite3_stmt *s = ask(h, sql, letters, &values);
    va_end(values);
    if (s == NULL)
        return HY_RUN_FAILED;
    int code;
    do
        code = sqlite3_step(s);
    while (code == SQLITE_ROW);
    hy_status status = code == SQLITE_DONE ? HY_OK : hy_history_failed(h, "writing to it");
    sqlite3_finalize(s);
    return status;
}

double hy_history_number(struct sqlite3_stmt *s, int column)
{
    return sqlite3_column_type(s, column) == SQLITE_NULL ? (double)NAN : sqlite3_column_double(s, column);
}

/* ---- connecting ----------------------------------------------------------------------------------- */
hy_status hy_history_connect(struct hy_history **out, const char *path, bool make)
{
    struct hy_history *h = calloc(1, sizeof *h);
    HY_ASSERT(h, "out of memory for a history");
    h->path = hy_format("%s", path);
    /* a reader of a file in WAL mode has to write beside it, which a file system may not allow */
    int code = sqlite3_open_v2(path, &h->db, SQLITE_OPEN_READWRITE | (make ? SQLITE_OPEN_CREATE : 0), NULL);
    if (code != SQLITE_OK && !make) {
        sqlite3_close(h->db);
        code = sqlite3_open_v2(path, &h->db, SQLITE_OPEN_READONLY, NULL);
    }
    if (code == SQLITE_OK) {
        sqlite3_busy_timeout(h->db, PATIENCE_MS);
        *out = h;
        return HY_OK;
    }
    hy_status status =
        hy_fail(HY_BAD_INPUT, "%s cannot be opened: %s", path, h->db ? sqlite3_errmsg(h->db) : "out of memory");
    hy_history_close(h);
    return status;
}

void hy_history_close(struct hy_history *h)
{
    if (h == NULL)
        return;
    sqlite3_close(h->db);
    free(h->path);
    free(h);
}

/* ---- transactions --------------------------------------------------------------------------------- */
hy_status hy_history_begin(struct hy_history *h)
{
    return hy_history_do(h, "BEGIN IMMEDIATE", "");
}

hy_status hy_history_end(struct hy_history *h, hy_status status)
{
    if (status == HY_OK)
        status = hy_history_do(h, "COMMIT", "");
    if (status)
        (void)sqlite3_exec(h->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}
