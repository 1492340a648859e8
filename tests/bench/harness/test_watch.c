/* Long figures: what a watch tallies, which rounds are taken again, and when a run is inconclusive; driven by files
 * that stand for /proc, so that nothing depends on the machine. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/harness/rounds.h"
#include "bench/harness/verdict.h"
#include "bench/run/rates.h"
#include "kernels/base/clock.h"
#include "kernels/base/threads.h"
#include "tests/root.h"

static long steal;

/* Time that the hypervisor gave to others, in ticks: any step forward disturbs. */
static void put_steal(void)
{
    char *path = hy_format("%s/proc/stat", top);
    FILE *f = fopen(path, "w");
    cr_assert_not_null(f);
    cr_assert(fprintf(f, "cpu  1 2 3 4 5 6 7 %ld 0 0\n", steal) > 0);
    fclose(f);
    free(path);
}

static void set_up(void)
{
    root_begin();
    char *folder = hy_format("%s/proc", top);
    cr_assert_eq(hy_make_folders(folder), HY_OK, "%s", hy_error());
    free(folder);
    hy_threads_set(1);
    put_steal();
}

TestSuite(watch, .init = set_up, .fini = root_end);

static bool part(struct hy_watch *w, double units, double seconds, bool disturb)
{
    hy_watch_begin(w);
    steal += disturb;
    put_steal();
    return hy_watch_end(w, units, seconds) | hy_watch_close(w);
}

Test(watch, rates_are_of_the_undisturbed_parts)
{
    struct hy_observer o;
    hy_observer_open_long(&o);
    struct hy_watch w = {.observer = &o};
    cr_assert_not(part(&w, 10, 1, false));
    cr_assert(part(&w, 10, 5, true));
    cr_assert_not(part(&w, 10, 2, false));
    cr_assert_float_eq(hy_tally_rate(&w.tally), 20.0 / 3, 1e-12);
    struct hy_conditions c = hy_watch_conditions(&w, false);
    cr_assert_float_eq(c.disturbed_pct, 62.5, 1e-9);
    cr_assert_eq(c.dropped, 1);
    cr_assert_str_eq(c.witness, "steal");
    cr_assert_neq(c.quality, HY_QUALITY_DISTURBED, "three eighths are undisturbed");
    cr_assert(c.clock_ratio > 0 && c.clock_ratio <= 1, "what lacked of the yardsticks was taken: %g", c.clock_ratio);
    cr_assert(part(&w, 10, 2, true));
    c = hy_watch_conditions(&w, false);
    cr_assert_eq(c.quality, HY_QUALITY_DISTURBED, "three tenths are not enough");
    cr_assert_eq(c.dropped, 0);
    cr_assert_float_eq(hy_tally_rate(&w.tally), 4, 1e-12, "then all of them count");
    hy_observer_close(&o);
}

/* Parts shorter than a group share one witness. */
Test(watch, short_parts_share_a_witness)
{
    struct hy_observer o;
    hy_observer_open_long(&o);
    struct hy_watch w = {.observer = &o};
    for (int i = 0; i < 3; i++) {
        hy_watch_begin(&w);
        w.since_ns = hy_now_ns(); /* however slow the machine is, the group is young */
        cr_assert_not(hy_watch_end(&w, 1, 1e-4));
    }
    cr_assert_eq(w.tally.parts, 0);
    steal++;
    put_steal();
    cr_assert(hy_watch_close(&w));
    cr_assert_eq(w.tally.parts, 3);
    cr_assert_eq(w.tally.good_parts, 0);
    cr_assert_float_eq(w.tally.seconds, 3e-4, 1e-12);
    cr_assert_not(hy_watch_close(&w), "there is none left");
    hy_observer_close(&o);
}

Test(watch, nobody_looks_on_at_a_device)
{
    struct hy_watch w = {.observer = NULL};
    cr_assert_not(part(&w, 6, 2, true));
    cr_assert_float_eq(hy_tally_rate(&w.tally), 3, 1e-12);
    struct hy_conditions c = hy_watch_conditions(&w, true);
    cr_assert(isnan(c.disturbed_pct) && isnan(c.clock_ratio));
    cr_assert_str_eq(c.witness, "none");
    cr_assert_eq(c.quality, HY_QUALITY_OK);
}

/* Values are taken while `disturbed` says so; the result: the median over what counts. */
static double median_of(struct hy_rounds *r, const bool *disturbed, double *values)
{
    while (hy_rounds_more(r)) {
        values[r->taken] = disturbed[r->taken] ? 100 + r->taken : r->taken;
        hy_rounds_end(r, disturbed[r->taken]);
    }
    return hy_rounds_median(r, values);
}

Test(watch, rounds_are_taken_again_but_never_more_than_half_dropped)
{
    static const bool some[6] = {false, true, false, false, false, false},
                      most[6] = {true, false, true, true, true, false};
    double values[6];
    struct hy_rounds r = {.asked = 3};
    cr_assert_eq(median_of(&r, some, values), 2, "of 0, 2, 3");
    cr_assert_eq(r.taken, 4);
    r = (struct hy_rounds){.asked = 3};
    cr_assert_eq(median_of(&r, most, values), (100 + 102) / 2.0, "all of 1, 5, 100, 102, 103, 104");
    cr_assert_eq(r.taken, 6);
    cr_assert_eq(r.kept, 2);
}

Test(watch, over_a_tenth_is_inconclusive)
{
    struct hy_verdict v = {0};
    cr_assert_eq(hy_verdict_of(&v), HY_OK, "nothing was timed");
    for (int i = 0; i < 9; i++)
        hy_verdict_add(&v, HY_QUALITY_OK);
    hy_verdict_add(&v, HY_QUALITY_DRIFTED);
    cr_assert_eq(hy_verdict_of(&v), HY_OK, "a tenth");
    hy_verdict_add(&v, HY_QUALITY_DISTURBED);
    cr_assert_eq(hy_verdict_of(&v), HY_NO_DATA);
    cr_assert_not_null(strstr(hy_error(), "inconclusive: 2 of 11 timed rows"), "%s", hy_error());
}

Test(watch, two_conditions_give_the_worse)
{
    struct hy_conditions a = {.disturbed_pct = 5,
                              .dropped = 1,
                              .clock_ratio = 1,
                              .memory_ratio = 0.9,
                              .witness = "delay",
                              .quality = HY_QUALITY_DRIFTED},
                         b = {.disturbed_pct = 80,
                              .dropped = 0,
                              .clock_ratio = 0.98,
                              .memory_ratio = 1,
                              .witness = "delay",
                              .quality = HY_QUALITY_DISTURBED};
    struct hy_conditions c = hy_conditions_worse(&a, &b), d = hy_conditions_worse(&b, &a);
    cr_assert_eq(c.quality, HY_QUALITY_DISTURBED);
    cr_assert_eq(d.quality, HY_QUALITY_DISTURBED);
    cr_assert_eq(c.disturbed_pct, 80);
    cr_assert_eq(c.clock_ratio, 0.98);
    cr_assert_eq(c.memory_ratio, 0.9);
    c = hy_conditions_worse(&hy_conditions_unknown, &a);
    cr_assert_eq(c.quality, HY_QUALITY_DRIFTED);
    cr_assert_str_eq(c.witness, "delay");
    char text[HY_CONDITIONS_TEXT];
    hy_conditions_text(&a, text);
    cr_assert_str_eq(text, "5,1,1,0.9,delay,drifted");
    hy_conditions_text(&hy_conditions_unknown, text);
    cr_assert_str_eq(text, ",,,,none,ok");
}

/* Tallies and conditions come back from a record's JSON; one of an older program has a rate of all its steps. */
Test(watch, records_keep_them)
{
    struct hy_record r, back;
    hy_record_init(&r, "A", 1);
    const struct hy_tally t = {
        .units = 30, .seconds = 3, .good_units = 20, .good_seconds = 1, .parts = 3, .good_parts = 2};
    snprintf(r.status, sizeof r.status, "ok");
    hy_record_set_train_tally(&r, &t);
    r.conditions = (struct hy_conditions){.disturbed_pct = 66,
                                          .dropped = 1,
                                          .clock_ratio = 0.9,
                                          .memory_ratio = NAN,
                                          .witness = "delay+steal",
                                          .quality = HY_QUALITY_DRIFTED};
    r.scaling[r.n_scaling++] = hy_scaling_row(64, 1);
    r.scaling[0].decode_tok_s = 5;
    r.scaling[0].conditions = r.conditions;
    json_t *j = hy_record_json(&r);
    cr_assert_eq(hy_record_parse(&back, j, "here"), HY_OK, "%s", hy_error());
    cr_assert_float_eq(hy_record_train_rate(&back), 20, 1e-12);
    cr_assert_eq(back.train_good_parts, 2);
    cr_assert_eq(back.conditions.quality, HY_QUALITY_DRIFTED);
    cr_assert_eq(back.conditions.clock_ratio, 0.9);
    cr_assert(isnan(back.conditions.memory_ratio));
    cr_assert_str_eq(back.scaling[0].conditions.witness, "delay+steal");
    struct hy_verdict v = {0};
    hy_record_judge(&back, &v);
    cr_assert_eq(v.rows, 2);
    cr_assert_eq(v.doubtful, 2);
    hy_record_fini(&back);
    json_object_del(j, "train_good_seconds");
    json_object_del(j, "conditions");
    cr_assert_eq(hy_record_parse(&back, j, "here"), HY_OK, "%s", hy_error());
    cr_assert_float_eq(hy_record_train_rate(&back), 10, 1e-12);
    cr_assert(isnan(back.conditions.disturbed_pct));
    json_decref(j);
    hy_record_fini(&back);
    hy_record_fini(&r);
}
