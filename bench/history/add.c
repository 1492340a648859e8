#include "bench/history/add.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/side_read.h"
#include "bench/history/night_csv.h"
#include "bench/history/run_facts.h"
#include "kernels/base/file.h"
#include "report/statistics/student.h"
#include "report/table/row_quality.h"
#include "report/table/table_read.h"

/* ---- what a step of each variant does ------------------------------------------------------------ */

/* Of ops.csv: kernel calls of a step (launches, on a GPU), and its time. */
static hy_status read_ops(struct hy_side *s, const char *dir)
{
    char *path = hy_table_path(HY_TABLE_OPS, dir);
    struct hy_csv t = {0};
    hy_status status = hy_file_exists(path) ? hy_table_read(&t, HY_TABLE_OPS, dir) : HY_OK;
    for (size_t row = 0; row < t.rows && status == HY_OK;) {
        const char *variant = hy_csv_text_of(&t, row, "variant");
        double calls = 0, kernels = 0, ms = 0;
        bool ok = true;
        for (; row < t.rows && strcmp(hy_csv_text_of(&t, row, "variant"), variant) == 0; row++) {
            const double k = hy_csv_number_of(&t, row, "kernels");
            calls += fmax(0, hy_csv_number_of(&t, row, "calls"));
            kernels += isnan(k) ? 0 : k;
            ms += fmax(0, hy_csv_number_of(&t, row, "time_ms"));
            ok = ok && hy_row_quality(&t, row) == HY_ROW_OK;
        }
        const struct hy_row_spec launches = {.subject = variant, .metric = "launches per step", .exact = true};
        const struct hy_row_spec step = {.subject = variant, .metric = "step time", .unit = "ms"};
        const double of_step = kernels > 0 ? kernels : calls;
        hy_side_see(hy_side_row(s, &launches), (struct hy_observation){.value = of_step, .pair = HY_NO_PAIR}, true);
        hy_side_see(hy_side_row(s, &step), (struct hy_observation){.value = ms, .pair = HY_NO_PAIR}, ok);
    }
    hy_csv_fini(&t);
    free(path);
    return status;
}

/* ---- a point of a row ------------------------------------------------------------------------------- */
struct point {
    double value, low, high;
    long samples;
    bool doubtful;
};

static int by_value(const void *a, const void *b)
{
    const double x = ((const struct hy_observation *)a)->value, y = ((const struct hy_observation *)b)->value;
    return (x > y) - (x < y);
}

/* Seeds have a mean with Student's interval; repetitions a median between their extremes; one its own interval. */
static bool point_of(struct hy_side_row *row, struct point *p)
{
    *p = (struct point){.value = row->doubted, .low = NAN, .high = NAN, .doubtful = row->n == 0};
    if (row->n == 0)
        return row->doubtful > 0 && row->doubted > 0;
    qsort(row->seen, row->n, sizeof *row->seen, by_value);
    double mean = 0, square = 0;
    for (size_t i = 0; i < row->n; i++) {
        mean += row->seen[i].value / (double)row->n;
        p->samples += row->seen[i].samples ? row->seen[i].samples : 1;
    }
    for (size_t i = 0; i < row->n; i++)
        square += (row->seen[i].value - mean) * (row->seen[i].value - mean);
    if (row->n == 1) {
        const struct hy_observation *one = &row->seen[0];
        p->value = one->value;
        if (one->high > 0) {
            p->low = one->low;
            p->high = one->high;
        }
    } else if (row->pairing == HY_BY_SEED) {
        const double wide = hy_student_bound(0.05, row->n - 1) * sqrt(square / (double)(row->n - 1) / (double)row->n);
        p->value = mean;
        p->low = mean - wide;
        p->high = mean + wide;
    } else {
        p->value = 0.5 * (row->seen[(row->n - 1) / 2].value + row->seen[row->n / 2].value);
        p->low = row->seen[0].value;
        p->high = row->seen[row->n - 1].value;
    }
    return true;
}

static bool is_timed(const struct hy_side_row *row)
{
    static const char *const units[] = {"ns", "us", "ms", "s", "tok/s"};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(row->unit, units[i]) == 0)
            return true;
    return false;
}

/* The same build on the same machine learns the same from the same text, to the last digit. */
static bool is_learned(const struct hy_side_row *row)
{
    return strstr(row->metric, "PPL") != NULL;
}

/* ---- writing ---------------------------------------------------------------------------------------- */
struct writing {
    struct hy_history *h;
    const struct hy_run_facts *facts;
    sqlite3_stmt *make, *find, *put;
    int64_t run;
    struct hy_added *added;
};

static hy_status open_run(struct writing *w, const char *dir)
{
    const struct hy_run_facts *f = w->facts;
    sqlite3 *db = hy_history_db(w->h);
    hy_status status = hy_history_do(w->h,
                                     "INSERT OR IGNORE INTO run (identity, folder, sha, dirty, at, machine, clock_ns, "
                                     "copy_ns) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                                     "tttiitdd", f->identity, dir, f->sha, (int64_t)f->dirty, f->at, f->machine,
                                     f->clock_ns, f->copy_ns);
    w->added->again = status == HY_OK && sqlite3_changes(db) == 0;
    sqlite3_stmt *s = hy_history_ask(w->h, "SELECT id FROM run WHERE identity = ?1", "t", f->identity);
    if (status == HY_OK)
        status = s && sqlite3_step(s) == SQLITE_ROW ? HY_OK : hy_history_failed(w->h, "adding a run");
    w->run = status == HY_OK ? sqlite3_column_int64(s, 0) : 0;
    sqlite3_finalize(s);
    return status;
}

static void bind_series(sqlite3_stmt *s, const struct writing *w, const struct hy_side_row *row, const char *conditions)
{
    const char *const texts[] = {row->subject,        row->metric,       w->facts->machine, w->facts->threads,
                                 w->facts->precision, w->facts->profile, conditions};
    sqlite3_reset(s);
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++)
        sqlite3_bind_text(s, i + 1, texts[i], -1, SQLITE_TRANSIENT);
}

/* The series of a row, made where there is none. */
static hy_status series_of(struct writing *w, const struct hy_side_row *row, int64_t *id)
{
    const bool exact = row->exact || is_learned(row);
    char *conditions = hy_format("%s%s%s%s%s", w->facts->build, row->shape[0] ? "; " : "", row->shape,
                                 is_learned(row) ? "; text " : "", is_learned(row) ? w->facts->corpus : "");
    bind_series(w->make, w, row, conditions);
    sqlite3_bind_text(w->make, 8, row->unit, -1, SQLITE_TRANSIENT);
    sqlite3_bind_int(w->make, 9, row->more_is_better);
    sqlite3_bind_int(w->make, 10, exact);
    sqlite3_bind_int(w->make, 11, is_timed(row));
    hy_status status = HY_OK;
    if (sqlite3_step(w->make) != SQLITE_DONE)
        status = hy_history_failed(w->h, "adding a series");
    w->added->series += status == HY_OK && sqlite3_changes(hy_history_db(w->h)) > 0;
    bind_series(w->find, w, row, conditions);
    if (status == HY_OK && sqlite3_step(w->find) != SQLITE_ROW)
        status = hy_history_failed(w->h, "adding a series");
    *id = status == HY_OK ? sqlite3_column_int64(w->find, 0) : 0;
    sqlite3_reset(w->find);
    free(conditions);
    return status;
}

static void bind_number(sqlite3_stmt *s, int at, double x)
{
    if (isnan(x))
        sqlite3_bind_null(s, at);
    else
        sqlite3_bind_double(s, at, x);
}

static hy_status put_point(struct writing *w, int64_t series, const struct point *p)
{
    sqlite3_reset(w->put);
    sqlite3_bind_int64(w->put, 1, series);
    sqlite3_bind_int64(w->put, 2, w->facts->at);
    sqlite3_bind_int64(w->put, 3, w->run);
    sqlite3_bind_double(w->put, 4, p->value);
    bind_number(w->put, 5, p->low);
    bind_number(w->put, 6, p->high);
    sqlite3_bind_int64(w->put, 7, p->samples);
    sqlite3_bind_int(w->put, 8, p->doubtful);
    if (sqlite3_step(w->put) != SQLITE_DONE)
        return hy_history_failed(w->h, "adding a point");
    const bool fresh = sqlite3_changes(hy_history_db(w->h)) > 0;
    w->added->points += fresh;
    w->added->doubtful += fresh && p->doubtful;
    return HY_OK;
}

static hy_status write_side(struct writing *w, struct hy_side *side, const char *dir)
{
    hy_status status = open_run(w, dir);
    w->make = hy_history_ask(w->h,
                             "INSERT OR IGNORE INTO series (subject, metric, machine, threads, precision, profile, "
                             "conditions, unit, more_is_better, exact, timed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
                             "?9, ?10, ?11)",
                             "");
    w->find = hy_history_ask(w->h,
                             "SELECT id FROM series WHERE subject = ?1 AND metric = ?2 AND machine = ?3 AND threads = "
                             "?4 AND precision = ?5 AND profile = ?6 AND conditions = ?7",
                             "");
    w->put = hy_history_ask(w->h, "INSERT OR IGNORE INTO point VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", "");
    if (!w->make || !w->find || !w->put)
        status = HY_RUN_FAILED;
    for (size_t i = 0; i < side->n && status == HY_OK; i++) {
        struct point p;
        int64_t series = 0;
        if (!point_of(&side->rows[i], &p))
            continue;
        status = series_of(w, &side->rows[i], &series);
        if (status == HY_OK)
            status = put_point(w, series, &p);
    }
    sqlite3_finalize(w->make);
    sqlite3_finalize(w->find);
    sqlite3_finalize(w->put);
    return status;
}

/* ---- a folder ------------------------------------------------------------------------------------------ */
static hy_status check_ended(const char *dir)
{
    char *mark = hy_format("%s/unfinished", dir);
    const bool open = hy_file_exists(mark);
    free(mark);
    return open ? hy_fail(HY_NO_DATA, "%s has not ended: `hymbench ablation --resume --out %s` finishes it", dir, dir)
                : HY_OK;
}

static bool has_tables(const char *dir)
{
    static const char *const files[] = {"runs.csv", "scaling.csv", "kernels.csv", "google.json"};
    bool any = false;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *path = hy_format("%s/%s", dir, files[i]);
        any = any || hy_file_exists(path);
        free(path);
    }
    return any;
}

hy_status hy_history_add(struct hy_history *h, const char *dir, struct hy_added *added)
{
    struct hy_run_facts facts;
    struct hy_side side;
    *added = (struct hy_added){0};
    hy_status status = hy_run_facts_read(&facts, dir);
    if (status)
        return status;
    hy_side_init(&side, dir);
    status = check_ended(dir);
    if (status == HY_OK && has_tables(dir))
        status = hy_side_read_folder(&side, dir);
    if (status == HY_OK)
        status = read_ops(&side, dir);
    if (status == HY_OK)
        status = hy_night_csv_read(&side, dir);
    if (status == HY_OK && side.n == 0)
        status =
            hy_fail(HY_NO_DATA, "%s holds nothing to track: no runs.csv, scaling.csv, kernels.csv or night.csv", dir);
    struct writing w = {.h = h, .facts = &facts, .added = added};
    if (status == HY_OK)
        status = hy_history_begin(h);
    if (status == HY_OK)
        status = hy_history_end(h, write_side(&w, &side, dir));
    hy_side_fini(&side);
    hy_run_facts_fini(&facts);
    return status;
}
