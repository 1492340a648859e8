#include <criterion/criterion.h>
#include <math.h>

#include "report/statistics/paired.h"

TestSuite(paired);

static void near(double got, double want, double within, const char *what)
{
    cr_assert(fabs(got - want) <= within, "%s: got %.12g, want %.12g", what, got, want);
}

/* The sleep data of "Student" 1908: ten patients under two drugs. */
Test(paired, students_own_example)
{
    static const double d[] = {1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4};
    const struct hy_paired r = hy_paired_of(d, 10, 0.05);
    near(r.mean, 1.58, 1e-12, "mean");
    near(r.sd, 1.2299955, 1e-6, "sd");
    near(r.p, 0.0028329, 1e-6, "p");
    near(r.low, 0.7001142, 1e-6, "low");
    near(r.high, 2.4598858, 1e-6, "high");
    near(r.p_flip, 2.0 * 2 / 1024, 1e-12, "every sign that is not 0 is positive, and the 0 has two");
    cr_assert_eq(r.needed, 11, "it is clear already: one more");
}

Test(paired, few_pairs)
{
    static const double d[] = {-0.02, -0.03, -0.025};
    struct hy_paired r = hy_paired_of(d, 3, 0.05);
    near(r.mean, -0.025, 1e-12, "mean");
    near(r.low, -0.025 - 4.302653 * 0.005 / sqrt(3), 1e-7, "low");
    near(r.p_flip, 0.25, 1e-12, "three signs tell no more");
    cr_assert(r.p < 0.02);
    r = hy_paired_of(d, 1, 0.05);
    near(r.mean, -0.02, 1e-12, "mean of one");
    cr_assert(isnan(r.low) && isnan(r.p) && isnan(r.p_flip) && r.needed == 0, "one pair has no interval");
    r = hy_paired_of(d, 0, 0.05);
    cr_assert(isnan(r.mean) && r.n == 0);
    static const double noise[] = {0.01, -0.012, 0.011, -0.008};
    r = hy_paired_of(noise, 4, 0.05);
    cr_assert(r.needed > 1000, "%zu", r.needed);
    static const double none[] = {0, 0, 0};
    r = hy_paired_of(none, 3, 0.05);
    cr_assert(r.p == 1 && r.needed == 0);
    static const double same[] = {0.5, 0.5, 0.5};
    r = hy_paired_of(same, 3, 0.05);
    cr_assert(r.p == 0 && r.low == 0.5, "without scatter there is no doubt");
}

Test(paired, holm)
{
    const double p[] = {0.01, 0.04, NAN, 0.03, 0.005};
    double a[5];
    hy_holm(p, 5, a);
    near(a[4], 0.02, 1e-12, "the least of four");
    near(a[0], 0.03, 1e-12, "the second");
    near(a[3], 0.06, 1e-12, "the third");
    near(a[1], 0.06, 1e-12, "never less than the one before");
    cr_assert(isnan(a[2]));
}
