#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "bench/harness/stats.h"

static void near(double got, double want, const char *what)
{
    cr_assert(fabs(got - want) <= 1e-12 * (1 + fabs(want)), "%s: got %.17g, want %.17g", what, got, want);
}

Test(stats, ranks_of_the_median_interval)
{
    /* exact: the largest j with 2 * sum_{k<j} C(n,k) <= 0.05 * 2^n, in rational arithmetic */
    static const size_t exact[][2] = {{1, 0},  {5, 0},  {6, 1},  {7, 1},   {8, 1},    {9, 2},      {10, 2},     {11, 2},
                                      {15, 4}, {20, 6}, {25, 8}, {50, 18}, {100, 40}, {1000, 469}, {5000, 2431}};
    for (size_t i = 0; i < sizeof exact / sizeof *exact; i++)
        cr_assert_eq(hy_median_rank(exact[i][0]), exact[i][1], "n = %zu: rank %zu, want %zu", exact[i][0],
                     hy_median_rank(exact[i][0]), exact[i][1]);
}

Test(stats, ten_samples_by_hand)
{
    const double samples[] = {7, 3, 9, 1, 5, 10, 2, 8, 4, 6};
    double sorted[10];
    struct hy_stats s;
    hy_stats_of(&s, samples, 10, sorted);
    cr_assert_eq(s.n, 10);
    near(s.median, 5.5, "median");
    near(s.ci_low, 2, "interval, x_(2)");
    near(s.ci_high, 9, "interval, x_(9)");
    near(s.mean, 5.5, "mean");
    near(s.sd, sqrt(82.5 / 9), "sd");
    near(s.min, 1, "min");
    near(s.q1, 3.25, "q1");
    near(s.q3, 7.75, "q3");
    near(s.noise_pct, 100 * 4.5 / 5.5, "noise");
    cr_assert_eq(s.outliers, 0);
    near(sorted[0], 1, "sorted");
    near(sorted[9], 10, "sorted");
}

Test(stats, outliers_are_counted_and_kept)
{
    double samples[] = {10, 11, 12, 13, 14, 100, -80}; /* q1 10.5, q3 13.5: beyond 6 and 18 */
    struct hy_stats s;
    hy_stats_of(&s, samples, 7, samples); /* in place */
    cr_assert_eq(s.outliers, 2);
    near(s.median, 12, "median");
    near(s.mean, 80.0 / 7, "mean: nothing was dropped");
    near(s.ci_low, -80, "interval of seven samples is their range");
    near(s.ci_high, 100, "interval of seven samples is their range");
}

Test(stats, one_sample_claims_nothing)
{
    double sample = 3;
    struct hy_stats s;
    hy_stats_of(&s, &sample, 1, &sample);
    near(s.median, 3, "median");
    cr_assert(isnan(s.sd) && isnan(s.ci_low) && isnan(s.ci_high));
    cr_assert_eq(s.outliers, 0);
}

/* Feeds n samples of make(i), one at a time; the reason, and where it stopped. */
static enum hy_stop_reason feed(const struct hy_stop_rule *rule, double (*make)(size_t i), double seconds_each,
                                size_t n, size_t *stopped)
{
    static double samples[20000], sorted[20000];
    struct hy_stop stop = {0};
    for (size_t i = 0; i < n; i++) {
        samples[i] = make(i);
        double seconds = seconds_each * (double)(i + 1);
        enum hy_stop_reason why = hy_stop_check(&stop, rule, samples, i + 1, seconds, 2 * seconds, sorted);
        *stopped = i + 1;
        if (why != HY_STOP_NOT)
            return why;
    }
    return HY_STOP_NOT;
}

static double steady(size_t i)
{
    return 1000 + (double)(i % 3);
}

/* Spread evenly over +-20 %, in a scattered order: narrows as sqrt(n). */
static double scattered(size_t i)
{
    return 800 + (double)((i * 7919 + 13) % 401);
}

/* Two levels: the median's interval never narrows. */
static double two_levels(size_t i)
{
    return i % 2 ? 1000 : 2000;
}

static const struct hy_stop_rule rule = {
    .min_samples = 10, .max_samples = 10000, .min_seconds = 0.5, .max_noise_pct = 1, .timeout = 15};

Test(stats, stops_when_precise_but_not_before_the_minima)
{
    size_t n;
    cr_assert_eq(feed(&rule, steady, 0.06, 10000, &n), HY_STOP_PRECISE);
    cr_assert_eq(n, 10, "min_samples: stopped at %zu", n);
    cr_assert_eq(feed(&rule, steady, 0.01, 10000, &n), HY_STOP_PRECISE);
    cr_assert(n >= 50 && n <= 53, "min_seconds: stopped at %zu", n);
}

Test(stats, more_samples_buy_precision)
{
    size_t loose, tight;
    struct hy_stop_rule r = rule;
    r.min_seconds = 0;
    r.max_noise_pct = 10;
    cr_assert_eq(feed(&r, scattered, 1e-5, 10000, &loose), HY_STOP_PRECISE);
    r.max_noise_pct = 4;
    cr_assert_eq(feed(&r, scattered, 1e-5, 10000, &tight), HY_STOP_PRECISE);
    cr_assert(tight > 2 * loose, "10 %% took %zu samples, 4 %% took %zu", loose, tight);
}

Test(stats, stops_when_noise_does_not_improve)
{
    size_t n;
    struct hy_stop_rule r = rule;
    r.min_seconds = 0;
    cr_assert_eq(feed(&r, two_levels, 1e-5, 10000, &n), HY_STOP_STALLED);
    cr_assert(n >= 40 && n <= 42, "four times the first look at ten samples: stopped at %zu", n);
}

Test(stats, timeout_and_memory_are_limits)
{
    size_t n;
    cr_assert_eq(feed(&rule, scattered, 1, 10000, &n), HY_STOP_TIMEOUT); /* 2 s on the wall each */
    cr_assert_eq(n, 8);
    struct hy_stop_rule r = rule;
    r.max_samples = 100;
    cr_assert_eq(feed(&r, two_levels, 1e-6, 10000, &n), HY_STOP_FULL);
    cr_assert_eq(n, 100);
    cr_assert_str_eq(hy_stop_name(HY_STOP_FULL), "full");
    cr_assert_str_eq(hy_stop_name(HY_STOP_PRECISE), "precise");
}

Test(stats, the_median_alone_is_the_same)
{
    double odd[] = {3, 1, 2}, even[] = {4, 1, 3, 2}, sorted[4];
    struct hy_stats of_even;
    hy_stats_of(&of_even, even, 4, sorted);
    cr_assert_float_eq(hy_median(odd, 3), 2, 0);
    cr_assert_float_eq(hy_median(even, 4), of_even.median, 0);
    cr_assert_float_eq(of_even.median, 2.5, 0);
}

/* Against the printed tables; the two ways of getting it meet without a step. */
Test(stats, t_quantile)
{
    cr_assert(isnan(hy_t95(0)));
    cr_assert_float_eq(hy_t95(1), 12.706, 1e-9);
    cr_assert_float_eq(hy_t95(2), 4.303, 1e-9);
    cr_assert_float_eq(hy_t95(20), 2.086, 1e-9);
    cr_assert_float_eq(hy_t95(21), 2.080, 6e-4);
    cr_assert_float_eq(hy_t95(30), 2.042, 6e-4);
    cr_assert_float_eq(hy_t95(60), 2.000, 6e-4);
    cr_assert_float_eq(hy_t95(1000000), 1.960, 6e-4);
    for (size_t v = 2; v < 100; v++)
        cr_assert_lt(hy_t95(v), hy_t95(v - 1));
}
