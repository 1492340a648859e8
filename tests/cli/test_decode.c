/* Decoding as a user meets it: incremental logits, generation, the tables of a run, the recall study. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/table/csv.h"
#include "tests/cli/cli.h"
#include "tests/cli/study.h"

TestSuite(cli_decode, .init = cli_begin, .fini = cli_end);

static void train(const char *variant, const char *name)
{
    char line[256];
    snprintf(line, sizeof line, "$H train --config $D/tiny.yaml --variant %s --save $D/%s", variant, name);
    cli_good(line);
}

static void write_study(void)
{
    char variants[256];
    snprintf(variants, sizeof variants, "%s%s%s", study_hybrid, study_fused, study_mamba);
    study_write("tiny.yaml", 12, 0, "", variants);
}

/* The window is 8: 50 tokens go round the rings six times. */
Test(cli_decode, incremental_logits_are_the_logits)
{
    static const char *const variants[] = {"Hybrid", "Fused", "Mamba"};
    enum { B = 2, T = 50 };
    int32_t ids[B * T];
    for (int i = 0; i < B * T; i++)
        ids[i] = (i * 37 + 11) % 300;
    cli_write("ids.i32", ids, sizeof ids);
    write_study();
    for (size_t v = 0; v < sizeof variants / sizeof *variants; v++) {
        train(variants[v], "w.st");
        cli_good("$H logits --weights $D/w.st --ids $D/ids.i32 --batch 2 --out $D/whole.f32");
        cli_good("$H logits --weights $D/w.st --ids $D/ids.i32 --batch 2 --incremental --out $D/steps.f32");
        size_t n, m;
        float *whole = (float *)(void *)cli_read("whole.f32", &n), *steps = (float *)(void *)cli_read("steps.f32", &m);
        cr_assert_eq(n, m);
        cr_assert_eq(n, B * T * 300 * sizeof(float));
        double apart = 0, size = 0;
        for (size_t i = 0; i < n / sizeof(float); i++) {
            apart += ((double)whole[i] - steps[i]) * ((double)whole[i] - steps[i]);
            size += (double)whole[i] * whole[i];
        }
        cr_assert(sqrt(apart / size) <= 1e-5, "%s: %g", variants[v], sqrt(apart / size));
        free(whole);
        free(steps);
    }
}

Test(cli_decode, generation_repeats_itself_and_stops)
{
    char first[4096];
    write_study();
    train("Hybrid", "w.st");
    const struct cli *c = cli_good("$H generate --weights $D/w.st --prompt 'the king' --tokens 40 --seed 5");
    snprintf(first, sizeof first, "%s", c->out);
    cr_assert_str_eq(cli_good("$H generate --weights $D/w.st --prompt 'the king' --tokens 40 --seed 5")->out, first);
    cr_assert_str_eq(cli_good("$H generate --weights $D/w.st --prompt 'the king' --tokens 40 --seed 5 --isa ref")->out,
                     first, "the same seed gives the same text on every backend");
    cr_assert_str_neq(cli_good("$H generate --weights $D/w.st --prompt 'the king' --tokens 40 --seed 6")->out, first);

    c = cli_good("$H generate --weights $D/w.st --prompt 'the king' --tokens 40 --greedy --seed 5");
    snprintf(first, sizeof first, "%s", c->out);
    cr_assert_str_eq(cli_good("$H generate --weights $D/w.st --prompt 'the king' --tokens 40 --temperature 0")->out,
                     first, "greedy draws nothing");
    cr_assert_str_eq(
        cli_good("$H generate --weights $D/w.st --prompt 'the king' --tokens 40 --top-k 0 --top-p 1e-9")->out, first,
        "the smallest share is the likeliest token");

    /* the seed's text once more, up to a full stop */
    c = cli_good("$H generate --weights $D/w.st --prompt 'the king' --tokens 200 --seed 5");
    snprintf(first, sizeof first, "%s", c->out);
    cr_assert_not_null(strchr(first, '.'), "the text has one: %s", first);
    c = cli_good("$H generate --weights $D/w.st --prompt 'the king' --tokens 200 --seed 5 --stop .");
    size_t kept = strlen(c->out) - 1; /* a line feed ends the output */
    cr_assert(strncmp(c->out, first, kept) == 0 && first[kept] == '.', "'%s' is not '%s' up to a stop", c->out, first);
    cli_refused(2, "stop", "$H generate --weights $D/w.st --prompt 'the king' --stop 'no single token, surely'");
}

static void read_table(struct hy_csv *t, const char *name)
{
    cr_assert_eq(hy_csv_read(t, cli_path(name), HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
}

/* Every run measures what it says of caches and decoding. */
Test(cli_decode, a_run_measures_decoding_and_positions)
{
    struct hy_csv t;
    write_study();
    cli_good("$H ablation --config $D/tiny.yaml --no-report --out $D/r");
    read_table(&t, "r/ablation_results.csv");
    cr_assert_eq(t.rows, 3);
    for (size_t i = 0; i < t.rows; i++) {
        bool mamba = i == 2;
        cr_assert_gt(hy_csv_number_of(&t, i, "Prefill tok/s"), 0);
        cr_assert_gt(hy_csv_number_of(&t, i, "Decode tok/s"), 0);
        cr_assert_str_eq(hy_csv_text_of(&t, i, "KV cache measured (KiB)"), hy_csv_text_of(&t, i, "KV cache (KiB)"));
        cr_assert_str_eq(hy_csv_text_of(&t, i, "SSM state measured (KiB)"), hy_csv_text_of(&t, i, "SSM state (KiB)"));
        cr_assert_eq(hy_csv_text_of(&t, i, "KV cache measured (KiB)")[0] == '\0', mamba);
        cr_assert(mamba || hy_csv_number_of(&t, i, "KV cache plain (KiB)") > hy_csv_number_of(&t, i, "KV cache (KiB)"));
    }
    hy_csv_fini(&t);
    read_table(&t, "r/scaling.csv");
    cr_assert_eq(t.rows, 9);
    hy_csv_fini(&t);

    /* the positions' mean is the run's final loss */
    struct hy_csv runs;
    read_table(&runs, "r/runs.csv");
    read_table(&t, "r/position.csv");
    cr_assert_eq(t.rows, 3 * 32);
    for (size_t v = 0; v < 3; v++) {
        double sum = 0, targets = 0;
        for (size_t i = 32 * v; i < 32 * (v + 1); i++) {
            cr_assert_eq(hy_csv_number_of(&t, i, "first"), (double)(i % 32));
            cr_assert_eq(hy_csv_number_of(&t, i, "last"), (double)(i % 32));
            targets += hy_csv_number_of(&t, i, "targets");
            sum += hy_csv_number_of(&t, i, "targets") * hy_csv_number_of(&t, i, "nll");
        }
        cr_assert_float_eq(exp(sum / targets), hy_csv_number_of(&runs, v, "Final PPL"), 1e-4 * exp(sum / targets));
    }
    hy_csv_fini(&t);
    hy_csv_fini(&runs);
}

Test(cli_decode, the_recall_study_runs_and_is_scored)
{
    struct hy_csv t;
    cli_good("$H ablation --config bench/ablations/mqar.yaml --profile smoke --out $D/r");
    read_table(&t, "r/mqar.csv");
    cr_assert_eq(t.rows, 7 * 3);
    for (size_t i = 0; i < t.rows; i++) {
        double queries = hy_csv_number_of(&t, i, "queries"), correct = hy_csv_number_of(&t, i, "correct");
        cr_assert_eq(hy_csv_number_of(&t, i, "pairs"), (double)(1 << i % 3));
        cr_assert(queries > 0 && correct >= 0 && correct <= queries);
        cr_assert_float_eq(hy_csv_number_of(&t, i, "accuracy"), correct / queries, 1e-8);
        cr_assert_eq(queries, hy_csv_number_of(&t, i % 3, "queries"), "all variants answer the same queries");
    }
    hy_csv_fini(&t);
    read_table(&t, "r/reference.csv");
    cr_assert_eq(hy_csv_number_of(&t, 0, "ppl"), 8, "chance among eight values");
    hy_csv_fini(&t);
    cr_assert(cli_exists("r/report.pdf"));
    cli_good("$H train --config bench/ablations/mqar.yaml --profile smoke --variant Mamba-only --save $D/w.st");
    cli_refused(2, "tokenizer", "$H generate --weights $D/w.st --prompt 1");
}
