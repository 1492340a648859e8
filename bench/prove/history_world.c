#include "bench/prove/history_world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/history/again.h"
#include "bench/history/detect.h"
#include "kernels/base/status.h"

enum { FIRST_STEP = 30, LAST_STEP = 20, MOST_LAUNCHES = 64, MOST_LAST = 256 };

static const double step_sizes[HY_STEP_SIZES] = HY_STEPS;
static const struct hy_rule rule = {.alpha = HY_CONFIRM_ALPHA, .threshold = 0.01};

const char *hy_world_name(enum hy_world_kind k)
{
    static const char *const names[HY_WORLDS] = {"normal", "heavy-tailed", "drifting", "two states", "outlier nights"};
    return names[k];
}

/* ---- draws ---------------------------------------------------------------------------------- */
static double between(struct hy_stream *s, double low, double high)
{
    return low + (high - low) * hy_stream_uniform(s);
}

static bool chance(struct hy_stream *s, double p)
{
    return hy_stream_uniform(s) < p;
}

/* Student's t with 3 degrees of freedom, scaled to a deviation of 1. */
static double heavy(struct hy_stream *s)
{
    double squares = 0;
    for (int i = 0; i < 3; i++) {
        const double z = hy_stream_normal(s);
        squares += z * z;
    }
    return hy_stream_normal(s) / sqrt(squares);
}

/* ---- nights ------------------------------------------------------------------------------------ */

/* What the machine does to all series: logs, (n_nights) each. */
struct machine {
    double *slower;  /* what the clock's yardstick shows */
    double *outlier; /* a night on which something else ran, which no yardstick shows */
};

static double *room_for(size_t n)
{
    double *room = calloc(n, sizeof *room);
    HY_ASSERT(room, "out of memory for made-up nights");
    return room;
}

static struct machine machine_of(struct hy_world *w, uint64_t seed)
{
    struct hy_stream s = hy_stream_open(seed, "machine");
    struct machine m = {room_for(w->n_nights), room_for(w->n_nights)};
    bool slow = false;
    for (size_t t = 0; t < w->n_nights; t++) {
        slow ^= w->kind == HY_WORLD_STATES && chance(&s, 0.1);
        m.slower[t] = slow ? log(1.08) : 0;
        m.outlier[t] = w->kind == HY_WORLD_OUTLIERS && chance(&s, 0.01) ? between(&s, 0.03, 0.2) : 0;
        w->nights[t] = (struct hy_night){
            .id = (int64_t)t + 1,
            .at = 86400 * (int64_t)(t + 1),
            .clock_ns = 1e5 * exp(m.slower[t] + 0.002 * hy_stream_normal(&s)),
            .copy_ns = 1e5 * exp(0.01 * hy_stream_normal(&s)),
        };
    }
    return m;
}

/* ---- series -------------------------------------------------------------------------------------- */
static void plant(struct hy_simulated *one, size_t number, size_t n_nights, struct hy_stream *s)
{
    const bool steps = number % 2;
    const double up = 1 + step_sizes[number / 2 % HY_STEP_SIZES];
    one->step = steps ? up - 1 : 0;
    one->at = FIRST_STEP + (size_t)between(s, 0, (double)(n_nights - FIRST_STEP - LAST_STEP));
    one->ratio = !steps ? 1 : chance(s, 0.5) ? up : 1 / up;
}

/* The log of what each night adds to the level. */
struct course {
    double follows;       /* how much of the machine's state it shows */
    double slope, wander; /* per night */
    double outliers;      /* the chance of one */
    bool heavy;
};

static struct course course_of(const struct hy_world *w, const struct hy_simulated *one, size_t number,
                               struct hy_stream *s)
{
    struct course c = {.heavy = w->kind == HY_WORLD_HEAVY};
    if (w->kind == HY_WORLD_STATES && number % 5)
        c.follows = 1 + 0.1 * hy_stream_normal(s);
    if (w->kind == HY_WORLD_OUTLIERS)
        c.outliers = 0.02;
    if (w->kind == HY_WORLD_DRIFT && number / 8 % 2)
        c.slope = between(s, -0.08, 0.08) / (double)w->n_nights;
    else if (w->kind == HY_WORLD_DRIFT)
        c.wander = 0.15 * one->sigma;
    return c;
}

static void simulate(struct hy_world *w, size_t number, const struct machine *m, uint64_t seed)
{
    char name[32];
    snprintf(name, sizeof name, "series %zu", number);
    struct hy_stream s = hy_stream_open(seed, name);
    struct hy_simulated *one = &w->series[number];
    one->sigma = exp(between(&s, log(0.003), log(0.02)));
    one->launch_sigma = between(&s, 0.01, 0.02);
    one->heavy_launches = chance(&s, 0.25);
    plant(one, number, w->n_nights, &s);
    const struct course c = course_of(w, one, number, &s);
    double drift = 0;
    struct hy_point *points = calloc(w->n_nights, sizeof *points);
    HY_ASSERT(points, "out of memory for made-up nights");
    for (size_t t = 0; t < w->n_nights; t++) {
        drift += c.slope + c.wander * hy_stream_normal(&s);
        const double noise = one->sigma * (c.heavy ? heavy(&s) : hy_stream_normal(&s));
        const double outlier = chance(&s, c.outliers) ? log(between(&s, 1.05, 1.5)) : m->outlier[t];
        points[t] = (struct hy_point){
            .night = t,
            .at = w->nights[t].at,
            .value = 1000 * hy_true_ratio(one, 0, t) * exp(drift + noise + outlier + c.follows * m->slower[t]),
            .low = NAN,
            .high = NAN,
        };
    }
    one->series = (struct hy_series){.id = (int64_t)number + 1, .timed = true, .points = points, .n = w->n_nights};
}

void hy_world_open(struct hy_world *w, enum hy_world_kind kind, size_t n, size_t n_nights, uint64_t seed)
{
    HY_ASSERT(n_nights > FIRST_STEP + LAST_STEP, "a world has room for steps");
    *w = (struct hy_world){.kind = kind, .n_nights = n_nights, .n = n};
    w->nights = calloc(n_nights, sizeof *w->nights);
    w->series = calloc(n, sizeof *w->series);
    HY_ASSERT(w->nights && w->series, "out of memory for made-up nights");
    const struct machine m = machine_of(w, seed);
    for (size_t i = 0; i < n; i++)
        simulate(w, i, &m, seed);
    free(m.slower);
    free(m.outlier);
}

void hy_world_fini(struct hy_world *w)
{
    for (size_t i = 0; i < w->n; i++)
        free(w->series[i].series.points);
    free(w->series);
    free(w->nights);
    *w = (struct hy_world){0};
}

/* ---- questions --------------------------------------------------------------------------------------- */
double hy_true_ratio(const struct hy_simulated *s, size_t base, size_t fresh)
{
    return (s->step > 0 && fresh >= s->at ? s->ratio : 1) / (s->step > 0 && base >= s->at ? s->ratio : 1);
}

static double launch(const struct hy_simulated *s, struct hy_stream *stream)
{
    return exp(s->launch_sigma * (s->heavy_launches ? heavy(stream) : hy_stream_normal(stream)));
}

enum hy_change hy_world_turns(const struct hy_simulated *s, double ratio, double suspected, struct hy_stream *stream,
                              size_t *launches)
{
    double base[MOST_LAUNCHES], fresh[MOST_LAUNCHES];
    size_t n = 0;
    enum hy_change change = HY_INCONCLUSIVE;
    struct hy_ratio r = {0};
    for (int look = 1; change == HY_INCONCLUSIVE && hy_look_launches(look) <= MOST_LAUNCHES; look++) {
        for (; n < hy_look_launches(look); n++) {
            base[n] = launch(s, stream);
            fresh[n] = ratio * launch(s, stream);
        }
        const struct hy_rule now = {.alpha = hy_look_alpha(rule.alpha, look), .threshold = rule.threshold};
        r = hy_ratio_between(base, n, fresh, n, now.alpha);
        change = hy_judge(&r, r.p, &now, false);
    }
    *launches += n;
    return change == HY_INCONCLUSIVE && hy_suspicion_excluded(suspected, r.low, r.high) ? HY_SAME : change;
}

size_t hy_world_values(const struct hy_world *w, size_t i, size_t night, size_t last, double *values, size_t *first)
{
    size_t index[MOST_LAST];
    enum hy_norm norm;
    HY_ASSERT(last <= MOST_LAST, "so many nights are never looked at together");
    *first = night + 1 > last ? night + 1 - last : 0;
    struct hy_series part = w->series[i].series;
    part.points += *first;
    part.n = night + 1 - *first;
    return hy_series_values(&(struct hy_nights){.nights = w->nights, .n_nights = w->n_nights}, &part, values, index,
                            &norm);
}
