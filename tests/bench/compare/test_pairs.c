#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/pairs.h"
#include "bench/compare/pairs_turns.h"
#include "kernels/base/threads.h"
#include "kernels/sizes.h"

Test(pairs, both_sizes_are_what_kernels_take_and_names_are_apart)
{
    int n = 0;
    for (const struct hy_pair *p = hy_pairs; p->name; p++, n++) {
        for (const struct hy_pair *q = hy_pairs; q < p; q++)
            cr_assert_str_neq(p->name, q->name);
        for (int small = 0; small < 2; small++)
            for (int side = 0; side < HY_PAIR_SIDES; side++) {
                const struct hy_pair_call *c = small ? p->small[side] : p->study[side];
                cr_assert(c[0].there, "%s has a side without calls", p->name);
                for (int i = 0; i < HY_PAIR_CALLS && c[i].there; i++)
                    cr_assert_eq(hy_sizes_check(c[i].op, &c[i].sizes), HY_OK, "%s: %s", p->name, hy_error());
            }
    }
    cr_assert_geq(n, 5, "the five questions of the study");
}

struct seen {
    int rows, timed;
    double ratio[64];
    char *names[64];
};

static hy_status see(void *ctx, const struct hy_pair_row *row)
{
    struct seen *s = ctx;
    s->names[s->rows] = hy_pair_name(row);
    s->ratio[s->rows++] = row->ratio.ratio;
    if (row->skip_reason || isnan(row->ratio.ratio))
        return HY_OK;
    s->timed++;
    cr_assert(row->error_share >= 0 && row->error_share <= 1, "%s: %g", row->pair->name, row->error_share);
    cr_assert(row->ns[0] > 0 && row->ns[1] > 0);
    cr_assert(row->ratio.n_base >= 1);
    return HY_OK;
}

static void forget(struct seen *s)
{
    for (int i = 0; i < s->rows; i++)
        free(s->names[i]);
}

Test(pairs, every_one_is_checked_and_timed, .timeout = 120)
{
    struct seen s = {0};
    const struct hy_pairs_options o = {.small = true, .f32_only = true, .budget = 0.5, .seed = 3};
    hy_threads_set(1);
    cr_assert_eq(hy_pairs_run(&o, see, &s, NULL), HY_OK, "%s", hy_error());
    cr_assert_geq(s.rows, 10);
    cr_assert_eq(s.timed, s.rows);
    forget(&s);
}

Test(pairs, filters)
{
    struct seen s = {0};
    struct hy_pairs_options o = {.filter = "^window/fwd/f32$"};
    cr_assert_eq(hy_pairs_list(&o, see, &s), HY_OK);
    cr_assert_eq(s.rows, 1);
    cr_assert_str_eq(s.names[0], "window/fwd/f32");
    o.filter = "nothing";
    cr_assert_eq(hy_pairs_list(&o, see, &s), HY_BAD_INPUT);
    cr_assert_not_null(strstr(hy_error(), "no pair matches"), "%s", hy_error());
    o.filter = "(";
    cr_assert_eq(hy_pairs_list(&o, see, &s), HY_BAD_INPUT);
    cr_assert_not_null(strstr(hy_error(), "no regular expression"), "%s", hy_error());
    forget(&s);
}

/* A side that does a thing three times takes about three times as long; how long is nobody's business. */
static volatile double sink;

static void work(const union hy_args *a)
{
    double sum = 0;
    for (int i = 0; i < a->linear.rows; i++)
        sum += 1 / (double)(i + 1);
    sink = sum;
}

Test(pairs, ratio_of_a_known_pair, .timeout = 120)
{
    static const struct op_case small = {
        .op = HY_OP_LINEAR, .why = "t", .sizes = {.linear = {.rows = 20000, .in = 1, .out = 1}}};
    static const struct op_mode mode = {.name = "t", .seed = 1, .pass = HY_FORWARD};
    static const struct hy_pair known = {.name = "known", .question = "", .sides = {"once", "thrice"}};
    struct op_trial *trial = op_trial_open(&small, &mode);
    struct op_operands *operands = op_operands_open(trial, &small.sizes);
    const struct hy_places places = {.at = {operands}, .n = 1, .most = 1};
    struct hy_pair_side sides[HY_PAIR_SIDES] = {
        {.run = {work}, .places = {places}, .calls = 1},
        {.run = {work, work, work}, .places = {places, places, places}, .calls = 3}};
    struct hy_pair_row row = {.pair = &known};
    struct hy_observer observer;
    hy_threads_set(1);
    hy_observer_open(&observer);
    hy_pair_turns(&row, sides, &observer, 1, 7);
    cr_assert(row.ratio.ratio > 2 && row.ratio.ratio < 4.5, "ratio %g of %zu pairs", row.ratio.ratio, row.ratio.n_base);
    cr_assert_str_neq(row.conditions.witness, "none");
    hy_observer_close(&observer);
    op_operands_close(operands);
    op_trial_close(trial);
}
