/* The values of a series as one machine would have had them: the yardsticks of each night taken out, where they say
 * something about it. */
#include <math.h>
#include <stdlib.h>

#include "bench/history/nights.h"
#include "kernels/base/file.h"

/* A yardstick is believed where it leaves less than this share of the scatter, over so many nights. */
#define WORTH_IT 0.8
enum { FEWEST = 8 };

static double yardstick_of(const struct hy_night *night, enum hy_norm norm)
{
    return norm == HY_NORM_CLOCK ? night->clock_ns : norm == HY_NORM_COPY ? night->copy_ns : 1;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median step between neighbouring nights, in logs: a change of level is one step among many. NaN: not to be had.
 */
static double scatter(const double *values, size_t n)
{
    if (n < FEWEST)
        return NAN;
    double *steps = malloc((n - 1) * sizeof *steps);
    HY_ASSERT(steps, "out of memory for a series");
    for (size_t i = 0; i + 1 < n; i++)
        steps[i] = fabs(log(values[i + 1] / values[i]));
    qsort(steps, n - 1, sizeof *steps, by_value);
    const double middle = steps[(n - 1) / 2];
    free(steps);
    return middle;
}

/* A yardstick takes longer on a slower machine: times shrink by it, rates grow. */
static bool normalise(const struct hy_nights *n, const struct hy_series *s, const double *values, const size_t *index,
                      size_t count, enum hy_norm norm, double *to)
{
    const double last = yardstick_of(&n->nights[s->points[index[count - 1]].night], norm);
    for (size_t i = 0; i < count; i++) {
        const double slower = yardstick_of(&n->nights[s->points[index[i]].night], norm) / last;
        if (!(slower > 0) || !isfinite(slower))
            return false;
        to[i] = s->more_is_better ? values[i] * slower : values[i] / slower;
    }
    return true;
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
    if (!s->timed || count < FEWEST)
        return count;
    double *best = malloc(count * sizeof *best), *tried = malloc(count * sizeof *tried);
    HY_ASSERT(best && tried, "out of memory for a series");
    double least = WORTH_IT * scatter(values, count);
    for (int k = HY_NORM_CLOCK; k <= HY_NORM_COPY; k++) {
        if (!normalise(n, s, values, index, count, (enum hy_norm)k, tried) || !(scatter(tried, count) < least))
            continue;
        least = scatter(tried, count);
        *norm = (enum hy_norm)k;
        double *other = best;
        best = tried;
        tried = other;
    }
    for (size_t i = 0; i < count && *norm != HY_NORM_NONE; i++)
        values[i] = best[i];
    free(best);
    free(tried);
    return count;
}
