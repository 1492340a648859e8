#include "tests/bench/nsight/nsys_file.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "kernels/base/file.h"

#define COMMON                                                                                                    \
    "CREATE TABLE StringIds (id INTEGER NOT NULL PRIMARY KEY, value TEXT NOT NULL);"                              \
    "CREATE TABLE CUPTI_ACTIVITY_KIND_RUNTIME (start INTEGER NOT NULL, end INTEGER NOT NULL, eventClass INTEGER," \
    " globalTid INTEGER, correlationId INTEGER, nameId INTEGER NOT NULL, returnValue INTEGER);"

static const char old_tables[] =
    COMMON "CREATE TABLE NVTX_EVENTS (start INT NOT NULL, end INT NOT NULL, eventType INT NOT NULL, rangeId INT,"
           " category INT, color INT, text TEXT NOT NULL, globalTid INT NOT NULL, domainId INT);"
           "CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start INT NOT NULL, end INT NOT NULL, deviceId INT, streamId INT,"
           " correlationId INT, globalPid INT, demangledName INT, shortName INT);"
           "CREATE TABLE CUPTI_ACTIVITY_KIND_MEMCPY (start INT NOT NULL, end INT NOT NULL, correlationId INT,"
           " globalPid INT, bytes INT);"
           "CREATE TABLE CUPTI_ACTIVITY_KIND_MEMSET (start INT NOT NULL, end INT NOT NULL, correlationId INT,"
           " globalPid INT, bytes INT);";

static const char new_tables[] = COMMON
    "CREATE TABLE META_DATA_EXPORT (name TEXT NOT NULL, value TEXT);"
    "INSERT INTO META_DATA_EXPORT VALUES ('EXPORT_PRODUCT_VERSION', '2024.6.2.225'),"
    " ('EXPORT_SCHEMA_VERSION', '3.16.1');"
    "CREATE TABLE ENUM_NSYS_EVENT_TYPE (id INTEGER NOT NULL PRIMARY KEY, name TEXT, label TEXT);"
    "INSERT INTO ENUM_NSYS_EVENT_TYPE VALUES (34, 'NvtxMark', ''), (59, 'NvtxPushPopRange', ''),"
    " (60, 'NvtxStartEndRange', ''), (75, 'NvtxDomainCreate', '');"
    "CREATE TABLE TARGET_INFO_GPU (vmId INTEGER NOT NULL, id INTEGER NOT NULL, name TEXT, chipName TEXT);"
    "INSERT INTO TARGET_INFO_GPU VALUES (0, 0, 'NVIDIA H100 80GB HBM3', 'GH100');"
    "CREATE TABLE NVTX_EVENTS (start INTEGER NOT NULL, end INTEGER, eventType INTEGER NOT NULL, rangeId INTEGER,"
    " category INTEGER, color INTEGER, text TEXT, globalTid INTEGER, endGlobalTid INTEGER, textId INTEGER,"
    " domainId INTEGER, uint64Value INTEGER);"
    "CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start INTEGER NOT NULL, end INTEGER NOT NULL, deviceId INTEGER,"
    " streamId INTEGER, correlationId INTEGER, globalPid INTEGER, demangledName INTEGER, graphNodeId INTEGER);"
    "CREATE TABLE CUPTI_ACTIVITY_KIND_MEMCPY (start INTEGER NOT NULL, end INTEGER NOT NULL, correlationId INTEGER,"
    " globalPid INTEGER, bytes INTEGER, graphNodeId INTEGER);"
    "CREATE TABLE CUPTI_ACTIVITY_KIND_MEMSET (start INTEGER NOT NULL, end INTEGER NOT NULL, correlationId INTEGER,"
    " globalPid INTEGER, bytes INTEGER, graphNodeId INTEGER);";

void nsys_sql(struct nsys_file *f, const char *sql)
{
    char *error = NULL;
    cr_assert_eq(sqlite3_exec(f->db, sql, NULL, NULL, &error), SQLITE_OK, "%s: %s", sql, error ? error : "");
}

static int64_t find_string(struct nsys_file *f, const char *text)
{
    sqlite3_stmt *s = NULL;
    cr_assert_eq(sqlite3_prepare_v2(f->db, "SELECT id FROM StringIds WHERE value = ?", -1, &s, NULL), SQLITE_OK);
    sqlite3_bind_text(s, 1, text, -1, SQLITE_STATIC);
    const int64_t id = sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
    sqlite3_finalize(s);
    return id;
}

/* The string's number, made at first use. */
static int64_t string_id(struct nsys_file *f, const char *text)
{
    if (find_string(f, text) == 0) {
        char *sql = hy_format("INSERT INTO StringIds (value) VALUES ('%s')", text);
        nsys_sql(f, sql);
        free(sql);
    }
    return find_string(f, text);
}

void nsys_begin(struct nsys_file *f, const char *path, enum nsys_generation generation)
{
    unlink(path);
    *f = (struct nsys_file){.generation = generation};
    cr_assert_eq(sqlite3_open(path, &f->db), SQLITE_OK);
    nsys_sql(f, "PRAGMA synchronous = OFF; BEGIN");
    nsys_sql(f, generation == NSYS_OLD ? old_tables : new_tables);
    nsys_domain(f, NSYS_THREAD, NSYS_DOMAIN, "hymbench");
    nsys_domain(f, NSYS_THREAD, NSYS_OTHER_DOMAIN, "NCCL");
}

void nsys_end(struct nsys_file *f)
{
    nsys_sql(f, "COMMIT");
    sqlite3_close(f->db);
}

static void event(struct nsys_file *f, int type, int domain, int64_t thread, int64_t start, int64_t end,
                  const char *text, int64_t payload)
{
    char *sql;
    if (f->generation == NSYS_OLD)
        sql = hy_format("INSERT INTO NVTX_EVENTS (start, end, eventType, text, globalTid, domainId) VALUES (%" PRId64
                        ", %" PRId64 ", %d, '%s', %" PRId64 ", %d)",
                        start, end == NSYS_OPEN ? 0 : end, type, text, thread, domain);
    else
        sql = hy_format(
            "INSERT INTO NVTX_EVENTS (start, end, eventType, textId, globalTid, domainId, uint64Value) VALUES "
            "(%" PRId64 ", nullif(%" PRId64 ", -1), %d, %" PRId64 ", %" PRId64 ", %d, %" PRId64 ")",
            start, end, type, string_id(f, text), thread, domain, payload);
    nsys_sql(f, sql);
    free(sql);
}

void nsys_domain(struct nsys_file *f, int64_t thread, int id, const char *name)
{
    event(f, 75, id, thread, 0, NSYS_OPEN, name, 0);
}

void nsys_range(struct nsys_file *f, int64_t thread, int64_t start, int64_t end, const char *name, int64_t payload)
{
    event(f, 59, NSYS_DOMAIN, thread, start, end, name, payload);
}

void nsys_range_of(struct nsys_file *f, int domain, int64_t thread, int64_t start, int64_t end, const char *name)
{
    event(f, 60, domain, thread, start, end, name, 0);
}

void nsys_call(struct nsys_file *f, int64_t thread, int64_t start, int64_t end, int correlation, const char *name)
{
    char *sql = hy_format("INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME VALUES (%" PRId64 ", %" PRId64 ", 0, %" PRId64
                          ", %d, %" PRId64 ", 0)",
                          start, end, thread, correlation, string_id(f, name));
    nsys_sql(f, sql);
    free(sql);
}

void nsys_work(struct nsys_file *f, const char *table, int64_t thread, int64_t start, int64_t end, int correlation,
               int64_t node)
{
    char *sql = hy_format("INSERT INTO CUPTI_ACTIVITY_KIND_%s (start, end, correlationId, globalPid%s) VALUES (%" PRId64
                          ", %" PRId64 ", %d, %" PRId64 "%s",
                          table, node ? ", graphNodeId" : "", start, end, correlation, thread & ~(int64_t)0xffffff,
                          node ? ", " : ")");
    char *whole = node ? hy_format("%s%" PRId64 ")", sql, node) : hy_format("%s", sql);
    nsys_sql(f, whole);
    free(whole);
    free(sql);
}

void nsys_node(struct nsys_file *f, int64_t thread, int64_t time, int64_t node, int64_t original)
{
    nsys_sql(f, "CREATE TABLE IF NOT EXISTS CUDA_GRAPH_NODE_EVENTS (start INTEGER NOT NULL, end INTEGER NOT NULL,"
                " eventClass INTEGER, globalTid INTEGER, nameId INTEGER, graphNodeId INTEGER NOT NULL,"
                " originalGraphNodeId INTEGER)");
    char *sql = hy_format("INSERT INTO CUDA_GRAPH_NODE_EVENTS VALUES (%" PRId64 ", %" PRId64 ", 0, %" PRId64
                          ", 0, %" PRId64 ", nullif(%" PRId64 ", 0))",
                          time, time, thread, node, original);
    nsys_sql(f, sql);
    free(sql);
}

void nsys_step(struct nsys_file *f, int64_t base, int first)
{
    const int64_t t = NSYS_THREAD, b = base;
    nsys_range(f, t, b, b + 50000, "train", 7);
    nsys_range(f, t, b + 1000, b + 30000, "forward", 7);
    nsys_range(f, t, b + 1500, b + 4000, "embed", 100);
    nsys_range(f, t, b + 5000, b + 25000, "layer 0", 0);
    nsys_range(f, t, b + 6000, b + 9000, "attn.qkv", 1000);
    nsys_range(f, t, b + 9500, b + 20000, "attn.core", 2000);
    nsys_range(f, t, b + 30000, b + 45000, "backward", 7);
    nsys_range(f, t, b + 30500, b + 41000, "layer 0", 0);
    nsys_range(f, t, b + 31000, b + 40000, "attn.qkv", 3000);
    nsys_call(f, t, b + 2000, b + 2500, first, "cudaLaunchKernel_v7000");
    nsys_work(f, "KERNEL", t, b + 3000, b + 5000, first, 0);
    nsys_call(f, t, b + 6500, b + 7000, first + 1, "cudaLaunchKernel_v7000");
    nsys_work(f, "KERNEL", t, b + 7500, b + 10000, first + 1, 0);
    nsys_call(f, t, b + 9600, b + 9900, first + 2, "cudaLaunchKernel_v7000");
    nsys_work(f, "KERNEL", t, b + 10500, b + 14000, first + 2, 0);
    nsys_call(f, t, b + 9950, b + 9990, first + 3, "cudaMemsetAsync_v3020");
    nsys_work(f, "MEMSET", t, b + 14000, b + 15000, first + 3, 0);
    nsys_call(f, t, b + 14500, b + 16000, first + 4, "cudaLaunchKernel_v7000");
    nsys_work(f, "KERNEL", t, b + 17000, b + 19000, first + 4, 0);
    nsys_call(f, t, b + 19500, b + 30500, first + 5, "cudaStreamSynchronize_v3020");
    nsys_call(f, t, b + 31500, b + 32000, first + 6, "cudaLaunchKernel_v7000");
    nsys_work(f, "KERNEL", t, b + 33000, b + 36000, first + 6, 0);
    nsys_call(f, t, b + 46000, b + 46500, first + 7, "cudaMemcpyAsync_v3020");
    nsys_work(f, "MEMCPY", t, b + 47000, b + 48000, first + 7, 0);
}
