/* Which rate a variant is reported with: by validation, over seeds in step, and never by test samples. */
#include "bench/run/choice.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { LOW, MIDDLE, HIGH };
static const struct hy_study study = {.sweep = {3, {1e-4, 3e-4, 1e-3}}};

struct outcome {
    int rate;
    uint64_t seed;
    double val, test;
    const char *status;
};

enum { MOST = 6 };

/* A row without a status ends the outcomes. */
static int choice_of(const struct outcome o[MOST + 1])
{
    struct hy_record r[MOST];
    int n = 0;
    for (; n < MOST && o[n].status; n++) {
        hy_record_init(&r[n], "A", o[n].seed);
        r[n].lr = hy_study_rate(&study, o[n].rate);
        r[n].best_nll = o[n].val;
        r[n].test_nll = o[n].test;
        snprintf(r[n].status, sizeof r[n].status, "%s", o[n].status);
    }
    const int chosen = hy_choose_rate(&study, "A", r, n);
    cr_assert_eq(hy_choose_rate(&study, "B", r, n), -1, "of another variant there is nothing");
    for (int i = 0; i < n; i++)
        hy_record_fini(&r[i]);
    return chosen;
}

Test(choice, by_validation_never_by_test)
{
    static const struct outcome best[MOST + 1] = {{LOW, 1, 5.0, 4.0, "ok"},
                                                  {MIDDLE, 1, 4.9, 4.8, "ok"},
                                                  {HIGH, 1, 5.1, 3.0, "ok"}},
                                            equal[MOST + 1] = {{LOW, 1, 5.0, 4.0, "ok"},
                                                               {MIDDLE, 1, 5.0, 3.0, "ok"},
                                                               {HIGH, 1, 5.0, 2.0, "ok"}},
                                            seeds[MOST + 1] = {{LOW, 1, 5.0, 1, "ok"},    {MIDDLE, 1, 4.0, 9, "ok"},
                                                               {HIGH, 1, 6.0, 9, "ok"},   {LOW, 2, 5.0, 1, "ok"},
                                                               {MIDDLE, 2, 6.2, 9, "ok"}, {HIGH, 2, 3.9, 9, "ok"}};
    cr_assert_eq(choice_of(best), MIDDLE);
    cr_assert_eq(choice_of(equal), LOW, "of equals the first");
    cr_assert_eq(choice_of(seeds), HIGH, "the mean over seeds");
}

Test(choice, a_rate_that_fails_is_behind)
{
    static const struct outcome wild[MOST + 1] = {{LOW, 1, 5.0, 1, "ok"},
                                                  {MIDDLE, 1, 4.5, 1, "ok"},
                                                  {HIGH, 1, 3.0, 1, "nan"}},
                                            seeds[MOST + 1] = {{LOW, 1, 5.0, 1, "ok"},    {MIDDLE, 1, 9.0, 9, "failed"},
                                                               {HIGH, 1, 3.0, 1, "ok"},   {LOW, 2, 5.0, 1, "ok"},
                                                               {MIDDLE, 2, 2.0, 1, "ok"}, {HIGH, 2, 2.0, 1, "nan"}},
                                            none[MOST + 1] = {{LOW, 1, 5.0, 1, "nan"},
                                                              {MIDDLE, 1, 4.0, 1, "nan"},
                                                              {HIGH, 1, 3.0, 1, "nan"}};
    cr_assert_eq(choice_of(wild), MIDDLE);
    cr_assert_eq(choice_of(seeds), LOW, "the one that is sound with both seeds");
    cr_assert_eq(choice_of(none), LOW, "none is sound, and a row has to say so");
}

/* While a study goes on, or was stopped, no rate is ahead for having been tried more often. */
Test(choice, seeds_in_step)
{
    static const struct outcome nothing[MOST + 1] = {{0}}, one[MOST + 1] = {{MIDDLE, 1, 5.0, 1, "ok"}},
                                               two[MOST + 1] = {{LOW, 1, 5.0, 1, "ok"}, {MIDDLE, 1, 4.0, 1, "ok"}},
                                               cut[MOST + 1] = {{LOW, 1, 5.0, 1, "ok"},
                                                                {MIDDLE, 1, 4.5, 1, "ok"},
                                                                {HIGH, 1, 4.8, 1, "ok"},
                                                                {LOW, 2, 1.0, 1, "ok"},
                                                                {MIDDLE, 2, 1.0, 1, "interrupted"}};
    cr_assert_eq(choice_of(nothing), -1);
    cr_assert_eq(choice_of(one), MIDDLE, "the only one so far");
    cr_assert_eq(choice_of(two), MIDDLE);
    cr_assert_eq(choice_of(cut), MIDDLE, "the second seed was not tried with every rate");
}

Test(choice, without_a_sweep_there_is_one_rate)
{
    const struct hy_study plain = {.training = {.lr = 3e-4}};
    struct hy_record r;
    hy_record_init(&r, "A", 1);
    r.lr = 3e-4;
    cr_assert_eq(hy_study_rates(&plain), 1);
    cr_assert_eq(hy_choose_rate(&plain, "A", &r, 1), 0);
    hy_record_fini(&r);
}
