#include "bench/compare/comparison.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness/handover.h"
#include "bench/harness/stats.h"
#include "kernels/base/file.h"
#include "report/statistics/rank.h"

/* ---- whether they can be compared --------------------------------------------------------- */

/* "batch is 16 there and 3 here" of the first word that differs in two shapes "layers=8 batch=16"; malloc'd. */
static char *shape_difference(const char *base, const char *fresh)
{
    const char *a = base, *b = fresh;
    while (*a && *b) {
        const size_t n = strcspn(a, " "), m = strcspn(b, " ");
        if (n != m || strncmp(a, b, n) != 0)
            return hy_format("%.*s in BASE and %.*s in NEW", (int)n, a, (int)m, b);
        a += n + (a[n] == ' ');
        b += m + (b[m] == ' ');
    }
    return hy_format("'%s' in BASE and '%s' in NEW", base, fresh);
}

static hy_status refuse(bool force, char *what)
{
    hy_status status = HY_OK;
    if (force)
        hy_warn_once("compared all the same: %s", what);
    else
        status = hy_fail(HY_BAD_INPUT, "%s: the two cannot be compared; --force compares them all the same", what);
    free(what);
    return status;
}

/* What only one side tells is no difference. */
static hy_status same_circumstances(const struct hy_side *base, const struct hy_side *fresh, bool force)
{
    hy_status status = HY_OK;
    for (size_t i = 0; i < base->n_facts && status == HY_OK; i++) {
        const struct hy_fact *f = &base->facts[i];
        const char *other = hy_side_fact_of(fresh, f->what);
        if (other[0] && strcmp(other, f->text) != 0)
            status = refuse(
                force, hy_format("%s is '%s' in %s and '%s' in %s", f->what, f->text, base->name, other, fresh->name));
    }
    return status;
}

static hy_status same_shape(const struct hy_side_row *base, const struct hy_side_row *fresh, bool force)
{
    if (base->shape[0] == '\0' || fresh->shape[0] == '\0' || strcmp(base->shape, fresh->shape) == 0)
        return HY_OK;
    char *how = shape_difference(base->shape, fresh->shape);
    char *what = hy_format("%s stands for two things: %s", base->subject, how);
    free(how);
    return refuse(force, what);
}

/* ---- matching ------------------------------------------------------------------------------ */
static void only(const struct hy_side_row ***list, size_t *n, const struct hy_side_row *row)
{
    *list = realloc(*list, (*n + 1) * sizeof **list);
    HY_ASSERT(*list, "out of memory for a comparison");
    (*list)[(*n)++] = row;
}

hy_status hy_comparison_open(struct hy_comparison *c, const struct hy_side *base, const struct hy_side *fresh,
                             const struct hy_rule *rule, bool force)
{
    *c = (struct hy_comparison){.base = base, .fresh = fresh, .rule = *rule};
    c->rows = calloc(fresh->n ? fresh->n : 1, sizeof *c->rows);
    HY_ASSERT(c->rows, "out of memory for a comparison");
    hy_status status = same_circumstances(base, fresh, force);
    for (size_t i = 0; i < fresh->n && status == HY_OK; i++) {
        const struct hy_side_row *b = hy_side_find(base, fresh->rows[i].subject, fresh->rows[i].metric);
        if (b == NULL) {
            only(&c->only_fresh, &c->n_only_fresh, &fresh->rows[i]);
            continue;
        }
        status = same_shape(b, &fresh->rows[i], force);
        c->rows[c->n++] = (struct hy_compared){.base = b, .fresh = &fresh->rows[i]};
    }
    for (size_t i = 0; i < base->n; i++)
        if (hy_side_find(fresh, base->rows[i].subject, base->rows[i].metric) == NULL)
            only(&c->only_base, &c->n_only_base, &base->rows[i]);
    if (status == HY_OK && c->n == 0)
        status = hy_fail(HY_BAD_INPUT, "%s and %s have no row in common, for instance '%s' and '%s'", base->name,
                         fresh->name, base->rows[0].subject, fresh->rows[0].subject);
    if (status)
        hy_comparison_close(c);
    return status;
}

void hy_comparison_close(struct hy_comparison *c)
{
    free(c->rows);
    free(c->only_base);
    free(c->only_fresh);
    *c = (struct hy_comparison){0};
}

/* ---- judging --------------------------------------------------------------------------------- */
static double median_of(const struct hy_side_row *row)
{
    double *values = calloc(row->n ? row->n : 1, sizeof *values);
    HY_ASSERT(values, "out of memory for a comparison");
    for (size_t i = 0; i < row->n; i++)
        values[i] = row->seen[i].value;
    const double median = row->n ? hy_median(values, row->n) : NAN;
    free(values);
    return median;
}

/* Observations that took part: all of them, or those that have a partner on the other side. */
struct taking_part {
    double *base, *fresh;
    size_t n_base, n_fresh;
};

static void take_partners(struct taking_part *t, const struct hy_side_row *base, const struct hy_side_row *fresh)
{
    for (size_t i = 0; i < base->n; i++)
        for (size_t j = 0; j < fresh->n; j++)
            if (base->seen[i].pair == fresh->seen[j].pair) {
                t->base[t->n_base++] = base->seen[i].value;
                t->fresh[t->n_fresh++] = fresh->seen[j].value;
                break;
            }
}

/* Those whose state is up to `most`, or beyond it. */
static size_t take_between(double *to, const struct hy_side_row *row, double most, bool beyond)
{
    size_t n = 0;
    for (size_t i = 0; i < row->n; i++)
        if ((row->seen[i].state > most) == beyond)
            to[n++] = row->seen[i].value;
    return n;
}

/* A guest whose processors were moved apart is another machine: of the two states the one that tells more. */
static void take_state(struct taking_part *t, const struct hy_side_row *base, const struct hy_side_row *fresh)
{
    double least = INFINITY;
    for (int side = 0; side < 2; side++) {
        const struct hy_side_row *row = side ? fresh : base;
        for (size_t i = 0; i < row->n; i++)
            if (row->seen[i].state > 0)
                least = fmin(least, row->seen[i].state);
    }
    const double most = HY_HANDOVER_FAR * least;
    t->n_base = take_between(t->base, base, most, true);
    t->n_fresh = take_between(t->fresh, fresh, most, true);
    const size_t far = t->n_base < t->n_fresh ? t->n_base : t->n_fresh;
    if (far >= base->n - t->n_base && far >= fresh->n - t->n_fresh && far > 0)
        return;
    t->n_base = take_between(t->base, base, most, false);
    t->n_fresh = take_between(t->fresh, fresh, most, false);
}

static void take_all(struct taking_part *t, const struct hy_side_row *base, const struct hy_side_row *fresh)
{
    t->n_base = take_between(t->base, base, INFINITY, false);
    t->n_fresh = take_between(t->fresh, fresh, INFINITY, false);
}

static struct hy_ratio ratio_of(const struct hy_side_row *base, const struct hy_side_row *fresh, double alpha)
{
    struct taking_part t = {.base = calloc(base->n + 1, sizeof(double)), .fresh = calloc(fresh->n + 1, sizeof(double))};
    HY_ASSERT(t.base && t.fresh, "out of memory for a comparison");
    const enum hy_pairing pairing = fresh->pairing;
    (pairing == HY_UNPAIRED ? take_all : pairing == HY_BY_STATE ? take_state : take_partners)(&t, base, fresh);
    const struct hy_ratio r = pairing == HY_BY_SEED   ? hy_ratio_of_seeds(t.base, t.fresh, t.n_base, alpha)
                              : pairing == HY_BY_TURN ? hy_ratio_of_pairs(t.base, t.fresh, t.n_base, alpha)
                                                      : hy_ratio_between(t.base, t.n_base, t.fresh, t.n_fresh, alpha);
    free(t.base);
    free(t.fresh);
    return r;
}

/* Bytes and counts have no noise: any difference is a change. */
static void judge_exact(struct hy_compared *row)
{
    row->ratio = (struct hy_ratio){.ratio = row->fresh_value / row->base_value,
                                   .low = NAN,
                                   .high = NAN,
                                   .p = NAN,
                                   .cv = NAN,
                                   .n_base = row->base->n,
                                   .n_fresh = row->fresh->n};
    row->p = NAN;
    row->change = row->base_value == row->fresh_value ? HY_SAME : HY_CHANGED;
}

static void judge_measured(struct hy_compared *row, const struct hy_rule *rule)
{
    row->change = hy_judge(&row->ratio, row->p, rule, row->fresh->more_is_better);
    row->needed = row->change == HY_INCONCLUSIVE ? hy_observations_needed(&row->ratio, rule->threshold) : 0;
    row->decided = row->change != HY_INCONCLUSIVE;
}

/* Why a row has no ratio; NULL where it has one. */
static const char *note_of(const struct hy_compared *row)
{
    const bool doubtful = row->base->doubtful + row->fresh->doubtful > 0;
    if (row->base->n > 0 && row->fresh->n > 0)
        return row->fresh->exact || row->ratio.n_base > 0 ? NULL : "nothing that belongs together";
    return doubtful ? "disturbed or drifted" : "not measured";
}

static void count(struct hy_comparison *c)
{
    memset(c->counts, 0, sizeof c->counts);
    c->doubtful = c->doubtful_wholly = 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct hy_compared *row = &c->rows[i];
        const bool missing = row->base->n == 0 || row->fresh->n == 0;
        const bool doubtful = row->base->doubtful + row->fresh->doubtful > 0;
        c->doubtful += doubtful;
        c->doubtful_wholly += doubtful && missing;
        if (row->note == NULL)
            c->counts[row->change]++;
    }
}

void hy_comparison_judge(struct hy_comparison *c, double alpha)
{
    double *p = calloc(c->n ? c->n : 1, sizeof *p);
    HY_ASSERT(p, "out of memory for a comparison");
    for (size_t i = 0; i < c->n; i++) {
        struct hy_compared *row = &c->rows[i];
        row->base_value = median_of(row->base);
        row->fresh_value = median_of(row->fresh);
        if (!row->decided && !row->fresh->exact)
            row->ratio = ratio_of(row->base, row->fresh, alpha);
        row->note = note_of(row);
        p[i] = row->note || row->fresh->exact ? (double)NAN : row->ratio.p;
    }
    hy_false_discovery(p, c->n, p);
    const struct hy_rule rule = {.alpha = alpha, .threshold = c->rule.threshold};
    for (size_t i = 0; i < c->n; i++) {
        struct hy_compared *row = &c->rows[i];
        if (row->note || row->decided)
            continue;
        row->p = p[i];
        if (row->fresh->exact)
            judge_exact(row);
        else
            judge_measured(row, &rule);
    }
    count(c);
    free(p);
}

/* With four on each side, or three pairs of seeds, the least p that there can be comes under 0.05. */
hy_status hy_comparison_enough(const struct hy_comparison *c)
{
    size_t most = 0, rows = 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct hy_compared *row = &c->rows[i];
        const size_t n = row->ratio.n_base < row->ratio.n_fresh ? row->ratio.n_base : row->ratio.n_fresh;
        if (row->note)
            continue;
        if (row->fresh->exact || !isnan(row->ratio.low))
            return HY_OK;
        rows++;
        most = n > most ? n : most;
    }
    if (rows == 0)
        return hy_fail(HY_NO_DATA,
                       "no row was measured on both sides while the machine was quiet: measure again when nothing else "
                       "runs");
    return hy_fail(HY_NO_DATA,
                   "%s and %s have %zu observation%s of a row at most, and a verdict needs four on each side: measure "
                   "with micro --repetitions 10, studies with --seeds 3, or both programs in turns (compare --against)",
                   c->base->name, c->fresh->name, most, most == 1 ? "" : "s");
}
