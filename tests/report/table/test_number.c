/* Numbers as the report shows them. */
#include "report/table/number.h"

#include <criterion/criterion.h>
#include <math.h>

struct shown {
    double value;
    const char *text;
};

static void check(const char *(*show)(struct hy_number *, double), const struct shown *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct hy_number n;
        cr_assert_str_eq(show(&n, cases[i].value), cases[i].text, "%g: '%s', not '%s'", cases[i].value, n.text,
                         cases[i].text);
    }
}

Test(number, what_is_no_number_is_a_dash)
{
    static const char *(*const all[])(struct hy_number *, double) = {hy_show_short, hy_show_ppl, hy_show_percent,
                                                                     hy_show_bytes, hy_show_time_ns};
    const double none[] = {NAN, INFINITY, -INFINITY};
    struct hy_number n;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (int k = 0; k < 3; k++)
            cr_assert_str_eq(all[i](&n, none[k]), HY_DASH);
    for (int k = 0; k < 3; k++)
        cr_assert_str_eq(hy_show_fixed(&n, none[k], 2), HY_DASH);
}

Test(number, formats)
{
    static const struct shown ppl[] = {{87.123, "87.12"}, {491.2, "491.20"}, {4096, "4,096"}, {1.23e7, "1.2e+07"}};
    static const struct shown percent[] = {{3.44, "+3.4\xC2\xA0%"},
                                           {-0.16, "\xE2\x88\x92"
                                                   "0.2\xC2\xA0%"},
                                           {0.01, "0.0\xC2\xA0%"},
                                           {-0.01, "0.0\xC2\xA0%"}};
    static const struct shown bytes[] = {{0, "0 B"}, {512, "512 B"}, {1536, "1.50 KiB"}, {3.0 * (1 << 20), "3.00 MiB"}};
    static const struct shown shorts[] = {
        {0, "0"}, {0.01234, "0.0123"}, {1.234, "1.23"}, {123.4, "123"}, {12345, "12,345"}};
    static const struct shown times[] = {
        {850, "850 ns"}, {12300, "12.3 \xC2\xB5s"}, {4.56e6, "4.56 ms"}, {1.2e9, "1.20 s"}};
    check(hy_show_ppl, ppl, 4);
    check(hy_show_percent, percent, 4);
    check(hy_show_bytes, bytes, 4);
    check(hy_show_short, shorts, 5);
    check(hy_show_time_ns, times, 4);
}

Test(number, thousands)
{
    struct hy_number n;
    cr_assert_str_eq(hy_show_fixed(&n, 1234567.891, 2), "1,234,567.89");
    cr_assert_str_eq(hy_show_fixed(&n, -999.999, 2), "\xE2\x88\x92"
                                                     "1,000.00");
    cr_assert_str_eq(hy_show_fixed(&n, 999, 0), "999");
    cr_assert_str_eq(hy_show_fixed(&n, -0.001, 1), "0.0", "no minus before a rounded zero");
    cr_assert_str_eq(hy_show_fixed(&n, 1e300, 2), "1e+300");
}
