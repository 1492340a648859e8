/* When the yardsticks say that a machine is slow. */
#include <criterion/criterion.h>
#include <math.h>

#include "bench/harness/yardstick.h"

/* A run that kept up 100 us for both, and whose last three readings were these. */
static struct hy_yardstick after(double clock_ns, double copy_ns)
{
    struct hy_yardstick y = {.taken = 40, .medians = 30};
    for (int i = 0; i < 30; i++)
        y.clock_medians[i] = y.copy_medians[i] = i < 20 ? 100e3 : 180e3; /* it was slower at times */
    for (int i = 0; i < HY_YARDSTICK_WINDOW; i++)
        y.clock_ns[i] = y.copy_ns[i] = 100e3;
    for (size_t i = 0; i < 3; i++) {
        y.clock_ns[(y.taken - 1 - i) % HY_YARDSTICK_WINDOW] = clock_ns;
        y.copy_ns[(y.taken - 1 - i) % HY_YARDSTICK_WINDOW] = copy_ns;
    }
    return y;
}

Test(yardstick, a_slow_clock_is_everybodys_a_slow_memory_is_not)
{
    struct hy_yardstick y = after(102e3, 108e3);
    cr_assert_not(hy_yardstick_slow(&y, true, 0), "what scatters on an idle machine");
    y = after(104e3, 100e3);
    cr_assert(hy_yardstick_slow(&y, false, 0));
    y = after(100e3, 115e3);
    cr_assert_not(hy_yardstick_slow(&y, false, 0));
    cr_assert(hy_yardstick_slow(&y, true, 0));
    y.copy_ns[(y.taken - 1) % HY_YARDSTICK_WINDOW] = 100e3;
    y.copy_ns[(y.taken - 2) % HY_YARDSTICK_WINDOW] = 100e3;
    cr_assert_not(hy_yardstick_slow(&y, true, 0), "one reading of three");
}

Test(yardstick, few_readings_say_nothing)
{
    struct hy_yardstick y = after(900e3, 900e3);
    y.taken = HY_YARDSTICK_WINDOW - 1;
    cr_assert_not(hy_yardstick_slow(&y, true, 0));
    const struct hy_yardstick none = {.taken = 0};
    struct hy_yards r = {.n = 0};
    cr_assert(isnan(hy_yards_clock(&r, &none, 0)));
    const struct hy_yards one = {.clock_ns = {125e3}, .copy_ns = {200e3}, .n = 1};
    hy_yards_add(&r, &one);
    cr_assert(isnan(hy_yards_memory(&r, &none)), "nothing to hold it against");
    y = after(100e3, 100e3);
    cr_assert_float_eq(hy_yards_clock(&r, &y, 0), 0.8, 1e-12);
    cr_assert_float_eq(hy_yards_memory(&r, &y), 0.5, 1e-12);
    for (int i = 0; i < 2 * HY_YARDSTICK_MOST; i++)
        hy_yards_add(&r, &one);
    cr_assert_eq(r.n, HY_YARDSTICK_MOST, "no more than there is room for");
}

Test(yardstick, a_run_keeps_up_the_same_whatever_its_loop_was_long)
{
    double clock, copy;
    struct hy_yardstick y = after(100e3, 100e3);
    y.rounds = 40000;
    y.slice = 1 << 20;
    hy_yardstick_rates(&y, &clock, &copy);
    cr_assert_float_eq(clock, 2.5, 1e-12, "a round of the loop, in ns");
    cr_assert_float_eq(copy, 100e3 / (1 << 20), 1e-12, "a byte of the copy");
    y.medians = 0;
    hy_yardstick_rates(&y, &clock, &copy);
    cr_assert(isnan(clock) && isnan(copy), "too few were taken");
}

/* What heavy work does to the clock itself is no slowness: it is held against the clock behind the same work. */
Test(yardstick, a_clock_is_held_against_the_one_behind_the_same_work)
{
    struct hy_yardstick y = after(120e3, 100e3);
    y.rounds = 1000;
    cr_assert(hy_yardstick_slow(&y, false, 0));
    cr_assert_float_eq(hy_yardstick_round_ns(&y), 120, 1e-9);
    cr_assert_not(hy_yardstick_slow(&y, false, 118), "so it was the last time too");
    cr_assert(hy_yardstick_slow(&y, false, 115), "it was better then");
    const struct hy_yards r = {.clock_ns = {125e3}, .copy_ns = {100e3}, .n = 1};
    cr_assert_float_eq(hy_yards_clock_round_ns(&r, &y), 125, 1e-9);
    cr_assert_float_eq(hy_yards_clock(&r, &y, 100), 0.8, 1e-12);
    cr_assert_float_eq(hy_yards_clock(&r, &y, 125), 1, 1e-12);
}

/* A run that is slow from its start to its end agrees with itself: the runs before it tell. */
Test(yardstick, a_run_that_is_slow_as_a_whole_shows_against_the_last_ones)
{
    struct hy_yardstick y = after(100e3, 100e3);
    y.rounds = y.slice = 1000;
    hy_yardstick_expect_pace((struct hy_pace){90, 80});
    cr_assert_not(hy_yardstick_slow(&y, true, 0), "a small yardstick is none of those that were compared");
    y.whole = true;
    cr_assert(hy_yardstick_slow(&y, false, 0));
    const struct hy_yards r = {.clock_ns = {100e3}, .copy_ns = {100e3}, .n = 1};
    cr_assert_float_eq(hy_yards_clock(&r, &y, 0), 0.9, 1e-12);
    cr_assert_float_eq(hy_yards_memory(&r, &y), 0.8, 1e-12);
    hy_yardstick_expect_pace((struct hy_pace){110, 120});
    cr_assert_not(hy_yardstick_slow(&y, true, 0), "faster than ever is not slow");
    cr_assert_float_eq(hy_yards_memory(&r, &y), 1, 1e-12);
    hy_yardstick_expect_pace((struct hy_pace){0, 0});
    cr_assert_not(hy_yardstick_slow(&y, true, 0));
}
