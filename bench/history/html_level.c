#include "bench/history/html_level.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness/stats.h"

void hy_level_make(struct hy_level *l, const struct hy_nights *n, const struct hy_series *s)
{
    *l = (struct hy_level){.factor = malloc((s->n + 1) * sizeof(double)),
                           .held = malloc((s->n + 1) * sizeof(double)),
                           .index = malloc((s->n + 1) * sizeof(size_t))};
    HY_ASSERT(l->factor && l->held && l->index, "out of memory for a series of the page");
    l->n_held = hy_series_values(n, s, l->held, l->index, &l->norm);
    for (size_t i = 0; i < s->n; i++) {
        const double factor = l->n_held ? hy_norm_factor(n, s, l->norm, i, l->index[l->n_held - 1]) : 1;
        l->factor[i] = isnan(factor) ? 1 : factor;
    }
}

void hy_level_fini(struct hy_level *l)
{
    free(l->factor);
    free(l->held);
    free(l->index);
    *l = (struct hy_level){0};
}

double hy_level_median(const double *x, size_t n)
{
    if (n == 0)
        return NAN;
    double *sorted = malloc(n * sizeof(double));
    HY_ASSERT(sorted, "out of memory for a median");
    memcpy(sorted, x, n * sizeof(double));
    const double median = hy_median(sorted, n);
    free(sorted);
    return median;
}
