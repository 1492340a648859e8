/* How often the history cries wolf, and how soon it sees a step: made-up suites whose commits are known.
 *
 *     prove-history TABLE.md
 *     prove-history --change-points FILE [WINDOW P MIN_CHANGE MIN_SEGMENT]
 *
 * The first writes a table of rules by kinds of noise. The second reads a number per line and prints the index of every
 * change point, for bench/peers/otava.py. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness/stats.h"
#include "bench/history/detect.h"
#include "bench/history/divisive.h"
#include "bench/prove/history_alarms.h"
#include "kernels/base/clock.h"
#include "kernels/base/status.h"

enum { SERIES = 300, NIGHTS = 200, SUITES = 4, LAST = 60, OTAVA_LAST = 50, MEDIAN_OF = 10, SEED = 1 };
enum { CHECKED_SERIES = 2000 };
#define THRESHOLD 0.05
#ifndef FRESH
#define FRESH 10 /* nights within which Otava's point is news */
#endif

enum rule { SUSPECTED, CONFIRMED, OTAVA, THRESHOLDED, OTAVA_CORRECTED, THRESHOLDED_CORRECTED, RULES };
static const char *const rule_names[RULES] = {
    [SUSPECTED] = "suspected",
    [CONFIRMED] = "confirmed",
    [OTAVA] = "Otava's",
    [THRESHOLDED] = "5 % threshold",
    [OTAVA_CORRECTED] = "Otava's, yardstick taken out",
    [THRESHOLDED_CORRECTED] = "5 % threshold, yardstick taken out",
};

/* What is known of a series so far. */
struct standing {
    struct hy_said said[RULES];
    size_t settled;     /* the night from which on its level is the present one */
    bool asked[NIGHTS]; /* measured in turns: the first night of what was suspected */
};

struct tally {
    struct hy_alarms alarms[RULES];
    size_t launches, settled_same, unsettled, missed; /* missed: a step that the turns held for none */
};

struct suite {
    struct hy_world world;
    struct standing *standing; /* (SERIES) */
    struct hy_stream launches;
    struct tally tally;
};

/* ---- the rules ----------------------------------------------------------------------------------- */
static void alarm_at(struct suite *u, enum rule rule, size_t i, size_t night, size_t place, bool slower)
{
    const struct hy_simulated *s = &u->world.series[i];
    hy_alarm(&u->tally.alarms[rule], &u->standing[i].said[rule], s, night, place,
             hy_means_step(s, night, place, slower), rule == SUSPECTED);
}

/* Of x (n), of which the last is `night`: a change point that is news. */
static void by_otava(struct suite *u, enum rule rule, size_t i, size_t night, const double *x, size_t n)
{
    struct hy_divisive how = hy_divisive_usual;
    struct hy_change_point found[OTAVA_LAST];
    how.min_segment = 1;
    const size_t from = n > OTAVA_LAST ? n - OTAVA_LAST : 0, count = hy_change_points(x + from, n - from, &how, found);
    for (size_t k = 0; k < count; k++) {
        const size_t age = n - from - found[k].index; /* 1: tonight's */
        if (age <= FRESH)
            alarm_at(u, rule, i, night, night + 1 - age, found[k].after > found[k].before);
    }
}

static void by_threshold(struct suite *u, enum rule rule, size_t i, size_t night, const double *x, size_t n)
{
    double before[MEDIAN_OF];
    if (n < MEDIAN_OF + 1)
        return;
    memcpy(before, x + n - 1 - MEDIAN_OF, sizeof before);
    const double ratio = x[n - 1] / hy_median(before, MEDIAN_OF);
    if (fabs(ratio - 1) > THRESHOLD)
        alarm_at(u, rule, i, night, night, ratio > 1);
}

static void by_others(struct suite *u, size_t i, size_t night, const double *corrected, size_t n)
{
    double raw[LAST];
    for (size_t k = 0; k < n; k++)
        raw[k] = u->world.series[i].series.points[night + 1 - n + k].value;
    by_otava(u, OTAVA, i, night, raw, n);
    by_threshold(u, THRESHOLDED, i, night, raw, n);
    by_otava(u, OTAVA_CORRECTED, i, night, corrected, n);
    by_threshold(u, THRESHOLDED_CORRECTED, i, night, corrected, n);
}

/* A suspect is measured in turns: the last good commit against the first bad one. */
static void ask(struct suite *u, size_t i, size_t night, const struct hy_suspicion *found, size_t first)
{
    struct standing *st = &u->standing[i];
    const struct hy_simulated *s = &u->world.series[i];
    if (st->asked[first])
        return;
    st->asked[first] = true;
    alarm_at(u, SUSPECTED, i, night, first, hy_suspicion_worse(found, false));
    const char *newest = getenv("NEWEST");
    const double ratio = hy_true_ratio(s, first - 1, newest ? night : first);
    const enum hy_change change = hy_world_turns(s, ratio, &u->launches, &u->tally.launches);
    if (change == HY_REGRESSED || change == HY_IMPROVED) {
        const bool is_true = change == HY_REGRESSED ? ratio > 1 : ratio < 1;
        hy_alarm(&u->tally.alarms[CONFIRMED], &st->said[CONFIRMED], s, night, first, is_true, true);
        st->settled = first;
        return;
    }
    u->tally.unsettled += change == HY_INCONCLUSIVE;
    u->tally.settled_same += change == HY_SAME;
    u->tally.missed += change == HY_SAME && s->step > 0 && hy_true_ratio(s, first - 1, night) != 1;
    if (getenv("SETTLE") && change == HY_SAME && found->kind == HY_STEP)
        st->settled = first;
}

static void one_night(struct suite *u, size_t night)
{
    struct hy_suspicion found[SERIES];
    size_t first[SERIES];
    bool suspect[SERIES];
    for (size_t i = 0; i < SERIES; i++) {
        double values[LAST];
        const size_t n = hy_world_values(&u->world, i, night, LAST, values, &first[i]);
        const size_t settled = u->standing[i].settled;
        const struct hy_track track = {.values = values,
                                       .n = n,
                                       .settled = settled > first[i] ? settled - first[i] : 0,
                                       .noise = u->world.series[i].sigma / 2};
        found[i] = hy_detect(&track, &hy_detection_usual);
        by_others(u, i, night, values, n);
    }
    hy_suspects(found, SERIES, HY_SUSPECT_LEVEL, suspect);
    for (size_t i = 0; i < SERIES; i++)
        if (suspect[i])
            ask(u, i, night, &found[i], first[i] + found[i].first);
}

static void run(struct suite *u, enum hy_world_kind kind, uint64_t seed)
{
    *u = (struct suite){.launches = hy_stream_open(seed, "launches")};
    hy_world_open(&u->world, kind, SERIES, NIGHTS, seed);
    u->standing = calloc(SERIES, sizeof *u->standing);
    HY_ASSERT(u->standing, "out of memory for made-up nights");
    for (size_t night = 0; night < NIGHTS; night++)
        one_night(u, night);
    for (size_t i = 0; i < SERIES; i++)
        for (int r = 0; r < RULES; r++)
            hy_alarms_close(&u->tally.alarms[r], &u->standing[i].said[r], &u->world.series[i], NIGHTS);
    free(u->standing);
    hy_world_fini(&u->world);
}

/* ---- how long a check takes ----------------------------------------------------------------------- */
static double check_seconds(void)
{
    struct hy_world w;
    hy_world_open(&w, HY_WORLD_STATES, CHECKED_SERIES, LAST, SEED);
    struct hy_suspicion *found = calloc(CHECKED_SERIES, sizeof *found);
    bool *suspect = calloc(CHECKED_SERIES, sizeof *suspect);
    HY_ASSERT(found && suspect, "out of memory for made-up nights");
    const uint64_t start = hy_now_ns();
    for (size_t i = 0; i < CHECKED_SERIES; i++) {
        double values[LAST];
        size_t first;
        const struct hy_track t = {.values = values, .n = hy_world_values(&w, i, LAST - 1, LAST, values, &first)};
        found[i] = hy_detect(&t, &hy_detection_usual);
    }
    hy_suspects(found, CHECKED_SERIES, HY_SUSPECT_LEVEL, suspect);
    const double seconds = hy_seconds_since(start);
    free(found);
    free(suspect);
    hy_world_fini(&w);
    return seconds;
}

/* ---- the table --------------------------------------------------------------------------------------- */
static void add(struct tally *to, const struct tally *t)
{
    for (int r = 0; r < RULES; r++)
        hy_alarms_add(&to->alarms[r], &t->alarms[r]);
    to->launches += t->launches;
    to->settled_same += t->settled_same;
    to->unsettled += t->unsettled;
    to->missed += t->missed;
}

static void write_rows(FILE *out, const struct tally kinds[HY_WORLDS])
{
    hy_alarms_head(out);
    for (int k = 0; k < HY_WORLDS; k++)
        for (int r = 0; r < RULES; r++)
            if (r < OTAVA_CORRECTED || k == HY_WORLD_STATES)
                hy_alarms_row(out, hy_world_name((enum hy_world_kind)k), rule_names[r], &kinds[k].alarms[r]);
}

static void write_asked(FILE *out, const struct tally kinds[HY_WORLDS])
{
    fprintf(out,
            "\n| series | no change by the turns | without a verdict | launches of each in all |\n|---|---|---|---|\n");
    for (int k = 0; k < HY_WORLDS; k++)
        fprintf(out, "| %s | %zu (of steps %zu) | %zu | %zu |\n", hy_world_name((enum hy_world_kind)k),
                kinds[k].settled_same, kinds[k].missed, kinds[k].unsettled, kinds[k].launches);
}

static hy_status write_table(const char *path)
{
    const uint64_t start = hy_now_ns();
    struct tally *suites = calloc(HY_WORLDS * SUITES, sizeof *suites), kinds[HY_WORLDS] = {0};
    HY_ASSERT(suites, "out of memory for made-up nights");
#pragma omp parallel for schedule(dynamic)
    for (int k = 0; k < HY_WORLDS * SUITES; k++) {
        struct suite u;
        run(&u, (enum hy_world_kind)(k % HY_WORLDS), (uint64_t)(SEED + k));
        suites[k] = u.tally;
    }
    for (int k = 0; k < HY_WORLDS * SUITES; k++)
        add(&kinds[k % HY_WORLDS], &suites[k]);
    free(suites);
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return hy_fail(HY_RUN_FAILED, "cannot write '%s'; is its folder there?", path);
    write_rows(out, kinds);
    write_asked(out, kinds);
    fprintf(out, "\n%.0f s, check %.3f s\n", hy_seconds_since(start), check_seconds());
    return fclose(out) ? hy_fail(HY_RUN_FAILED, "cannot write '%s'; is the disk full?", path) : HY_OK;
}

int main(int argc, char **argv)
{
    hy_status status = HY_BAD_INPUT;
    if (argc == 2)
        status = write_table(argv[1]);
    if (status)
        fprintf(stderr, "prove-history: %s\n", hy_error());
    return (int)status;
}
