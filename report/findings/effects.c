#include "report/findings/effects.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/findings/other_text.h"
#include "report/table/number.h"

#define ALPHA 0.05

const char *hy_effect_verdict_name(enum hy_effect_verdict v)
{
    static const char *const names[] = {"no result", "one seed", "undecided", "worse", "better"};
    return names[v];
}

/* ---- pairs of seeds ------------------------------------------------------------------------------- */
static const char BEST[] = "Best PPL", TEST[] = "Test PPL";

/* What a study compares: test perplexity where any run has one. */
static const char *metric_of(const struct hy_run_data *d)
{
    const struct hy_csv *t = &d->table[HY_TABLE_RUNS];
    for (size_t i = 0; d->have[HY_TABLE_RUNS] && i < t->rows; i++)
        if (hy_csv_number_of(t, i, TEST) > 0)
            return TEST;
    return BEST;
}

double hy_percent_of(double log_ratio)
{
    return 100 * (exp(log_ratio) - 1);
}

bool hy_effect_on_test(const struct hy_effect *e)
{
    return strcmp(e->metric, TEST) == 0;
}

static bool sound(const struct hy_effect *e, const struct hy_csv *t, size_t row)
{
    const char *status = hy_csv_text_of(t, row, "Status");
    return (status[0] == '\0' || strcmp(status, "ok") == 0) && hy_csv_number_of(t, row, e->metric) > 0;
}

/* The row of a variant and seed, or -1. */
static long row_of(const struct hy_csv *t, const char *variant, const char *seed)
{
    for (size_t i = 0; i < t->rows; i++)
        if (strcmp(hy_csv_text_of(t, i, "Model"), variant) == 0 && strcmp(hy_csv_text_of(t, i, "Seed"), seed) == 0)
            return (long)i;
    return -1;
}

static void leave_out(struct hy_effect *e, const char *seed, const char *variant, const char *why)
{
    char *longer = hy_format("%s%s%s (%s: %s)", e->left_out, e->left_out[0] ? ", " : "", seed, variant, why);
    free(e->left_out);
    e->left_out = longer;
}

static const char *trouble(const struct hy_csv *t, long row)
{
    if (row < 0)
        return "not run";
    const char *status = hy_csv_text_of(t, (size_t)row, "Status");
    return status[0] && strcmp(status, "ok") != 0 ? status : "no perplexity";
}

/* Fills d and seeds (rows of runs.csv) with the log ratios of seeds that both variants have, and these seeds. */
static size_t pair_up(struct hy_effect *e, const struct hy_csv *t, double *d, const char **seeds, double *base,
                      double *other)
{
    size_t n = 0;
    for (size_t i = 0; i < t->rows; i++) {
        const char *model = hy_csv_text_of(t, i, "Model"), *seed = hy_csv_text_of(t, i, "Seed");
        const bool is_base = strcmp(model, e->base) == 0;
        if (!is_base && strcmp(model, e->other) != 0)
            continue;
        const long partner = row_of(t, is_base ? e->other : e->base, seed);
        if (!is_base && partner >= 0)
            continue; /* it was met from its base's side */
        if (!sound(e, t, i)) {
            leave_out(e, seed, model, trouble(t, (long)i));
        } else if (partner < 0 || !sound(e, t, (size_t)partner)) {
            leave_out(e, seed, is_base ? e->other : e->base, trouble(t, partner));
        } else {
            const double from = log(hy_csv_number_of(t, i, e->metric)),
                         to = log(hy_csv_number_of(t, (size_t)partner, e->metric));
            *base += from;
            *other += to;
            seeds[n] = seed;
            d[n++] = to - from;
        }
    }
    return n;
}

/* A run without runs.csv has one result a variant, which is all that is known. */
static size_t pair_results(const struct hy_effect *e, const struct hy_run_data *data, double *d, double *base,
                           double *other)
{
    const struct hy_variant *a = hy_run_data_find(data, e->base), *b = hy_run_data_find(data, e->other);
    if (!a || !b || !a->sound || !b->sound || !(a->best_ppl > 0) || !(b->best_ppl > 0))
        return 0;
    *base = log(a->best_ppl);
    *other = log(b->best_ppl);
    d[0] = *other - *base;
    return 1;
}

static void fill(struct hy_effect *e, const struct hy_run_data *data)
{
    const struct hy_csv *t = &data->table[HY_TABLE_RUNS];
    double base = 0, other = 0, *d = calloc(t->rows + 1, sizeof *d);
    const char **seeds = calloc(t->rows + 1, sizeof *seeds);
    HY_ASSERT(d && seeds, "out of memory for the seeds");
    e->metric = metric_of(data);
    const bool runs = data->have[HY_TABLE_RUNS];
    const size_t n = runs ? pair_up(e, t, d, seeds, &base, &other) : pair_results(e, data, d, &base, &other);
    const struct hy_other_text s =
        hy_other_text_of(data, e->base, e->other, hy_effect_on_test(e) ? "test" : "val", seeds, runs ? n : 0);
    e->paired = hy_paired_of(d, n, ALPHA);
    e->sampled_low = s.low;
    e->sampled_high = s.high;
    e->sampled = s.n;
    e->base_ppl = n ? exp(base / (double)n) : (double)NAN;
    e->other_ppl = n ? exp(other / (double)n) : (double)NAN;
    free(seeds);
    free(d);
}

/* ---- all of them ------------------------------------------------------------------------------------- */
static enum hy_effect_verdict verdict_of(const struct hy_effect *e)
{
    if (e->paired.n == 0)
        return HY_EFFECT_NONE;
    if (e->paired.n == 1)
        return HY_EFFECT_ONE_SEED;
    if (!(e->p_holm < ALPHA))
        return HY_EFFECT_UNDECIDED;
    return e->paired.mean > 0 ? HY_EFFECT_WORSE : HY_EFFECT_BETTER;
}

struct hy_effect hy_effect_of(const struct hy_run_data *d, const char *base, const char *other)
{
    struct hy_effect e = {.base = base, .other = other, .claims = "", .left_out = hy_format("%s", "")};
    fill(&e, d);
    e.p_holm = e.paired.p;
    e.verdict = verdict_of(&e);
    return e;
}

void hy_effects_make(struct hy_effects *e, const struct hy_run_data *d, const struct hy_audit *audit)
{
    *e = (struct hy_effects){.item = calloc(audit->count + 1, sizeof *e->item)};
    double *p = calloc(audit->count + 1, sizeof *p);
    HY_ASSERT(e->item && p, "out of memory for the effects");
    for (size_t i = 0; i < audit->count; i++) {
        const struct hy_audit_pair *pair = &audit->pair[i];
        struct hy_effect *one = &e->item[e->count++];
        *one = (struct hy_effect){.base = pair->base,
                                  .other = pair->other,
                                  .claims = pair->claims ? pair->claims : "",
                                  .confounded = pair->confounded,
                                  .left_out = hy_format("%s", "")};
        fill(one, d);
        p[i] = one->paired.p;
    }
    hy_holm(p, e->count, p);
    for (size_t i = 0; i < e->count; i++) {
        e->item[i].p_holm = p[i];
        e->item[i].verdict = verdict_of(&e->item[i]);
    }
    free(p);
}

void hy_effects_fini(struct hy_effects *e)
{
    for (size_t i = 0; i < e->count; i++)
        free(e->item[i].left_out);
    free(e->item);
    *e = (struct hy_effects){0};
}

const struct hy_effect *hy_effects_find(const struct hy_effects *e, const char *base, const char *other)
{
    for (size_t i = 0; i < e->count; i++)
        if (strcmp(e->item[i].base, base) == 0 && strcmp(e->item[i].other, other) == 0)
            return &e->item[i];
    return NULL;
}

/* ---- effects.csv --------------------------------------------------------------------------------------------- */
static void put(struct hy_table *t, const struct hy_effect *e)
{
    const struct hy_paired *r = &e->paired;
    hy_table_text(t, "base_variant", e->base);
    hy_table_text(t, "other_variant", e->other);
    hy_table_text(t, "isolates", e->claims);
    hy_table_text(t, "metric", e->metric);
    hy_table_integer(t, "seeds", (int64_t)r->n);
    hy_table_text(t, "left_out", e->left_out);
    hy_table_float(t, "base_ppl", e->base_ppl);
    hy_table_float(t, "other_ppl", e->other_ppl);
    hy_table_float(t, "difference_pct", hy_percent_of(r->mean));
    hy_table_float(t, "ci_low_pct", hy_percent_of(r->low));
    hy_table_float(t, "ci_high_pct", hy_percent_of(r->high));
    hy_table_float(t, "sd_pct", 100 * r->sd);
    hy_table_float(t, "p", r->p);
    hy_table_float(t, "p_holm", e->p_holm);
    hy_table_float(t, "p_sign_flip", r->p_flip);
    hy_table_text(t, "verdict", hy_effect_verdict_name(e->verdict));
    if (e->verdict == HY_EFFECT_UNDECIDED && r->needed)
        hy_table_integer(t, "needed_seeds", (int64_t)r->needed);
    else
        hy_table_missing(t, "needed_seeds");
    hy_table_integer(t, "confounded", e->confounded);
    if (e->sampled > 0)
        hy_table_integer(t, "sampled_sequences", (int64_t)e->sampled);
    else
        hy_table_missing(t, "sampled_sequences");
    hy_table_float(t, "sampled_low_pct", hy_percent_of(e->sampled_low));
    hy_table_float(t, "sampled_high_pct", hy_percent_of(e->sampled_high));
    hy_table_end_row(t);
}

hy_status hy_effects_write(const char *dir)
{
    struct hy_run_data d;
    hy_status status = hy_run_data_load(&d, dir);
    if (status)
        return status;
    struct hy_audit audit;
    struct hy_effects effects;
    struct hy_table t;
    hy_audit_make(&audit, &d);
    hy_effects_make(&effects, &d, &audit);
    status = hy_table_open(&t, HY_TABLE_EFFECTS, dir, d.run, d.corpus);
    if (status == HY_OK) {
        for (size_t i = 0; i < effects.count; i++)
            put(&t, &effects.item[i]);
        status = hy_table_commit(&t);
    }
    hy_effects_fini(&effects);
    hy_audit_fini(&audit);
    hy_run_data_fini(&d);
    return status;
}
