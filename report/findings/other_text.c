#include "report/findings/other_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/statistics/bootstrap.h"

#define ALPHA 0.05

/* Samples of one evaluation, or what several come to. */
struct losses {
    double *sample, *targets, *nll; /* (n) number, targets, and their summed loss */
    size_t n;
};

static void open_losses(struct losses *l, size_t room)
{
    *l = (struct losses){.sample = calloc(room + 1, sizeof *l->sample),
                         .targets = calloc(room + 1, sizeof *l->targets),
                         .nll = calloc(room + 1, sizeof *l->nll)};
    HY_ASSERT(l->sample && l->targets && l->nll, "out of memory for the samples of an evaluation");
}

static void close_losses(struct losses *l)
{
    free(l->sample);
    free(l->targets);
    free(l->nll);
}

/* Fills *l with the rows of a run, in the file's order. */
static void gather(struct losses *l, const struct hy_csv *t, const char *variant, const char *seed, const char *split)
{
    const int variants = hy_csv_column(t, "variant"), seeds = hy_csv_column(t, "seed"),
              splits = hy_csv_column(t, "split"), sample = hy_csv_column(t, "sample"),
              targets = hy_csv_column(t, "targets"), nll = hy_csv_column(t, "nll");
    l->n = 0;
    for (size_t i = 0; i < t->rows; i++) {
        if (strcmp(hy_csv_text(t, i, variants), variant) != 0 || strcmp(hy_csv_text(t, i, seeds), seed) != 0 ||
            strcmp(hy_csv_text(t, i, splits), split) != 0)
            continue;
        l->sample[l->n] = hy_csv_number(t, i, sample);
        l->targets[l->n] = hy_csv_number(t, i, targets);
        l->nll[l->n++] = hy_csv_number(t, i, nll);
    }
}

/* The same samples in the same order, each with a loss. */
static bool comparable(const struct losses *a, const struct losses *b)
{
    for (size_t i = 0; i < a->n && a->n == b->n; i++)
        if (a->sample[i] != b->sample[i] || a->targets[i] != b->targets[i] || !(a->targets[i] > 0) ||
            !isfinite(a->nll[i]) || !isfinite(b->nll[i]))
            return false;
    return a->n == b->n && a->n > 0;
}

/* Adds other - base of a seed's losses; the first that is added says which samples there are. */
static void add(struct losses *sum, size_t *seeds, const struct losses *base, const struct losses *other)
{
    if (!comparable(base, other) || (*seeds > 0 && !comparable(sum, base)))
        return;
    for (size_t i = 0; i < base->n; i++) {
        sum->sample[i] = base->sample[i];
        sum->targets[i] = base->targets[i];
        sum->nll[i] += other->nll[i] - base->nll[i];
    }
    sum->n = base->n;
    ++*seeds;
}

struct hy_other_text hy_other_text_of(const struct hy_run_data *d, const char *base, const char *other,
                                      const char *split, const char *const *seeds, size_t n)
{
    const struct hy_csv *t = &d->table[HY_TABLE_EVALUATION];
    struct losses from, to, sum;
    size_t added = 0;
    if (!d->have[HY_TABLE_EVALUATION])
        return (struct hy_other_text){NAN, NAN, 0};
    open_losses(&from, t->rows);
    open_losses(&to, t->rows);
    open_losses(&sum, t->rows);
    for (size_t i = 0; i < n; i++) {
        gather(&from, t, base, seeds[i], split);
        gather(&to, t, other, seeds[i], split);
        add(&sum, &added, &from, &to);
    }
    for (size_t i = 0; i < sum.n; i++)
        sum.nll[i] /= (double)added;
    const struct hy_interval ends = hy_bootstrap_ratio(sum.nll, sum.targets, sum.n, ALPHA);
    close_losses(&from);
    close_losses(&to);
    close_losses(&sum);
    return (struct hy_other_text){ends.low, ends.high, sum.n};
}
