#include "bench/harness/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/status.h"

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void sort_into(double *sorted, const double *samples, size_t n)
{
    if (sorted != samples)
        memcpy(sorted, samples, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, ascending);
}

double hy_quantile(const double *sorted, size_t n, double q)
{
    HY_ASSERT(n >= 1 && q >= 0 && q <= 1, "a quantile needs samples and a share");
    double at = q * (double)(n - 1);
    size_t below = (size_t)at;
    if (below + 1 >= n)
        return sorted[n - 1];
    return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

double hy_median(double *samples, size_t n)
{
    sort_into(samples, samples, n);
    return hy_quantile(samples, n, 0.5);
}

size_t hy_median_rank(size_t n)
{
    /* sums P(Bin(n, 1/2) = k) upwards in logarithms: 2^-n underflows beyond n = 1074 */
    double log_p = -(double)n * log(2.0), below = 0;
    size_t j = 0;
    for (size_t k = 0; k < n; k++) {
        below += exp(log_p);
        if (2 * below > 0.05)
            break;
        j = k + 1;
        log_p += log((double)(n - k) / (double)(k + 1));
    }
    return j;
}

static void median_interval(const double *sorted, size_t n, double *low, double *high)
{
    size_t j = hy_median_rank(n);
    *low = j ? sorted[j - 1] : NAN;
    *high = j ? sorted[n - j] : NAN;
}

void hy_stats_of(struct hy_stats *s, const double *samples, size_t n, double *sorted)
{
    HY_ASSERT(n >= 1, "no statistics without a sample");
    sort_into(sorted, samples, n);
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        sum += sorted[i];
    s->n = n;
    s->mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (sorted[i] - s->mean) * (sorted[i] - s->mean);
    s->sd = n > 1 ? sqrt(squares / (double)(n - 1)) : NAN;
    s->min = sorted[0];
    s->median = hy_quantile(sorted, n, 0.5);
    s->q1 = hy_quantile(sorted, n, 0.25);
    s->q3 = hy_quantile(sorted, n, 0.75);
    s->noise_pct = 100 * (s->q3 - s->q1) / s->median;
    median_interval(sorted, n, &s->ci_low, &s->ci_high);
    double reach = 1.5 * (s->q3 - s->q1);
    s->outliers = 0;
    for (size_t i = 0; i < n; i++)
        s->outliers += sorted[i] < s->q1 - reach || sorted[i] > s->q3 + reach;
}

/* A table, and behind it the expansion in 1/freedom around the normal quantile (Abramowitz & Stegun 26.7.5). */
double hy_t95(size_t freedom)
{
    static const double t[] = {0,     12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                               2.201, 2.179,  2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086};
    const double z = 1.959964, z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z, v = (double)freedom;
    if (freedom < sizeof t / sizeof *t)
        return freedom ? t[freedom] : (double)NAN;
    return z + (z3 + z) / (4 * v) + (5 * z5 + 16 * z3 + 3 * z) / (96 * v * v) +
           (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * v * v * v);
}

/* ---- stopping ------------------------------------------------------------------ */
const char *hy_stop_name(enum hy_stop_reason reason)
{
    static const char *const names[] = {"", "precise", "stalled", "timeout", "full", "disturbed"};
    return names[reason];
}

enum hy_stop_reason hy_stop_check(struct hy_stop *s, const struct hy_stop_rule *rule, const double *samples, size_t n,
                                  double seconds, double wall, double *sorted)
{
    if (n >= rule->max_samples)
        return HY_STOP_FULL;
    if (n >= 1 && wall >= rule->timeout)
        return HY_STOP_TIMEOUT;
    if (n < rule->min_samples || seconds < rule->min_seconds || n < s->looked + s->looked / 20 + 1)
        return HY_STOP_NOT;
    s->looked = n;

    double low, high;
    sort_into(sorted, samples, n);
    median_interval(sorted, n, &low, &high);
    double width = 100 * (high - low) / hy_quantile(sorted, n, 0.5);
    if (width <= rule->max_noise_pct) /* false while there is no interval: NaN */
        return HY_STOP_PRECISE;
    if (s->mark == 0 || n >= 4 * s->mark) {
        if (s->mark != 0 && width > 0.8 * s->mark_width)
            return HY_STOP_STALLED;
        s->mark = n;
        s->mark_width = width;
    }
    return HY_STOP_NOT;
}
