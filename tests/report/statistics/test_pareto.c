/* Pareto fronts. */
#include "report/statistics/pareto.h"

#include <criterion/criterion.h>
#include <math.h>

/* A front by both signs, with a tie, a doubled point and points that are none. */
Test(pareto, known_fronts)
{
    const double x[] = {1, 2, 3, 3, 4, 4, (double)NAN, 0}, y[] = {9, 5, 5, 4, 6, 3, 0, (double)INFINITY};
    const bool less[] = {true, true, false, true, false, true, false, false};
    bool front[8];
    hy_pareto_front(x, y, 8, -1, -1, front);
    for (int i = 0; i < 8; i++)
        cr_assert_eq(front[i], less[i], "less is better: point %d", i);
    hy_pareto_front(x, y, 8, 1, -1, front);
    for (int i = 0; i < 8; i++)
        cr_assert_eq(front[i], i == 5, "more x, less y is better: point %d", i);
    const double again_x[] = {1, 1, 2}, again_y[] = {1, 1, 2};
    hy_pareto_front(again_x, again_y, 3, -1, -1, front);
    cr_assert(front[0] && front[1] && !front[2], "neither of two alike beats the other");
}

/* Whatever the points: the front is never empty, and nobody on it is beaten. */
Test(pareto, nobody_on_the_front_is_beaten)
{
    double x[40], y[40];
    bool front[40];
    unsigned state = 1;
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < 40; i++) {
            state = state * 1664525u + 1013904223u;
            x[i] = state >> 27; /* many ties */
            state = state * 1664525u + 1013904223u;
            y[i] = state >> 27;
        }
        hy_pareto_front(x, y, 40, 1, -1, front);
        int n = 0;
        for (int i = 0; i < 40; i++) {
            n += front[i];
            for (int k = 0; front[i] && k < 40; k++)
                cr_assert(!(x[k] >= x[i] && y[k] <= y[i] && (x[k] > x[i] || y[k] < y[i])));
        }
        cr_assert_gt(n, 0);
    }
}
