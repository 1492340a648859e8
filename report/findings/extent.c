#include "report/findings/extent.h"

#include <math.h>
#include <string.h>

static void seeds(struct hy_extent *e, const struct hy_run_data *d)
{
    for (size_t i = 0; i < d->variants; i++) {
        const struct hy_variant *v = &d->variant[i];
        if (isnan(v->best_ppl) || !(v->seeds >= 1))
            continue;
        const size_t n = (size_t)v->seeds;
        e->least_seeds = e->least_seeds == 0 || n < e->least_seeds ? n : e->least_seeds;
        e->most_seeds = n > e->most_seeds ? n : e->most_seeds;
    }
}

/* One pass over a log that may be long. */
static void history(struct hy_extent *e, const struct hy_run_data *d)
{
    const struct hy_csv *t = &d->table[HY_TABLE_HISTORY];
    if (!d->have[HY_TABLE_HISTORY])
        return;
    const int step = hy_csv_column(t, "step"), epoch = hy_csv_column(t, "epoch"),
              samples = hy_csv_column(t, "val_samples"), name = hy_csv_column(t, "variant"),
              seed = hy_csv_column(t, "seed");
    double last = (double)NAN;
    for (size_t i = 0; i < t->rows; i++) {
        const double n = hy_csv_number(t, i, samples);
        const bool begins = i == 0 || strcmp(hy_csv_text(t, i, name), hy_csv_text(t, i - 1, name)) != 0 ||
                            strcmp(hy_csv_text(t, i, seed), hy_csv_text(t, i - 1, seed)) != 0;
        if (begins)
            e->samples = fmin(e->samples, last);
        e->steps = fmax(e->steps, hy_csv_number(t, i, step));
        e->epochs = fmax(e->epochs, hy_csv_number(t, i, epoch));
        e->fewer_samples = fmin(e->fewer_samples, n);
        last = n;
    }
    e->samples = fmin(e->samples, last);
}

static void sizes(struct hy_extent *e, const struct hy_run_data *d)
{
    const struct hy_csv *t = &d->table[HY_TABLE_VARIANTS];
    double params = (double)NAN;
    if (!d->have[HY_TABLE_VARIANTS])
        return;
    e->tokens = e->steps * hy_csv_number_of(t, 0, "batch") * hy_csv_number_of(t, 0, "seq_len");
    for (size_t i = 0; i < t->rows; i++)
        params = fmax(params, hy_csv_number_of(t, i, "params"));
    e->tokens_a_weight = params > 0 ? e->tokens / params : (double)NAN;
}

struct hy_extent hy_extent_of(const struct hy_run_data *d)
{
    const double none = (double)NAN;
    struct hy_extent e = {none, none, none, none, none, none, 0, 0};
    seeds(&e, d);
    history(&e, d);
    if (isnan(e.steps) && d->have[HY_TABLE_RUNS])
        for (size_t i = 0; i < d->table[HY_TABLE_RUNS].rows; i++)
            e.steps = fmax(e.steps, hy_csv_number_of(&d->table[HY_TABLE_RUNS], i, "Steps"));
    sizes(&e, d);
    return e;
}
