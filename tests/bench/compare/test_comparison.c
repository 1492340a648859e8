#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/comparison.h"
#include "bench/compare/print.h"
#include "bench/compare/turns.h"

static const struct hy_rule rule = {.alpha = 0.05, .threshold = 0.02};

/* n observations of a time around `ns` that scatter by a thousandth. */
static void times(struct hy_side *s, const char *subject, const char *shape, double ns, int n, bool holds)
{
    for (int i = 0; i < n; i++) {
        const struct hy_row_spec spec = {.subject = subject, .metric = "time", .unit = "ns", .shape = shape};
        hy_side_see(hy_side_row(s, &spec),
                    (struct hy_observation){.value = ns * (1 + 0.001 * (i % 3)), .pair = HY_NO_PAIR}, holds);
    }
}

static void seeds(struct hy_side *s, const char *metric, bool exact, const double *values, long first, int n)
{
    for (int i = 0; i < n; i++) {
        const struct hy_row_spec spec = {
            .subject = "A", .metric = metric, .unit = "", .shape = "", .exact = exact, .pairing = HY_BY_SEED};
        hy_side_see(hy_side_row(s, &spec), (struct hy_observation){.value = values[i], .pair = first + i}, true);
    }
}

static const struct hy_compared *row_of(const struct hy_comparison *c, const char *subject, const char *metric)
{
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->rows[i].fresh->subject, subject) == 0 && strcmp(c->rows[i].fresh->metric, metric) == 0)
            return &c->rows[i];
    cr_assert_fail("no row %s, %s", subject, metric);
    return NULL;
}

Test(comparison, every_row_is_somewhere)
{
    struct hy_side base, fresh;
    struct hy_comparison c;
    hy_side_init(&base, "base");
    hy_side_init(&fresh, "fresh");
    times(&base, "slower", "N1", 100, 10, true);
    times(&fresh, "slower", "N1", 110, 10, true);
    times(&base, "faster", "N1", 100, 10, true);
    times(&fresh, "faster", "N1", 90, 10, true);
    times(&base, "same", "N1", 100, 10, true);
    times(&fresh, "same", "N1", 100, 10, true);
    times(&base, "few", "N1", 100, 2, true);
    times(&fresh, "few", "N1", 150, 2, true);
    times(&base, "disturbed", "N1", 100, 10, true);
    times(&fresh, "disturbed", "N1", 500, 10, false);
    times(&base, "partly", "N1", 100, 10, true);
    times(&fresh, "partly", "N1", 100, 10, true);
    times(&fresh, "partly", "N1", 900, 5, false);
    times(&base, "gone", "N1", 100, 10, true);
    times(&fresh, "new", "N1", 100, 10, true);
    cr_assert_eq(hy_comparison_open(&c, &base, &fresh, &rule, false), HY_OK);
    hy_comparison_judge(&c, rule.alpha);
    cr_assert_eq(row_of(&c, "slower", "time")->change, HY_REGRESSED);
    cr_assert_eq(row_of(&c, "faster", "time")->change, HY_IMPROVED);
    cr_assert_eq(row_of(&c, "same", "time")->change, HY_SAME);
    cr_assert_eq(row_of(&c, "partly", "time")->change, HY_SAME, "what does not hold takes no part");
    cr_assert_eq(row_of(&c, "few", "time")->change, HY_INCONCLUSIVE);
    cr_assert_gt(row_of(&c, "few", "time")->needed, 2);
    cr_assert_str_eq(row_of(&c, "disturbed", "time")->note, "disturbed or drifted");
    cr_assert_eq(c.counts[HY_REGRESSED], 1);
    cr_assert_eq(c.counts[HY_IMPROVED], 1);
    cr_assert_eq(c.counts[HY_SAME], 2);
    cr_assert_eq(c.counts[HY_INCONCLUSIVE], 1);
    cr_assert_eq(c.doubtful, 2);
    cr_assert_eq(c.doubtful_wholly, 1);
    cr_assert_eq(c.n_only_base, 1);
    cr_assert_eq(c.n_only_fresh, 1);
    cr_assert_str_eq(c.only_base[0]->subject, "gone");
    cr_assert_eq(hy_comparison_enough(&c), HY_OK);
    hy_comparison_close(&c);
    hy_side_fini(&base);
    hy_side_fini(&fresh);
}

Test(comparison, seeds_are_paired_and_exact_quantities_have_no_noise)
{
    static const double ppl[] = {100, 140, 180}, better[] = {95, 133.2, 170.8, 1}, bytes[] = {1024, 1024, 1024},
                        more[] = {1025};
    struct hy_side base, fresh;
    struct hy_comparison c;
    hy_side_init(&base, "base");
    hy_side_init(&fresh, "fresh");
    seeds(&base, "PPL", false, ppl, 42, 3);
    seeds(&fresh, "PPL", false, better, 42, 4); /* the fourth seed has no partner */
    seeds(&base, "bytes", true, bytes, 42, 3);
    seeds(&fresh, "bytes", true, bytes, 42, 3);
    seeds(&base, "params", true, bytes, 42, 1);
    seeds(&fresh, "params", true, more, 42, 1);
    seeds(&base, "lost", false, ppl, 42, 1);
    seeds(&fresh, "lost", false, ppl, 50, 1);
    cr_assert_eq(hy_comparison_open(&c, &base, &fresh, &rule, false), HY_OK);
    hy_comparison_judge(&c, rule.alpha);
    const struct hy_compared *row = row_of(&c, "A", "PPL");
    cr_assert_eq(row->change, HY_IMPROVED, "5 %% of every seed, which differ by far more: %s",
                 hy_change_name(row->change));
    cr_assert_eq(row->ratio.n_fresh, 3);
    cr_assert_eq(row_of(&c, "A", "bytes")->change, HY_SAME);
    cr_assert_eq(row_of(&c, "A", "params")->change, HY_CHANGED, "one byte");
    cr_assert_not_null(row_of(&c, "A", "lost")->note);
    hy_comparison_close(&c);
    hy_side_fini(&base);
    hy_side_fini(&fresh);
}

/* Launches of a guest that was moved are another machine's. */
Test(comparison, one_state_of_the_machine_counts)
{
    struct hy_side sides[2];
    struct hy_comparison c;
    for (int side = 0; side < 2; side++) {
        hy_side_init(&sides[side], side ? "fresh" : "base");
        for (int i = 0; i < 16; i++) {
            const struct hy_row_spec spec = {
                .subject = "k", .metric = "time", .unit = "ns", .shape = "", .pairing = HY_BY_STATE};
            const bool far = i < (side ? 2 : 6);
            const double ns = (side ? 105 : 100) * (far ? 2 : 1) * (1 + 0.001 * (i % 3));
            hy_side_see(hy_side_row(&sides[side], &spec),
                        (struct hy_observation){.value = ns, .pair = i, .state = far ? 310 : 50 + i}, true);
        }
    }
    cr_assert_eq(hy_comparison_open(&c, &sides[0], &sides[1], &rule, false), HY_OK);
    hy_comparison_judge(&c, rule.alpha);
    cr_assert_eq(c.rows[0].ratio.n_base, 10);
    cr_assert_eq(c.rows[0].ratio.n_fresh, 14);
    cr_assert(fabs(c.rows[0].ratio.ratio - 1.05) < 0.002, "%g", c.rows[0].ratio.ratio);
    cr_assert_eq(c.rows[0].change, HY_REGRESSED);
    hy_comparison_close(&c);
    hy_side_fini(&sides[0]);
    hy_side_fini(&sides[1]);
}

static hy_status opened(const char *machine, const char *shape, const char *subject, bool force)
{
    struct hy_side base, fresh;
    struct hy_comparison c;
    hy_side_init(&base, "base");
    hy_side_init(&fresh, "fresh");
    times(&base, "k", "batch=3 width=4", 100, 10, true);
    times(&fresh, subject, shape, 100, 10, true);
    hy_side_fact(&base, "machine", "A");
    hy_side_fact(&fresh, "machine", machine);
    hy_status status = hy_comparison_open(&c, &base, &fresh, &rule, force);
    if (status == HY_OK)
        hy_comparison_close(&c);
    hy_side_fini(&base);
    hy_side_fini(&fresh);
    return status;
}

Test(comparison, what_cannot_be_compared_says_why)
{
    cr_assert_eq(opened("A", "batch=3 width=4", "k", false), HY_OK);
    cr_assert_eq(opened("", "batch=3 width=4", "k", false), HY_OK, "what nobody says is no difference");
    cr_assert_eq(opened("B", "batch=3 width=4", "k", false), HY_BAD_INPUT);
    cr_assert_not_null(strstr(hy_error(), "machine is 'A' in base and 'B' in fresh"), "%s", hy_error());
    cr_assert_eq(opened("B", "batch=3 width=4", "k", true), HY_OK);
    cr_assert_eq(opened("A", "batch=16 width=4", "k", false), HY_BAD_INPUT);
    cr_assert_not_null(strstr(hy_error(), "batch=3 in BASE and batch=16 in NEW"), "%s", hy_error());
    cr_assert_eq(opened("A", "batch=16 width=4", "k", true), HY_OK);
    cr_assert_eq(opened("A", "batch=3 width=4", "other", true), HY_BAD_INPUT);
    cr_assert_not_null(strstr(hy_error(), "no row in common"), "%s", hy_error());
}

Test(comparison, too_few_for_any_verdict)
{
    struct hy_side base, fresh;
    struct hy_comparison c;
    hy_side_init(&base, "base");
    hy_side_init(&fresh, "fresh");
    times(&base, "k", "", 100, 3, true);
    times(&fresh, "k", "", 200, 3, true);
    cr_assert_eq(hy_comparison_open(&c, &base, &fresh, &rule, false), HY_OK);
    hy_comparison_judge(&c, rule.alpha);
    cr_assert_eq(hy_comparison_enough(&c), HY_NO_DATA);
    cr_assert_not_null(strstr(hy_error(), "3 observations"), "%s", hy_error());
    hy_comparison_close(&c);
    hy_side_fini(&base);
    hy_side_fini(&fresh);
}

Test(comparison, facts_of_one_file_that_differ_stand_side_by_side)
{
    struct hy_side s;
    hy_side_init(&s, "s");
    hy_side_fact(&s, "device", "cpu");
    hy_side_fact(&s, "device", "cuda");
    hy_side_fact(&s, "device", "cpu");
    hy_side_fact(&s, "device", "cud");
    cr_assert_str_eq(hy_side_fact_of(&s, "device"), "cpu, cuda, cud");
    hy_side_fini(&s);
}

/* All looks together spend no more than alpha. */
Test(turns, looks)
{
    double spent = 0;
    static const size_t at[] = {8, 12, 16, 24, 32, 48, 64, 96, 128};
    for (int n = 1; n <= 9; n++)
        cr_assert_eq(hy_look_launches(n), at[n - 1], "look %d", n);
    for (int n = 1; n < 10000; n++)
        spent += hy_look_alpha(0.05, n);
    cr_assert(spent < 0.05 && spent > 0.0499, "%g", spent);
}
