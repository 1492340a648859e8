#include "bench/compare/judge.h"

#include <math.h>
#include <stdlib.h>

#include "bench/harness/stats.h"
#include "kernels/base/status.h"
#include "report/statistics/paired.h"
#include "report/statistics/rank.h"

const char *hy_change_name(enum hy_change c)
{
    static const char *const names[HY_CHANGES] = {"inconclusive", "same", "improved", "regressed", "changed"};
    return names[c];
}

static double *logs_of(const double *values, size_t n)
{
    double *logs = calloc(n ? n : 1, sizeof *logs);
    HY_ASSERT(logs, "out of memory for a comparison");
    for (size_t i = 0; i < n; i++) {
        HY_ASSERT(values[i] > 0, "a ratio is of positive figures");
        logs[i] = log(values[i]);
    }
    return logs;
}

/* Of logarithms: a deviation there is a share of the figure. */
static double spread(const double *logs, size_t n)
{
    if (n < 2)
        return NAN;
    double *work = calloc(n, sizeof *work);
    HY_ASSERT(work, "out of memory for a comparison");
    for (size_t i = 0; i < n; i++)
        work[i] = logs[i];
    const double middle = hy_median(work, n);
    for (size_t i = 0; i < n; i++)
        work[i] = fabs(logs[i] - middle);
    const double deviation = 1.4826 * hy_median(work, n);
    free(work);
    return deviation;
}

static struct hy_ratio ratio_from(struct hy_shift s)
{
    return (struct hy_ratio){.ratio = exp(s.estimate), .low = exp(s.low), .high = exp(s.high)};
}

static const struct hy_ratio nothing = {.ratio = NAN, .low = NAN, .high = NAN, .p = NAN, .cv = NAN};

struct hy_ratio hy_ratio_between(const double *base, size_t n, const double *fresh, size_t m, double alpha)
{
    struct hy_ratio r = nothing;
    double *a = logs_of(base, n), *b = logs_of(fresh, m);
    if (n > 0 && m > 0) {
        r = ratio_from(hy_shift_between(a, n, b, m, alpha));
        r.p = hy_mann_whitney(a, n, b, m);
        r.cv = fmax(spread(a, n), spread(b, m)); /* fmax: a number where one is none */
    }
    r.n_base = n;
    r.n_fresh = m;
    free(a);
    free(b);
    return r;
}

struct hy_ratio hy_ratio_of_seeds(const double *base, const double *fresh, size_t n, double alpha)
{
    struct hy_ratio r = nothing;
    double *a = logs_of(base, n), *b = logs_of(fresh, n);
    for (size_t i = 0; i < n; i++)
        a[i] = b[i] - a[i];
    const struct hy_paired d = hy_paired_of(a, n, alpha);
    if (n >= 1)
        r.ratio = exp(d.mean);
    if (n >= 2) {
        r.low = exp(d.low);
        r.high = exp(d.high);
        r.p = d.p;
        r.cv = d.sd / sqrt(2);
    }
    r.n_base = r.n_fresh = n;
    free(a);
    free(b);
    return r;
}

struct hy_ratio hy_ratio_of_pairs(const double *base, const double *fresh, size_t n, double alpha)
{
    struct hy_ratio r = nothing;
    double *a = logs_of(base, n), *b = logs_of(fresh, n);
    for (size_t i = 0; i < n; i++)
        a[i] = b[i] - a[i];
    if (n > 0) {
        r = ratio_from(hy_shift_of(a, n, alpha));
        r.p = hy_signed_rank(a, n);
        r.cv = spread(a, n) / sqrt(2); /* a difference has the noise of both */
    }
    r.n_base = r.n_fresh = n;
    free(a);
    free(b);
    return r;
}

enum hy_change hy_judge(const struct hy_ratio *r, double p, const struct hy_rule *rule, bool more_is_better)
{
    const double most = 1 + rule->threshold;
    if (r->low > most && p < rule->alpha) /* false where one is NaN */
        return more_is_better ? HY_IMPROVED : HY_REGRESSED;
    if (r->high < 1 / most && p < rule->alpha)
        return more_is_better ? HY_REGRESSED : HY_IMPROVED;
    return r->low >= 1 / most && r->high <= most ? HY_SAME : HY_INCONCLUSIVE;
}

size_t hy_observations_needed(const struct hy_ratio *r, double threshold)
{
    const size_t there = r->n_base < r->n_fresh ? r->n_base : r->n_fresh;
    if (isnan(r->cv) || !(threshold > 0))
        return 0;
    const double n = ceil(21 * (r->cv / threshold) * (r->cv / threshold));
    return n > 1e9 ? (size_t)1e9 : n > (double)there ? (size_t)n : there + 1;
}
