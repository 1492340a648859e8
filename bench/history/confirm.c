/* Suspects measured again in turns with the last good commit. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness/env.h"
#include "bench/history/again.h"
#include "bench/history/check.h"
#include "bench/history/run_facts.h"
#include "kernels/base/clock.h"
#include "kernels/base/file.h"

/* A suspect with what it takes to measure it again. */
struct suspect {
    struct hy_alarm *alarm;
    const struct hy_series *series;
    const struct hy_night *good, *bad;
    bool measurable;
};

/* The commits that are measured lie farther apart than the dates of the change: noise dates it a night or two too early
 * or too late, and then both would hold it. Good is that of the third night before, of the same level; bad the newest.
 */
enum { GOOD_BEFORE = 3 };

/* The night on which the level before a change began: that of the newest change known before it. */
static int64_t level_since(const struct hy_checked *c, const struct hy_alarms *all, const struct hy_alarm *f,
                           int64_t good_at)
{
    int64_t since = INT64_MIN;
    for (size_t i = 0; i < all->n; i++) {
        if (all->rows[i].series != f->series || all->rows[i].state != HY_STATE_CONFIRMED)
            continue;
        const struct hy_night *night = hy_night_of(&c->nights, all->rows[i].bad);
        if (night && night->at <= good_at && night->at > since)
            since = night->at;
    }
    return since;
}

static struct suspect suspect_of(const struct hy_checked *c, const struct hy_alarms *all, struct hy_alarm *f)
{
    struct suspect s = {.alarm = f};
    s.series = hy_series_of(&c->nights, f->series);
    const struct hy_night *good = hy_night_of(&c->nights, f->good);
    if (s.series == NULL || good == NULL)
        return s;
    s.measurable = hy_work_of(s.series).any;
    const int64_t since = level_since(c, all, f, good->at);
    int before = 0;
    for (size_t i = s.series->n; i-- > 0;) {
        const struct hy_point *p = &s.series->points[i];
        if (p->quality != HY_POINT_OK)
            continue;
        if (s.bad == NULL)
            s.bad = &c->nights.nights[p->night];
        if (p->at > good->at || p->at < since || before == GOOD_BEFORE)
            continue;
        s.good = &c->nights.nights[p->night];
        before++;
    }
    return s;
}

static bool open(const struct hy_alarm *f)
{
    return f->state == HY_STATE_SUSPECTED || f->state == HY_STATE_UNSETTLED;
}

static hy_status settle(struct hy_history *h, struct hy_alarm *f, enum hy_verdict_state state, char *how)
{
    free(f->how);
    f->how = how;
    f->state = state;
    return hy_alarm_keep(h, f);
}

/* ---- what needs no measuring ------------------------------------------------------------------------ */

/* Says why a suspect is not measured, and settles it where that can be; *measured: it is to be. */
static hy_status without_measuring(const struct suspect *s, struct hy_history *h, const char *machine, bool *measured)
{
    *measured = false;
    if (s->series == NULL || s->good == NULL || s->bad == NULL)
        return HY_OK;
    if (s->good->sha[0] && strcmp(s->good->sha, s->bad->sha) == 0 && !s->good->dirty && !s->bad->dirty)
        return settle(h, s->alarm, HY_STATE_REFUTED, hy_format("both nights ran the same commit: the machine changed"));
    if (s->alarm->kind == HY_STEP && !s->measurable)
        return settle(h, s->alarm, HY_STATE_CONFIRMED, hy_format("three nights agree, p %.1g", s->alarm->p));
    const char *why = !s->measurable ? "it cannot be measured alone: three nights will tell"
                      : s->good->dirty || s->bad->dirty || !s->good->sha[0] || !s->bad->sha[0]
                          ? "a night's program is no commit"
                      : strcmp(s->series->machine, machine) != 0 ? "it was measured on another machine"
                                                                 : NULL;
    *measured = why == NULL;
    return why ? settle(h, s->alarm, s->alarm->state, hy_format("%s", why)) : HY_OK;
}

/* ---- in turns ------------------------------------------------------------------------------------------ */
static bool together(const struct suspect *a, const struct suspect *b)
{
    return hy_work_together(a->series, b->series) && strcmp(a->good->sha, b->good->sha) == 0 &&
           strcmp(a->bad->sha, b->bad->sha) == 0 && strcmp(a->series->profile, b->series->profile) == 0 &&
           strcmp(a->series->threads, b->series->threads) == 0;
}

static hy_status conclude(struct hy_history *h, const struct suspect *s, const struct hy_compared *row)
{
    struct hy_alarm *f = s->alarm;
    if (row == NULL || row->note || isnan(row->ratio.ratio))
        return settle(h, f, HY_STATE_UNSETTLED,
                      hy_format("measured again, without a verdict: %s", row && row->note ? row->note : "no such row"));
    const size_t launches = row->ratio.n_base < row->ratio.n_fresh ? row->ratio.n_base : row->ratio.n_fresh;
    const double pct = 100 * (row->ratio.ratio - 1), low = 100 * (row->ratio.low - 1),
                 high = 100 * (row->ratio.high - 1);
    /* a step's time stands for its rate */
    const bool inverse = s->series->more_is_better != row->fresh->more_is_better;
    if (row->change == HY_SAME ||
        hy_suspicion_excluded(inverse ? 1 / f->ratio : f->ratio, row->ratio.low, row->ratio.high))
        return settle(h, f, HY_STATE_REFUTED,
                      hy_format("measured in turns, %.12s with %.12s, it is not so: %+.1f %% [%+.1f, %+.1f] after %zu "
                                "launches of each",
                                s->bad->sha, s->good->sha, pct, low, high, launches));
    if (row->change == HY_REGRESSED || row->change == HY_IMPROVED) {
        f->worse = row->change == HY_REGRESSED;
        f->ratio = inverse ? 1 / row->ratio.ratio : row->ratio.ratio;
        f->low = inverse ? 1 / row->ratio.high : row->ratio.low;
        f->high = inverse ? 1 / row->ratio.low : row->ratio.high;
        f->p = row->p;
        return settle(h, f, HY_STATE_CONFIRMED,
                      hy_format("measured in turns, %.12s with %.12s, %zu launches of each", s->bad->sha, s->good->sha,
                                launches));
    }
    char *more = row->needed ? hy_format("; %zu launches of each would tell", row->needed) : hy_format("%s", "");
    hy_status status = settle(
        h, f, HY_STATE_UNSETTLED,
        hy_format("measured in turns, %.12s with %.12s, it is %+.1f %% [%+.1f, %+.1f] after %zu launches of each%s",
                  s->bad->sha, s->good->sha, pct, low, high, launches, more));
    free(more);
    return status;
}

/* All of `group` (n) have their commits, sizes and threads in common. */
static hy_status measure(struct hy_history *h, const struct suspect *group, size_t n, double budget,
                         const struct hy_confirm *how)
{
    const struct hy_series **series = calloc(n, sizeof *series);
    struct hy_side sides[2] = {0};
    struct hy_comparison c = {0};
    HY_ASSERT(series, "out of memory for the suspects");
    for (size_t i = 0; i < n; i++)
        series[i] = group[i].series;
    hy_status status = hy_measure_again(&(struct hy_again){.good = group[0].good->sha,
                                                           .bad = group[0].bad->sha,
                                                           .series = series,
                                                           .n = n,
                                                           .budget = budget,
                                                           .progress = how->progress,
                                                           .interrupted = how->interrupted},
                                        sides, &c);
    if (status == HY_OK || status == HY_INTERRUPTED)
        for (size_t i = 0; i < n; i++) {
            const struct hy_compared *row = hy_work_row(&c, group[i].series);
            const bool decided =
                row && (row->change == HY_SAME || row->change == HY_REGRESSED || row->change == HY_IMPROVED);
            /* of what was cut short only verdicts stand */
            hy_status kept = status == HY_OK || decided ? conclude(h, &group[i], row) : HY_OK;
            status = kept ? kept : status;
        }
    hy_comparison_close(&c);
    hy_side_fini(&sides[0]);
    hy_side_fini(&sides[1]);
    free(series);
    return status;
}

/* A pair of commits that cannot be measured leaves its suspects as they are, and the others their turn. */
static hy_status failed_group(struct hy_history *h, const struct suspect *group, size_t n, hy_status status)
{
    if (status != HY_BAD_INPUT && status != HY_CHECK_FAILED)
        return status;
    char *why = hy_format("could not be measured again: %.200s", hy_error());
    for (char *line = why; *line; line++)
        *line = *line == '\n' ? ' ' : *line;
    fprintf(stderr, "hymbench: warning: %s..%s %s\n", group[0].good->sha, group[0].bad->sha, why);
    status = HY_OK;
    for (size_t i = 0; i < n && status == HY_OK; i++)
        status = settle(h, group[i].alarm, HY_STATE_UNSETTLED, hy_format("%s", why));
    free(why);
    return status;
}

static size_t groups_of(const struct suspect *s, size_t n)
{
    size_t groups = 0;
    for (size_t i = 0; i < n; i++) {
        bool first = true;
        for (size_t k = 0; k < i && first; k++)
            first = !together(&s[k], &s[i]);
        groups += first;
    }
    return groups;
}

hy_status hy_history_confirm(struct hy_checked *c, struct hy_history *h, const struct hy_confirm *how)
{
    struct suspect *open_ones = calloc(c->alarms.n + 1, sizeof *open_ones),
                   *group = calloc(c->alarms.n + 1, sizeof *group);
    HY_ASSERT(open_ones && group, "out of memory for the suspects");
    json_t *env = hy_env_json();
    char *machine = hy_machine_class(env);
    size_t n = 0;
    struct hy_alarms all;
    hy_status status = hy_alarms_load(&all, h, 0);
    for (size_t i = 0; i < c->alarms.n && status == HY_OK; i++) {
        struct suspect s = suspect_of(c, &all, &c->alarms.rows[i]);
        bool measured = false;
        if (open(s.alarm))
            status = without_measuring(&s, h, machine, &measured);
        if (measured)
            open_ones[n++] = s;
    }
    const uint64_t start = hy_now_ns();
    for (size_t left = n; left > 0 && status == HY_OK;) {
        size_t rest = 0, in_group = 0;
        const size_t groups = groups_of(open_ones, left);
        const struct suspect first = open_ones[0];
        for (size_t i = 0; i < left; i++)
            if (together(&first, &open_ones[i]))
                group[in_group++] = open_ones[i];
            else
                open_ones[rest++] = open_ones[i];
        /* what one needs less, the others have more; building counts, too */
        const double budget = fmax(1, (how->budget - hy_seconds_since(start)) / (double)groups);
        status = measure(h, group, in_group, budget, how);
        status = failed_group(h, group, in_group, status);
        left = rest;
    }
    hy_alarms_fini(&all);
    json_decref(env);
    free(machine);
    free(open_ones);
    free(group);
    return status;
}
