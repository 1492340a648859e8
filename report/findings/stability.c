#include "report/findings/stability.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void gradient(struct hy_stability *s)
{
    double *sorted = calloc(s->steps + 1, sizeof *sorted);
    size_t n = 0;
    HY_ASSERT(sorted, "out of memory for the gradient norms");
    for (size_t i = 0; i < s->steps; i++)
        if (isfinite(s->norm[i]))
            sorted[n++] = s->norm[i];
    qsort(sorted, n, sizeof *sorted, ascending);
    s->median_norm = n ? (sorted[(n - 1) / 2] + sorted[n / 2]) / 2 : (double)NAN;
    s->largest_norm = n ? sorted[n - 1] : (double)NAN;
    free(sorted);
}

/* A step without a finite loss makes every mean over it NaN, which no comparison picks. */
static void losses(struct hy_stability *s)
{
    double lowest = (double)NAN;
    s->largest_rise = s->rise_step = s->first_loss = s->last_loss = (double)NAN;
    for (size_t end = s->window; end <= s->steps; end++) {
        double mean = 0;
        for (size_t i = end - s->window; i < end; i++)
            mean += s->loss[i] / (double)s->window;
        if (end == s->window)
            s->first_loss = mean;
        s->last_loss = mean;
        if (mean - lowest > 0 && !(mean - lowest <= s->largest_rise)) {
            s->largest_rise = mean - lowest;
            s->rise_step = s->step[end - 1];
        }
        lowest = fmin(lowest, mean);
    }
    if (s->steps > s->window && isnan(s->largest_rise) && isfinite(s->last_loss))
        s->largest_rise = 0;
}

void hy_stability_make(struct hy_stability *s, const struct hy_run_data *d, const char *variant)
{
    const struct hy_csv *t = &d->table[HY_TABLE_STEPS];
    const char *seed = NULL;
    size_t clipped = 0, known = 0;
    *s = (struct hy_stability){.clipped_percent = (double)NAN};
    if (!d->have[HY_TABLE_STEPS])
        return;
    int name = hy_csv_column(t, "variant"), seeds = hy_csv_column(t, "seed"), step = hy_csv_column(t, "step");
    int loss = hy_csv_column(t, "loss"), norm = hy_csv_column(t, "grad_norm"), clip = hy_csv_column(t, "clipped");
    s->step = calloc(t->rows, sizeof *s->step);
    s->loss = calloc(t->rows, sizeof *s->loss);
    s->norm = calloc(t->rows, sizeof *s->norm);
    HY_ASSERT(s->step && s->loss && s->norm, "out of memory for the training curves");
    for (size_t i = 0; i < t->rows; i++) {
        if (strcmp(hy_csv_text(t, i, name), variant) != 0)
            continue;
        if (!seed)
            seed = hy_csv_text(t, i, seeds);
        if (strcmp(hy_csv_text(t, i, seeds), seed) != 0)
            continue;
        double was_clipped = hy_csv_number(t, i, clip);
        clipped += was_clipped > 0;
        known += !isnan(was_clipped);
        s->step[s->steps] = hy_csv_number(t, i, step);
        s->loss[s->steps] = hy_csv_number(t, i, loss);
        s->norm[s->steps++] = hy_csv_number(t, i, norm);
    }
    s->window = s->steps < 40 ? 1 : 10;
    if (known > 0)
        s->clipped_percent = 100 * (double)clipped / (double)known;
    gradient(s);
    losses(s);
}

void hy_stability_fini(struct hy_stability *s)
{
    if (!s)
        return;
    free(s->step);
    free(s->loss);
    free(s->norm);
    *s = (struct hy_stability){0};
}
