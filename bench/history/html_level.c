#include "bench/history/html_level.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a point's value times it would have been in the last night that holds: the yardstick is longer on a slower
 * machine. 1 where that is not known. */
static double factor_of(const struct hy_level *l, const struct hy_nights *n, const struct hy_series *s, size_t point)
{
    if (l->norm == HY_NORM_NONE || l->n_held == 0)
        return 1;
    const struct hy_night *then = &n->nights[s->points[point].night],
                          *now = &n->nights[s->points[l->index[l->n_held - 1]].night];
    const double slower = l->norm == HY_NORM_CLOCK ? then->clock_ns / now->clock_ns : then->copy_ns / now->copy_ns;
    if (!isfinite(slower) || slower <= 0)
        return 1;
    return s->more_is_better ? slower : 1 / slower;
}

void hy_level_make(struct hy_level *l, const struct hy_nights *n, const struct hy_series *s)
{
    *l = (struct hy_level){.factor = malloc((s->n + 1) * sizeof(double)),
                           .held = malloc((s->n + 1) * sizeof(double)),
                           .index = malloc((s->n + 1) * sizeof(size_t))};
    HY_ASSERT(l->factor && l->held && l->index, "out of memory for a series of the page");
    l->n_held = hy_series_values(n, s, l->held, l->index, &l->norm);
    for (size_t i = 0; i < s->n; i++)
        l->factor[i] = factor_of(l, n, s, i);
}

void hy_level_fini(struct hy_level *l)
{
    free(l->factor);
    free(l->held);
    free(l->index);
    *l = (struct hy_level){0};
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double hy_level_median(const double *x, size_t n)
{
    if (n == 0)
        return NAN;
    double *sorted = malloc(n * sizeof(double));
    HY_ASSERT(sorted, "out of memory for a median");
    memcpy(sorted, x, n * sizeof(double));
    qsort(sorted, n, sizeof(double), by_size);
    const double median = n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
    free(sorted);
    return median;
}
