/* One variant trained on its own, and what its weights file is good for. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/table/csv.h"
#include "tests/cli/cli.h"
#include "tests/cli/study.h"

TestSuite(cli_weights, .init = cli_begin, .fini = cli_end);

static double cell(const char *table, const char *column)
{
    struct hy_csv t;
    cr_assert_eq(hy_csv_read(&t, cli_path(table), HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    cr_assert_eq(t.rows, 1);
    double value = hy_csv_number_of(&t, 0, column);
    hy_csv_fini(&t);
    return value;
}

Test(cli_weights, are_evaluated_and_continue_prompts)
{
    study_write("tiny.yaml", 40, 0, "", study_hybrid);
    cli_good("$H train --config $D/tiny.yaml --variant Hybrid --save $D/w.st >$D/train.csv");
    cli_good("$H train --config $D/tiny.yaml --variant Hybrid --steps 1 --save $D/raw.st >$D/raw.csv");
    cr_assert_eq(cell("train.csv", "steps"), 40);
    cr_assert(cell("train.csv", "val_ppl") < 0.8 * cell("raw.csv", "val_ppl"), "it learns");

    cli_good("$H eval --weights $D/w.st --text $D/text.txt >$D/eval.csv && $H eval --weights $D/w.st >$D/same.csv");
    double loss = cell("eval.csv", "loss");
    cr_assert(fabs(cell("eval.csv", "ppl") / exp(loss) - 1) < 1e-6);
    cr_assert(cell("eval.csv", "bits_per_char") > 0);
    cr_assert_eq(cell("same.csv", "loss"), loss, "the default text is the corpus");

    cli_good("$H generate --weights $D/w.st --prompt 'the king' --tokens 12 --seed 5 >$D/a.txt");
    cli_good("$H generate --weights $D/w.st --prompt 'the king' --tokens 12 --seed 5 >$D/b.txt");
    cli_good("$H generate --weights $D/w.st --prompt 'the king' --tokens 12 --seed 6 >$D/c.txt");
    cli_same_file("a.txt", "b.txt");
    cr_assert_neq(cli_run("cmp -s $D/a.txt $D/c.txt")->code, 0, "another seed, another text");
    cli_good("grep -q '^the king' $D/a.txt");
    cli_good("$H generate --weights $D/w.st --prompt 'the king' --temperature 0 --top-k 1 --seed 1 >$D/a.txt");
    cli_good("$H generate --weights $D/w.st --prompt 'the king' --temperature 0 --top-k 1 --seed 2 >$D/b.txt");
    cli_same_file("a.txt", "b.txt");
    cli_refused(2, "prompt", "$H generate --weights $D/w.st --prompt ''");
}

/* Each byte of a character never seen is a token of its own; bits are held against the characters of the raw text, not
 * against what unknown tokens read as. */
Test(cli_weights, bits_of_characters_never_seen)
{
    study_write("tiny.yaml", 2, 0, "", study_hybrid);
    cli_good("$H train --config $D/tiny.yaml --variant Hybrid --save $D/w.st");
    cli_good(
        "for i in 1 2 3 4 5 6 7 8 9 10; do printf '\355\225\234\352\270\200\353\202\230\353\235\274\354\202\254'; done "
        ">$D/unseen.txt");
    cli_good("$H eval --weights $D/w.st --text $D/unseen.txt >$D/eval.csv");
    const double bits_per_token = cell("eval.csv", "loss") / log(2);
    cr_assert_float_eq(cell("eval.csv", "bits_per_char") / bits_per_token, 3, 0.1);
    cr_assert(cell("eval.csv", "tokens") > 100 && cell("eval.csv", "tokens") < 151);
}

Test(cli_weights, give_logits)
{
    const int32_t ids[12] = {5, 6, 7, 8, 9, 10, 5, 6, 7, 8, 9, 11};
    const int32_t bad[2] = {5, 1000};
    study_write("tiny.yaml", 2, 0, "", study_hybrid);
    cli_good("$H train --config $D/tiny.yaml --variant Hybrid --save $D/w.st");
    cli_write("two.i32", ids, sizeof ids);
    cli_write("bad.i32", bad, sizeof bad);
    cli_write("odd.i32", ids, 7);
    cli_good("$H logits --weights $D/w.st --ids $D/two.i32 --batch 2 --out $D/two.f32");
    size_t bytes;
    char *raw = cli_read("two.f32", &bytes);
    cr_assert_eq(bytes, 12 * 300 * sizeof(float), "[2, 6, 300] floats, not %zu bytes", bytes);
    const float *logits = (const float *)(void *)raw;
    size_t row = 6 * 300, same = 0;
    for (size_t i = 0; i < row - 300; i++)
        same += logits[i] == logits[row + i];
    cr_assert_eq(same, row - 300, "equal beginnings have equal logits");
    cr_assert(memcmp(logits + row - 300, logits + 2 * row - 300, 300 * sizeof(float)) != 0, "the last id differs");
    free(raw);
    cli_refused(2, "1000", "$H logits --weights $D/w.st --ids $D/bad.i32 --out $D/x.f32");
    cli_refused(2, "7 bytes", "$H logits --weights $D/w.st --ids $D/odd.i32 --out $D/x.f32");
    cli_refused(2, "rows", "$H logits --weights $D/w.st --ids $D/two.i32 --batch 5 --out $D/x.f32");
    cli_refused(2, "nowhere", "$H logits --weights $D/w.st --ids $D/nowhere --out $D/x.f32");
    cr_assert(!cli_exists("x.f32"));
}

Test(cli_weights, replay_writes_what_repeating_needs)
{
    study_write("tiny.yaml", 3, 0, "", study_hybrid);
    cli_good("$H train --config $D/tiny.yaml --variant Hybrid --dropout 0 --seed 3 --replay $D/a --save $D/w.st");
    cli_good("$H train --config $D/tiny.yaml --variant Hybrid --dropout 0 --seed 3 --replay $D/b");
    cli_good("head -n 1 $D/a/steps.csv | tr -d '\\r' | grep -qx step,lr,loss,grad_norm && test $(wc -l "
             "<$D/a/steps.csv) = 4");
    static const char *const files[] = {"config.json", "init.safetensors", "batches.safetensors", "steps.csv",
                                        "final.safetensors"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char a[64], b[64];
        snprintf(a, sizeof a, "a/%s", files[i]);
        snprintf(b, sizeof b, "b/%s", files[i]);
        cli_same_file(a, b);
    }
    cli_good("test $(ls $D/a | wc -l) = 5");
    cr_assert_neq(cli_run("cmp -s $D/a/init.safetensors $D/a/final.safetensors")->code, 0);
}
