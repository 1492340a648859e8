#include "bench/history/verdicts.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"

const char *hy_state_name(enum hy_verdict_state s)
{
    static const char *const names[HY_STATES] = {"suspected", "confirmed", "refuted", "unsettled"};
    return names[s];
}

hy_status hy_alarms_load(struct hy_alarms *f, struct hy_history *h, int64_t since)
{
    *f = (struct hy_alarms){0};
    size_t room = 0;
    int code;
    sqlite3_stmt *s =
        hy_history_ask(h,
                       "SELECT series, good, bad, kind, state, worse, ratio, low, high, p, how, finding.at "
                       "FROM finding JOIN run ON run.id = bad WHERE run.at >= ?1 ORDER BY run.at DESC, "
                       "state = 1 DESC, series",
                       "i", since ? since : INT64_MIN);
    if (s == NULL)
        return HY_RUN_FAILED;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        if (f->n == room) {
            room = room ? 2 * room : 32;
            f->rows = realloc(f->rows, room * sizeof *f->rows);
            HY_ASSERT(f->rows, "out of memory for the findings of a history");
        }
        const unsigned char *how = sqlite3_column_text(s, 10);
        f->rows[f->n++] = (struct hy_alarm){.series = sqlite3_column_int64(s, 0),
                                            .good = sqlite3_column_int64(s, 1),
                                            .bad = sqlite3_column_int64(s, 2),
                                            .kind = (enum hy_suspect)sqlite3_column_int(s, 3),
                                            .state = (enum hy_verdict_state)sqlite3_column_int(s, 4),
                                            .worse = sqlite3_column_int(s, 5) != 0,
                                            .ratio = hy_history_number(s, 6),
                                            .low = hy_history_number(s, 7),
                                            .high = hy_history_number(s, 8),
                                            .p = hy_history_number(s, 9),
                                            .how = hy_format("%s", how ? (const char *)how : ""),
                                            .at = sqlite3_column_int64(s, 11)};
    }
    hy_status status = code == SQLITE_DONE ? HY_OK : hy_history_failed(h, "reading it");
    sqlite3_finalize(s);
    if (status)
        hy_alarms_fini(f);
    return status;
}

void hy_alarms_fini(struct hy_alarms *f)
{
    for (size_t i = 0; i < f->n; i++)
        free(f->rows[i].how);
    free(f->rows);
    *f = (struct hy_alarms){0};
}

hy_status hy_alarm_keep(struct hy_history *h, const struct hy_alarm *f)
{
    return hy_history_do(h,
                         "INSERT OR REPLACE INTO finding (series, good, bad, kind, state, worse, ratio, low, high, p, "
                         "how, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                         "iiiiiiddddti", f->series, f->good, f->bad, (int64_t)f->kind, (int64_t)f->state,
                         (int64_t)f->worse, f->ratio, f->low, f->high, f->p, f->how ? f->how : "", f->at);
}

/* ---- the sentence ------------------------------------------------------------------------------- */
/* What more or less of it is called. */
static const char *direction(const struct hy_series *s, bool worse)
{
    const bool time = strcmp(s->unit, "ns") == 0 || strcmp(s->unit, "ms") == 0 || strcmp(s->unit, "s") == 0;
    if (time || (s->timed && s->more_is_better))
        return worse ? "slower" : "faster";
    return worse == s->more_is_better ? "lower" : "higher";
}

/* "5.2 % slower [4.8, 5.6]"; of rates a share of the rate is meant. malloc'd. */
static char *by_how_much(const struct hy_series *s, const struct hy_alarm *f)
{
    const char *way = direction(s, f->worse);
    if (isnan(f->ratio))
        return hy_format("%s", way);
    const double a = 100 * (f->low - 1), b = 100 * (f->high - 1), sign = f->ratio < 1 ? -1 : 1;
    const int digits = f->kind == HY_EXACT && fabs(f->ratio - 1) < 1e-3 ? 5 : 1;
    if (isnan(f->low) || f->kind == HY_EXACT)
        return hy_format("%.*f %% %s", digits, 100 * fabs(f->ratio - 1), way);
    return hy_format("%.1f %% %s [%.1f, %.1f]", 100 * fabs(f->ratio - 1), way, fmin(sign * a, sign * b),
                     fmax(sign * a, sign * b));
}

char *hy_alarm_sentence(const struct hy_nights *n, const struct hy_alarm *f)
{
    const struct hy_series *s = hy_series_of(n, f->series);
    const struct hy_night *good = hy_night_of(n, f->good), *bad = hy_night_of(n, f->bad);
    if (s == NULL || good == NULL || bad == NULL)
        return hy_format("a series that is not shown changed");
    char date[HY_UTC_TEXT], *name = hy_series_name(s), *much = by_how_much(s, f);
    char *text = hy_format("%s (#%lld) is %s since %.12s%s..%.12s%s (%s): %s%s%s", name, (long long)s->id, much,
                           good->sha[0] ? good->sha : "?", good->dirty ? "+" : "", bad->sha[0] ? bad->sha : "?",
                           bad->dirty ? "+" : "", hy_utc_text(date, bad->at, "%Y-%m-%d"), hy_state_name(f->state),
                           f->how && f->how[0] ? ", " : "", f->how ? f->how : "");
    free(name);
    free(much);
    return text;
}
