#include <criterion/criterion.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "bench/history/divisive.h"
#include "kernels/base/rng.h"

enum { MOST = 400 };

/* ---- figures that Apache Otava publishes in its tests (Apache License 2.0), and what it finds in them --------------
 */
static const double halved[] = {1.02, 0.95, 0.99, 1.00, 1.12, 1.00, 1.01, 0.98, 1.01, 0.96,
                                0.50, 0.51, 0.48, 0.48, 0.55, 0.50, 0.49, 0.51, 0.50, 0.49};

static const double stairs[] = {0.3, 2.4, 1.5, -0.9, -0.5, 99.7, 98.3, 99.1, 149.0, 149.7, 149.5, 149.1, 148.8, 150.0};

/* TigerBeetle's benchmark, as Nyrkioe shows it. */
static const double tigerbeetle[] = {
    26705, 26475, 26641, 26806, 26835, 26911, 26564, 26812, 26874, 26682, 15672, 26745, 26460, 26977, 26851, 23412,
    23547, 23674, 23519, 23670, 23662, 23462, 23750, 23717, 23524, 23588, 23687, 23793, 23937, 23715, 23570, 23730,
    23690, 23699, 23670, 23860, 23988, 23652, 23681, 23798, 23728, 23604, 23523, 23412, 23685, 23773, 23771, 23718,
    23409, 23739, 23674, 23597, 23682, 23680, 23711, 23660, 23990, 23938, 23742, 23703, 23536, 24363, 24414, 24483,
    24509, 24944, 24235, 24560, 24236, 24667, 24730, 28346, 28437, 28436, 28057, 28217, 28456, 28427, 28398, 28250,
    28331, 28222, 28726, 28578, 28345, 28274, 28514, 28590, 28449, 28305, 28411, 28788, 28404, 28821, 28580, 27483,
    26805, 27487, 27124, 26898, 27295, 26951, 27312, 27660, 27154, 27050, 26989, 27193, 27503, 27326, 27375, 27513,
    27057, 27421, 27574, 27609, 27123, 27824, 27644, 27394, 27836, 27949, 27702, 27457, 27272, 28207, 27802, 27516,
    27586, 28005, 27768, 28543, 28237, 27915, 28437, 28342, 27733, 28296, 28524, 28687, 28258, 28611, 29360, 28590,
    29641, 28965, 29474, 29256, 28611, 28205, 28539, 27962, 28398, 28509, 28240, 28592, 28102, 28461, 28578, 28669,
    28507, 28535, 28226, 28536, 28561, 28087, 27953, 28398, 28007, 28518, 28337, 28242, 28607, 28545, 28514, 28377,
    28010, 28412, 28633, 28576, 28195, 28637, 28724, 28466, 28287, 28719, 28425, 28860, 28842, 28604, 28327, 28216,
    28946, 28918, 29287, 28725, 29148, 29541, 29137, 29628, 29087, 28612, 29154, 29108, 28884, 29234, 28695, 28969,
    28809, 28695, 28634, 28916, 29852, 29389, 29757, 29531, 29363, 29251, 29552, 29561, 29046, 29795, 29022, 29395,
    28921, 29739, 29257, 29455, 29376, 29528, 28909, 29492, 28984, 29621, 29026, 29457, 29102, 29114, 28924, 29162,
    29259, 29554, 29616, 29211, 29367, 29460, 28836, 29645, 29586, 28848, 29324, 28969, 29150, 29243, 29081, 29312,
    28923, 29272, 29117, 29072, 29529, 29737, 29652, 29612, 29856, 29012, 30402, 29969, 29309, 29439, 29285, 29421,
    29023, 28772, 29692, 29416, 29267, 29542, 29904, 30045, 29739, 29945, 29141, 29163, 29765, 29197, 29441, 28910,
    29504, 29614, 29643, 29506, 29420, 29672, 29432, 29784, 29888, 29309, 29247, 29816, 29254, 29813, 29451, 29382,
    29618, 28558, 29845, 29499, 29283, 29184, 29246, 28790, 29952, 29145, 29415, 30437, 29227, 29605, 29859, 29156,
    29807, 29406, 29734, 29861, 29140, 29983, 29832, 29919, 29896, 29991, 29266, 29001, 29459, 29548, 29310, 29042,
    29303, 29894, 29091, 29018, 29537, 29614, 29180, 29736, 29500, 29218, 29581, 28906, 28542, 29306, 28987, 29878,
    28865, 30272, 29707, 29662, 29815, 30492, 29347, 30096, 29054, 30238, 28813, 31895, 28915,
};

#define COUNT(x) (sizeof(x) / sizeof *(x))

static char *listed(const struct hy_change_point *found, size_t n)
{
    static char text[16 * MOST];
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < n; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%zu", i ? " " : "", found[i].index);
    return text;
}

static const char *points_of(const double *x, size_t n, struct hy_divisive how)
{
    struct hy_change_point found[MOST] = {{0}};
    const size_t count = hy_change_points(x, n, &how, found);
    return listed(found, count);
}

static void finds(const double *x, size_t n, struct hy_divisive how, const char *want)
{
    const char *got = points_of(x, n, how);
    cr_assert_str_eq(got, want, "window %zu, p %g, change %g, segment %zu: got %s, want %s", how.window, how.p,
                     how.min_change, how.min_segment, got, want);
}

Test(history_divisive, what_otava_finds_in_short_series)
{
    finds(halved, COUNT(halved), (struct hy_divisive){10, 0.0001, 0, 1}, "10");
    finds(stairs, COUNT(stairs), (struct hy_divisive){50, 0.001, 0, 1}, "5 8");
}

Test(history_divisive, what_otava_finds_in_a_long_one)
{
    static const struct {
        double p, min_change;
        const char *want;
    } rows[] = {
        {0.01, 0.05, "15 71"},
        {0.05, 0.05, "15 71"},
        {0.1, 0.05, "10 11 15 71 363"},
        {0.2, 0.05, "10 11 15 71"},
        {0.00001, 0, "71 95 131 192 212"},
        {0.0001, 0, "71 95 117 131 142 148 192 212"},
        {0.001, 0, "15 61 71 95 117 131 142 148 192 212 260"},
        {0.01, 0, "15 26 61 71 95 117 131 142 148 165 169 192 212 260"},
        {0.1, 0,
         "3 6 10 11 15 16 28 29 35 37 39 41 44 48 49 61 71 95 117 131 142 148 165 169 192 206 212 260 265 268 278 282 "
         "288 "
         "305 363"},
        {0.2, 0,
         "3 6 7 10 11 13 15 16 28 29 35 37 39 41 44 48 49 56 58 61 65 66 69 71 74 76 82 95 108 117 125 126 129 131 136 "
         "137 "
         "142 148 165 169 187 190 192 197 200 212 220 241 243 246 247 249 250 260 265 266 268 278 282 288 305 306 325 "
         "330 "
         "337 338 340 347 349 363"},
    };
    cr_assert_eq(COUNT(tigerbeetle), 365);
    for (size_t i = 0; i < COUNT(rows); i++)
        finds(tigerbeetle, COUNT(tigerbeetle), (struct hy_divisive){30, rows[i].p, rows[i].min_change, 1},
              rows[i].want);
}

/* ---- properties ----------------------------------------------------------------------------------------- */

/* A level with normal noise of `sigma`, times `step` from `at` on. */
static void nights(double *x, size_t n, size_t at, double step, double sigma, uint64_t seed)
{
    struct hy_stream s = hy_stream_open(seed, "nights");
    for (size_t i = 0; i < n; i++)
        x[i] = 100 * (i >= at ? step : 1) * (1 + sigma * hy_stream_normal(&s));
}

static bool has(const struct hy_change_point *found, size_t n, size_t index)
{
    for (size_t i = 0; i < n; i++)
        if (found[i].index == index)
            return true;
    return false;
}

Test(history_divisive, nothing_in_series_that_do_not_change)
{
    double x[MOST];
    struct hy_change_point found[MOST];
    for (size_t i = 0; i < MOST; i++)
        x[i] = 0.1;
    cr_assert_eq(hy_change_points(x, MOST, &hy_divisive_usual, found), 0, "a constant");
    cr_assert_eq(hy_change_points(x, MOST, &(struct hy_divisive){50, 0.5, 0, 1}, found), 0, "a constant, laxly");
    size_t false_ones = 0;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        nights(x, 200, 200, 1, 0.01, seed);
        false_ones += hy_change_points(x, 200, &hy_divisive_usual, found);
    }
    cr_assert_leq(false_ones, 2, "%zu points in 10000 nights of noise of 1 %%", false_ones);
}

Test(history_divisive, few_values)
{
    const double x[] = {1, 2, 3};
    struct hy_change_point found[3];
    double energy = 1;
    for (size_t n = 0; n <= 3; n++)
        cr_assert_eq(hy_change_points(x, n, &hy_divisive_usual, found), 0, "%zu values", n);
    cr_assert_eq(hy_best_split(x, 0, 1, &energy), 0);
    cr_assert_eq(hy_best_split(x, 1, 1, &energy), 0);
    cr_assert_float_eq(energy, 0, 0);
    cr_assert_eq(hy_best_split(x, 3, 2, NULL), 0, "no room for two on either side");
    cr_assert_float_eq(hy_split_p(x, 3, 0, 100, 1), 1, 0, "an empty part");
    cr_assert_float_eq(hy_split_p(x, 3, 3, 100, 1), 1, 0, "an empty part");
}

/* Twenty nights on either side: from 4 sigma on always there, give or take a night, of 2 mostly, of half a sigma not.
 */
Test(history_divisive, steps_are_found_by_their_size)
{
    static const struct {
        double sigmas;
        size_t least, most; /* of 50 */
    } rows[] = {{0.5, 0, 10}, {2, 40, 50}, {4, 47, 50}, {8, 50, 50}};
    for (size_t k = 0; k < COUNT(rows); k++) {
        size_t seen = 0;
        for (uint64_t seed = 1; seed <= 50; seed++) {
            double x[40];
            struct hy_change_point found[40];
            nights(x, 40, 20, 1 + 0.02 * rows[k].sigmas, 0.02, seed);
            const struct hy_divisive how = {50, 0.001, 0, 1};
            const size_t n = hy_change_points(x, 40, &how, found);
            seen += has(found, n, 19) || has(found, n, 20) || has(found, n, 21);
        }
        cr_assert(seen >= rows[k].least && seen <= rows[k].most, "%g sigma: found %zu times of 50", rows[k].sigmas,
                  seen);
    }
}

Test(history_divisive, a_point_says_what_is_beside_it)
{
    struct hy_change_point found[COUNT(halved)];
    cr_assert_eq(hy_change_points(halved, COUNT(halved), &hy_divisive_usual, found), 1);
    cr_assert_eq(found[0].index, 10);
    cr_assert_float_eq(found[0].before, 1.004, 1e-12);
    cr_assert_float_eq(found[0].after, 0.501, 1e-12);
    cr_assert(found[0].p > 0 && found[0].p < 1e-10, "p %g", found[0].p);
}

/* The last night or two are no level yet, three are. */
Test(history_divisive, short_segments)
{
    for (size_t length = 1; length <= 4; length++) {
        double x[40];
        struct hy_change_point found[40];
        nights(x, 40, 40 - length, 1.2, 0.005, length);
        struct hy_divisive how = hy_divisive_usual;
        size_t n = hy_change_points(x, 40, &how, found);
        cr_assert_eq(n, length >= 3, "the last %zu nights 20 %% more: %s", length, listed(found, n));
        how.min_segment = 1;
        n = hy_change_points(x, 40, &how, found);
        cr_assert_eq(n, 1, "the last %zu nights 20 %% more, any segment: %s", length, listed(found, n));
        cr_assert_eq(found[0].index, 40 - length);
    }
}

/* The first pass cuts where the halves differ most, which a short rise within does not make them. */
Test(history_divisive, a_rise_that_ends)
{
    double x[60];
    for (size_t length = 1; length <= 8; length++) {
        nights(x, 60, 60, 1, 0.005, length);
        for (size_t i = 30; i < 30 + length; i++)
            x[i] *= 1.2;
        if (length <= 3)
            finds(x, 60, hy_divisive_usual, "");
        else if (length >= 5)
            finds(x, 60, hy_divisive_usual, (const char *[]){"30 35", "30 36", "30 37", "30 38"}[length - 5]);
    }
}

/* What is left with min_segment is significant, large and long enough by the segments that it is left with. */
Test(history_divisive, what_is_left_holds)
{
    const struct hy_divisive how = {30, 0.001, 0.01, 4};
    struct hy_change_point found[MOST];
    const size_t n = hy_change_points(tigerbeetle, COUNT(tigerbeetle), &how, found);
    cr_assert_gt(n, 3);
    for (size_t i = 0; i < n; i++) {
        const size_t from = i ? found[i - 1].index : 0, to = i + 1 < n ? found[i + 1].index : COUNT(tigerbeetle);
        cr_assert_lt(found[i].p, how.p);
        cr_assert_gt(fabs(log(found[i].after / found[i].before)), 0.0099);
        cr_assert_geq(found[i].index - from, how.min_segment);
        cr_assert_geq(to - found[i].index, how.min_segment);
    }
}

Test(history_divisive, small_changes_are_none)
{
    double x[60];
    nights(x, 60, 30, 1.03, 0.002, 7);
    finds(x, 60, (struct hy_divisive){50, 0.001, 0.02, 3}, "30");
    finds(x, 60, (struct hy_divisive){50, 0.001, 0.04, 3}, "");
}

Test(history_divisive, the_unit_does_not_matter)
{
    double x[200], scaled[200];
    nights(x, 200, 77, 1.04, 0.01, 3);
    for (int power = -30; power <= 30; power += 20) {
        for (size_t i = 0; i < 200; i++)
            scaled[i] = ldexp(x[i], power);
        finds(scaled, 200, hy_divisive_usual, "77");
    }
    for (size_t i = 0; i < 200; i++)
        scaled[i] = 1e-9 * x[i];
    finds(scaled, 200, hy_divisive_usual, "77");
}

/* ---- one split --------------------------------------------------------------------------------------------- */

/* By the definition: Szekely & Rizzo's distance, times n m / (n + m), with means over pairs. */
static double energy_of(const double *x, size_t n, size_t at)
{
    double sums[3] = {0, 0, 0};
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            sums[(i >= at) + (k >= at)] += fabs(x[i] - x[k]);
    const double a = (double)at, b = (double)(n - at);
    const double left = a > 1 ? sums[0] * 2 / (a * (a - 1)) : 0, right = b > 1 ? sums[2] * 2 / (b * (b - 1)) : 0;
    return a * b / (a + b) * (2 * sums[1] / (a * b) - left - right);
}

Test(history_divisive, best_split_is_what_trying_every_one_gives)
{
    struct hy_stream s = hy_stream_open(5, "splits");
    for (size_t round = 0; round < 60; round++) {
        double x[20], best = 0, energy;
        const size_t n = 2 + round % 19, least = 1 + round % 4;
        size_t want = 0;
        for (size_t i = 0; i < n; i++)
            x[i] = hy_stream_normal(&s) + (i > n / 3 ? 1 : 0);
        for (size_t at = least; at + least <= n; at++)
            if (energy_of(x, n, at) > best) {
                best = energy_of(x, n, at);
                want = at;
            }
        cr_assert_eq(hy_best_split(x, n, least, &energy), want, "%zu values, at least %zu", n, least);
        cr_assert_float_eq(energy, best, 1e-12);
    }
}

Test(history_divisive, best_split_of_a_constant_is_none)
{
    double x[30], energy = 1;
    for (size_t i = 0; i < 30; i++)
        x[i] = 0.3;
    cr_assert_eq(hy_best_split(x, 30, 1, &energy), 0);
    cr_assert_float_eq(energy, 0, 0);
    cr_assert_float_eq(hy_split_p(x, 30, 27, 10000, 1), 1, 0, "no division is less far apart than another");
}

/* ---- by chance ---------------------------------------------------------------------------------------------- */

/* p by trying every set of the size of the last part. */
static double p_by_trying(const double *x, size_t n, size_t at)
{
    const double seen = energy_of(x, n, at) - 1e-9;
    double all = 0, as_far = 0;
    for (unsigned set = 0; set < 1u << n; set++) {
        double y[16];
        size_t front = 0, back = at;
        if ((size_t)__builtin_popcount(set) != n - at)
            continue;
        for (size_t i = 0; i < n; i++)
            y[set >> i & 1 ? back++ : front++] = x[i];
        all++;
        as_far += energy_of(y, n, at) >= seen;
    }
    return as_far / all;
}

Test(history_divisive, split_p_is_near_what_trying_every_division_gives)
{
    struct hy_stream s = hy_stream_open(6, "divisions");
    for (size_t round = 0; round < 12; round++) {
        double x[12];
        const size_t n = 10 + round % 3, at = 3 + round % 7;
        for (size_t i = 0; i < n; i++)
            x[i] = hy_stream_normal(&s) + (i >= at ? 1.0 : 0);
        const double want = p_by_trying(x, n, at), got = hy_split_p(x, n, at, 20000, round);
        /* with 20 hits the estimate scatters by 1 / sqrt(20) of it, with all draws by less */
        cr_assert(fabs(got - want) <= 4 * want / sqrt(20) + 0.001, "round %zu: got %g, want %g", round, got, want);
    }
}

Test(history_divisive, split_p_is_even_where_nothing_changed)
{
    enum { ROUNDS = 2000 };
    size_t under[4] = {0};
    const double levels[4] = {0.01, 0.05, 0.2, 0.5};
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        double x[40];
        nights(x, 40, 40, 1, 0.01, seed);
        const double p = hy_split_p(x, 40, 36, 5000, seed);
        for (size_t k = 0; k < 4; k++)
            under[k] += p <= levels[k];
    }
    for (size_t k = 0; k < 4; k++) {
        const double want = ROUNDS * levels[k], scatter = sqrt(want * (1 - levels[k]));
        cr_assert(fabs((double)under[k] - want) < 4 * scatter, "p <= %g in %zu of %d", levels[k], under[k], ROUNDS);
    }
}

Test(history_divisive, split_p_of_a_clear_one)
{
    double x[60];
    nights(x, 60, 55, 1.1, 0.005, 9);
    const double p = hy_split_p(x, 60, 55, 20000, 1);
    cr_assert(p > 0 && p < 2e-4, "p %g", p);
    cr_assert_float_eq(hy_split_p(x, 60, 55, 20000, 1), p, 0, "the same seed, the same draws");
    nights(x, 60, 5, 1.1, 0.005, 9);
    cr_assert_lt(hy_split_p(x, 60, 5, 20000, 1), 2e-4, "the short part may be the first one");
}
