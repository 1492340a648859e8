#include "bench/history/detect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness/stats.h"
#include "bench/history/divisive.h"
#include "kernels/base/status.h"
#include "report/statistics/rank.h"
#include "report/statistics/student.h"

/* Of the last nights: how many may be the new level. */
static const size_t places[HY_PLACES] = {1, 2, 3, 5};

/* Scatter below this, as a share, is the grain of a clock and no proof of anything. */
#define LEAST_SCATTER 0.001
/* A step of three nights or more must also be one by the permutations. */
#define STEP_LEVEL 0.01
/* An exact quantity is written with nine digits. */
#define SAME_DIGITS 1e-8

enum { FEWEST_BASE = 4, FEWEST_STEP = 3, MOST_VALUES = HY_BASE_NIGHTS + 8 };

const struct hy_detection hy_detection_usual = {.min_change = 0.02, .permutations = 20000, .seed = 1};

/* ---- medians ------------------------------------------------------------------------------- */
static double median(const double *x, size_t n)
{
    double sorted[MOST_VALUES];
    HY_ASSERT(n > 0 && n <= MOST_VALUES, "a level has at least one night and no more than are looked at");
    memcpy(sorted, x, n * sizeof *x);
    return hy_median(sorted, n);
}

/* The median distance to the middle, as a standard deviation; of few nights it is too small on average, which the
 * factor mends (Croux & Rousseeuw 1992). */
static double scatter(const double *x, size_t n, double middle)
{
    static const double mend[] = {1, 1, 1.196, 1.495, 1.363, 1.206, 1.200, 1.140, 1.129, 1.107};
    double away[MOST_VALUES];
    for (size_t i = 0; i < n; i++)
        away[i] = fabs(x[i] - middle);
    const double few = n < 10 ? mend[n] : (double)n / ((double)n - 0.8);
    return 1.4826 * few * median(away, n);
}

/* ---- one place ------------------------------------------------------------------------------- */

/* Logs of the nights that are looked at: x (n), the last of them the newest. */
struct look {
    double x[MOST_VALUES];
    size_t n;
    double noise;
};

struct place {
    double shift, error, p; /* of the logs; error: of the shift, one standard deviation */
    double before, after;   /* logs */
    size_t freedom;
};

/* Of two nights each must be apart, to the same side: one of them may be an outlier. The chance that both are, of
 * nights that do not know of each other. */
static double both(const struct look *l, const struct place *at, double within)
{
    const size_t m = l->n - 2;
    const double a = l->x[m] - at->before, b = l->x[m + 1] - at->before;
    if (a * b <= 0)
        return 1;
    const double p = hy_student_p(fmin(fabs(a), fabs(b)) / (within * sqrt(1 + 1.57 / (double)m)), at->freedom);
    return p * p;
}

static struct place test(const struct look *l, size_t last, const struct hy_detection *how)
{
    const size_t m = l->n - last;
    struct place at = {.before = median(l->x, m), .after = median(l->x + m, last), .freedom = m - 1};
    const double within = fmax(fmax(scatter(l->x, m, at.before), l->noise), LEAST_SCATTER);
    /* a median scatters pi / 2 times as much as a mean; that of one or two is a mean */
    const double spread = (last < FEWEST_STEP ? 1.0 : 1.57) / (double)last + 1.57 / (double)m;
    at.shift = at.after - at.before;
    at.error = within * sqrt(spread);
    const double alone = last == 2 ? both(l, &at, within) : hy_student_p(at.shift / at.error, at.freedom);
    at.p = fmin(1, HY_PLACES * alone);
    const bool promising = at.p < STEP_LEVEL && fabs(at.shift) >= 0.5 * how->min_change;
    if (last >= FEWEST_STEP && promising && hy_split_p(l->x, l->n, m, how->permutations, how->seed) > STEP_LEVEL)
        at.p = 1;
    return at;
}

/* The first night of the new level: the nights next to the place that was found belong to the level they are nearer to.
 */
static size_t dated(const struct hy_track *t, const struct hy_suspicion *s)
{
    const double between = 0.5 * (log(s->before) + log(s->after)), up = s->after > s->before ? 1 : -1;
    const size_t most = places[HY_PLACES - 1], oldest = t->n > most ? t->n - most : 0;
    size_t first = s->first;
    while (first > oldest && first > t->settled + FEWEST_BASE && up * (log(t->values[first - 1]) - between) > 0)
        first--;
    while (first + 1 < t->n && up * (log(t->values[first]) - between) <= 0)
        first++;
    return first;
}

static struct hy_suspicion by_places(const struct hy_track *t, const struct hy_detection *how)
{
    struct hy_suspicion s = {.p = 1, .ratio = NAN, .low = NAN, .high = NAN};
    const size_t from = t->settled;
    for (int i = 0; i < HY_PLACES; i++) {
        const size_t last = places[i];
        if (t->n < from + last + FEWEST_BASE)
            break;
        struct look l = {.n = t->n - from, .noise = t->noise};
        if (l.n > HY_BASE_NIGHTS + last)
            l.n = HY_BASE_NIGHTS + last;
        for (size_t k = 0; k < l.n; k++)
            l.x[k] = log(t->values[t->n - l.n + k]);
        const struct place at = test(&l, last, how);
        if (i > 0 && at.p >= s.p)
            continue;
        const double wide = hy_student_bound(0.05, at.freedom) * at.error;
        s = (struct hy_suspicion){.kind = last < FEWEST_STEP ? HY_SUDDEN : HY_STEP,
                                  .first = t->n - last,
                                  .before = exp(at.before),
                                  .after = exp(at.after),
                                  .ratio = exp(at.shift),
                                  .low = exp(at.shift - wide),
                                  .high = exp(at.shift + wide),
                                  .p = at.p};
    }
    if (fabs(log(s.ratio)) < log1p(how->min_change))
        s.kind = HY_UNSUSPECTED;
    if (s.kind != HY_UNSUSPECTED) {
        s.first = dated(t, &s);
        s.kind = t->n - s.first < FEWEST_STEP ? HY_SUDDEN : HY_STEP;
    }
    return s;
}

/* ---- exact quantities -------------------------------------------------------------------------- */
static bool same(double a, double b)
{
    return fabs(a - b) <= SAME_DIGITS * fmax(fabs(a), fabs(b));
}

/* The latest change among the nights that are looked at. */
static struct hy_suspicion by_digits(const struct hy_track *t)
{
    struct hy_suspicion s = {.p = NAN, .ratio = NAN, .low = NAN, .high = NAN};
    const size_t oldest = t->n > places[HY_PLACES - 1] ? t->n - places[HY_PLACES - 1] : 1;
    for (size_t i = t->n - 1; i >= oldest && i > t->settled; i--) {
        if (same(t->values[i], t->values[i - 1]))
            continue;
        s.kind = HY_EXACT;
        s.first = i;
        s.before = t->values[i - 1];
        s.after = t->values[i];
        if (s.before > 0)
            s.ratio = s.low = s.high = s.after / s.before;
        break;
    }
    return s;
}

struct hy_suspicion hy_detect(const struct hy_track *t, const struct hy_detection *how)
{
    const size_t fewest = t->exact ? 2 : HY_FEWEST_NIGHTS;
    if (t->n < t->settled + fewest)
        return (struct hy_suspicion){.kind = HY_TOO_FEW, .p = NAN, .ratio = NAN, .low = NAN, .high = NAN};
    return t->exact ? by_digits(t) : by_places(t, how);
}

bool hy_level_stays(const double *values, size_t n, size_t first, double ratio)
{
    if (n < first + HY_ACCEPTED_AFTER)
        return false;
    if (first == 0)
        return true;
    const size_t m = first < MOST_VALUES ? first : MOST_VALUES, k = n - first < MOST_VALUES ? n - first : MOST_VALUES;
    const double between = median(values + first - m, m) * sqrt(ratio), since = median(values + first, k);
    return ratio > 1 ? since > between : since < between;
}

bool hy_suspicion_worse(const struct hy_suspicion *s, bool more_is_better)
{
    return more_is_better ? s->after < s->before : s->after > s->before;
}

bool hy_suspicion_excluded(double suspected, double low, double high)
{
    const double half = 0.5 * log(suspected);
    if (!(low < 1 && high > 1))
        return false;
    return half > 0 ? log(high) < half : log(low) > half;
}

void hy_suspects(const struct hy_suspicion *found, size_t n, double level, bool *suspect)
{
    double *p = calloc(n ? n : 1, sizeof *p);
    HY_ASSERT(p, "out of memory for the night's series");
    for (size_t i = 0; i < n; i++)
        p[i] = found[i].kind == HY_TOO_FEW ? NAN : found[i].p;
    hy_false_discovery(p, n, p);
    for (size_t i = 0; i < n; i++)
        suspect[i] =
            found[i].kind == HY_EXACT || ((found[i].kind == HY_SUDDEN || found[i].kind == HY_STEP) && p[i] <= level);
    free(p);
}
