/* What a series of nights is suspected of. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "bench/history/detect.h"
#include "bench/history/divisive.h"
#include "kernels/base/rng.h"

TestSuite(history_detect);

enum { MOST = 80 };

/* n nights at `level`, of which the last `last` are `by` times that, with a scatter of `sd` as a share. */
static size_t nights(double *x, size_t n, double level, size_t last, double by, double sd, uint64_t seed)
{
    struct hy_stream s = hy_stream_open(seed, "nights");
    for (size_t i = 0; i < n; i++)
        x[i] = level * (i + last >= n ? by : 1) * exp(sd * hy_stream_normal(&s));
    return n;
}

static struct hy_suspicion detect(const double *x, size_t n, size_t settled)
{
    const struct hy_track t = {.values = x, .n = n, .settled = settled};
    return hy_detect(&t, &hy_detection_usual);
}

Test(history_detect, a_step_is_found_and_dated)
{
    double x[MOST];
    static const size_t lasts[] = {1, 2, 3, 5};
    size_t inside = 0;
    for (size_t i = 0; i < sizeof lasts / sizeof *lasts; i++)
        for (uint64_t seed = 1; seed <= 20; seed++) {
            const size_t n = nights(x, 50, 1000, lasts[i], 1.1, 0.005, seed);
            const struct hy_suspicion s = detect(x, n, 0);
            cr_assert_eq(s.kind, lasts[i] < 3 ? HY_SUDDEN : HY_STEP, "%zu nights, seed %llu: kind %d", lasts[i],
                         (unsigned long long)seed, s.kind);
            cr_assert_eq(s.first, n - lasts[i], "%zu nights: dated to %zu", lasts[i], s.first);
            inside += s.low < 1.1 && 1.1 < s.high;
            cr_assert(s.p < 1e-3, "p %g", s.p);
            cr_assert(hy_suspicion_worse(&s, false) && !hy_suspicion_worse(&s, true));
        }
    cr_assert(inside >= 70, "the 95 %% intervals hold the truth in %zu of 80", inside);
}

Test(history_detect, what_is_quiet_or_small_is_no_suspect)
{
    double x[MOST];
    size_t suspected = 0, small = 0;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        nights(x, 50, 1000, 0, 1, 0.01, seed);
        suspected += detect(x, 50, 0).p < 0.01;
        nights(x, 50, 1000, 3, 1.01, 0.001, seed);
        small += detect(x, 50, 0).kind != HY_UNSUSPECTED;
    }
    cr_assert(suspected <= 12, "%zu of 400 quiet series have a p under 0.01", suspected);
    cr_assert_eq(small, 0, "1 %% is under the least change, however clear");
}

Test(history_detect, a_single_outlier_within_is_passed_over)
{
    double x[MOST];
    nights(x, 40, 1000, 0, 1, 0.004, 3);
    x[38] *= 1.5;
    const struct hy_suspicion s = detect(x, 40, 0);
    cr_assert(s.p > 0.05 || s.kind == HY_UNSUSPECTED, "the night after it is as before: %g %d", s.p, s.kind);
}

Test(history_detect, too_few_nights_tell_nothing)
{
    double x[MOST];
    nights(x, 10, 1000, 1, 2, 0.001, 1);
    cr_assert_eq(detect(x + 6, 4, 0).kind, HY_TOO_FEW);
    cr_assert_eq(detect(x, 10, 7).kind, HY_TOO_FEW, "three nights of the level that is known");
    cr_assert_eq(detect(x, 10, 0).kind, HY_SUDDEN);
    cr_assert_eq(detect(x, 0, 0).kind, HY_TOO_FEW);
}

Test(history_detect, a_level_that_is_known_is_no_news)
{
    double x[MOST];
    nights(x, 40, 1000, 12, 1.2, 0.005, 5);
    cr_assert_eq(detect(x, 40, 28).kind, HY_UNSUSPECTED);
    x[39] *= 1.2;
    const struct hy_suspicion s = detect(x, 40, 28);
    cr_assert_eq(s.kind, HY_SUDDEN);
    cr_assert(fabs(s.ratio - 1.2) < 0.03, "against the new level: %g", s.ratio);
}

Test(history_detect, the_scatter_within_a_night_counts)
{
    double x[MOST];
    nights(x, 6, 1000, 1, 1.05, 0.0001, 1);
    struct hy_track t = {.values = x, .n = 6};
    cr_assert(hy_detect(&t, &hy_detection_usual).p < 0.05);
    t.noise = 0.05;
    cr_assert(hy_detect(&t, &hy_detection_usual).p > 0.2, "five nights that happen to agree prove less");
}

Test(history_detect, exact_quantities_change_at_any_change)
{
    double x[] = {100, 100, 100, 101, 101};
    struct hy_track t = {.values = x, .n = 5, .exact = true};
    struct hy_suspicion s = hy_detect(&t, &hy_detection_usual);
    cr_assert_eq(s.kind, HY_EXACT);
    cr_assert_eq(s.first, 3);
    cr_assert_float_eq(s.ratio, 1.01, 1e-12);
    t.settled = 3;
    cr_assert_eq(hy_detect(&t, &hy_detection_usual).kind, HY_UNSUSPECTED);
    t.settled = 0;
    x[3] = x[4] = 100;
    cr_assert_eq(hy_detect(&t, &hy_detection_usual).kind, HY_UNSUSPECTED);
    x[0] = x[1] = x[2] = 0;
    s = hy_detect(&t, &hy_detection_usual);
    cr_assert_eq(s.kind, HY_EXACT);
    cr_assert(isnan(s.ratio), "from nothing to something there is no ratio");
}

Test(history_detect, suspects_are_corrected_for_all_series)
{
    struct hy_suspicion found[300];
    bool suspect[300];
    for (size_t i = 0; i < 300; i++)
        found[i] = (struct hy_suspicion){.kind = HY_SUDDEN, .p = ((double)i + 0.5) / 300};
    hy_suspects(found, 300, 0.05, suspect);
    size_t n = 0;
    for (size_t i = 0; i < 300; i++)
        n += suspect[i];
    cr_assert_eq(n, 0, "so many p come about by chance");
    found[0].p = 1e-5;
    found[1] = (struct hy_suspicion){.kind = HY_UNSUSPECTED, .p = 1e-9};
    found[2] = (struct hy_suspicion){.kind = HY_EXACT, .p = NAN};
    found[3] = (struct hy_suspicion){.kind = HY_TOO_FEW, .p = NAN};
    hy_suspects(found, 300, 0.05, suspect);
    cr_assert(suspect[0] && !suspect[1] && suspect[2] && !suspect[3]);
}

Test(history_detect, what_was_measured_again_may_leave_a_suspicion_out)
{
    cr_assert(hy_suspicion_excluded(1.13, 0.97, 1.02), "13 %% were suspected, it is 2 at most");
    cr_assert_not(hy_suspicion_excluded(1.13, 0.97, 1.08), "8 %% may be");
    cr_assert_not(hy_suspicion_excluded(1.13, 1.01, 1.03), "something is");
    cr_assert(hy_suspicion_excluded(0.9, 0.98, 1.04));
    cr_assert_not(hy_suspicion_excluded(0.9, 0.93, 1.04));
    cr_assert_not(hy_suspicion_excluded(1.13, NAN, NAN), "too few launches say nothing");
}
