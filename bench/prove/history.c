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
#include "bench/prove/history_score.h"
#include "kernels/base/clock.h"
#include "kernels/base/file.h"
#include "kernels/base/status.h"

enum { SERIES = 300, NIGHTS = 200, SUITES = 4, LAST = HY_BASE_NIGHTS + 16, SEED = 1 };
enum { CHECKED_SERIES = 2000, CHECKED_NIGHTS = 60 };
/* As bench/history/confirm.c has it: which commits are measured. */
enum { GOOD_BEFORE = 3 };
/* The other rules. A point of Otava's is an alarm while it is FRESH nights old. */
enum { OTAVA_LAST = 50, FRESH = 10, MEDIAN_OF = 10 };
#define THRESHOLD 0.05

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
    size_t refuted;     /* the first night of a fresh change that was refuted; 0: none */
    double ratio;       /* of that change, by the nights */
    bool asked[NIGHTS]; /* suspected once with that first night */
};

struct tally {
    struct hy_score scores[RULES];
    size_t measured, launches, same, open; /* same, open: verdicts of the turns */
};

struct suite {
    struct hy_world world;
    struct standing *standing; /* (SERIES) */
    struct hy_stream launches;
    struct tally tally;
};

/* ---- other rules ------------------------------------------------------------------------------------ */
static void alarm_at(struct suite *u, enum rule rule, size_t i, size_t night, size_t place, bool slower)
{
    const struct hy_simulated *s = &u->world.series[i];
    hy_score_alarm(&u->tally.scores[rule], &u->standing[i].said[rule], s, night, place,
                   hy_means_step(s, night, place, slower), rule == SUSPECTED);
}

/* Of x (n), of which the last is `night`: change points that are news. */
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
    if (u->world.kind != HY_WORLD_STATES)
        return;
    by_otava(u, OTAVA_CORRECTED, i, night, corrected, n);
    by_threshold(u, THRESHOLDED_CORRECTED, i, night, corrected, n);
}

/* ---- our rule ------------------------------------------------------------------------------------------- */

/* A suspect is measured in turns. */
static void ask(struct suite *u, size_t i, size_t night, const struct hy_suspicion *found, size_t first)
{
    struct standing *st = &u->standing[i];
    const struct hy_simulated *s = &u->world.series[i];
    if (st->refuted == first)
        return;
    if (!st->asked[first])
        alarm_at(u, SUSPECTED, i, night, first, hy_suspicion_worse(found, false));
    st->asked[first] = true;
    const size_t earliest = st->settled < first ? st->settled : first - 1;
    const size_t good = first >= earliest + GOOD_BEFORE ? first - GOOD_BEFORE : earliest;
    const double ratio = hy_true_ratio(s, good, night);
    const enum hy_change change = hy_world_turns(s, ratio, found->ratio, &u->launches, &u->tally.launches);
    u->tally.measured++;
    u->tally.same += change == HY_SAME;
    u->tally.open += change == HY_INCONCLUSIVE;
    if (change == HY_REGRESSED || change == HY_IMPROVED) {
        const bool is_true = change == HY_REGRESSED ? ratio > 1 : ratio < 1;
        hy_score_alarm(&u->tally.scores[CONFIRMED], &st->said[CONFIRMED], s, night, first, is_true, true);
        st->settled = first;
    } else if (change == HY_SAME) {
        st->refuted = first;
        st->ratio = found->ratio;
    }
}

static struct hy_suspicion look(struct suite *u, size_t i, size_t night, size_t *first)
{
    double values[LAST];
    struct standing *st = &u->standing[i];
    const size_t n = hy_world_values(&u->world, i, night, LAST, values, first);
    if (st->refuted > *first && hy_level_stays(values, n, st->refuted - *first, st->ratio)) {
        st->settled = st->refuted > st->settled ? st->refuted : st->settled;
        st->refuted = 0;
    }
    const struct hy_track track = {.values = values,
                                   .n = n,
                                   .settled = st->settled > *first ? st->settled - *first : 0,
                                   .noise = u->world.series[i].sigma / 2};
    by_others(u, i, night, values, n);
    return hy_detect(&track, &hy_detection_usual);
}

static void one_night(struct suite *u, size_t night)
{
    struct hy_suspicion found[SERIES];
    size_t first[SERIES];
    bool suspect[SERIES];
    for (size_t i = 0; i < SERIES; i++)
        found[i] = look(u, i, night, &first[i]);
    hy_suspects(found, SERIES, HY_SUSPECT_LEVEL, suspect);
    for (size_t i = 0; i < SERIES; i++)
        if (suspect[i])
            ask(u, i, night, &found[i], first[i] + found[i].first);
}

static struct tally run(enum hy_world_kind kind, uint64_t seed)
{
    struct suite u = {.launches = hy_stream_open(seed, "launches")};
    hy_world_open(&u.world, kind, SERIES, NIGHTS, seed);
    u.standing = calloc(SERIES, sizeof *u.standing);
    HY_ASSERT(u.standing, "out of memory for made-up nights");
    for (size_t night = 0; night < NIGHTS; night++)
        one_night(&u, night);
    for (size_t i = 0; i < SERIES; i++)
        for (int r = 0; r < RULES; r++)
            hy_score_close(&u.tally.scores[r], &u.standing[i].said[r], &u.world.series[i], NIGHTS);
    free(u.standing);
    hy_world_fini(&u.world);
    return u.tally;
}

/* ---- how long a check takes ----------------------------------------------------------------------- */
static double check_seconds(void)
{
    struct hy_world w;
    hy_world_open(&w, HY_WORLD_STATES, CHECKED_SERIES, CHECKED_NIGHTS, SEED);
    struct hy_suspicion *found = calloc(CHECKED_SERIES, sizeof *found);
    bool *suspect = calloc(CHECKED_SERIES, sizeof *suspect);
    HY_ASSERT(found && suspect, "out of memory for made-up nights");
    const uint64_t start = hy_now_ns();
    for (size_t i = 0; i < CHECKED_SERIES; i++) {
        double values[CHECKED_NIGHTS];
        size_t first;
        const struct hy_track t = {.values = values,
                                   .n = hy_world_values(&w, i, CHECKED_NIGHTS - 1, CHECKED_NIGHTS, values, &first)};
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
        hy_score_add(&to->scores[r], &t->scores[r]);
    to->measured += t->measured;
    to->launches += t->launches;
    to->same += t->same;
    to->open += t->open;
}

static void write_head(FILE *out, double seconds)
{
    fprintf(out,
            "# Alarms over made-up nights\n\n"
            "`make prove-history`, seeds %d to %d, %.0f s: of each kind of series %d suites of %d series over %d "
            "nights. The noise of a\nnight is 0.3 to 2 %% of the series' level. Half of the series get 2, 5 or 10 %% "
            "slower or faster by a commit of one night.\n\n"
            "* drifting: by up to 8 %% in all, or wandering, and no commit's doing\n"
            "* two states: the machine is 8 %% slower on some nights; four series of five show it, and the yardstick\n"
            "* outlier nights: two series-nights of a hundred are 5 to 50 %% slower, and so are by 3 to 20 %% all "
            "series on one night\n  of a hundred\n\n",
            SEED, SEED + HY_WORLDS * SUITES - 1, seconds, SUITES, SERIES, NIGHTS);
    fprintf(out,
            "Suspected: by the last nights alone. Confirmed: measured again in turns, up to 64 launches each of 1 to 2 "
            "%% noise, some\nheavy-tailed, threshold 1 %%. A confirmed alarm is false where the commits measured do "
            "not differ, another where it is\nnot near a step or has the wrong direction. Otava's: change points of "
            "the last %d nights (p %g, change %g), while they\nare %d nights old; one place counts once. 5 %% "
            "threshold: a night against the median of the %d before it.\n\n",
            OTAVA_LAST, hy_divisive_usual.p, hy_divisive_usual.min_change, FRESH, MEDIAN_OF);
}

static void write_rows(FILE *out, const struct tally kinds[HY_WORLDS])
{
    hy_score_head(out);
    for (int k = 0; k < HY_WORLDS; k++)
        for (int r = 0; r < RULES; r++)
            if (r < OTAVA_CORRECTED || k == HY_WORLD_STATES)
                hy_score_row(out, hy_world_name((enum hy_world_kind)k), rule_names[r], &kinds[k].scores[r]);
    fprintf(out,
            "\nWhat is measured again, a night of %d series:\n\n"
            "| series | suspects | launches of each commit | the same by the turns | without a verdict |\n"
            "|---|---|---|---|---|\n",
            SERIES);
    for (int k = 0; k < HY_WORLDS; k++) {
        const double all = SUITES * NIGHTS;
        fprintf(out, "| %s | %.2f | %.0f | %.2f | %.2f |\n", hy_world_name((enum hy_world_kind)k),
                (double)kinds[k].measured / all, (double)kinds[k].launches / all, (double)kinds[k].same / all,
                (double)kinds[k].open / all);
    }
}

static hy_status write_table(const char *path)
{
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return hy_fail(HY_RUN_FAILED, "cannot write '%s'; is its folder there?", path);
    const uint64_t start = hy_now_ns();
    static struct tally suites[HY_WORLDS * SUITES], kinds[HY_WORLDS];
#pragma omp parallel for schedule(dynamic)
    for (int k = 0; k < HY_WORLDS * SUITES; k++)
        suites[k] = run((enum hy_world_kind)(k % HY_WORLDS), SEED + (uint64_t)k);
    for (int k = 0; k < HY_WORLDS * SUITES; k++)
        add(&kinds[k % HY_WORLDS], &suites[k]);
    write_head(out, hy_seconds_since(start));
    write_rows(out, kinds);
    fprintf(out, "\nA check of %d series over their last %d nights takes %.2f s.\n", CHECKED_SERIES, CHECKED_NIGHTS,
            check_seconds());
    return fclose(out) ? hy_fail(HY_RUN_FAILED, "cannot write '%s'; is the disk full?", path) : HY_OK;
}

/* ---- for bench/peers/otava.py -------------------------------------------------------------------------- */
static hy_status print_change_points(const char *path, const struct hy_divisive *how)
{
    char *text = NULL;
    size_t bytes, n = 0;
    hy_status status = hy_read_file(path, &text, &bytes);
    if (status)
        return status;
    double *x = malloc((bytes / 2 + 1) * sizeof *x);
    struct hy_change_point *found = malloc((bytes / 2 + 1) * sizeof *found);
    HY_ASSERT(x && found, "out of memory for a series");
    char *at = text, *end;
    for (double value = strtod(at, &end); end != at; value = strtod(at, &end)) {
        x[n++] = value;
        at = end;
    }
    if (at[strspn(at, " \r\n")] != '\0')
        status = hy_fail(HY_BAD_INPUT, "%s holds something that is no number behind its %zu. one", path, n);
    const size_t count = status ? 0 : hy_change_points(x, n, how, found);
    for (size_t i = 0; i < count; i++)
        printf("%zu\n", found[i].index);
    free(text);
    free(x);
    free(found);
    return status;
}

static hy_status change_points(int argc, char **argv)
{
    struct hy_divisive how = hy_divisive_usual;
    if (argc == 4) {
        how = (struct hy_divisive){.window = strtoul(argv[0], NULL, 10),
                                   .p = strtod(argv[1], NULL),
                                   .min_change = strtod(argv[2], NULL),
                                   .min_segment = strtoul(argv[3], NULL, 10)};
        if (how.window < 2)
            return hy_fail(HY_BAD_INPUT, "a window of '%s' nights holds no change; 50 is usual", argv[0]);
    }
    return print_change_points(argv[-1], &how);
}

int main(int argc, char **argv)
{
    hy_status status;
    if ((argc == 3 || argc == 7) && strcmp(argv[1], "--change-points") == 0)
        status = change_points(argc - 3, argv + 3);
    else if (argc == 2 && argv[1][0] != '-')
        status = write_table(argv[1]);
    else
        status = hy_fail(HY_BAD_INPUT, "usage: prove-history TABLE.md | prove-history --change-points FILE [WINDOW P "
                                       "MIN_CHANGE MIN_SEGMENT]");
    if (status)
        fprintf(stderr, "prove-history: %s\n", hy_error());
    return (int)status;
}
