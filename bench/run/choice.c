#include "bench/run/choice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The records of one variant. */
struct tried {
    const struct hy_record **of;
    int n;
};

/* What the seeds of a rate came to: how many have a sound result, and the mean of their best loss. */
struct candidate {
    int records, sound;
    double mean;
};

static bool was_tried(const struct hy_record *r)
{
    return strcmp(r->status, "running") != 0 && strcmp(r->status, "interrupted") != 0;
}

static bool is_sound(const struct hy_record *r)
{
    return strcmp(r->status, "ok") == 0 && isfinite(r->best_nll);
}

/* Whether every rate was tried with a seed. */
static bool is_complete(const struct hy_study *s, const struct tried *t, uint64_t seed)
{
    int rates = 0;
    for (int k = 0; k < hy_study_rates(s); k++)
        for (int i = 0; i < t->n; i++)
            if (t->of[i]->seed == seed && t->of[i]->lr == hy_study_rate(s, k) && was_tried(t->of[i])) {
                rates++;
                break;
            }
    return rates == hy_study_rates(s);
}

static struct candidate candidate_of(const struct hy_study *s, const struct tried *t, double lr, bool complete_seeds)
{
    struct candidate c = {0};
    double sum = 0;
    for (int i = 0; i < t->n; i++) {
        const struct hy_record *r = t->of[i];
        if (r->lr != lr || (complete_seeds && !is_complete(s, t, r->seed)))
            continue;
        c.records++;
        c.sound += is_sound(r);
        sum += is_sound(r) ? r->best_nll : 0;
    }
    c.mean = c.sound > 0 ? sum / c.sound : (double)INFINITY;
    return c;
}

static bool is_ahead(const struct candidate *a, const struct candidate *b)
{
    if (a->sound != b->sound)
        return a->sound > b->sound;
    return a->mean < b->mean;
}

int hy_choose_rate(const struct hy_study *s, const char *variant, const struct hy_record *records, int n)
{
    struct tried t = {.of = calloc((size_t)n + 1, sizeof *t.of)};
    HY_ASSERT(t.of, "out of memory for the records of one variant");
    bool complete_seeds = false;
    int best = -1;
    struct candidate of_best = {0};
    for (int i = 0; i < n; i++)
        if (strcmp(records[i].variant, variant) == 0)
            t.of[t.n++] = &records[i];
    for (int i = 0; i < t.n && !complete_seeds; i++)
        complete_seeds = is_complete(s, &t, t.of[i]->seed);
    for (int k = 0; k < hy_study_rates(s); k++) {
        const struct candidate c = candidate_of(s, &t, hy_study_rate(s, k), complete_seeds);
        if (c.records == 0 || (best >= 0 && !is_ahead(&c, &of_best)))
            continue;
        best = k;
        of_best = c;
    }
    free(t.of);
    return best;
}
