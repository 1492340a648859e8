#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "kernels/base/rng.h"
#include "report/statistics/rank.h"

static void near(double got, double want, double within, const char *what)
{
    cr_assert(fabs(got - want) <= within, "%s: got %.12g, want %.12g", what, got, want);
}

/* Values without ties, or with many. */
static void draw(struct hy_stream *s, double *x, size_t n, bool ties)
{
    for (size_t i = 0; i < n; i++)
        x[i] = ties ? floor(4 * hy_stream_uniform(s)) : hy_stream_uniform(s);
}

/* Twice the sum over a's ranks, ties at their middle. */
static double rank_sum(const double *both, size_t all, unsigned chosen)
{
    double sum = 0;
    for (size_t i = 0; i < all; i++) {
        if (!(chosen >> i & 1))
            continue;
        for (size_t j = 0; j < all; j++)
            sum += both[j] < both[i] ? 2 : both[j] > both[i] ? 0 : 1;
    }
    return sum;
}

/* By trying every choice of n of all. */
static double p_by_trying(const double *both, size_t n, size_t all)
{
    double middle = 0, far, more = 0, ways = 0;
    for (size_t i = 0; i < all; i++)
        middle += rank_sum(both, all, 1u << i) * (double)n / (double)all;
    far = fabs(rank_sum(both, all, (1u << n) - 1) - middle);
    for (unsigned chosen = 0; chosen < 1u << all; chosen++) {
        if ((size_t)__builtin_popcount(chosen) != n)
            continue;
        ways++;
        more += fabs(rank_sum(both, all, chosen) - middle) >= far - 1e-9;
    }
    return more / ways;
}

Test(rank, mann_whitney_is_what_trying_every_choice_gives)
{
    struct hy_stream s = hy_stream_open(1, "mann-whitney");
    for (int round = 0; round < 40; round++) {
        double both[10];
        const size_t n = 2 + (size_t)round % 4, all = n + 2 + (size_t)round % 3;
        draw(&s, both, all, round % 2);
        near(hy_mann_whitney(both, n, both + n, all - n), p_by_trying(both, n, all), 1e-12, "p");
    }
}

/* Hollander & Wolfe (1973), permeability of the membrane at term: two-sided 0.2544. */
Test(rank, mann_whitney_of_a_textbook)
{
    const double at_term[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
    const double before[] = {1.15, 0.88, 0.90, 0.74, 1.21};
    near(hy_mann_whitney(at_term, 10, before, 5), 0.2544, 5e-5, "p");
    near(hy_mann_whitney(before, 5, at_term, 10), 0.2544, 5e-5, "the other way round");
}

/* The same source, depression before and after a tranquilizer: two-sided 0.03906. */
Test(rank, signed_rank_of_a_textbook)
{
    const double before[] = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
    const double after[] = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
    double d[9];
    for (int i = 0; i < 9; i++)
        d[i] = after[i] - before[i];
    near(hy_signed_rank(d, 9), 0.0390625, 1e-12, "p");
}

Test(rank, signed_rank_is_what_trying_every_sign_gives)
{
    struct hy_stream s = hy_stream_open(2, "signed rank");
    for (int round = 0; round < 30; round++) {
        double d[8];
        const size_t n = 3 + (size_t)round % 6;
        for (size_t i = 0; i < n; i++)
            d[i] = round % 2 ? floor(7 * hy_stream_uniform(&s)) - 3 : hy_stream_uniform(&s) - 0.3;
        double ranks[8], seen = 0, total = 0, more = 0;
        size_t kept = 0;
        for (size_t i = 0; i < n; i++) {
            double rank = 1; /* twice the mid-rank */
            for (size_t j = 0; j < n; j++)
                rank += d[j] == 0 ? 0 : fabs(d[j]) < fabs(d[i]) ? 2 : fabs(d[j]) > fabs(d[i]) ? 0 : 1;
            if (d[i] == 0)
                continue;
            seen += d[i] > 0 ? rank : 0;
            total += rank;
            ranks[kept++] = rank;
        }
        for (unsigned signs = 0; signs < 1u << kept; signs++) {
            double sum = 0;
            for (size_t i = 0; i < kept; i++)
                sum += signs >> i & 1 ? ranks[i] : 0;
            more += fabs(sum - total / 2) >= fabs(seen - total / 2) - 1e-9;
        }
        near(hy_signed_rank(d, n), more / (double)(1u << kept), 1e-12, "p");
    }
}

Test(rank, nothing_to_tell_has_a_p_of_one)
{
    const double zeros[] = {0, 0, 0}, same[] = {2, 2, 2, 2};
    near(hy_signed_rank(zeros, 3), 1, 0, "no difference at all");
    near(hy_mann_whitney(same, 4, same, 4), 1, 1e-12, "all values equal");
    near(hy_mann_whitney(same, 0, same, 4), 1, 0, "an empty side");
    near(hy_sign_flip(zeros, 3), 1, 0, "no difference at all");
}

Test(rank, sign_flips)
{
    const double d[] = {1, 2, 3}, mixed[] = {1, -1, 0.5};
    near(hy_sign_flip(d, 3), 2.0 / 8, 1e-12, "all of one sign");
    near(hy_sign_flip(mixed, 3), 1, 1e-12, "every sum is as far as 0.5");
}

/* The normal approximation takes over where exact counting ends: no jump there. */
Test(rank, approximation_continues_the_exact_one)
{
    struct hy_stream s = hy_stream_open(3, "approximation");
    double a[40], b[40], d[80];
    draw(&s, a, 40, false);
    draw(&s, b, 40, false);
    for (int i = 0; i < 40; i++)
        b[i] += 0.15;
    const double exact = hy_mann_whitney(a, 32, b, 32), more = hy_mann_whitney(a, 33, b, 32);
    near(log(more), log(exact), 0.35, "log p at the border");
    for (int i = 0; i < 80; i++)
        d[i] = hy_stream_uniform(&s) - 0.4;
    near(log(hy_signed_rank(d, 65)), log(hy_signed_rank(d, 64)), 0.7, "log p of signed ranks at the border");
    const struct hy_shift few = hy_shift_of(d, 64, 0.05), many = hy_shift_of(d, 65, 0.05);
    near(many.low, few.low, 0.03, "low end at the border");
    near(many.high, few.high, 0.03, "high end at the border");
}

/* The interval holds exactly the shifts that the test does not refuse at that level. */
Test(rank, intervals_invert_the_tests)
{
    struct hy_stream s = hy_stream_open(4, "intervals");
    for (int round = 0; round < 20; round++) {
        double a[7], b[8], moved[8];
        draw(&s, a, 7, false);
        draw(&s, b, 8, false);
        const struct hy_shift shift = hy_shift_between(a, 7, b, 8, 0.05);
        cr_assert(shift.low < shift.estimate && shift.estimate < shift.high);
        for (int side = 0; side < 2; side++) {
            const double end = side ? shift.high : shift.low;
            for (int out = 0; out < 2; out++) {
                const double by = end + (out == side ? 1e-9 : -1e-9);
                for (int i = 0; i < 8; i++)
                    moved[i] = b[i] - by;
                const bool refused = hy_mann_whitney(a, 7, moved, 8) <= 0.05;
                cr_assert_eq(refused, out == 1, "round %d, end %d, %+g", round, side, by - end);
            }
        }
        const struct hy_shift centre = hy_shift_of(a, 7, 0.05);
        for (int i = 0; i < 7; i++)
            moved[i] = a[i] - (centre.low - 1e-9);
        cr_assert(hy_signed_rank(moved, 7) <= 0.05, "below the interval");
        for (int i = 0; i < 7; i++)
            moved[i] = a[i] - (centre.low + 1e-9);
        cr_assert(hy_signed_rank(moved, 7) > 0.05, "inside the interval");
    }
}

Test(rank, too_few_for_an_interval)
{
    const double x[] = {1, 2, 3, 4, 5};
    cr_assert(isnan(hy_shift_of(x, 5, 0.05).low), "2 / 2^5 is over 0.05");
    cr_assert_not(isnan(hy_shift_of(x, 5, 0.0625).low));
    cr_assert(isnan(hy_shift_between(x, 3, x + 2, 3, 0.05).low), "2 / 20 is over 0.05");
    cr_assert_not(isnan(hy_shift_between(x, 4, x + 1, 4, 0.05).low), "2 / 70 is not");
}

/* Benjamini & Hochberg (1995), their fifteen p: at 0.05 the four least are refused. */
Test(rank, false_discovery_of_the_paper)
{
    const double p[] = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                        0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
    double shuffled[17], adjusted[17];
    for (int i = 0; i < 15; i++)
        shuffled[(i * 7) % 15] = p[i];
    shuffled[15] = shuffled[16] = NAN;
    hy_false_discovery(shuffled, 17, adjusted);
    int refused = 0;
    for (int i = 0; i < 15; i++)
        refused += adjusted[i] < 0.05;
    cr_assert_eq(refused, 4);
    near(adjusted[(3 * 7) % 15], 0.0095 * 15 / 4, 1e-12, "the fourth");
    cr_assert(isnan(adjusted[15]) && isnan(adjusted[16]), "what is no test stays none");
}
