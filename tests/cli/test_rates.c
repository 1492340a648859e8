/* Samples of an evaluation in a file, rates that are swept: chosen on validation samples, reported on test samples. */
#include <criterion/criterion.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/table/csv.h"
#include "tests/cli/cli.h"
#include "tests/cli/study.h"

TestSuite(cli_rates, .init = cli_begin, .fini = cli_end);

static void read_table(struct hy_csv *t, const char *name)
{
    cr_assert_eq(hy_csv_read(t, cli_path(name), HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
}

static void write_study(int steps, int eval_every)
{
    char variants[256];
    snprintf(variants, sizeof variants, "%s%s    compare_to: Mamba\n    isolates: arch\n", study_mamba, study_hybrid);
    study_write("tiny.yaml", steps, eval_every, "", variants);
}

/* exp(sum nll / sum targets) of a run's rows of evaluation.csv; *n of them, whose samples are no two the same. */
static double ppl_of(const struct hy_csv *t, const struct hy_csv *runs, size_t run, const char *split, size_t *n)
{
    double nll = 0, targets = 0, before = -1;
    *n = 0;
    for (size_t i = 0; i < t->rows; i++) {
        if (strcmp(hy_csv_text_of(t, i, "variant"), hy_csv_text_of(runs, run, "Model")) != 0 ||
            strcmp(hy_csv_text_of(t, i, "seed"), hy_csv_text_of(runs, run, "Seed")) != 0 ||
            strcmp(hy_csv_text_of(t, i, "peak_lr"), hy_csv_text_of(runs, run, "lr")) != 0 ||
            strcmp(hy_csv_text_of(t, i, "split"), split) != 0)
            continue;
        cr_assert_str_eq(hy_csv_text_of(t, i, "step"), hy_csv_text_of(runs, run, "Best step"));
        cr_assert_neq(hy_csv_number_of(t, i, "sample"), before);
        before = hy_csv_number_of(t, i, "sample");
        nll += hy_csv_number_of(t, i, "nll");
        targets += hy_csv_number_of(t, i, "targets");
        ++*n;
    }
    return exp(nll / targets);
}

static void near(double a, double b)
{
    cr_assert_float_eq(a, b, 1e-7 * b, "%.12g is not %.12g", a, b);
}

/* The mean over the samples is the perplexity that is reported; the last evaluation is over more than those before. */
Test(cli_rates, an_evaluation_keeps_its_samples)
{
    struct hy_csv t, runs;
    size_t n, m;
    write_study(6, 2);
    const struct cli *c = cli_good("$H ablation --config $D/tiny.yaml --seeds 2 --out $D/run");
    int train = 0, val = 0;
    const char *at = strstr(c->err, ", ");
    cr_assert(at && sscanf(at, ", %d + %d samples", &train, &val) == 2, "%s", c->err);
    read_table(&t, "run/evaluation.csv");
    read_table(&runs, "run/runs.csv");
    cr_assert_eq(runs.rows, 4);
    cr_assert_eq(t.rows, 4 * (size_t)val, "one row per validation sample and run");
    for (size_t i = 0; i < runs.rows; i++) {
        near(ppl_of(&t, &runs, i, "val", &n), hy_csv_number_of(&runs, i, "Best PPL"));
        cr_assert_eq(n, (size_t)val);
        ppl_of(&t, &runs, i, "test", &m);
        cr_assert_eq(m, 0, "nothing is kept for testing");
        cr_assert_eq(hy_csv_number_of(&runs, i, "Best step"), 6);
        cr_assert_str_eq(hy_csv_text_of(&runs, i, "lr"), "0.004");
        cr_assert_str_empty(hy_csv_text_of(&runs, i, "Test PPL"));
        cr_assert_str_empty(hy_csv_text_of(&runs, i, "chosen"));
    }
    hy_csv_fini(&t);
    hy_csv_fini(&runs);
    read_table(&t, "run/ablation_results.csv");
    cr_assert_str_eq(hy_csv_text_of(&t, 0, "Reported on"), "val");
    cr_assert_str_empty(hy_csv_text_of(&t, 0, "Chosen on"));
    hy_csv_fini(&t);
    read_table(&t, "run/effects.csv");
    cr_assert_eq(t.rows, 1);
    cr_assert_str_eq(hy_csv_text_of(&t, 0, "metric"), "Best PPL");
    cr_assert_eq(hy_csv_number_of(&t, 0, "sampled_sequences"), val);
    cr_assert_leq(hy_csv_number_of(&t, 0, "sampled_low_pct"), hy_csv_number_of(&t, 0, "difference_pct"));
    cr_assert_geq(hy_csv_number_of(&t, 0, "sampled_high_pct"), hy_csv_number_of(&t, 0, "difference_pct"));
    hy_csv_fini(&t);
    cli_good("! grep -q 'test_fraction\\|sweep' $D/run/config.yaml");
    cli_good("cp $D/run/evaluation.csv $D/before.csv && rm $D/run/evaluation.csv");
    cli_good("$H ablation --no-report --resume --seeds 2 --out $D/run");
    cli_same_file("before.csv", "run/evaluation.csv");
}

/* Of a variant and its rates, by runs.csv: the mean of the logarithm of `column` over seeds. */
static double mean_log(const struct hy_csv *runs, const char *variant, const char *lr, const char *column)
{
    double sum = 0;
    int n = 0;
    for (size_t i = 0; i < runs->rows; i++)
        if (strcmp(hy_csv_text_of(runs, i, "Model"), variant) == 0 && strcmp(hy_csv_text_of(runs, i, "lr"), lr) == 0) {
            sum += log(hy_csv_number_of(runs, i, column));
            n++;
        }
    cr_assert_gt(n, 0, "%s was not trained with %s", variant, lr);
    return sum / n;
}

static void check_choice(const struct hy_csv *runs, const struct hy_csv *results, size_t row)
{
    static const char *const rates[] = {"0.0001", "0.004", "0.001"};
    const char *variant = hy_csv_text_of(results, row, "Model"), *chosen = hy_csv_text_of(results, row, "lr");
    const char *best = rates[0];
    for (size_t k = 1; k < 3; k++)
        if (mean_log(runs, variant, rates[k], "Best PPL") < mean_log(runs, variant, best, "Best PPL"))
            best = rates[k];
    cr_assert_str_eq(chosen, best, "%s: the best on validation samples", variant);
    cr_assert_str_eq(hy_csv_text_of(results, row, "Sweep"), "0.0001;0.004;0.001");
    cr_assert_str_eq(hy_csv_text_of(results, row, "Chosen on"), "val");
    cr_assert_str_eq(hy_csv_text_of(results, row, "Reported on"), "test");
    near(hy_csv_number_of(results, row, "Best PPL"), exp(mean_log(runs, variant, best, "Best PPL")));
    near(hy_csv_number_of(results, row, "Test PPL"), exp(mean_log(runs, variant, best, "Test PPL")));
    cr_assert_gt(hy_csv_number_of(results, row, "Test bits per char"), 0);
    cr_assert_lt(hy_csv_number_of(results, row, "Test PPL CI95 low"), hy_csv_number_of(results, row, "Test PPL"));
    cr_assert_gt(hy_csv_number_of(results, row, "Decode tok/s"), 0, "measured once for all rates");
    for (size_t i = 0; i < runs->rows; i++)
        if (strcmp(hy_csv_text_of(runs, i, "Model"), variant) == 0)
            cr_assert_str_eq(hy_csv_text_of(runs, i, "chosen"),
                             strcmp(hy_csv_text_of(runs, i, "lr"), best) == 0 ? "yes" : "no");
}

Test(cli_rates, chosen_on_validation_and_reported_on_test)
{
    struct hy_csv t, runs;
    size_t n;
    int train = 0, val = 0, test = 0;
    write_study(8, 4);
    const struct cli *c =
        cli_good("$H ablation --config $D/tiny.yaml --seeds 2 --sweep lr=1e-4,4e-3,1e-3 --out $D/run");
    const char *at = strstr(c->err, ", ");
    cr_assert(at && sscanf(at, ", %d + %d + %d samples", &train, &val, &test) == 3, "%s", c->err);
    cr_assert(val > 1 && test > 1 && 20 * test <= train + val + test && 20 * (test + 1) > train + val + test);
    read_table(&runs, "run/runs.csv");
    cr_assert_eq(runs.rows, 2 * 2 * 3, "variants, seeds, rates");
    read_table(&t, "run/evaluation.csv");
    cr_assert_eq(t.rows, 12 * (size_t)(val + test));
    for (size_t i = 0; i < runs.rows; i++) {
        near(ppl_of(&t, &runs, i, "val", &n), hy_csv_number_of(&runs, i, "Best PPL"));
        cr_assert_eq(n, (size_t)val);
        near(ppl_of(&t, &runs, i, "test", &n), hy_csv_number_of(&runs, i, "Test PPL"));
        cr_assert_eq(n, (size_t)test);
        for (size_t k = 0; k < i; k++)
            cr_assert_eq(strcmp(hy_csv_text_of(&runs, i, "Init SHA-256"), hy_csv_text_of(&runs, k, "Init SHA-256")) ==
                             0,
                         strcmp(hy_csv_text_of(&runs, i, "Model"), hy_csv_text_of(&runs, k, "Model")) == 0 &&
                             strcmp(hy_csv_text_of(&runs, i, "Seed"), hy_csv_text_of(&runs, k, "Seed")) == 0,
                         "every rate begins with the seed's weights");
    }
    hy_csv_fini(&t);
    read_table(&t, "run/ablation_results.csv");
    cr_assert_eq(t.rows, 2);
    for (size_t i = 0; i < t.rows; i++)
        check_choice(&runs, &t, i);
    hy_csv_fini(&t);
    hy_csv_fini(&runs);
    read_table(&t, "run/effects.csv");
    cr_assert_str_eq(hy_csv_text_of(&t, 0, "metric"), "Test PPL");
    cr_assert_eq(hy_csv_number_of(&t, 0, "seeds"), 2);
    cr_assert_eq(hy_csv_number_of(&t, 0, "sampled_sequences"), test);
    hy_csv_fini(&t);
    cli_good("test $(ls $D/run/weights | wc -l) = 12 && test -f $D/run/weights/Mamba-s43-lr0.004.safetensors");
    cli_good("test $(ls $D/run/records | wc -l) = 12 && test -s $D/run/report.pdf && ! test -e $D/run/state");
    cli_good("grep -q 'test_fraction: 0.05' $D/run/config.yaml && grep -q 'lr: \\[0.0001, 0.004, 0.001\\]' "
             "$D/run/config.yaml && grep -q '\"test_samples\"' $D/run/env.json");
}

/* Training is the same with and without a sweep: only what is validated on is less. */
Test(cli_rates, a_sweep_changes_no_training)
{
    write_study(6, 3);
    cli_good("$H ablation --config $D/tiny.yaml --no-report --out $D/plain/run");
    cli_good("printf 'sweep:\\n  lr: [4.0e-3, 1.0e-3]\\n' >>$D/tiny.yaml && "
             "$H ablation --config $D/tiny.yaml --no-report --out $D/swept/run");
    cli_same_file("plain/run/weights/Hybrid-s42.safetensors", "swept/run/weights/Hybrid-s42-lr0.004.safetensors");
    cli_good("grep ',0.004,run,' $D/swept/run/steps.csv >$D/a && tail -n +2 $D/plain/run/steps.csv | cmp - $D/a");
    cli_good("cut -d, -f1,2,3 $D/swept/run/steps.csv | sort | uniq -c | awk '$1 != 2 && !/variant/ { exit 1 }'");
}

static void same_sweep(const char *other)
{
    static const char *const files[] = {"history.csv",
                                        "steps.csv",
                                        "samples.csv",
                                        "evaluation.csv",
                                        "position.csv",
                                        "config.yaml",
                                        "weights/Mamba-s43-lr0.001.safetensors",
                                        "weights/Hybrid-s42-lr0.004.safetensors"};
    char a[128], b[128];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(a, sizeof a, "whole/run/%s", files[i]);
        snprintf(b, sizeof b, "%s/run/%s", other, files[i]);
        cli_same_file(a, b);
    }
    snprintf(b, sizeof b, "%s/run/runs.csv", other);
    cli_same_table("whole/run/runs.csv", b,
                   "Time (min),Train tok/s,Prefill tok/s,Decode tok/s,Peak memory (MiB),Started (UTC),Eval tok/s,"
                   "disturbed_pct,dropped,clock_ratio,memory_ratio,quality");
}

/* A run is a variant, a seed and a rate: one that is cut goes on, seeds that are asked for later are filled in. */
Test(cli_rates, a_sweep_is_resumed)
{
    static const char *const options = "--no-report --seeds 2 --sweep lr=4e-3,1e-3";
    char line[256];
    write_study(60, 15);
    snprintf(line, sizeof line, "$H ablation --config $D/tiny.yaml %s --out $D/whole/run", options);
    cli_good(line);

    snprintf(line, sizeof line, "exec $H ablation --config $D/tiny.yaml %s --out $D/cut/run", options);
    pid_t p = cli_start(line);
    cli_await_lines("cut/run/steps.csv", 1 + 60 + 20, p); /* within the second rate */
    kill(p, SIGKILL);
    cr_assert_eq(cli_wait(p)->code, 128 + SIGKILL);
    cr_assert(cli_exists("cut/run/weights/Mamba-s42-lr0.004.safetensors"));
    cr_assert(!cli_exists("cut/run/weights/Mamba-s42-lr0.001.safetensors"), "it was to be cut short");
    cli_good("$H ablation --no-report --seeds 2 --resume --out $D/cut/run");
    same_sweep("cut");

    cli_good("$H ablation --config $D/tiny.yaml --no-report --sweep lr=4e-3,1e-3 --out $D/more/run");
    cli_good("$H ablation --no-report --resume --seeds 2 --out $D/more/run");
    same_sweep("more");
    cli_refused(2, "another configuration",
                "$H ablation --config $D/tiny.yaml --no-report --resume --sweep lr=4e-3 --out $D/more/run");
}

/* Nothing was chosen by them, and a rate was. */
Test(cli_rates, the_recall_study_is_scored_on_test_samples)
{
    struct hy_csv t;
    cli_good(
        "$H ablation --config bench/ablations/mqar.yaml --profile smoke --variants Mamba-only --sweep lr=1e-3,2e-3 "
        "--no-report --out $D/r");
    read_table(&t, "r/mqar.csv");
    cr_assert_eq(t.rows % 2, 0);
    for (size_t i = 0; i < t.rows; i++)
        cr_assert_str_eq(hy_csv_text_of(&t, i, "split"), "test");
    hy_csv_fini(&t);
}

Test(cli_rates, refused_in_one_sentence)
{
    write_study(2, 0);
    cli_refused(2, "--sweep: 'width' cannot be swept; lr can",
                "$H ablation --config $D/tiny.yaml --sweep width=1 --out $D/r");
    cli_refused(2, "--sweep: lr is 0;", "$H ablation --config $D/tiny.yaml --sweep lr=1e-3,0 --out $D/r");
    cli_refused(2, "--sweep: lr is -1;", "$H ablation --config $D/tiny.yaml --sweep lr=-1 --out $D/r");
    cli_refused(2, "names no value of lr", "$H ablation --config $D/tiny.yaml --sweep lr= --out $D/r");
    cli_refused(2, "more than 16", "$H ablation --config $D/tiny.yaml --sweep lr=$(seq -s, 17) --out $D/r");
    cli_refused(2, "twice", "$H ablation --config $D/tiny.yaml --sweep lr=1e-3,0.001 --out $D/r");
    cli_refused(2, "--sweep is empty", "$H ablation --config $D/tiny.yaml --sweep '' --out $D/r");
    cli_refused(2, "test_fraction 0.5 of",
                "sed 's/vocab: 300/vocab: 300\\n  test_fraction: 0.5/' $D/tiny.yaml >$D/half.yaml"
                " && $H ablation --config $D/half.yaml --out $D/r");
    cr_assert(!cli_exists("r"), "nothing is made for a mistake");
}
