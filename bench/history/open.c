#include "bench/history/open.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "bench/history/schema.h"
#include "kernels/base/file.h"

static hy_status folder_above(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path)
        return HY_OK;
    char *folder = hy_format("%.*s", (int)(slash - path), path);
    hy_status status = hy_make_folders(folder);
    free(folder);
    return status;
}

/* WAL: readers and the writer do not wait for each other, and what was not committed is not there. */
static hy_status settle(struct hy_history *h, enum hy_history_mode mode)
{
    const char *sql = mode == HY_HISTORY_WRITE
                          ? "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
                          : "PRAGMA foreign_keys = ON; PRAGMA query_only = ON;";
    sqlite3 *db = hy_history_db(h);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        if (sqlite3_errcode(db) == SQLITE_NOTADB)
            return hy_fail(HY_BAD_INPUT, "%s is no database; name a history with --db", hy_history_path(h));
        return hy_history_failed(h, "opening it");
    }
    return hy_schema_bring(h, mode);
}

hy_status hy_history_open(struct hy_history **out, const char *path, enum hy_history_mode mode)
{
    struct hy_history *h = NULL;
    *out = NULL;
    if (hy_folder_exists(path))
        return hy_fail(HY_BAD_INPUT, "%s is a folder; --db wants a file", path);
    if (mode == HY_HISTORY_READ && !hy_file_exists(path))
        return hy_fail(HY_BAD_INPUT, "there is no history '%s'; `hymbench history add RUN_DIR` makes one", path);
    hy_status status = mode == HY_HISTORY_WRITE ? folder_above(path) : HY_OK;
    if (status == HY_OK)
        status = hy_history_connect(&h, path, mode == HY_HISTORY_WRITE);
    if (status == HY_OK)
        status = settle(h, mode);
    if (status) {
        hy_history_close(h);
        return status;
    }
    *out = h;
    return HY_OK;
}
