#include "bench/history/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"

/* A refuted change that the nights keep showing is a change of the machine: after so many nights it is the new level.
 */
enum { ACCEPTED_AFTER = 4, HALF_A_DAY = 43200, LOOK_BACK = HY_BASE_NIGHTS + 16 };

/* ---- the night ----------------------------------------------------------------------------------- */

/* The newest runs of each machine, of one commit and within half a day: a night may be several runs. tonight (n). */
static bool *newest_nights(const struct hy_nights *n, int64_t until)
{
    bool *tonight = calloc(n->n_nights + 1, sizeof *tonight);
    bool *passed = calloc(n->n_nights + 1, sizeof *passed);
    HY_ASSERT(tonight && passed, "out of memory for the nights");
    for (size_t i = n->n_nights; i-- > 0;) {
        const struct hy_night *newest = &n->nights[i];
        if (passed[i] || (until && newest->at > until))
            continue;
        bool same = true;
        for (size_t k = i + 1; k-- > 0;) {
            if (strcmp(n->nights[k].machine, newest->machine) != 0)
                continue;
            same = same && strcmp(n->nights[k].sha, newest->sha) == 0 && n->nights[k].dirty == newest->dirty &&
                   newest->at - n->nights[k].at < HALF_A_DAY;
            tonight[k] = tonight[k] || same;
            passed[k] = true;
        }
    }
    free(passed);
    return tonight;
}

/* ---- one series --------------------------------------------------------------------------------------- */

/* What is known of a series from earlier checks. */
struct known {
    int64_t settled_at;  /* its level began with this night; INT64_MIN: never looked at */
    const char *refuted; /* the commit of a fresh change that was refuted; NULL: none */
    int64_t refuted_at;
    const struct hy_alarm *unsettled;
};

/* Whether the nights since keep showing what was refuted. */
static bool stays(const struct hy_series *s, const struct hy_alarm *f, int64_t bad_at)
{
    double values[LOOK_BACK];
    size_t n = 0, first = 0;
    for (size_t i = 0; i < s->n && n < LOOK_BACK; i++) {
        if (s->points[i].quality != HY_POINT_OK)
            continue;
        first += s->points[i].at < bad_at;
        values[n++] = s->points[i].value;
    }
    return hy_level_stays(values, n, first, f->ratio);
}

static void learn(struct known *k, const struct hy_series *s, const struct hy_alarm *f, const struct hy_night *bad)
{
    const bool accepted = f->state == HY_STATE_REFUTED && stays(s, f, bad->at);
    if ((f->state == HY_STATE_CONFIRMED || accepted) && bad->at > k->settled_at)
        k->settled_at = bad->at;
    if (f->state == HY_STATE_REFUTED && !accepted && (k->refuted == NULL || bad->at > k->refuted_at)) {
        k->refuted = bad->sha;
        k->refuted_at = bad->at;
    }
    if (f->state == HY_STATE_UNSETTLED && k->unsettled == NULL)
        k->unsettled = f;
}

/* known (n->n), of all findings up to `until`. */
static struct known *learn_all(const struct hy_nights *n, const struct hy_alarms *all, int64_t until)
{
    struct known *known = calloc(n->n + 1, sizeof *known);
    HY_ASSERT(known, "out of memory for the series");
    for (size_t i = 0; i < n->n; i++)
        known[i].settled_at = INT64_MIN;
    for (size_t i = 0; i < all->n; i++) {
        const struct hy_series *series = hy_series_of(n, all->rows[i].series);
        const struct hy_night *bad = hy_night_of(n, all->rows[i].bad);
        if (series && bad && (until == 0 || bad->at <= until))
            learn(&known[series - n->series], series, &all->rows[i], bad);
    }
    return known;
}

/* Of one night, from the interval within it: the median over the nights, as a share. */
static double noise_of(const struct hy_series *s)
{
    double sum = 0;
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct hy_point *p = &s->points[i];
        if (p->quality != HY_POINT_OK || isnan(p->low) || p->value <= 0)
            continue;
        sum += (p->high - p->low) / (2 * 1.96 * p->value);
        n++;
    }
    return n ? sum / (double)n : 0;
}

/* A series that is looked at, and what came of it. */
struct looked {
    const struct hy_series *series;
    const struct hy_point *good, *bad; /* of the suspicion */
    struct known known;
};

static struct hy_suspicion look_at(struct looked *l, const struct hy_nights *n)
{
    const struct hy_series *s = l->series;
    double *values = malloc((s->n + 1) * sizeof *values);
    size_t *index = malloc((s->n + 1) * sizeof *index);
    enum hy_norm norm;
    HY_ASSERT(values && index, "out of memory for a series");
    struct hy_track t = {.values = values, .exact = s->exact, .more_is_better = s->more_is_better};
    t.n = hy_series_values(n, s, values, index, &norm);
    while (t.settled < t.n && s->points[index[t.settled]].at < l->known.settled_at)
        t.settled++;
    t.noise = noise_of(s);
    const struct hy_suspicion found = hy_detect(&t, &hy_detection_usual);
    if (found.kind == HY_SUDDEN || found.kind == HY_STEP || found.kind == HY_EXACT) {
        l->good = &s->points[index[found.first - 1]];
        l->bad = &s->points[index[found.first]];
    }
    free(values);
    free(index);
    return found;
}

/* ---- what is entered ------------------------------------------------------------------------------------- */
static hy_status enter(struct hy_history *h, const struct hy_nights *n, const struct looked *l,
                       const struct hy_suspicion *found)
{
    const struct hy_series *s = l->series;
    struct hy_alarm f = {.series = s->id,
                         .good = n->nights[l->good->night].id,
                         .bad = n->nights[l->bad->night].id,
                         .kind = found->kind,
                         .worse = hy_suspicion_worse(found, s->more_is_better),
                         .ratio = found->ratio,
                         .low = found->low,
                         .high = found->high,
                         .p = found->p,
                         .how = "",
                         .at = s->points[s->n - 1].at};
    if (found->kind == HY_EXACT) {
        const bool inside = l->good->low <= found->after && found->after <= l->good->high;
        f.state = HY_STATE_CONFIRMED;
        f.how = inside && l->good->samples > 1 ? "it is exact, yet within the spread of the seeds" : "it is exact";
    } else if (l->known.unsettled && l->known.unsettled->bad == f.bad) {
        f.state = HY_STATE_UNSETTLED;
        f.how = l->known.unsettled->how;
    }
    return hy_alarm_keep(h, &f);
}

/* A suspicion that was not confirmed and is no more is dropped; what still is comes back. */
static hy_status enter_all(struct hy_history *h, struct hy_checked *c, const struct looked *looked,
                           const struct hy_suspicion *found, const bool *suspect)
{
    hy_status status = hy_history_begin(h);
    if (status)
        return status;
    for (size_t i = 0; i < c->looked && status == HY_OK; i++) {
        const struct looked *l = &looked[i];
        if (l->series->points[l->series->n - 1].quality != HY_POINT_OK || (l->series->exact && !suspect[i]))
            continue;
        status = hy_history_do(h, "DELETE FROM finding WHERE series = ?1 AND state = ?2", "ii", l->series->id,
                               (int64_t)HY_STATE_SUSPECTED);
        if (!suspect[i] || status)
            continue;
        const char *sha = c->nights.nights[l->bad->night].sha;
        if (l->known.refuted && sha[0] && strcmp(l->known.refuted, sha) == 0)
            c->asked++;
        else
            status = enter(h, &c->nights, l, &found[i]);
    }
    return hy_history_end(h, status);
}

/* ---- the check -------------------------------------------------------------------------------------------- */
static int worst_first(const void *a, const void *b)
{
    static const int order[HY_STATES] = {
        [HY_STATE_CONFIRMED] = 0, [HY_STATE_UNSETTLED] = 1, [HY_STATE_SUSPECTED] = 2, [HY_STATE_REFUTED] = 3};
    const struct hy_alarm *x = a, *y = b;
    if (x->state != y->state)
        return order[x->state] - order[y->state];
    if (x->worse != y->worse)
        return y->worse - x->worse;
    const double dx = fabs(log(x->ratio)), dy = fabs(log(y->ratio));
    return dx != dy ? (dx < dy) - (dx > dy) : (x->series > y->series) - (x->series < y->series);
}

/* Of all findings those that were made in the nights in question. */
static hy_status gather(struct hy_checked *c, struct hy_history *h, const bool *tonight, int64_t until)
{
    hy_alarms_fini(&c->alarms);
    hy_status status = hy_alarms_load(&c->alarms, h, 0);
    size_t kept = 0;
    for (size_t i = 0; i < c->alarms.n; i++) {
        struct hy_alarm *f = &c->alarms.rows[i];
        bool ours = false;
        for (size_t k = 0; k < c->nights.n_nights && !ours; k++)
            ours = tonight[k] && c->nights.nights[k].at == f->at && (until == 0 || f->at <= until);
        if (ours)
            c->alarms.rows[kept++] = *f;
        else
            free(f->how);
    }
    c->alarms.n = kept;
    if (kept)
        qsort(c->alarms.rows, kept, sizeof *c->alarms.rows, worst_first);
    return status;
}

static hy_status check(struct hy_checked *c, struct hy_history *h, const bool *tonight, int64_t until)
{
    struct hy_alarms all;
    const size_t n = c->nights.n;
    struct looked *looked = calloc(n + 1, sizeof *looked);
    struct hy_suspicion *found = calloc(n + 1, sizeof *found);
    bool *suspect = calloc(n + 1, sizeof *suspect);
    HY_ASSERT(looked && found && suspect, "out of memory for the series of a night");
    hy_status status = hy_alarms_load(&all, h, 0);
    struct known *known = learn_all(&c->nights, &all, until);
    for (size_t i = 0; i < n && status == HY_OK; i++) {
        const struct hy_series *s = &c->nights.series[i];
        if (s->n == 0 || !tonight[s->points[s->n - 1].night])
            continue;
        struct looked *l = &looked[c->looked];
        *l = (struct looked){.series = s, .known = known[i]};
        /* a night that does not hold is no part of anything, the one before it had its check */
        found[c->looked] = s->points[s->n - 1].quality == HY_POINT_OK ? look_at(l, &c->nights)
                                                                      : (struct hy_suspicion){.p = 1, .ratio = 1};
        c->too_few += found[c->looked].kind == HY_TOO_FEW;
        c->exact += s->exact;
        c->looked++;
    }
    hy_suspects(found, c->looked, HY_SUSPECT_LEVEL, suspect);
    if (status == HY_OK)
        status = enter_all(h, c, looked, found, suspect);
    if (status == HY_OK)
        status = gather(c, h, tonight, until);
    hy_alarms_fini(&all);
    free(known);
    free(looked);
    free(found);
    free(suspect);
    return status;
}

hy_status hy_history_check(struct hy_checked *c, struct hy_history *h, int64_t until)
{
    *c = (struct hy_checked){0};
    hy_status status = hy_nights_load(&c->nights, h, &(struct hy_wanted){.last = LOOK_BACK, .until = until});
    if (status == HY_OK && c->nights.n_nights == 0)
        status =
            hy_fail(HY_NO_DATA, "%s holds no night yet; `hymbench history add RUN_DIR` adds one", hy_history_path(h));
    if (status == HY_OK) {
        bool *tonight = newest_nights(&c->nights, until);
        status = check(c, h, tonight, until);
        free(tonight);
    }
    if (status)
        hy_checked_fini(c);
    return status;
}

void hy_checked_fini(struct hy_checked *c)
{
    hy_nights_fini(&c->nights);
    hy_alarms_fini(&c->alarms);
    *c = (struct hy_checked){0};
}

hy_status hy_checked_verdict(const struct hy_checked *c)
{
    size_t counts[HY_STATES] = {0};
    const struct hy_alarm *first[HY_STATES] = {NULL};
    for (size_t i = 0; i < c->alarms.n; i++) {
        const struct hy_alarm *f = &c->alarms.rows[i];
        if (f->worse && counts[f->state]++ == 0)
            first[f->state] = f;
    }
    const size_t open = counts[HY_STATE_SUSPECTED] + counts[HY_STATE_UNSETTLED];
    const struct hy_alarm *named = first[HY_STATE_CONFIRMED]   ? first[HY_STATE_CONFIRMED]
                                   : first[HY_STATE_UNSETTLED] ? first[HY_STATE_UNSETTLED]
                                                               : first[HY_STATE_SUSPECTED];
    if (named == NULL)
        return HY_OK;
    char *sentence = hy_alarm_sentence(&c->nights, named);
    hy_status status =
        counts[HY_STATE_CONFIRMED]
            ? hy_fail(HY_CHECK_FAILED, "%zu series got worse; %s", counts[HY_STATE_CONFIRMED], sentence)
            : hy_fail(HY_NO_DATA, "%zu series may have got worse (--confirm measures again); %s", open, sentence);
    free(sentence);
    return status;
}
