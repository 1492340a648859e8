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
    cr_assert_not(hy_yardstick_slow(&y, true), "what scatters on an idle machine");
    y = after(104e3, 100e3);
    cr_assert(hy_yardstick_slow(&y, false));
    y = after(100e3, 115e3);
    cr_assert_not(hy_yardstick_slow(&y, false));
    cr_assert(hy_yardstick_slow(&y, true));
    y.copy_ns[(y.taken - 1) % HY_YARDSTICK_WINDOW] = 100e3;
    y.copy_ns[(y.taken - 2) % HY_YARDSTICK_WINDOW] = 100e3;
    cr_assert_not(hy_yardstick_slow(&y, true), "one reading of three");
}

Test(yardstick, few_readings_say_nothing)
{
    struct hy_yardstick y = after(900e3, 900e3);
    y.taken = HY_YARDSTICK_WINDOW - 1;
    cr_assert_not(hy_yardstick_slow(&y, true));
    const struct hy_yardstick none = {.taken = 0};
    struct hy_yards r = {.n = 0};
    cr_assert(isnan(hy_yards_clock(&r, &none)));
    const struct hy_yards one = {.clock_ns = {125e3}, .copy_ns = {200e3}, .n = 1};
    hy_yards_add(&r, &one);
    cr_assert(isnan(hy_yards_memory(&r, &none)), "nothing to hold it against");
    y = after(100e3, 100e3);
    cr_assert_float_eq(hy_yards_clock(&r, &y), 0.8, 1e-12);
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
