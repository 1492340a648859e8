#include "report/statistics/rank.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/status.h"

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double *room_for(size_t n)
{
    double *room = calloc(n ? n : 1, sizeof *room);
    HY_ASSERT(room, "out of memory for a rank test");
    return room;
}

/* ---- ranks ---------------------------------------------------------------------------- */

struct ranked {
    double value;
    size_t at;
};

static int by_value(const void *a, const void *b)
{
    return ascending(&((const struct ranked *)a)->value, &((const struct ranked *)b)->value);
}

/* Twice the mid-rank of each value, from 2 on: whole numbers even where there are ties. *ties gets the sum of t^3 - t
 * over the groups of t equal values. The caller frees. */
static size_t *double_ranks(const double *values, size_t n, double *ties)
{
    struct ranked *order = calloc(n ? n : 1, sizeof *order);
    size_t *ranks = calloc(n ? n : 1, sizeof *ranks);
    HY_ASSERT(order && ranks, "out of memory for ranks");
    for (size_t i = 0; i < n; i++)
        order[i] = (struct ranked){values[i], i};
    qsort(order, n, sizeof *order, by_value);
    *ties = 0;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && order[end].value <= order[i].value; end++)
            ;
        const double t = (double)(end - i);
        *ties += t * t * t - t;
        for (size_t k = i; k < end; k++)
            ranks[order[k].at] = i + 1 + end; /* twice the mean of i + 1 ... end */
    }
    free(order);
    return ranks;
}

/* ---- exact distributions ---------------------------------------------------------------- */

/* chances[s]: of a sum s when `chosen` of the n weights are drawn without replacement. The caller frees. */
static double *chances_of_choice(const size_t *weights, size_t n, size_t chosen, size_t *sums)
{
    size_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += weights[i];
    *sums = total + 1;
    double *ways = room_for((chosen + 1) * *sums);
    ways[0] = 1;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1 < chosen ? i + 1 : chosen; j >= 1; j--)
            for (size_t s = total; s >= weights[i]; s--)
                ways[j * *sums + s] += ways[(j - 1) * *sums + s - weights[i]];
    double all = 0;
    double *chances = room_for(*sums);
    for (size_t s = 0; s < *sums; s++)
        all += ways[chosen * *sums + s];
    for (size_t s = 0; s < *sums; s++)
        chances[s] = ways[chosen * *sums + s] / all;
    free(ways);
    return chances;
}

/* The same when each weight counts or not, with even chances. */
static double *chances_of_signs(const size_t *weights, size_t n, size_t *sums)
{
    size_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += weights[i];
    *sums = total + 1;
    double *chances = room_for(*sums);
    chances[0] = 1;
    for (size_t i = 0; i < n; i++)
        for (size_t s = total + 1; s-- > 0;)
            chances[s] = 0.5 * (chances[s] + (s >= weights[i] ? chances[s - weights[i]] : 0));
    return chances;
}

/* The chance of a sum at least as far from the middle as `seen`. */
static double beyond(const double *chances, size_t sums, double middle, size_t seen)
{
    const double far = fabs((double)seen - middle);
    double p = 0;
    for (size_t s = 0; s < sums; s++)
        if (fabs((double)s - middle) >= far - 1e-9)
            p += chances[s];
    return fmin(p, 1);
}

/* The largest k for which a sum of at most `lowest + step (k - 1)` has a chance of no more than half of alpha. */
static size_t rank_within(const double *chances, size_t sums, size_t lowest, size_t step, double alpha)
{
    double below = 0;
    size_t k = 0;
    for (size_t s = lowest; s < sums; s += step, k++) {
        below += chances[s];
        if (below > alpha / 2)
            break;
    }
    return k;
}

/* ---- the normal approximation -------------------------------------------------------------- */
static double two_sided(double seen, double middle, double variance)
{
    const double far = fabs(seen - middle) - 0.5; /* for continuity */
    return variance > 0 && far > 0 ? erfc(far / sqrt(2 * variance)) : 1;
}

/* z with a chance of alpha beyond +-z. */
static double normal_bound(double alpha)
{
    double low = 0, high = 40;
    for (int i = 0; i < 100; i++) {
        const double z = (low + high) / 2;
        if (erfc(z / sqrt(2)) > alpha)
            low = z;
        else
            high = z;
    }
    return low;
}

static size_t rank_by_normal(double middle, double variance, double alpha)
{
    const double k = middle - normal_bound(alpha) * sqrt(variance) + 0.5;
    return k >= 1 ? (size_t)k : 0;
}

/* ---- tests ----------------------------------------------------------------------------------- */
double hy_mann_whitney(const double *a, size_t n, const double *b, size_t m)
{
    if (n == 0 || m == 0)
        return 1;
    double ties, *both = room_for(n + m), p;
    memcpy(both, a, n * sizeof *both);
    memcpy(both + n, b, m * sizeof *both);
    size_t *ranks = double_ranks(both, n + m, &ties), seen = 0;
    for (size_t i = 0; i < n; i++)
        seen += ranks[i];
    const double dn = (double)n, dm = (double)m, all = dn + dm;
    if (n + m <= HY_RANK_EXACT) {
        size_t sums;
        double *chances = chances_of_choice(ranks, n + m, n, &sums);
        p = beyond(chances, sums, dn * (all + 1), seen); /* twice the mean rank sum */
        free(chances);
    } else {
        p = two_sided((double)seen / 2, dn * (all + 1) / 2, dn * dm / 12 * (all + 1 - ties / (all * (all - 1))));
    }
    free(ranks);
    free(both);
    return p;
}

double hy_signed_rank(const double *d, size_t n)
{
    double ties, *sizes = room_for(n), p, squares = 0;
    bool *up = calloc(n ? n : 1, sizeof *up);
    HY_ASSERT(up, "out of memory for a rank test");
    size_t kept = 0, seen = 0, total = 0;
    for (size_t i = 0; i < n; i++) {
        if (d[i] == 0)
            continue;
        up[kept] = d[i] > 0;
        sizes[kept++] = fabs(d[i]);
    }
    size_t *ranks = double_ranks(sizes, kept, &ties);
    for (size_t i = 0; i < kept; i++) {
        seen += up[i] ? ranks[i] : 0;
        total += ranks[i];
        squares += (double)ranks[i] * (double)ranks[i] / 4;
    }
    if (kept <= HY_RANK_EXACT) {
        size_t sums;
        double *chances = chances_of_signs(ranks, kept, &sums);
        p = beyond(chances, sums, (double)total / 2, seen);
        free(chances);
    } else {
        p = two_sided((double)seen / 2, (double)total / 4, squares / 4);
    }
    free(ranks);
    free(up);
    free(sizes);
    return p;
}

double hy_sign_flip(const double *d, size_t n)
{
    HY_ASSERT(n <= 20, "so many signs are too many to try them all");
    double seen = 0;
    for (size_t i = 0; i < n; i++)
        seen += d[i];
    seen = fabs(seen);
    size_t as_far = 0;
    for (size_t signs = 0; signs < (size_t)1 << n; signs++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += signs >> i & 1 ? -d[i] : d[i];
        as_far += fabs(sum) >= seen * (1 - 1e-12);
    }
    return (double)as_far / (double)((size_t)1 << n);
}

/* ---- intervals --------------------------------------------------------------------------------- */

/* The median of `count` values, and those that are k-th from either end; frees them. */
static struct hy_shift shift_from(double *values, size_t count, size_t k)
{
    qsort(values, count, sizeof *values, ascending);
    const struct hy_shift s = {
        .estimate = count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2,
        .low = k ? values[k - 1] : NAN,
        .high = k ? values[count - k] : NAN,
    };
    free(values);
    return s;
}

/* 2, 4, ... 2 n: the ranks of values without ties, which intervals are computed for. */
static size_t *plain_ranks(size_t n)
{
    size_t *ranks = calloc(n, sizeof *ranks);
    HY_ASSERT(ranks, "out of memory for ranks");
    for (size_t i = 0; i < n; i++)
        ranks[i] = 2 * (i + 1);
    return ranks;
}

struct hy_shift hy_shift_between(const double *a, size_t n, const double *b, size_t m, double alpha)
{
    HY_ASSERT(n >= 1 && m >= 1, "no shift without observations on both sides");
    double *between = room_for(n * m);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++)
            between[i * m + j] = b[j] - a[i];
    const double dn = (double)n, dm = (double)m;
    size_t k;
    if (n + m <= HY_RANK_EXACT) {
        size_t sums, *ranks = plain_ranks(n + m);
        double *chances = chances_of_choice(ranks, n + m, n, &sums);
        k = rank_within(chances, sums, n * (n + 1), 2, alpha); /* twice the least rank sum */
        free(chances);
        free(ranks);
    } else {
        k = rank_by_normal(dn * dm / 2, dn * dm * (dn + dm + 1) / 12, alpha);
    }
    return shift_from(between, n * m, k);
}

struct hy_shift hy_shift_of(const double *d, size_t n, double alpha)
{
    HY_ASSERT(n >= 1, "no shift without a difference");
    const size_t count = n * (n + 1) / 2;
    double *means = room_for(count);
    for (size_t i = 0, at = 0; i < n; i++)
        for (size_t j = i; j < n; j++)
            means[at++] = (d[i] + d[j]) / 2;
    const double dn = (double)n;
    size_t k;
    if (n <= HY_RANK_EXACT) {
        size_t sums, *ranks = plain_ranks(n);
        double *chances = chances_of_signs(ranks, n, &sums);
        k = rank_within(chances, sums, 0, 2, alpha);
        free(chances);
        free(ranks);
    } else {
        k = rank_by_normal(dn * (dn + 1) / 4, dn * (dn + 1) * (2 * dn + 1) / 24, alpha);
    }
    return shift_from(means, count, k);
}

/* ---- many tests ----------------------------------------------------------------------------------- */
void hy_false_discovery(const double *p, size_t n, double *adjusted)
{
    struct ranked *order = calloc(n ? n : 1, sizeof *order);
    HY_ASSERT(order, "out of memory for a table of tests");
    size_t tests = 0;
    for (size_t i = 0; i < n; i++) {
        adjusted[i] = p[i];
        if (!isnan(p[i]))
            order[tests++] = (struct ranked){p[i], i};
    }
    qsort(order, tests, sizeof *order, by_value);
    double least = 1;
    for (size_t k = tests; k-- > 0;) {
        least = fmin(least, order[k].value * (double)tests / (double)(k + 1));
        adjusted[order[k].at] = least;
    }
    free(order);
}
