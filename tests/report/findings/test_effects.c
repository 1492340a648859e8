/* Effects and their two kinds of chance: other seeds, other text; and what they are computed of where rates were swept.
 */
#include "report/findings/components.h"
#include "report/findings/effects.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/rng.h"
#include "report/table/table_read.h"
#include "tests/report/folder.h"

enum { SAMPLES = 80, TARGETS = 32 };

/* A run folder in the making. */
struct making {
    char *dir;
    struct hy_table results, runs, evaluation, steps;
};

static struct making begin(void)
{
    struct making m = {.dir = new_folder()};
    cr_assert_eq(hy_table_open(&m.results, HY_TABLE_RESULTS, m.dir, "r", "c"), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_table_open(&m.runs, HY_TABLE_RUNS, m.dir, "r", "c"), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_table_open(&m.evaluation, HY_TABLE_EVALUATION, m.dir, "r", "c"), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_table_open(&m.steps, HY_TABLE_STEPS, m.dir, "r", "c"), HY_OK, "%s", hy_error());
    return m;
}

static void end(struct making *m)
{
    cr_assert_eq(hy_table_commit(&m->results), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_table_commit(&m->runs), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_table_commit(&m->evaluation), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_table_commit(&m->steps), HY_OK, "%s", hy_error());
}

static void variant(struct making *m, const char *name, double ppl)
{
    hy_table_text(&m->results, "Model", name);
    hy_table_text(&m->results, "Implementation", "Mine");
    hy_table_text(&m->results, "Status", "ok");
    hy_table_float(&m->results, "Best PPL", ppl);
    hy_table_rest_missing(&m->results);
    hy_table_end_row(&m->results);
}

/* One run: its losses per target on validation and (NaN: without) test samples; chosen NULL without a sweep. */
struct run {
    const char *variant;
    int seed;
    double lr, val, test;
    const char *chosen;
};

static void run(struct making *m, const struct run *r)
{
    hy_table_text(&m->runs, "Model", r->variant);
    hy_table_integer(&m->runs, "Seed", r->seed);
    hy_table_text(&m->runs, "Status", "ok");
    hy_table_float(&m->runs, "Best PPL", exp(r->val));
    hy_table_float(&m->runs, "Test PPL", exp(r->test));
    hy_table_float(&m->runs, "lr", r->lr);
    hy_table_text(&m->runs, "chosen", r->chosen);
    hy_table_rest_missing(&m->runs);
    hy_table_end_row(&m->runs);
    hy_table_text(&m->steps, "variant", r->variant);
    hy_table_integer(&m->steps, "seed", r->seed);
    hy_table_integer(&m->steps, "step", 1);
    hy_table_float(&m->steps, "peak_lr", r->lr);
    hy_table_rest_missing(&m->steps);
    hy_table_end_row(&m->steps);
}

/* Its samples: a text of its own difficulty in each, the same for all runs, and a scatter of the run's own whose mean
 * is exactly 0, so that the mean loss is `nll`. */
static void samples(struct making *m, const struct run *r, const char *split, double nll, double scatter, int n)
{
    struct hy_stream text = hy_stream_open(1, split), own = hy_stream_open((uint64_t)r->seed, r->variant);
    double hard[SAMPLES], mean = 0;
    for (int i = 0; i < n; i++) {
        hard[i] = hy_stream_normal(&text) + scatter * hy_stream_normal(&own);
        mean += hard[i] / n;
    }
    for (int i = 0; i < n; i++) {
        hy_table_text(&m->evaluation, "variant", r->variant);
        hy_table_integer(&m->evaluation, "seed", r->seed);
        hy_table_text(&m->evaluation, "split", split);
        hy_table_integer(&m->evaluation, "step", 120);
        hy_table_integer(&m->evaluation, "sample", 100 + 7 * i);
        hy_table_integer(&m->evaluation, "targets", TARGETS);
        hy_table_double(&m->evaluation, "nll", TARGETS * (nll + hard[i] - mean));
        hy_table_float(&m->evaluation, "peak_lr", r->lr);
        hy_table_end_row(&m->evaluation);
    }
}

static struct hy_effect effect_of(const struct making *m, struct hy_run_data *d)
{
    cr_assert_eq(hy_run_data_load(d, m->dir), HY_OK, "%s", hy_error());
    return hy_effect_of(d, "A", "B");
}

static void drop(struct making *m, struct hy_run_data *d, struct hy_effect *e)
{
    free(e->left_out);
    hy_run_data_fini(d);
    remove_folder(m->dir);
}

/* Texts differ by 1 nat from sample to sample, runs by 0.05 of their own: pairing takes the text's share away. */
Test(effects, other_text_beside_other_seeds)
{
    struct making m = begin();
    struct hy_run_data d;
    variant(&m, "A", 20);
    variant(&m, "B", 20.6);
    for (int seed = 42; seed < 45; seed++) {
        const struct run a = {"A", seed, 0.1, 3 + 0.02 * (seed - 43), NAN, NULL},
                         b = {"B", seed, 0.1, 3.03 + 0.021 * (seed - 43), NAN, NULL};
        run(&m, &a);
        run(&m, &b);
        samples(&m, &a, "val", a.val, 0.05, SAMPLES);
        samples(&m, &b, "val", b.val, 0.05, SAMPLES);
    }
    end(&m);
    struct hy_effect e = effect_of(&m, &d);
    cr_assert_str_eq(e.metric, "Best PPL");
    cr_assert_eq(e.paired.n, 3);
    cr_assert_eq(e.sampled, SAMPLES);
    cr_assert_float_eq(e.paired.mean, 0.03, 1e-6);
    cr_assert(e.sampled_low < e.paired.mean && e.paired.mean < e.sampled_high, "[%g, %g]", e.sampled_low,
              e.sampled_high);
    const double error = 0.05 * sqrt(2.0 / 3 / SAMPLES); /* of a mean of three differences of two runs each */
    cr_assert_float_eq(e.sampled_high - e.sampled_low, 2 * 1.96 * error, 0.25 * 2 * 1.96 * error);
    char *text = hy_sureness_words(&e);
    cr_assert_not_null(strstr(text, "3 seeds in pairs the 95\xC2\xA0% interval is +"), "%s", text);
    cr_assert_not_null(strstr(text, "Drawing the same 80 validation sequences anew gives +"), "%s", text);
    free(text);
    drop(&m, &d, &e);
}

Test(effects, identical_runs_differ_on_no_text)
{
    struct making m = begin();
    struct hy_run_data d;
    const struct run a = {"A", 42, 0.1, 3, NAN, NULL}, b = {"B", 42, 0.1, 3, NAN, NULL};
    variant(&m, "A", exp(3));
    variant(&m, "B", exp(3));
    run(&m, &a);
    run(&m, &b);
    samples(&m, &a, "val", 3, 0, SAMPLES);
    samples(&m, &b, "val", 3, 0, SAMPLES);
    end(&m);
    struct hy_effect e = effect_of(&m, &d);
    cr_assert(e.paired.mean == 0 && e.sampled_low == 0 && e.sampled_high == 0, "[%g, %g]", e.sampled_low,
              e.sampled_high);
    char *text = hy_sureness_words(&e);
    cr_assert(strncmp(text, "One seed: no interval. Drawing the same 80 validation sequences anew gives ", 75) == 0,
              "%s", text);
    free(text);
    drop(&m, &d, &e);
}

/* What cannot be paired takes no part: a run without rows, one with other samples; one sample has no interval. */
Test(effects, missing_rows)
{
    static const struct {
        int a, b, c, d;  /* samples of A and B with one seed, and with another */
        int n, interval; /* samples that count, and whether there is an interval */
    } cases[] = {{SAMPLES, SAMPLES, 0, 0, SAMPLES, 1},
                 {SAMPLES, SAMPLES, SAMPLES, 0, SAMPLES, 1},
                 {SAMPLES, 40, 40, 40, 40, 1},
                 {SAMPLES, SAMPLES, 40, 40, SAMPLES, 1},
                 {SAMPLES, 40, 0, 0, 0, 0},
                 {1, 1, 1, 1, 1, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct making m = begin();
        struct hy_run_data d;
        const struct run runs[] = {{"A", 42, 0.1, 3, NAN, NULL},
                                   {"B", 42, 0.1, 3.1, NAN, NULL},
                                   {"A", 43, 0.1, 3, NAN, NULL},
                                   {"B", 43, 0.1, 3.2, NAN, NULL}};
        const int n[] = {cases[i].a, cases[i].b, cases[i].c, cases[i].d};
        variant(&m, "A", 20);
        variant(&m, "B", 21);
        for (int k = 0; k < 4; k++) {
            run(&m, &runs[k]);
            samples(&m, &runs[k], "val", runs[k].val, 0.1, n[k]);
        }
        end(&m);
        struct hy_effect e = effect_of(&m, &d);
        cr_assert_eq(e.paired.n, 2, "case %zu", i);
        cr_assert_eq((int)e.sampled, cases[i].n, "case %zu: %zu samples", i, e.sampled);
        cr_assert_eq(isfinite(e.sampled_low) && isfinite(e.sampled_high), cases[i].interval, "case %zu", i);
        drop(&m, &d, &e);
    }
}

/* Of a sweep: the chosen rates alone, by their test samples; validation would say the opposite here. */
Test(effects, swept_rates_are_compared_on_test_samples)
{
    struct making m = begin();
    struct hy_run_data d;
    variant(&m, "A", exp(3));
    variant(&m, "B", exp(2.9));
    for (int seed = 42; seed < 44; seed++) {
        const struct run runs[] = {{"A", seed, 0.1, 3, 3.5, "yes"},
                                   {"A", seed, 0.3, 3.3, 3.1, "no"},
                                   {"B", seed, 0.1, 3.4, 3.2, "no"},
                                   {"B", seed, 0.3, 2.9, 3.6, "yes"}};
        for (int k = 0; k < 4; k++) {
            run(&m, &runs[k]);
            samples(&m, &runs[k], "val", runs[k].val, 0.1, 40);
            samples(&m, &runs[k], "test", runs[k].test, 0.1, 50);
        }
    }
    end(&m);
    struct hy_effect e = effect_of(&m, &d);
    cr_assert_eq(d.table[HY_TABLE_RUNS].rows, 4, "of each variant and seed the chosen one");
    cr_assert_eq(d.table[HY_TABLE_STEPS].rows, 4);
    cr_assert_eq(d.table[HY_TABLE_EVALUATION].rows, 4 * 90);
    cr_assert_str_eq(e.metric, "Test PPL");
    cr_assert_float_eq(e.base_ppl, exp(3.5), 1e-6);
    cr_assert_float_eq(e.paired.mean, 0.1, 1e-6);
    cr_assert_eq(e.sampled, 50);
    cr_assert(e.sampled_low > 0.03 && e.sampled_high < 0.17, "[%g, %g]", e.sampled_low, e.sampled_high);
    char *text = hy_sureness_words(&e);
    cr_assert_not_null(strstr(text, "2 seeds in pairs"), "%s", text);
    cr_assert_not_null(strstr(text, "Drawing the same 50 test sequences anew"), "%s", text);
    free(text);
    drop(&m, &d, &e);
}

/* Into the file: columns of either kind, empty where nothing was kept. */
Test(effects, are_written_with_both)
{
    char *dir = copy_of_fixture();
    struct hy_csv t;
    cr_assert_eq(hy_effects_write(dir), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_table_read(&t, HY_TABLE_EFFECTS, dir), HY_OK, "%s", hy_error());
    cr_assert_gt(t.rows, 0);
    for (size_t i = 0; i < t.rows; i++) {
        cr_assert_str_empty(hy_csv_text_of(&t, i, "ci_low_pct"), "one seed");
        cr_assert_str_eq(hy_csv_text_of(&t, i, "sampled_sequences"), "24");
        const double low = hy_csv_number_of(&t, i, "sampled_low_pct"),
                     high = hy_csv_number_of(&t, i, "sampled_high_pct"),
                     middle = hy_csv_number_of(&t, i, "difference_pct");
        cr_assert(low < middle && middle < high, "%g in [%g, %g]", middle, low, high);
    }
    hy_csv_fini(&t);
    remove_file(dir, "evaluation.csv");
    cr_assert_eq(hy_effects_write(dir), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_table_read(&t, HY_TABLE_EFFECTS, dir), HY_OK, "%s", hy_error());
    cr_assert_str_empty(hy_csv_text_of(&t, 0, "sampled_sequences"));
    cr_assert_str_empty(hy_csv_text_of(&t, 0, "sampled_low_pct"));
    hy_csv_fini(&t);
    remove_folder(dir);
}
