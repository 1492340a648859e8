#include <criterion/criterion.h>
#include <math.h>

#include "bench/compare/judge.h"
#include "bench/harness/stats.h"
#include "report/statistics/student.h"

static const struct hy_rule rule = {.alpha = 0.05, .threshold = 0.02};

static void near(double got, double want, double within, const char *what)
{
    cr_assert(fabs(got - want) <= within, "%s: got %.12g, want %.12g", what, got, want);
}

/* n observations around `middle` that scatter by +-`scatter`. */
static void around(double *x, size_t n, double middle, double scatter)
{
    for (size_t i = 0; i < n; i++)
        x[i] = middle * (1 + scatter * (2 * (double)((i * 5) % n) / (double)(n - 1) - 1));
}

static enum hy_change judged(double base, double fresh, double scatter, size_t n, bool more_is_better)
{
    double a[32], b[32];
    around(a, n, base, scatter);
    around(b, n, fresh, scatter);
    const struct hy_ratio r = hy_ratio_between(a, n, b, n, rule.alpha);
    return hy_judge(&r, r.p, &rule, more_is_better);
}

Test(judge, verdicts)
{
    cr_assert_eq(judged(100, 110, 0.01, 12, false), HY_REGRESSED, "a time that grew");
    cr_assert_eq(judged(100, 110, 0.01, 12, true), HY_IMPROVED, "a rate that grew");
    cr_assert_eq(judged(110, 100, 0.01, 12, false), HY_IMPROVED);
    cr_assert_eq(judged(110, 100, 0.01, 12, true), HY_REGRESSED);
    cr_assert_eq(judged(100, 100.1, 0.005, 12, false), HY_SAME);
    cr_assert_eq(judged(100, 101, 0.05, 12, false), HY_INCONCLUSIVE, "it scatters too much");
    cr_assert_eq(judged(100, 101, 0.0001, 12, false), HY_SAME, "surely slower, by less than what counts");
    cr_assert_eq(judged(100, 150, 0.001, 3, false), HY_INCONCLUSIVE, "three on each side tell nothing");
}

/* What is refused alone may be chance among many. */
Test(judge, the_corrected_p_decides)
{
    double a[12], b[12];
    around(a, 12, 100, 0.01);
    around(b, 12, 110, 0.01);
    const struct hy_ratio r = hy_ratio_between(a, 12, b, 12, rule.alpha);
    cr_assert_eq(hy_judge(&r, 0.2, &rule, false), HY_INCONCLUSIVE);
}

Test(judge, ratio_and_interval_by_hand)
{
    const double a[] = {1, 1, 1, 1}, b[] = {2, 2, 2, 2};
    struct hy_ratio r = hy_ratio_between(a, 4, b, 4, 0.05);
    near(r.ratio, 2, 1e-12, "ratio");
    near(r.low, 2, 1e-12, "low");
    near(r.p, 2.0 / 70, 1e-12, "p");
    const double base[] = {1, 2, 4, 8, 16, 32}, fresh[] = {1.1, 2.2, 4.4, 8.8, 17.6, 35.2};
    r = hy_ratio_of_pairs(base, fresh, 6, 0.05);
    near(r.ratio, 1.1, 1e-12, "pairs see through what both have in common");
    near(r.p, 2.0 / 64, 1e-12, "six of six");
    near(r.cv, 0, 1e-12, "no noise");
}

Test(judge, seeds_take_students_t)
{
    const double base[] = {100, 110, 120}, fresh[] = {105, 116, 125};
    const struct hy_ratio r = hy_ratio_of_seeds(base, fresh, 3, 0.05);
    double d[3], mean = 0, squares = 0;
    for (int i = 0; i < 3; i++)
        mean += (d[i] = log(fresh[i] / base[i])) / 3;
    for (int i = 0; i < 3; i++)
        squares += (d[i] - mean) * (d[i] - mean);
    const double reach = 4.302653 * sqrt(squares / 2 / 3);
    near(r.ratio, exp(mean), 1e-12, "ratio");
    near(r.low, exp(mean - reach), 1e-6, "low");
    near(r.high, exp(mean + reach), 1e-6, "high");
    const struct hy_ratio one = hy_ratio_of_seeds(base, fresh, 1, 0.05);
    near(one.ratio, 1.05, 1e-12, "one seed has a ratio");
    cr_assert(isnan(one.low) && isnan(one.p), "and no interval");
    const struct hy_ratio none = hy_ratio_of_seeds(base, fresh, 0, 0.05);
    cr_assert(isnan(none.ratio));
}

Test(judge, student)
{
    /* Abramowitz & Stegun, table 26.10 */
    near(hy_student_p(12.706, 1), 0.05, 1e-5, "1");
    near(hy_student_p(4.303, 2), 0.05, 1e-5, "2");
    near(hy_student_p(2.228, 10), 0.05, 2e-5, "10");
    near(hy_student_p(2.750, 30), 0.01, 1e-5, "30");
    near(hy_student_p(0, 5), 1, 1e-12, "nothing");
    near(hy_student_p(INFINITY, 3), 0, 1e-12, "no doubt");
    for (size_t v = 1; v <= 40; v++)
        near(hy_student_bound(0.05, v), hy_t95(v), 1.1e-3, "the table of 95 %");
}

Test(judge, observations_that_would_tell)
{
    struct hy_ratio r = {.cv = 0.02, .n_base = 10, .n_fresh = 12};
    cr_assert_eq(hy_observations_needed(&r, 0.01), 84, "21 (0.02 / 0.01)^2");
    cr_assert_eq(hy_observations_needed(&r, 0.1), 11, "one more than there are");
    r.cv = NAN;
    cr_assert_eq(hy_observations_needed(&r, 0.01), 0, "nobody knows");
}
