#include "bench/history/nights.h"

#include <ctype.h>
#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels/base/file.h"

/* ---- small things ------------------------------------------------------------------------------- */
static void *grown(void *old, size_t n, size_t *room, size_t bytes)
{
    if (n < *room)
        return old;
    *room = *room ? 2 * *room : 64;
    void *more = realloc(old, *room * bytes);
    HY_ASSERT(more, "out of memory for a history");
    return more;
}

static char *text_of(sqlite3_stmt *s, int column)
{
    const unsigned char *t = sqlite3_column_text(s, column);
    return hy_format("%s", t ? (const char *)t : "");
}

static hy_status ended(struct hy_history *h, sqlite3_stmt *s, int code)
{
    hy_status status = code == SQLITE_DONE ? HY_OK : hy_history_failed(h, "reading it");
    sqlite3_finalize(s);
    return status;
}

/* ---- nights --------------------------------------------------------------------------------------- */
static hy_status load_nights(struct hy_nights *n, struct hy_history *h)
{
    sqlite3_stmt *s = hy_history_ask(
        h, "SELECT id, at, identity, folder, sha, dirty, machine, clock_ns, copy_ns FROM run ORDER BY at, id", "");
    size_t room = 0;
    int code;
    if (s == NULL)
        return HY_RUN_FAILED;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        n->nights = grown(n->nights, n->n_nights, &room, sizeof *n->nights);
        n->nights[n->n_nights++] = (struct hy_night){.id = sqlite3_column_int64(s, 0),
                                                     .at = sqlite3_column_int64(s, 1),
                                                     .identity = text_of(s, 2),
                                                     .folder = text_of(s, 3),
                                                     .sha = text_of(s, 4),
                                                     .dirty = sqlite3_column_int(s, 5) != 0,
                                                     .machine = text_of(s, 6),
                                                     .clock_ns = hy_history_number(s, 7),
                                                     .copy_ns = hy_history_number(s, 8)};
    }
    return ended(h, s, code);
}

struct numbered {
    int64_t id;
    size_t index;
};

static int by_id(const void *a, const void *b)
{
    const int64_t x = ((const struct numbered *)a)->id, y = ((const struct numbered *)b)->id;
    return (x > y) - (x < y);
}

static struct numbered *numbers_of(const struct hy_nights *n)
{
    struct numbered *ids = malloc((n->n_nights + 1) * sizeof *ids);
    HY_ASSERT(ids, "out of memory for a history");
    for (size_t i = 0; i < n->n_nights; i++)
        ids[i] = (struct numbered){n->nights[i].id, i};
    qsort(ids, n->n_nights, sizeof *ids, by_id);
    return ids;
}

/* ---- series ----------------------------------------------------------------------------------------- */
char *hy_series_name(const struct hy_series *s)
{
    char *plain = hy_format("%s %s", s->subject, s->metric);
    const bool f32 = s->precision[0] == '\0' || strcmp(s->precision, "f32") == 0;
    if (f32 && s->profile[0] == '\0')
        return plain;
    char *name =
        hy_format("%s (%s%s%s)", plain, f32 ? "" : s->precision, f32 || !s->profile[0] ? "" : ", ", s->profile);
    free(plain);
    return name;
}

static void series_fini(struct hy_series *s)
{
    char *const texts[] = {s->metric,  s->subject,   s->unit,    s->machine,
                           s->threads, s->precision, s->profile, s->conditions};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    free(s->points);
}

/* "12" and "#12" are numbers; 0: it is none. */
static int64_t number_in(const char *wanted)
{
    const char *digits = wanted + (wanted[0] == '#');
    for (const char *c = digits; *c; c++)
        if (!isdigit((unsigned char)*c))
            return 0;
    return strtoll(digits, NULL, 10);
}

/* Whether every word of `wanted` stands in the name, or it is the number. */
static bool is_wanted(const struct hy_series *s, const char *wanted)
{
    if (wanted == NULL)
        return true;
    const int64_t number = number_in(wanted);
    if (number)
        return s->id == number;
    char *name = hy_series_name(s), *words = hy_format("%s", wanted), *rest = NULL;
    bool all = true;
    for (char *w = strtok_r(words, " ", &rest); w && all; w = strtok_r(NULL, " ", &rest))
        all = strstr(name, w) != NULL;
    free(name);
    free(words);
    return all;
}

static hy_status load_series(struct hy_nights *n, struct hy_history *h, const char *wanted)
{
    sqlite3_stmt *s =
        hy_history_ask(h,
                       "SELECT id, metric, subject, unit, machine, threads, precision, profile, "
                       "conditions, more_is_better, exact, timed FROM series ORDER BY subject, metric, id",
                       "");
    size_t room = 0;
    int code;
    if (s == NULL)
        return HY_RUN_FAILED;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        struct hy_series one = {.id = sqlite3_column_int64(s, 0),
                                .metric = text_of(s, 1),
                                .subject = text_of(s, 2),
                                .unit = text_of(s, 3),
                                .machine = text_of(s, 4),
                                .threads = text_of(s, 5),
                                .precision = text_of(s, 6),
                                .profile = text_of(s, 7),
                                .conditions = text_of(s, 8),
                                .more_is_better = sqlite3_column_int(s, 9) != 0,
                                .exact = sqlite3_column_int(s, 10) != 0,
                                .timed = sqlite3_column_int(s, 11) != 0};
        if (!is_wanted(&one, wanted)) {
            series_fini(&one);
            continue;
        }
        n->series = grown(n->series, n->n, &room, sizeof *n->series);
        n->series[n->n++] = one;
    }
    return ended(h, s, code);
}

const char *hy_point_quality_name(enum hy_point_quality q)
{
    static const char *const names[] = {"ok", "doubtful", "with changes"};
    return names[q];
}

/* ---- points --------------------------------------------------------------------------------------- */

/* `s` answers the points of one series, the newest first. */
static hy_status load_points(const struct hy_nights *n, struct hy_series *to, struct hy_history *h, sqlite3_stmt *s,
                             const struct numbered *ids)
{
    size_t room = 0;
    int code;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        const struct numbered key = {.id = sqlite3_column_int64(s, 1)};
        const struct numbered *night = bsearch(&key, ids, n->n_nights, sizeof *ids, by_id);
        if (night == NULL)
            continue; /* added since the nights were read */
        to->points = grown(to->points, to->n, &room, sizeof *to->points);
        const bool dirty = n->nights[night->index].dirty, doubtful = sqlite3_column_int(s, 6) != 0;
        to->points[to->n++] = (struct hy_point){.night = night->index,
                                                .at = sqlite3_column_int64(s, 0),
                                                .value = sqlite3_column_double(s, 2),
                                                .low = hy_history_number(s, 3),
                                                .high = hy_history_number(s, 4),
                                                .samples = (long)sqlite3_column_int64(s, 5),
                                                .quality = doubtful ? HY_POINT_DOUBTFUL
                                                           : dirty  ? HY_POINT_NO_COMMIT
                                                                    : HY_POINT_OK};
    }
    for (size_t i = 0; i < to->n / 2; i++) {
        const struct hy_point early = to->points[to->n - 1 - i];
        to->points[to->n - 1 - i] = to->points[i];
        to->points[i] = early;
    }
    return code == SQLITE_DONE ? HY_OK : hy_history_failed(h, "reading it");
}

static hy_status load_all_points(struct hy_nights *n, struct hy_history *h, const struct hy_wanted *wanted)
{
    struct numbered *ids = numbers_of(n);
    sqlite3_stmt *s = hy_history_ask(h,
                                     "SELECT at, run, value, low, high, samples, doubtful FROM point WHERE series = ?1 "
                                     "AND at >= ?2 AND at <= ?4 ORDER BY at DESC, run DESC LIMIT ?3",
                                     "");
    hy_status status = s ? HY_OK : HY_RUN_FAILED;
    for (size_t i = 0; i < n->n && status == HY_OK; i++) {
        sqlite3_bind_int64(s, 1, n->series[i].id);
        sqlite3_bind_int64(s, 2, wanted->since ? wanted->since : INT64_MIN);
        sqlite3_bind_int64(s, 3, wanted->last ? wanted->last : -1);
        sqlite3_bind_int64(s, 4, wanted->until ? wanted->until : INT64_MAX);
        status = load_points(n, &n->series[i], h, s, ids);
        sqlite3_reset(s);
    }
    sqlite3_finalize(s);
    free(ids);
    return status;
}

static hy_status none(const char *wanted, struct hy_history *h)
{
    struct hy_nights all = {0};
    char *some = hy_format("%s", "");
    if (load_series(&all, h, NULL) == HY_OK)
        for (size_t i = 0; i < all.n && i < 3; i++) {
            char *name = hy_series_name(&all.series[i]),
                 *longer = hy_format("%s%s#%lld %s", some, i ? ", " : "", (long long)all.series[i].id, name);
            free(name);
            free(some);
            some = longer;
        }
    hy_status status =
        all.n ? hy_fail(HY_BAD_INPUT,
                        "no series '%s' in %s; a part of a name or a number will do, such as %s (`hymbench "
                        "history list --series` lists all)",
                        wanted, hy_history_path(h), some)
              : hy_fail(HY_NO_DATA, "%s holds no series yet; `hymbench history add RUN_DIR` adds some",
                        hy_history_path(h));
    free(some);
    hy_nights_fini(&all);
    return status;
}

hy_status hy_nights_load(struct hy_nights *n, struct hy_history *h, const struct hy_wanted *wanted)
{
    *n = (struct hy_nights){0};
    hy_status status = load_nights(n, h);
    if (status == HY_OK)
        status = load_series(n, h, wanted->series);
    if (status == HY_OK && wanted->series && n->n == 0)
        status = none(wanted->series, h);
    if (status == HY_OK)
        status = load_all_points(n, h, wanted);
    if (status)
        hy_nights_fini(n);
    return status;
}

void hy_nights_fini(struct hy_nights *n)
{
    for (size_t i = 0; i < n->n_nights; i++) {
        free(n->nights[i].identity);
        free(n->nights[i].folder);
        free(n->nights[i].sha);
        free(n->nights[i].machine);
    }
    for (size_t i = 0; i < n->n; i++)
        series_fini(&n->series[i]);
    free(n->nights);
    free(n->series);
    *n = (struct hy_nights){0};
}

const char *hy_utc_text(char text[HY_UTC_TEXT], int64_t at, const char *form)
{
    const time_t t = (time_t)at;
    struct tm utc;
    text[0] = '\0';
    if (gmtime_r(&t, &utc))
        strftime(text, HY_UTC_TEXT, form, &utc);
    return text;
}

/* What is asked for is mostly new. */
const struct hy_night *hy_night_of(const struct hy_nights *n, int64_t id)
{
    for (size_t i = n->n_nights; i-- > 0;)
        if (n->nights[i].id == id)
            return &n->nights[i];
    return NULL;
}

const struct hy_series *hy_series_of(const struct hy_nights *n, int64_t id)
{
    for (size_t i = 0; i < n->n; i++)
        if (n->series[i].id == id)
            return &n->series[i];
    return NULL;
}
