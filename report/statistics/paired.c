#include "report/statistics/paired.h"

#include <math.h>
#include <stdlib.h>

#include "kernels/base/status.h"
#include "report/statistics/rank.h"
#include "report/statistics/student.h"

/* Above it 80 % of a normal distribution's negative lie: seen eight times in ten. */
#define EIGHT_IN_TEN 0.8416
/* Beyond so many pairs the t is a normal distribution's, and beyond the second nobody trains them. */
enum { MANY = 200 };
#define MOST_NEEDED 1e6

/* The least n with sqrt(n) |mean| / sd >= t(n - 1) + EIGHT_IN_TEN. */
static size_t needed(const struct hy_paired *r)
{
    const double unit = r->sd / fabs(r->mean);
    for (size_t n = r->n + 1; n <= MANY; n++)
        if (sqrt((double)n) >= unit * (hy_student_bound(0.05, n - 1) + EIGHT_IN_TEN))
            return n;
    const double n = pow(unit * (1.96 + EIGHT_IN_TEN), 2);
    return n < MOST_NEEDED ? (size_t)ceil(n) : 0;
}

struct hy_paired hy_paired_of(const double *d, size_t n, double alpha)
{
    struct hy_paired r = {.n = n, .mean = NAN, .sd = NAN, .low = NAN, .high = NAN, .p = NAN, .p_flip = NAN};
    double sum = 0, squares = 0;
    if (n == 0)
        return r;
    for (size_t i = 0; i < n; i++)
        sum += d[i];
    r.mean = sum / (double)n;
    if (n == 1)
        return r;
    for (size_t i = 0; i < n; i++)
        squares += (d[i] - r.mean) * (d[i] - r.mean);
    r.sd = sqrt(squares / (double)(n - 1));
    const double error = r.sd / sqrt((double)n), wide = hy_student_bound(alpha, n - 1) * error;
    r.low = r.mean - wide;
    r.high = r.mean + wide;
    r.p = r.mean == 0 ? 1 : hy_student_p(fabs(r.mean) / error, n - 1);
    if (n <= HY_MOST_FLIPS)
        r.p_flip = hy_sign_flip(d, n);
    r.needed = needed(&r);
    return r;
}

struct ranked {
    double p;
    size_t index;
};

static int by_p(const void *a, const void *b)
{
    const double x = ((const struct ranked *)a)->p, y = ((const struct ranked *)b)->p;
    return (x > y) - (x < y);
}

void hy_holm(const double *p, size_t n, double *adjusted)
{
    struct ranked *tests = calloc(n + 1, sizeof *tests);
    size_t m = 0;
    double least = 0;
    HY_ASSERT(tests, "out of memory for the comparisons of a table");
    for (size_t i = 0; i < n; i++)
        if (!isnan(p[i]))
            tests[m++] = (struct ranked){p[i], i};
    qsort(tests, m, sizeof *tests, by_p);
    for (size_t i = 0; i < n; i++)
        adjusted[i] = p[i];
    for (size_t i = 0; i < m; i++) {
        least = fmin(1, fmax(least, (double)(m - i) * tests[i].p));
        adjusted[tests[i].index] = least;
    }
    free(tests);
}
