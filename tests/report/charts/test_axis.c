/* Ticks, their texts, and where values stand. */
#include "report/charts/axis.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "report/canvas/plan.h"

/* Ticks rise, lie on the axis, and there are neither too few nor too many. */
Test(axis, ticks_are_sane)
{
    static const struct {
        double low, high;
        bool log;
    } cases[] = {{0, 1, false},     {0, 181.9, false},      {144.5, 181.9, false},
                 {-3, 7, false},    {0, 1e-9, false},       {1e-300, 1e300, true}, /* more decades than ticks */
                 {100, 2000, true}, {144, 170, true},       {0.4, 3, true},
                 {2.1, 8.4, true}, /* 5 alone of 1, 2, 5 */
                 {1, 1e9, true},    {5, 5, false},          {7, 7, true},
                 {0, 0, false},     {-1e308, 1e308, false}, /* whose distance is no number */
                 {NAN, 1, false},   {0, INFINITY, false},   {-1, 5, true},
                 {0, 5, true},      {3, 2, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int about = 0; about < 30; about++)
            for (int round = 0; round < 2; round++) {
                struct hy_axis a = {0};
                hy_axis_fit(&a, cases[i].low, cases[i].high, cases[i].log, about, round);
                cr_assert(isfinite(a.low) && isfinite(a.high) && a.low < a.high, "case %zu: %g to %g", i, a.low,
                          a.high);
                cr_assert(!a.log || a.low > 0, "case %zu", i);
                cr_assert(a.ticks >= 2 && a.ticks <= HY_MAX_TICKS, "case %zu, about %d: %d ticks", i, about, a.ticks);
                for (int k = 0; k < a.ticks; k++) {
                    double part = hy_axis_part(&a, a.tick[k]);
                    cr_assert(part > -1e-6 && part < 1 + 1e-6, "case %zu: tick %g at %g", i, a.tick[k], part);
                    cr_assert(k == 0 || a.tick[k] > a.tick[k - 1], "case %zu", i);
                }
            }
}

Test(axis, bounds_hold_what_they_were_given)
{
    static const double ranges[][2] = {{0.4, 1.5}, {1, 3.9}, {144, 170}, {0.001, 5000}, {90, 110}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        for (int log = 0; log < 2; log++)
            for (int round = 0; round < 2; round++) {
                struct hy_axis a;
                hy_axis_fit(&a, ranges[i][0], ranges[i][1], log, 5, round);
                cr_assert(hy_axis_holds(&a, ranges[i][0]) && hy_axis_holds(&a, ranges[i][1]), "case %zu", i);
                cr_assert(round || (a.low == ranges[i][0] && a.high == ranges[i][1]), "case %zu", i);
            }
}

Test(axis, no_number_is_nowhere)
{
    struct hy_axis a;
    hy_axis_fit(&a, 1, 100, true, 5, false);
    cr_assert(isnan(hy_axis_part(&a, NAN)));
    cr_assert(isnan(hy_axis_part(&a, -1)));
    cr_assert(!hy_axis_holds(&a, NAN));
    cr_assert(!hy_axis_holds(&a, 101));
    cr_assert_float_eq(hy_axis_part(&a, 10), 0.5, 1e-9);
}

static const char *texts_of(struct hy_canvas *c, double low, double high, bool log, int about)
{
    struct hy_axis a;
    const char *all = "";
    hy_axis_fit(&a, low, high, log, about, true);
    for (int i = 0; i < a.ticks; i++)
        all = hy_arena_format(hy_canvas_arena(c), "%s%s%s", all, i ? " " : "", hy_axis_text(c, &a, i));
    return all;
}

Test(axis, texts)
{
    struct hy_canvas *c;
    cr_assert_eq(hy_plan_open(&c), HY_OK, "%s", hy_error());
    cr_assert_str_eq(texts_of(c, 0, 1, false, 5), "0 0.2 0.4 0.6 0.8 1.0");
    cr_assert_str_eq(texts_of(c, 140, 160, false, 4), "140 145 150 155 160");
    cr_assert_str_eq(texts_of(c, 0, 20000, false, 4), "0 5k 10k 15k 20k");
    cr_assert_str_eq(texts_of(c, 0, 1.5e6, false, 3), "0 0.5M 1.0M 1.5M");
    cr_assert_str_eq(texts_of(c, 0.01, 0.05, false, 4), "0.01 0.02 0.03 0.04 0.05");
    cr_assert_str_eq(texts_of(c, 100, 100000, true, 4), "100 200 500 1k 2k 5k 10k 20k 50k 100k");
    cr_assert_str_eq(texts_of(c, 0.1, 1, true, 4), "0.1 0.2 0.5 1");
    cr_assert_str_eq(texts_of(c, -2, 2, false, 4), "\xE2\x88\x92"
                                                   "2 \xE2\x88\x92"
                                                   "1 0 1 2");
    hy_plan_close(c);
}

Test(axis, values_have_the_digits_that_tell_them_apart)
{
    struct hy_canvas *c;
    struct hy_axis a;
    cr_assert_eq(hy_plan_open(&c), HY_OK, "%s", hy_error());
    hy_axis_fit(&a, 140, 160, false, 4, true);
    cr_assert_str_eq(hy_axis_value(c, &a, 144.517), "144.5");
    hy_axis_fit(&a, 144, 146, false, 4, true);
    cr_assert_str_eq(hy_axis_value(c, &a, 144.517), "144.52");
    cr_assert_str_eq(hy_axis_value(c, &a, NAN), "\xE2\x80\x93");
    hy_axis_fit(&a, 1, 1e6, true, 4, true);
    cr_assert_str_eq(hy_axis_value(c, &a, 144.517), "145");
    hy_plan_close(c);
}
