/* The file of a history: versions, writers, nights. */
#include <criterion/criterion.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/history/add.h"
#include "bench/history/check.h"
#include "bench/history/nights.h"
#include "bench/history/open.h"
#include "kernels/base/file.h"

static char folder[64], *db;

static void begin(void)
{
    strcpy(folder, "/tmp/hymbench-history-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    db = hy_format("%s/h.sqlite", folder);
}

static void end(void)
{
    char *remove = hy_format("rm -rf %s", folder);
    cr_assert_eq(system(remove), 0);
    free(remove);
    free(db);
}

TestSuite(history_store, .init = begin, .fini = end);

/* A run folder of night `day` with one kernel of `ns` and one exact figure. */
static char *night(int day, double ns, double bytes, const char *quality, const char *more)
{
    char *dir = hy_format("%s/night%d", folder, day), *path = hy_format("%s/env.json", dir),
         *csv = hy_format("%s/kernels.csv", dir), *own = hy_format("%s/night.csv", dir);
    cr_assert_eq(hy_make_folders(dir), HY_OK);
    char *env =
        hy_format("{\"run\": {\"started\": \"2026-%02d-%02dT03:00:00Z\", \"device\": \"cpu\", \"precision\": "
                  "\"f32\", \"profile\": \"quick\"}, \"machine\": {\"cpu\": \"M\", \"cores_allowed\": 2, "
                  "\"memory_bytes\": 8000000000}, \"settings\": {\"threads\": 2, \"isa\": \"avx2\"}, \"build\": "
                  "{\"git_sha\": \"%040d\", \"dirty\": false, \"compiler\": \"gcc\", \"flags\": \"-O3\"}%s}",
                  1 + day / 28, 1 + day % 28, day, more);
    char *table = hy_format("kernel,case,cold,shape,median_ns,ci95_low_ns,ci95_high_ns,samples,skipped,quality\n"
                            "a,c,0,N8,%.3f,%.3f,%.3f,20,0,%s\n",
                            ns, 0.998 * ns, 1.002 * ns, quality);
    char *figures = hy_format("metric,subject,unit,value,exact,more_is_better,samples,quality\nprogram,hymbench,bytes,"
                              "%.0f,1,0,1,ok\n",
                              bytes);
    cr_assert_eq(hy_write_file(path, env, strlen(env)), HY_OK);
    cr_assert_eq(hy_write_file(csv, table, strlen(table)), HY_OK);
    cr_assert_eq(hy_write_file(own, figures, strlen(figures)), HY_OK);
    free(env);
    free(table);
    free(figures);
    free(path);
    free(csv);
    free(own);
    return dir;
}

static struct hy_added add(int day, double ns, double bytes, const char *quality)
{
    char *dir = night(day, ns, bytes, quality, "");
    struct hy_history *h;
    struct hy_added a;
    cr_assert_eq(hy_history_open(&h, db, HY_HISTORY_WRITE), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_history_add(h, dir, &a), HY_OK, "%s", hy_error());
    hy_history_close(h);
    free(dir);
    return a;
}

static struct hy_nights load(const char *series)
{
    struct hy_history *h;
    struct hy_nights n;
    cr_assert_eq(hy_history_open(&h, db, HY_HISTORY_READ), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_nights_load(&n, h, &(struct hy_wanted){.series = series}), HY_OK, "%s", hy_error());
    hy_history_close(h);
    return n;
}

/* ---- adding ------------------------------------------------------------------------------------------ */
Test(history_store, a_night_is_added_once)
{
    struct hy_added a = add(3, 1000, 5, "ok");
    cr_assert_eq(a.points, 2);
    cr_assert_eq(a.series, 2);
    cr_assert_not(a.again);
    a = add(3, 1000, 5, "ok");
    cr_assert(a.again && a.points == 0 && a.series == 0, "%zu", a.points);
    a = add(1, 1100, 5, "disturbed");
    cr_assert_eq(a.points, 2, "an older night may come later");
    cr_assert_eq(a.doubtful, 1);
    cr_assert_eq(a.series, 0);

    struct hy_nights n = load("a/c/hot");
    cr_assert_eq(n.n_nights, 2);
    cr_assert_eq(n.n, 1);
    const struct hy_series *s = &n.series[0];
    cr_assert_eq(s->n, 2);
    cr_assert_float_eq(s->points[0].value, 1100, 1e-9, "in the order of time");
    cr_assert_eq(s->points[0].quality, HY_POINT_DOUBTFUL);
    cr_assert_float_eq(s->points[1].low, 998, 1e-9);
    cr_assert_eq(s->points[1].samples, 20);
    cr_assert_str_eq(s->machine, "M, 2 cores, 8 GiB");
    cr_assert(s->timed && !s->exact && !s->more_is_better);
    cr_assert_str_eq(n.nights[s->points[1].night].sha, "0000000000000000000000000000000000000003");
    double values[2];
    size_t index[2];
    enum hy_norm norm;
    cr_assert_eq(hy_series_values(&n, s, values, index, &norm), 1, "what is doubtful is no value");
    cr_assert_eq(index[0], 1);
    hy_nights_fini(&n);
}

Test(history_store, what_a_figure_depends_on_starts_a_new_series)
{
    (void)add(1, 1000, 5, "ok");
    char *dir = night(2, 1000, 5, "ok", ", \"libraries\": {\"openblas\": \"0.3.99\"}");
    struct hy_history *h;
    struct hy_added a;
    cr_assert_eq(hy_history_open(&h, db, HY_HISTORY_WRITE), HY_OK);
    cr_assert_eq(hy_history_add(h, dir, &a), HY_OK);
    cr_assert_eq(a.series, 2, "another library is no regression");
    hy_history_close(h);
    free(dir);
}

Test(history_store, folders_that_are_no_night_are_refused)
{
    struct hy_history *h;
    struct hy_added a;
    cr_assert_eq(hy_history_open(&h, db, HY_HISTORY_WRITE), HY_OK);
    cr_assert_eq(hy_history_add(h, "/nonexistent", &a), HY_BAD_INPUT);
    cr_assert_eq(hy_history_add(h, folder, &a), HY_BAD_INPUT);
    cr_assert_not_null(strstr(hy_error(), "env.json"), "%s", hy_error());
    char *dir = night(1, 1000, 5, "ok", ""), *mark = hy_format("%s/unfinished", dir),
         *own = hy_format("%s/night.csv", dir);
    cr_assert_eq(hy_write_file(mark, "", 0), HY_OK);
    cr_assert_eq(hy_history_add(h, dir, &a), HY_NO_DATA);
    cr_assert_not_null(strstr(hy_error(), "--resume"), "%s", hy_error());
    cr_assert_eq(unlink(mark), 0);
    static const char bad[] = "metric,subject,unit,value,exact,more_is_better,samples,quality\nx,y,s,much,0,0,1,ok\n";
    cr_assert_eq(hy_write_file(own, bad, sizeof bad - 1), HY_OK);
    cr_assert_eq(hy_history_add(h, dir, &a), HY_BAD_INPUT);
    cr_assert_not_null(strstr(hy_error(), "line 2"), "%s", hy_error());
    hy_history_close(h);
    struct hy_nights n;
    cr_assert_eq(hy_history_open(&h, db, HY_HISTORY_READ), HY_OK);
    cr_assert_eq(hy_nights_load(&n, h, &(struct hy_wanted){0}), HY_OK);
    cr_assert_eq(n.n_nights, 0, "nothing of them was kept");
    hy_nights_fini(&n);
    hy_history_close(h);
    free(dir);
    free(mark);
    free(own);
}

/* ---- versions ------------------------------------------------------------------------------------------ */
static long pragma(const char *path, const char *name)
{
    sqlite3 *raw;
    sqlite3_stmt *s;
    char *sql = hy_format("PRAGMA %s", name);
    cr_assert_eq(sqlite3_open(path, &raw), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(raw, sql, -1, &s, NULL), SQLITE_OK);
    cr_assert_eq(sqlite3_step(s), SQLITE_ROW);
    const long value = (long)sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    sqlite3_close(raw);
    free(sql);
    return value;
}

static void script(const char *sql)
{
    sqlite3 *raw;
    char *error = NULL;
    cr_assert_eq(sqlite3_open(db, &raw), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(raw, sql, NULL, NULL, &error), SQLITE_OK, "%s", error ? error : "");
    sqlite3_close(raw);
}

Test(history_store, an_older_file_is_kept_and_brought_up)
{
    (void)add(1, 1000, 5, "ok");
    cr_assert_eq(pragma(db, "user_version"), 2);
    /* as version 1 had it */
    script("DROP TABLE finding; ALTER TABLE run DROP COLUMN clock_ns; ALTER TABLE run DROP COLUMN copy_ns; PRAGMA "
           "user_version = 1");
    struct hy_history *h;
    cr_assert_eq(hy_history_open(&h, db, HY_HISTORY_READ), HY_BAD_INPUT, "who only reads changes nothing");
    cr_assert_not_null(strstr(hy_error(), "version 1"), "%s", hy_error());
    (void)add(2, 1000, 5, "ok");
    cr_assert_eq(pragma(db, "user_version"), 2);
    char *copy = hy_format("%s.version-1", db);
    cr_assert(hy_file_exists(copy));
    cr_assert_eq(pragma(copy, "user_version"), 1, "as it was");
    free(copy);
    struct hy_nights n = load("a/c/hot");
    cr_assert_eq(n.series[0].n, 2, "what was there is there");
    hy_nights_fini(&n);
}

Test(history_store, other_files_are_refused_and_left_alone)
{
    struct hy_history *h;
    cr_assert_eq(hy_write_file(db, "no database, and long enough to be none\n", 40), HY_OK);
    cr_assert_eq(hy_history_open(&h, db, HY_HISTORY_WRITE), HY_BAD_INPUT);
    cr_assert_not_null(strstr(hy_error(), "no database"), "%s", hy_error());
    cr_assert_eq(unlink(db), 0);
    script("CREATE TABLE bookmarks (url TEXT)");
    cr_assert_eq(hy_history_open(&h, db, HY_HISTORY_WRITE), HY_BAD_INPUT);
    cr_assert_not_null(strstr(hy_error(), "another program"), "%s", hy_error());
    cr_assert_eq(unlink(db), 0);
    (void)add(1, 1000, 5, "ok");
    script("PRAGMA user_version = 99");
    cr_assert_eq(hy_history_open(&h, db, HY_HISTORY_WRITE), HY_BAD_INPUT);
    cr_assert_not_null(strstr(hy_error(), "version 99"), "%s", hy_error());
    cr_assert_eq(hy_history_open(&h, folder, HY_HISTORY_READ), HY_BAD_INPUT);
}

/* ---- two writers, and one that is killed -------------------------------------------------------------- */
Test(history_store, writers_do_not_lose_each_others_nights)
{
    enum { WRITERS = 4, EACH = 6 };
    pid_t children[WRITERS];
    (void)add(0, 1000, 5, "ok");
    for (int w = 0; w < WRITERS; w++) {
        children[w] = fork();
        cr_assert_geq(children[w], 0);
        if (children[w] == 0) {
            for (int i = 0; i < EACH; i++)
                (void)add(1 + w * EACH + i, 1000 + i, 5, "ok");
            _exit(0);
        }
    }
    for (int w = 0; w < WRITERS; w++) {
        int code;
        cr_assert_eq(waitpid(children[w], &code, 0), children[w]);
        cr_assert(WIFEXITED(code) && WEXITSTATUS(code) == 0);
    }
    struct hy_nights n = load("a/c/hot");
    cr_assert_eq(n.series[0].n, 1 + WRITERS * EACH);
    hy_nights_fini(&n);
}

Test(history_store, a_killed_writer_leaves_nothing_half_written)
{
    (void)add(0, 1000, 5, "ok");
    const pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        struct hy_history *h;
        if (hy_history_open(&h, db, HY_HISTORY_WRITE) || hy_history_begin(h) ||
            hy_history_do(
                h, "INSERT INTO run (identity, folder, sha, dirty, at, machine) VALUES ('x', '', '', 0, 0, '')", ""))
            _exit(1);
        kill(getpid(), SIGKILL);
    }
    int code;
    cr_assert_eq(waitpid(child, &code, 0), child);
    cr_assert(WIFSIGNALED(code), "it was killed in the middle");
    struct hy_added a = add(1, 1000, 5, "ok");
    cr_assert_eq(a.points, 2);
    struct hy_nights n = load(NULL);
    cr_assert_eq(n.n_nights, 2, "its run is not there");
    hy_nights_fini(&n);
}

/* ---- yardsticks ------------------------------------------------------------------------------------------ */
Test(history_store, nights_of_a_slower_machine_are_normalised)
{
    enum { NIGHTS = 16 };
    struct hy_history *h;
    cr_assert_eq(hy_history_open(&h, db, HY_HISTORY_WRITE), HY_OK);
    for (int day = 0; day < NIGHTS; day++) {
        const double slow = day % 3 == 1 ? 1.2 : 1;
        char *more =
            hy_format(", \"yardsticks\": {\"clock_ns_per_round\": %.3f, \"copy_ns_per_byte\": 0.09}", 100 * slow);
        char *dir = night(day, 1000 * slow * (1 + 0.001 * (day % 5)), 5, "ok", more);
        struct hy_added a;
        cr_assert_eq(hy_history_add(h, dir, &a), HY_OK, "%s", hy_error());
        free(dir);
        free(more);
    }
    hy_history_close(h);
    struct hy_nights n = load("a/c/hot");
    double values[NIGHTS];
    size_t index[NIGHTS];
    enum hy_norm norm;
    cr_assert_eq(hy_series_values(&n, &n.series[0], values, index, &norm), NIGHTS);
    cr_assert_eq(norm, HY_NORM_CLOCK);
    for (int i = 0; i < NIGHTS; i++)
        cr_assert(values[i] > 999 && values[i] < 1006, "night %d: %g", i, values[i]);
    hy_nights_fini(&n);
}

/* ---- checks ------------------------------------------------------------------------------------------------ */
static struct hy_checked check(void)
{
    struct hy_history *h;
    struct hy_checked c;
    cr_assert_eq(hy_history_open(&h, db, HY_HISTORY_WRITE), HY_OK);
    cr_assert_eq(hy_history_check(&c, h, 0), HY_OK, "%s", hy_error());
    hy_history_close(h);
    return c;
}

Test(history_store, a_suspicion_comes_and_goes)
{
    for (int day = 0; day < 20; day++)
        (void)add(day, 1000 + day % 4, 5, "ok");
    struct hy_checked c = check();
    cr_assert_eq(c.looked, 2);
    cr_assert_eq(c.alarms.n, 0);
    cr_assert_eq(hy_checked_verdict(&c), HY_OK);
    hy_checked_fini(&c);

    (void)add(20, 1100, 5, "ok");
    for (int again = 0; again < 2; again++) {
        c = check();
        cr_assert_eq(c.alarms.n, 1, "the same however often it is asked");
        cr_assert_eq(c.alarms.rows[0].state, HY_STATE_SUSPECTED);
        cr_assert(c.alarms.rows[0].worse);
        cr_assert_eq(hy_checked_verdict(&c), HY_NO_DATA);
        cr_assert_not_null(strstr(hy_error(), "a/c/hot"), "%s", hy_error());
        hy_checked_fini(&c);
    }
    (void)add(21, 1300, 5, "disturbed");
    c = check();
    cr_assert_eq(c.alarms.n, 0, "a night that does not hold says nothing new");
    hy_checked_fini(&c);
    (void)add(22, 1001, 5, "ok");
    (void)add(23, 1002, 5, "ok");
    c = check();
    cr_assert_eq(c.alarms.n, 0, "one night was an outlier");
    hy_checked_fini(&c);
}

Test(history_store, an_exact_change_is_an_alarm_at_once_and_once)
{
    for (int day = 0; day < 3; day++)
        (void)add(day, 1000, 5000, "ok");
    (void)add(3, 1000, 5001, "ok");
    struct hy_checked c = check();
    cr_assert_eq(c.alarms.n, 1);
    cr_assert_eq(c.alarms.rows[0].state, HY_STATE_CONFIRMED);
    cr_assert_eq(hy_checked_verdict(&c), HY_CHECK_FAILED);
    cr_assert_not_null(strstr(hy_error(), "hymbench program"), "%s", hy_error());
    cr_assert_not_null(strstr(hy_error(), "000000000000..000000000000"), "of which commits: %s", hy_error());
    hy_checked_fini(&c);
    (void)add(4, 1000, 5001, "ok");
    c = check();
    cr_assert_eq(c.alarms.n, 0, "it is known the night after");
    cr_assert_eq(hy_checked_verdict(&c), HY_OK);
    hy_checked_fini(&c);
}

Test(history_store, an_empty_history_has_no_night)
{
    struct hy_history *h;
    struct hy_checked c;
    cr_assert_eq(hy_history_open(&h, db, HY_HISTORY_WRITE), HY_OK);
    cr_assert_eq(hy_history_check(&c, h, 0), HY_NO_DATA);
    hy_history_close(h);
}
