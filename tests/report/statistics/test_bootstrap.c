/* The bootstrap against closed forms, and how often its interval holds the truth. */
#include "report/statistics/bootstrap.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "kernels/base/rng.h"

enum { MOST = 400 };

/* sum(part) / sum(whole) and its standard error, for large n (the delta method). */
static void closed_form(const double *part, const double *whole, size_t n, double *ratio, double *error)
{
    double parts = 0, wholes = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        parts += part[i];
        wholes += whole[i];
    }
    *ratio = parts / wholes;
    for (size_t i = 0; i < n; i++)
        squares += (part[i] - *ratio * whole[i]) * (part[i] - *ratio * whole[i]);
    *error = sqrt(squares) / wholes;
}

/* Where every sequence has as many targets the ratio is a mean; where they differ, long sequences weigh more. The ends
 * of 2000 draws scatter by some 0.06 standard errors. */
Test(bootstrap, known_answers)
{
    static const double spread[] = {0, 0.8};
    for (size_t k = 0; k < sizeof spread / sizeof *spread; k++) {
        static double part[MOST], whole[MOST];
        struct hy_stream s = hy_stream_open(3, "known answers");
        for (int i = 0; i < MOST; i++) {
            whole[i] = 256 * (1 - spread[k] * hy_stream_uniform(&s));
            part[i] = whole[i] * 0.02 + 4 * hy_stream_normal(&s);
        }
        double ratio, error;
        closed_form(part, whole, MOST, &ratio, &error);
        const struct hy_interval ends = hy_bootstrap_ratio(part, whole, MOST, 0.05);
        cr_assert_float_eq(ends.low, ratio - 1.96 * error, 0.25 * error, "%g, not %g", ends.low, ratio - 1.96 * error);
        cr_assert_float_eq(ends.high, ratio + 1.96 * error, 0.25 * error, "%g", ends.high);
        const struct hy_interval narrow = hy_bootstrap_ratio(part, whole, MOST, 0.5);
        cr_assert_float_eq(narrow.high - narrow.low, 2 * 0.6745 * error, 0.15 * error);
        const struct hy_interval again = hy_bootstrap_ratio(part, whole, MOST, 0.05);
        cr_assert(again.low == ends.low && again.high == ends.high, "the same draws every time");
    }
}

/* Differences as samples of 60 sequences have them, a little skew: in 95 of 100 texts the interval holds the truth. */
Test(bootstrap, covers_what_it_says)
{
    enum { TEXTS = 400, SEQUENCES = 60 };
    const double truth = 0.01;
    int held = 0;
    for (uint64_t text = 0; text < TEXTS; text++) {
        double part[SEQUENCES], whole[SEQUENCES];
        struct hy_stream s = hy_stream_open(text, "a text");
        for (int i = 0; i < SEQUENCES; i++) {
            const double x = hy_stream_normal(&s);
            whole[i] = 32;
            part[i] = 32 * (truth + 0.05 * (x + 0.2 * (x * x - 1)));
        }
        const struct hy_interval ends = hy_bootstrap_ratio(part, whole, SEQUENCES, 0.05);
        held += ends.low <= truth && truth <= ends.high;
    }
    const double share = (double)held / TEXTS; /* its own standard error is 0.011 */
    cr_assert(share > 0.91 && share < 0.98, "%g of the intervals hold the truth", share);
}

Test(bootstrap, no_difference_and_no_samples)
{
    const double none[3] = {0}, whole[3] = {32, 32, 31}, one[1] = {0.5};
    struct hy_interval ends = hy_bootstrap_ratio(none, whole, 3, 0.05);
    cr_assert(ends.low == 0 && ends.high == 0, "identical variants: [%g, %g]", ends.low, ends.high);
    ends = hy_bootstrap_ratio(one, whole, 1, 0.05);
    cr_assert(isnan(ends.low) && isnan(ends.high), "one sample says nothing of others");
    ends = hy_bootstrap_ratio(one, whole, 0, 0.05);
    cr_assert(isnan(ends.low) && isnan(ends.high));
}
