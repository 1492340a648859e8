/* The values of a series as one machine would have had them: the yardsticks of each night taken out, where they say
 * something about it. */
#include <math.h>
#include <stdlib.h>

#include "bench/history/nights.h"
#include "kernels/base/file.h"

/* A yardstick is believed where, over the steps between neighbouring nights in which it moved by more than it scatters,
 * the series moves less than this share without it. Steps in which it stood still say nothing: a machine that is
 * another one every tenth night shows in few of them. */
#define WORTH_IT 0.8
#define MOVED    0.01
enum { FEWEST = 8 };

static double yardstick_of(const struct hy_nights *n, const struct hy_series *s, size_t point, enum hy_norm norm)
{
    const struct hy_night *night = &n->nights[s->points[point].night];
    return norm == HY_NORM_CLOCK ? night->clock_ns : night->copy_ns;
}

double hy_norm_factor(const struct hy_nights *n, const struct hy_series *s, enum hy_norm norm, size_t then, size_t now)
{
    if (norm == HY_NORM_NONE)
        return 1;
    const double slower = yardstick_of(n, s, then, norm) / yardstick_of(n, s, now, norm);
    if (!(slower > 0) || !isfinite(slower))
        return NAN;
    return s->more_is_better ? slower : 1 / slower;
}

/* False where a night has no such yardstick. */
static bool normalise(const struct hy_nights *n, const struct hy_series *s, enum hy_norm norm, const double *values,
                      const size_t *index, size_t count, double *to)
{
    for (size_t i = 0; i < count; i++) {
        to[i] = values[i] * hy_norm_factor(n, s, norm, index[i], index[count - 1]);
        if (isnan(to[i]))
            return false;
    }
    return true;
}

/* What is left of the steps between neighbouring nights when the yardstick is taken out, where it moved; NaN: nowhere.
 */
static double left(const double *values, const double *without, const double *yards, size_t count)
{
    double all = 0, rest = 0;
    for (size_t i = 0; i + 1 < count; i++) {
        if (!(fabs(log(yards[i + 1] / yards[i])) > MOVED))
            continue;
        all += fabs(log(values[i + 1] / values[i]));
        rest += fabs(log(without[i + 1] / without[i]));
    }
    return all > 0 ? rest / all : (double)NAN;
}

static void take_out(const struct hy_nights *n, const struct hy_series *s, double *values, const size_t *index,
                     size_t count, enum hy_norm *norm)
{
    double *best = calloc(count, sizeof *best), *tried = calloc(count, sizeof *tried),
           *yards = malloc(count * sizeof *yards), least = WORTH_IT;
    HY_ASSERT(best && tried && yards, "out of memory for a series");
    for (int k = HY_NORM_CLOCK; k <= HY_NORM_COPY; k++) {
        for (size_t i = 0; i < count; i++)
            yards[i] = yardstick_of(n, s, index[i], (enum hy_norm)k);
        if (!normalise(n, s, (enum hy_norm)k, values, index, count, tried) ||
            !(left(values, tried, yards, count) < least))
            continue;
        least = left(values, tried, yards, count);
        *norm = (enum hy_norm)k;
        double *other = best;
        best = tried;
        tried = other;
    }
    for (size_t i = 0; i < count && *norm != HY_NORM_NONE; i++)
        values[i] = best[i];
    free(best);
    free(tried);
    free(yards);
}

size_t hy_series_values(const struct hy_nights *n, const struct hy_series *s, double *values, size_t *index,
                        enum hy_norm *norm)
{
    size_t count = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (s->points[i].quality != HY_POINT_OK || (!s->exact && s->points[i].value <= 0))
            continue;
        index[count] = i;
        values[count++] = s->points[i].value;
    }
    *norm = HY_NORM_NONE;
    if (s->timed && count >= FEWEST)
        take_out(n, s, values, index, count, norm);
    return count;
}
