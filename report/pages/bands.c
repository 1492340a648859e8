#include "report/pages/bands.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sample {
    double x, y, weight;
};

/* What a table holds of one variant. */
struct samples {
    struct sample *item;
    size_t count, room;
    const char *only; /* the seed that stands for a variant of which none finished; NULL: all that finished */
};

static void add(struct samples *s, struct sample one)
{
    if (s->count == s->room) {
        s->room = s->room ? 2 * s->room : 64;
        s->item = realloc(s->item, s->room * sizeof *s->item);
        HY_ASSERT(s->item, "out of memory for the curves");
    }
    s->item[s->count++] = one;
}

/* Without runs.csv a seed finished where its variant did. */
static bool finished(const struct hy_run_data *data, const struct hy_variant *v, const char *seed)
{
    const struct hy_csv *t = &data->table[HY_TABLE_RUNS];
    for (size_t i = 0; data->have[HY_TABLE_RUNS] && i < t->rows; i++) {
        const char *status = hy_csv_text_of(t, i, "Status");
        if (strcmp(hy_csv_text_of(t, i, "Model"), v->name) == 0 && strcmp(hy_csv_text_of(t, i, "Seed"), seed) == 0)
            return *status == '\0' || strcmp(status, "ok") == 0;
    }
    return v->sound;
}

static bool any_finished(const struct hy_run_data *data, const struct hy_variant *v)
{
    const struct hy_csv *t = &data->table[HY_TABLE_RUNS];
    for (size_t i = 0; data->have[HY_TABLE_RUNS] && i < t->rows; i++)
        if (strcmp(hy_csv_text_of(t, i, "Model"), v->name) == 0 && finished(data, v, hy_csv_text_of(t, i, "Seed")))
            return true;
    return v->sound;
}

/* One pass over a log that may be long: rows of one variant and seed stand together. */
static void collect(struct samples *all, const struct hy_run_data *data, const struct hy_band_source *source)
{
    const struct hy_csv *t = source->table;
    const int name = hy_csv_column(t, "variant"), seed = hy_csv_column(t, "seed"),
              from = hy_csv_column(t, source->from), to = hy_csv_column(t, source->to), y = hy_csv_column(t, source->y),
              weight = source->weight ? hy_csv_column(t, source->weight) : -1;
    const struct hy_variant *v = NULL;
    bool taken = false;
    for (size_t i = 0; i < t->rows; i++) {
        const bool begins = i == 0 || strcmp(hy_csv_text(t, i, name), hy_csv_text(t, i - 1, name)) != 0 ||
                            strcmp(hy_csv_text(t, i, seed), hy_csv_text(t, i - 1, seed)) != 0;
        if (begins) {
            v = hy_run_data_find(data, hy_csv_text(t, i, name));
            struct samples *s = v ? &all[v - data->variant] : NULL;
            if (v && !s->only && !any_finished(data, v))
                s->only = hy_csv_text(t, i, seed);
            taken = v && (s->only ? strcmp(s->only, hy_csv_text(t, i, seed)) == 0
                                  : finished(data, v, hy_csv_text(t, i, seed)));
        }
        const struct sample one = {(hy_csv_number(t, i, from) + hy_csv_number(t, i, to)) / 2, hy_csv_number(t, i, y),
                                   weight < 0 ? 1 : hy_csv_number(t, i, weight)};
        if (taken && isfinite(one.x) && isfinite(one.y) && one.weight > 0)
            add(&all[v - data->variant], one);
    }
}

static int by_x(const void *a, const void *b)
{
    const double x = ((const struct sample *)a)->x, y = ((const struct sample *)b)->x;
    return (x > y) - (x < y);
}

/* How many samples from `i` on share its place. */
static size_t here(const struct samples *s, size_t i)
{
    size_t n = 1;
    while (i + n < s->count && s->item[i + n].x == s->item[i].x)
        n++;
    return n;
}

static struct hy_series series_of(struct hy_doc *d, const struct hy_variant *v, const struct samples *s,
                                  bool exponential)
{
    const size_t room = s->count ? s->count : 1;
    size_t seeds = 0, n = 0;
    for (size_t i = 0; i < s->count; i += here(s, i))
        seeds = here(s, i) > seeds ? here(s, i) : seeds;
    double *x = hy_doc_alloc(d, room * sizeof *x), *y = hy_doc_alloc(d, room * sizeof *y);
    double *low = hy_doc_alloc(d, room * sizeof *low), *high = hy_doc_alloc(d, room * sizeof *high);
    bool *hollow = hy_doc_alloc(d, room * sizeof *hollow);
    for (size_t i = 0, group; i < s->count; i += group) {
        double sum = 0, weights = 0;
        group = here(s, i);
        if (group < seeds)
            continue;
        low[n] = (double)INFINITY;
        high[n] = -(double)INFINITY;
        for (size_t k = i; k < i + group; k++) {
            sum += s->item[k].weight * s->item[k].y;
            weights += s->item[k].weight;
            low[n] = fmin(low[n], s->item[k].y);
            high[n] = fmax(high[n], s->item[k].y);
        }
        x[n] = s->item[i].x;
        y[n] = exponential ? exp(sum / weights) : sum / weights;
        low[n] = exponential ? exp(low[n]) : low[n];
        high[n] = exponential ? exp(high[n]) : high[n];
        n++;
    }
    struct hy_series series = hy_variant_series(v, x, y, n);
    if (seeds > 1) {
        series.low = low;
        series.high = high;
    }
    if (s->only && n > 0) {
        hollow[n - 1] = true;
        series.hollow = hollow;
    }
    return series;
}

struct hy_series *hy_bands_of(struct hy_doc *d, const struct hy_report *r, const struct hy_band_source *source)
{
    const size_t count = r->data.variants;
    struct samples *all = calloc(count, sizeof *all);
    struct hy_series *series = hy_doc_alloc(d, count * sizeof *series);
    HY_ASSERT(all, "out of memory for the curves");
    collect(all, &r->data, source);
    for (size_t i = 0; i < count; i++) {
        if (all[i].count > 1)
            qsort(all[i].item, all[i].count, sizeof *all[i].item, by_x);
        series[i] = series_of(d, &r->data.variant[i], &all[i], source->exponential);
        free(all[i].item);
    }
    free(all);
    return series;
}

bool hy_bands_seeded(const struct hy_series *series, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (series[i].low)
            return true;
    return false;
}
