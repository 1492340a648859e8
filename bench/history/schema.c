#include "bench/history/schema.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kernels/base/file.h"

/* "hymb" in the header of the file tells it from every other program's. */
enum { APPLICATION = 0x68796d62 };

/* Version n is made by running steps[0 .. n). A step that was released is never changed. */
static const char *const steps[] = {
    /* 1: runs, series, points. A point lies beside its series' others in the order of time: what is read together. */
    "CREATE TABLE run (id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, folder TEXT NOT NULL, sha TEXT NOT NULL,"
    " dirty INTEGER NOT NULL, at INTEGER NOT NULL, machine TEXT NOT NULL);"
    "CREATE INDEX run_at ON run (at);"
    "CREATE TABLE series (id INTEGER PRIMARY KEY, metric TEXT NOT NULL, subject TEXT NOT NULL, unit TEXT NOT NULL,"
    " machine TEXT NOT NULL, threads TEXT NOT NULL, precision TEXT NOT NULL, profile TEXT NOT NULL,"
    " conditions TEXT NOT NULL, more_is_better INTEGER NOT NULL, exact INTEGER NOT NULL, timed INTEGER NOT NULL,"
    " UNIQUE (subject, metric, machine, threads, precision, profile, conditions));"
    "CREATE TABLE point (series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE, at INTEGER NOT NULL,"
    " run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE, value REAL NOT NULL, low REAL, high REAL,"
    " samples INTEGER NOT NULL, doubtful INTEGER NOT NULL, PRIMARY KEY (series, at, run)) WITHOUT ROWID;"
    "CREATE INDEX point_run ON point (run);",
    /* 2: what was found, and the yardsticks that tell nights of one machine apart. */
    "ALTER TABLE run ADD COLUMN clock_ns REAL;"
    "ALTER TABLE run ADD COLUMN copy_ns REAL;"
    "CREATE TABLE finding (series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,"
    " bad INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,"
    " good INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE, kind INTEGER NOT NULL, state INTEGER NOT NULL,"
    " worse INTEGER NOT NULL, ratio REAL, low REAL, high REAL, p REAL, how TEXT NOT NULL, at INTEGER NOT NULL,"
    " PRIMARY KEY (series, bad));"
    "CREATE INDEX finding_at ON finding (at);",
};
enum { NEWEST = sizeof steps / sizeof *steps };

static hy_status pragma(struct hy_history *h, const char *name, long *value)
{
    char *sql = hy_format("PRAGMA %s", name);
    sqlite3_stmt *s = hy_history_ask(h, sql, "");
    hy_status status = s && sqlite3_step(s) == SQLITE_ROW ? HY_OK : HY_BAD_INPUT;
    *value = status == HY_OK ? (long)sqlite3_column_int64(s, 0) : 0;
    if (status)
        status = hy_fail(HY_BAD_INPUT, "%s is no history that can be read: %s", hy_history_path(h),
                         sqlite3_errmsg(hy_history_db(h)));
    sqlite3_finalize(s);
    free(sql);
    return status;
}

static hy_status has_tables(struct hy_history *h, bool *some)
{
    sqlite3_stmt *s = hy_history_ask(h, "SELECT count(*) FROM sqlite_master", "");
    if (s == NULL || sqlite3_step(s) != SQLITE_ROW) {
        sqlite3_finalize(s);
        return hy_fail(HY_BAD_INPUT, "%s is no history that can be read: %s", hy_history_path(h),
                       sqlite3_errmsg(hy_history_db(h)));
    }
    *some = sqlite3_column_int(s, 0) > 0;
    sqlite3_finalize(s);
    return HY_OK;
}

/* An older copy of the same version is of an earlier try that did not end. */
static hy_status keep_copy(struct hy_history *h, long version)
{
    char *copy = hy_format("%s.version-%ld", hy_history_path(h), version);
    (void)unlink(copy);
    hy_status status = hy_history_do(h, "VACUUM INTO ?1", "t", copy);
    if (status == HY_OK)
        fprintf(stderr, "hymbench: %s is brought from version %ld to %d; as it was it stays in %s\n",
                hy_history_path(h), version, (int)NEWEST, copy);
    free(copy);
    return status;
}

static hy_status step_up(struct hy_history *h, long version)
{
    char *mark = hy_format("%s PRAGMA user_version = %ld; PRAGMA application_id = %d", steps[version], version + 1,
                           (int)APPLICATION);
    hy_status status = hy_history_begin(h);
    if (status == HY_OK) {
        /* another process may have come first while the lock was waited for */
        long now = version;
        status = pragma(h, "user_version", &now);
        if (status == HY_OK && now == version && sqlite3_exec(hy_history_db(h), mark, NULL, NULL, NULL) != SQLITE_OK)
            status = hy_history_failed(h, "making its tables");
        status = hy_history_end(h, status);
    }
    free(mark);
    return status;
}

hy_status hy_schema_bring(struct hy_history *h, enum hy_history_mode mode)
{
    long version = 0, application = 0;
    bool some = false;
    hy_status status = pragma(h, "user_version", &version);
    if (status == HY_OK)
        status = pragma(h, "application_id", &application);
    if (status == HY_OK)
        status = has_tables(h, &some);
    if (status == HY_OK && some && application != APPLICATION)
        status = hy_fail(HY_BAD_INPUT, "%s is another program's database, no history of hymbench; name one with --db",
                         hy_history_path(h));
    if (status == HY_OK && version > NEWEST)
        status = hy_fail(HY_BAD_INPUT,
                         "%s is a history of version %ld, this program knows %d: use the newer hymbench that wrote it",
                         hy_history_path(h), version, (int)NEWEST);
    if (status || version == NEWEST)
        return status;
    if (mode == HY_HISTORY_READ)
        return some ? hy_fail(HY_BAD_INPUT,
                              "%s is a history of version %ld, this program reads %d: `hymbench history add` with no "
                              "more than a run folder brings it there",
                              hy_history_path(h), version, (int)NEWEST)
                    : hy_fail(HY_BAD_INPUT, "%s holds no history yet; `hymbench history add RUN_DIR` makes one",
                              hy_history_path(h));
    if (some)
        status = keep_copy(h, version);
    for (; version < NEWEST && status == HY_OK; version++)
        status = step_up(h, version);
    return status;
}
