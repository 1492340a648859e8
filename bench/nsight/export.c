#include "bench/nsight/export.h"

#include <errno.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kernels/base/file.h"

static const char KNOWN[] = "nsys 2021.5 to 2026.1";
enum { NEWEST_SCHEMA = 3, HEADER = 100 };

/* ---- asking ------------------------------------------------------------------------------------- */
static hy_status damaged(const struct hy_export *e)
{
    return hy_fail(HY_BAD_INPUT, "%s is damaged: %s; export it again", e->path, sqlite3_errmsg(e->db));
}

/* Whether the query, with up to two texts, has a row; its first column into `text` where that is wanted. */
static bool query(const struct hy_export *e, const char *sql, const char *a, const char *b, char *text, size_t size)
{
    sqlite3_stmt *s = NULL;
    bool any = false;
    if (sqlite3_prepare_v2(e->db, sql, -1, &s, NULL) == SQLITE_OK) {
        sqlite3_bind_text(s, 1, a, -1, SQLITE_STATIC);
        if (b)
            sqlite3_bind_text(s, 2, b, -1, SQLITE_STATIC);
        any = sqlite3_step(s) == SQLITE_ROW;
        const char *value = any ? (const char *)sqlite3_column_text(s, 0) : NULL;
        if (text && value)
            snprintf(text, size, "%s", value);
    }
    sqlite3_finalize(s);
    return any;
}

bool hy_export_has(const struct hy_export *e, const char *table)
{
    return query(e, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", table, NULL, NULL, 0);
}

bool hy_export_has_column(const struct hy_export *e, const char *table, const char *column)
{
    return query(e, "SELECT 1 FROM pragma_table_info(?) WHERE name = ?", table, column, NULL, 0);
}

struct sqlite3_stmt *hy_export_select(struct hy_export *e, const char *table, const char *const *columns,
                                      const char *where)
{
    sqlite3_stmt *s = NULL;
    char *sql = hy_format("SELECT ");
    for (const char *const *c = columns; *c; c++) {
        const bool there = hy_export_has_column(e, table, *c);
        char *longer = there ? hy_format("%s%s[%s]", sql, c > columns ? ", " : "", *c)
                             : hy_format("%s%sNULL", sql, c > columns ? ", " : "");
        free(sql);
        sql = longer;
    }
    char *whole = hy_format("%s FROM [%s]%s%s", sql, table, where ? " WHERE " : "", where ? where : "");
    if (sqlite3_prepare_v2(e->db, whole, -1, &s, NULL) != SQLITE_OK)
        (void)damaged(e);
    free(whole);
    free(sql);
    return s;
}

bool hy_export_row(struct hy_export *e, struct sqlite3_stmt *s, hy_status *status)
{
    const int code = sqlite3_step(s);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        *status = damaged(e);
    return code == SQLITE_ROW;
}

void hy_export_string(struct hy_export *e, long long id, char *text, size_t size)
{
    sqlite3_stmt *s = NULL;
    text[0] = '\0';
    if (sqlite3_prepare_v2(e->db, "SELECT value FROM StringIds WHERE id = ?", -1, &s, NULL) == SQLITE_OK) {
        sqlite3_bind_int64(s, 1, id);
        const char *value = sqlite3_step(s) == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : NULL;
        snprintf(text, size, "%s", value ? value : "");
    }
    sqlite3_finalize(s);
}

/* ---- what the file is ------------------------------------------------------------------------------ */
static unsigned long big_endian(const unsigned char *at, int bytes)
{
    unsigned long value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

/* SQLite itself says of a file cut short only that it is malformed, and only where it looks. */
static hy_status check_file(const char *path)
{
    unsigned char h[HEADER] = {0};
    struct stat info;
    FILE *in = fopen(path, "rb");
    if (!in || fstat(fileno(in), &info) != 0 || S_ISDIR(info.st_mode)) {
        const char *why = in ? "it is a folder, a file is needed" : strerror(errno);
        if (in)
            fclose(in);
        return hy_fail(HY_BAD_INPUT, "cannot read '%s': %s", path, why);
    }
    const size_t read = fread(h, 1, sizeof h, in);
    fclose(in);
    if (read < sizeof h || memcmp(h, "SQLite format 3", 16) != 0)
        return hy_fail(HY_BAD_INPUT,
                       "%s is no SQLite file; make one of a report with `nsys export --type sqlite REPORT.nsys-rep`",
                       path);
    const unsigned long page = big_endian(h + 16, 2) == 1 ? 65536 : big_endian(h + 16, 2);
    const unsigned long pages = memcmp(h + 24, h + 92, 4) == 0 ? big_endian(h + 28, 4) : 0;
    if ((unsigned long)info.st_size < page * pages)
        return hy_fail(HY_BAD_INPUT, "%s is torn: it has %lld of %lu bytes; copy or export it again", path,
                       (long long)info.st_size, page * pages);
    return HY_OK;
}

static void read_versions(struct hy_export *e)
{
    static const char *const tables[] = {"META_DATA_EXPORT", "EXPORT_META_DATA"};
    for (size_t i = 0; i < sizeof tables / sizeof *tables && !e->schema[0]; i++) {
        char *sql = hy_format("SELECT value FROM [%s] WHERE name = ?", tables[i]);
        if (!query(e, sql, "EXPORT_SCHEMA_VERSION", NULL, e->schema, sizeof e->schema))
            query(e, sql, "EXPORT_SCHEMA_VERSION_MAJOR", NULL, e->schema, sizeof e->schema);
        query(e, sql, "EXPORT_PRODUCT_VERSION", NULL, e->product, sizeof e->product);
        free(sql);
    }
    query(e, "SELECT name FROM TARGET_INFO_GPU WHERE name <> ?", "", NULL, e->gpu, sizeof e->gpu);
}

static hy_status check_columns(const struct hy_export *e, const char *table, const char *const *needed)
{
    for (; *needed; needed++)
        if (!hy_export_has_column(e, table, *needed))
            return hy_fail(HY_BAD_INPUT,
                           "%s: %s has no column '%s' (schema %s), which is read as %s write it; export the report "
                           "again with one of these",
                           e->path, table, *needed, e->schema[0] ? e->schema : "without a version", KNOWN);
    return HY_OK;
}

static hy_status check_tables(const struct hy_export *e)
{
    static const char NVTX[] = "NVTX_EVENTS", KERNEL[] = "CUPTI_ACTIVITY_KIND_KERNEL",
                      GRAPH[] = "CUPTI_ACTIVITY_KIND_GRAPH_TRACE", RUNTIME[] = "CUPTI_ACTIVITY_KIND_RUNTIME";
    static const char *const ranges[] = {"start", "end", "eventType", "globalTid", "domainId", NULL};
    static const char *const work[] = {"start", "end", "correlationId", NULL};
    static const char *const calls[] = {"start", "end", "globalTid", "correlationId", NULL};
    if (!hy_export_has(e, "StringIds") && !hy_export_has(e, NVTX) && !hy_export_has(e, KERNEL))
        return hy_fail(HY_BAD_INPUT, "%s is an SQLite file, but not of nsys: it has no table StringIds", e->path);
    if (!hy_export_has(e, NVTX))
        return hy_fail(HY_NO_DATA, "%s has no NVTX ranges (no table %s); profile with --trace=cuda,nvtx", e->path,
                       NVTX);
    const bool graphs = hy_export_has(e, GRAPH), kernels = hy_export_has(e, KERNEL);
    if (!kernels && !graphs)
        return hy_fail(HY_NO_DATA,
                       "%s has no kernels (no table %s): nothing ran on a GPU, or it was profiled without "
                       "--trace=cuda,nvtx",
                       e->path, KERNEL);
    if (!hy_export_has(e, RUNTIME))
        return hy_fail(HY_NO_DATA, "%s does not say which calls launched its kernels (no table %s); export it again",
                       e->path, RUNTIME);
    hy_status status = check_columns(e, NVTX, ranges);
    if (status == HY_OK && !hy_export_has_column(e, NVTX, "text"))
        status = check_columns(e, NVTX, (const char *const[]){"textId", NULL});
    if (status == HY_OK && kernels)
        status = check_columns(e, KERNEL, work);
    if (status == HY_OK && graphs)
        status = check_columns(e, GRAPH, work);
    return status == HY_OK ? check_columns(e, RUNTIME, calls) : status;
}

/* ---- opening ----------------------------------------------------------------------------------------- */
hy_status hy_export_open(struct hy_export *e, const char *path)
{
    *e = (struct hy_export){.path = hy_format("%s", path)};
    hy_status status = check_file(path);
    if (status == HY_OK && sqlite3_open_v2(path, &e->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        status = hy_fail(HY_BAD_INPUT, "cannot read '%s': %s", path, e->db ? sqlite3_errmsg(e->db) : "out of memory");
    if (status == HY_OK && sqlite3_exec(e->db, "SELECT count(*) FROM sqlite_master", NULL, NULL, NULL) != SQLITE_OK)
        status = damaged(e);
    if (status == HY_OK) {
        read_versions(e);
        status = check_tables(e);
    }
    if (status == HY_OK && atoi(e->schema) > NEWEST_SCHEMA)
        hy_warn_once("%s has schema %s, newer than those of %s", path, e->schema, KNOWN);
    if (status)
        hy_export_close(e);
    return status;
}

void hy_export_close(struct hy_export *e)
{
    sqlite3_close(e->db);
    free(e->path);
    memset(e, 0, sizeof *e);
}
