/* What files that are no captures of ours get: one sentence, and nothing allocated. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/nsight/capture.h"
#include "kernels/base/file.h"
#include "tests/bench/nsight/nsys_file.h"

static char path[64];

static void begin(void)
{
    snprintf(path, sizeof path, "/tmp/hymbench-bad-%ld.sqlite", (long)getpid());
}

static void end(void)
{
    unlink(path);
}

TestSuite(nsys_bad, .init = begin, .fini = end);

static void expect_refused(hy_status status, const char *word)
{
    struct hy_capture c;
    const hy_status got = hy_capture_read(&c, path, NULL);
    cr_expect_eq(got, status, "%d instead of %d: %s", got, status, hy_error());
    cr_expect(strstr(hy_error(), word), "'%s' is not in: %s", word, hy_error());
    cr_expect_null(c.records);
    cr_expect_null(c.file.db);
}

static void with(enum nsys_generation generation, const char *sql)
{
    struct nsys_file f;
    nsys_begin(&f, path, generation);
    nsys_step(&f, 1000, 1);
    nsys_sql(&f, sql);
    nsys_end(&f);
}

Test(nsys_bad, no_file_of_sqlite)
{
    expect_refused(HY_BAD_INPUT, "cannot read");
    cr_assert_eq(hy_write_file(path, "", 0), HY_OK);
    expect_refused(HY_BAD_INPUT, "nsys export --type sqlite");
    char text[500];
    memset(text, 'x', sizeof text);
    cr_assert_eq(hy_write_file(path, text, sizeof text), HY_OK);
    expect_refused(HY_BAD_INPUT, "is no SQLite file");
}

Test(nsys_bad, torn_and_damaged_files)
{
    char *data;
    size_t bytes;
    with(NSYS_NEW, "SELECT 1");
    cr_assert_eq(hy_read_file(path, &data, &bytes), HY_OK);
    cr_assert_eq(hy_write_file(path, data, bytes - 3000), HY_OK);
    expect_refused(HY_BAD_INPUT, "torn");
    memset(data + 4096, 0x5a, bytes - 4096); /* the first page names tables that are no longer there */
    cr_assert_eq(hy_write_file(path, data, bytes), HY_OK);
    expect_refused(HY_BAD_INPUT, "damaged");
    free(data);
}

Test(nsys_bad, tables_that_are_not_there)
{
    with(NSYS_NEW, "DROP TABLE NVTX_EVENTS; DROP TABLE CUPTI_ACTIVITY_KIND_KERNEL; DROP TABLE StringIds");
    expect_refused(HY_BAD_INPUT, "not of nsys");
    with(NSYS_NEW, "DROP TABLE NVTX_EVENTS");
    expect_refused(HY_NO_DATA, "NVTX_EVENTS");
    with(NSYS_OLD, "DROP TABLE CUPTI_ACTIVITY_KIND_KERNEL");
    expect_refused(HY_NO_DATA, "CUPTI_ACTIVITY_KIND_KERNEL");
    with(NSYS_NEW, "DROP TABLE CUPTI_ACTIVITY_KIND_RUNTIME");
    expect_refused(HY_NO_DATA, "CUPTI_ACTIVITY_KIND_RUNTIME");
}

Test(nsys_bad, schemas_without_a_column_that_is_needed)
{
    static const char *const missing[][2] = {{"NVTX_EVENTS", "eventType"},
                                             {"NVTX_EVENTS", "globalTid"},
                                             {"NVTX_EVENTS", "domainId"},
                                             {"CUPTI_ACTIVITY_KIND_KERNEL", "correlationId"},
                                             {"CUPTI_ACTIVITY_KIND_RUNTIME", "globalTid"}};
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
        char *sql =
            hy_format("ALTER TABLE %s RENAME COLUMN %s TO elsewhere; UPDATE META_DATA_EXPORT SET value = '9.1.0'"
                      " WHERE name = 'EXPORT_SCHEMA_VERSION'",
                      missing[i][0], missing[i][1]);
        with(NSYS_NEW, sql);
        expect_refused(HY_BAD_INPUT, missing[i][1]);
        cr_expect(strstr(hy_error(), "schema 9.1.0"), "%s", hy_error());
        cr_expect(strstr(hy_error(), "2021.5"), "the versions that work: %s", hy_error());
        free(sql);
    }
    with(NSYS_OLD, "ALTER TABLE NVTX_EVENTS RENAME COLUMN text TO elsewhere");
    expect_refused(HY_BAD_INPUT, "textId");
}

Test(nsys_bad, captures_of_something_else)
{
    with(NSYS_NEW, "UPDATE StringIds SET value = 'another' WHERE value = 'hymbench'");
    expect_refused(HY_NO_DATA, "'another', 'NCCL'");
    with(NSYS_OLD, "DELETE FROM NVTX_EVENTS");
    expect_refused(HY_NO_DATA, "no range of NVTX domain 'hymbench'");
    with(NSYS_NEW, "UPDATE StringIds SET value = 'warm-up' WHERE value = 'train'");
    expect_refused(HY_NO_DATA, "step");
    with(NSYS_NEW, "UPDATE CUPTI_ACTIVITY_KIND_RUNTIME SET start = start + 1000000, end = end + 1000000");
    expect_refused(HY_NO_DATA, "none of its 7 records");
    with(NSYS_NEW, "UPDATE NVTX_EVENTS SET end = NULL");
    expect_refused(HY_BAD_INPUT, "never ends");
    struct nsys_file f;
    nsys_begin(&f, path, NSYS_NEW);
    nsys_range(&f, NSYS_THREAD, 100, NSYS_OPEN, "train", 0);
    nsys_end(&f);
    expect_refused(HY_NO_DATA, "still open");
}

Test(nsys_bad, ranges_that_do_not_nest)
{
    struct nsys_file f;
    nsys_begin(&f, path, NSYS_NEW);
    nsys_range(&f, NSYS_THREAD, 100, 1000, "train", 0);
    nsys_range(&f, NSYS_THREAD, 200, 500, "ffn.in", 0);
    nsys_range(&f, NSYS_THREAD, 400, 600, "ffn.out", 0);
    nsys_end(&f);
    expect_refused(HY_BAD_INPUT, "'ffn.in' (200 to 500 ns) and 'ffn.out' (400 to 600 ns) of thread 78 overlap");
    nsys_begin(&f, path, NSYS_OLD);
    nsys_range(&f, NSYS_THREAD, 100, 1000, "train", 0);
    nsys_range(&f, NSYS_THREAD, 200, NSYS_OPEN, "ffn.in", 0);
    nsys_end(&f);
    expect_refused(HY_BAD_INPUT, "'ffn.in' of thread 78, begun at 200 ns, never ends although 'train'");
    nsys_begin(&f, path, NSYS_NEW);
    nsys_range(&f, NSYS_THREAD, 100, NSYS_OPEN, "train", 0);
    nsys_range(&f, NSYS_THREAD, 200, NSYS_OPEN, "ffn.in", 0);
    nsys_range(&f, NSYS_THREAD, 300, 400, "ffn.out", 0);
    nsys_end(&f);
    expect_refused(HY_BAD_INPUT, "'ffn.in' of thread 78, begun at 200 ns, never ends although 'ffn.out', begun later");
}
