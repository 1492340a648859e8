#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "bench/harness/handover.h"
#include "bench/harness/siblings.h"
#include "kernels/base/threads.h"

Test(siblings, the_best_is_what_came_often)
{
    struct hy_widths w = {.taken = 0};
    cr_assert_eq(hy_widths_best(&w), 0, "nothing seen");
    cr_assert_eq(hy_widths_share(&w, 5), 1, "nothing to hold it against");
    for (int i = 0; i < 100; i++)
        (void)hy_widths_share(&w, 3.7);
    cr_assert(fabs(hy_widths_best(&w) - 3.7) < 0.02 * 3.7, "best %g", hy_widths_best(&w));
    cr_assert(hy_widths_share(&w, 3.7) > HY_SIBLINGS_ALONE, "alone");
    cr_assert(hy_widths_share(&w, 3.5) < HY_SIBLINGS_ALONE, "a neighbour that waits");
    cr_assert(hy_widths_share(&w, 2) < 0.6, "one that works");
    cr_assert(hy_widths_share(&w, 6) >= 1, "a slip is no more than alone");
    cr_assert(fabs(hy_widths_best(&w) - 3.7) < 0.02 * 3.7, "and moves nothing: %g", hy_widths_best(&w));
    cr_assert_eq(w.shared, 2);
}

Test(siblings, a_core_that_was_seen_wider_is_never_ours_alone)
{
    struct hy_widths w = {.expected = 3.7};
    for (int i = 0; i < 50; i++)
        cr_assert(hy_widths_share(&w, 2.4) < HY_SIBLINGS_ALONE);
    cr_assert_eq(w.shared, 50);
}

Test(siblings, what_is_no_width_says_nothing)
{
    struct hy_widths w = {.taken = 0};
    cr_assert_eq(hy_widths_share(&w, NAN), 1);
    cr_assert_eq(hy_widths_share(&w, 0), 1);
    cr_assert_eq(hy_widths_share(&w, -1), 1);
    cr_assert_eq(hy_widths_share(&w, INFINITY), 1);
    cr_assert_eq(w.taken, 0);
}

Test(siblings, a_machine_of_files_is_what_its_files_say)
{
    setenv("HYMBENCH_ROOT", "/nowhere", 1);
    hy_threads_set(1);
    cr_assert_not(hy_siblings_possible(), "no hyperthreads there");
    cr_assert_eq(hy_siblings_look(), 1);
}

Test(siblings, here)
{
    hy_threads_set(1);
    const bool possible = hy_siblings_possible();
    for (int i = 0; i < 20; i++) {
        const double share = hy_siblings_look();
        cr_assert(share > 0 && share <= 1, "share %g", share);
    }
    cr_assert(possible ? hy_siblings_seen()->taken >= 20 : hy_siblings_seen()->taken == 0);
}

Test(handover, a_team_of_one_has_no_distance)
{
    hy_threads_set(1);
    cr_assert(isnan(hy_handover_ns()));
}

/* Others may be in the way each time; but not for ever. */
Test(handover, there_and_back, .timeout = 60)
{
    hy_threads_set(2);
    double ns = NAN;
    for (int i = 0; i < 1000 && isnan(ns) && hy_threads() == 2; i++)
        ns = hy_handover_ns();
    cr_assert(isnan(ns) || (ns > 1 && ns < 1e6), "%g ns", ns);
}

/* More threads than processors would wait a quantum for each other. */
Test(handover, not_where_threads_share_processors, .timeout = 60)
{
    hy_threads_set(64);
    const double ns = hy_handover_ns();
    cr_assert(isnan(ns) || hy_threads() < 64 || ns > 0);
}
