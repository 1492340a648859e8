/* Texts and tokenizers that cannot be used. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/cli.h"
#include "tests/cli/study.h"

TestSuite(cli_bad_data, .init = cli_begin, .fini = cli_end);

Test(cli_bad_data, corpus)
{
    study_write("tiny.yaml", 1, 0, "", study_mamba);
    cli_print("empty.txt", "%s", "");
    cli_print("short.txt", "%s", "ROMEO:\nthe king comes.\n");
    cli_write("binary.txt", "good\n\377\376 bad\n", 12);
    cli_refused(2, "nowhere.txt", "$H ablation --config $D/tiny.yaml --data $D/nowhere.txt --out $D/r");
    cli_refused(2, "nowhere.txt", "HYMBENCH_DATA=$D/nowhere.txt $H ablation --config $D/tiny.yaml --out $D/r");
    cli_refused(2, "is empty", "$H ablation --config $D/tiny.yaml --data $D/empty.txt --out $D/r");
    cli_refused(2, "short.txt", "$H ablation --config $D/tiny.yaml --data $D/short.txt --out $D/r");
    cli_refused(2, "UTF-8", "$H ablation --config $D/tiny.yaml --data $D/binary.txt --out $D/r");
    cli_refused(2, "no input.txt", "mkdir $D/folder && $H ablation --config $D/tiny.yaml --data $D/folder --out $D/r");
    cli_refused(2, "short.txt", "$H train --config $D/tiny.yaml --variant Mamba --data $D/short.txt --replay $D/r");
    cr_assert(!cli_exists("r"), "nothing is made for a mistake");
}

/* In the cache the text must be the one it is taken for. */
Test(cli_bad_data, checksum_of_the_cache)
{
    study_write("tiny.yaml", 1, 0, "", study_mamba);
    cli_good(
        "mkdir -p $D/w/datasets/cache/tinyshakespeare && cp $D/text.txt $D/w/datasets/cache/tinyshakespeare/input.txt");
    cli_refused(2, "SHA-256", "cd $D/w && unset HYMBENCH_DATA && $H ablation --config $D/tiny.yaml --out $D/r");
    cli_same_file("text.txt", "w/datasets/cache/tinyshakespeare/input.txt");
    cr_assert(!cli_exists("r"), "nothing is made for a mistake");
}

/* With no text anywhere the built-in one is used, and said to be. */
Test(cli_bad_data, no_text_anywhere)
{
    study_write("tiny.yaml", 1, 0, "", study_mamba);
    cli_good("sed -i 's/vocab: 300/vocab: 300\\n  chars: 20000/' $D/tiny.yaml");
    /* the program looks beside itself too: a copy elsewhere finds nothing there */
    cli_good("mkdir -p $D/w/x/y && ln $H $D/w/x/y/hymbench 2>/dev/null || cp $H $D/w/x/y/hymbench");
    const struct cli *c =
        cli_good("cd $D/w && unset HYMBENCH_DATA && x/y/hymbench ablation --config $D/tiny.yaml --no-report --out r");
    cr_assert_not_null(strstr(c->err, "hymbench: warning: no corpus"), "%s", c->err);
    /* the variant's row, whose last column is the corpus */
    cli_good("tail -n 1 $D/w/r/ablation_results.csv | tr -d '\\r' | grep -qx 'Mamba,.*,synthetic'");
}

/* ---- tokenizers ------------------------------------------------------------------- */

static void bad_tokenizer(const char *word, const char *change)
{
    char line[512];
    snprintf(
        line, sizeof line,
        "%s <$D/good.json >$D/bad.json; $H tokenize encode --tokenizer $D/bad.json --text $D/text.txt --out $D/ids.u16",
        change);
    cli_refused(2, word, line);
    cr_assert(!cli_exists("ids.u16"), "no ids from a bad tokenizer");
}

Test(cli_bad_data, tokenizer_json)
{
    cli_good("$H tokenize train --text $D/text.txt --vocab 100 --min-frequency 2 --out $D/good.json");
    cli_good("$H tokenize encode --tokenizer $D/good.json --text $D/text.txt --out $D/good.u16");
    cli_good("$H tokenize decode --tokenizer $D/good.json --ids $D/good.u16 --out $D/back.txt");
    cli_same_file("text.txt", "back.txt");

    bad_tokenizer("bad.json", "head -c 700");
    bad_tokenizer("bad.json", "head -c 0");
    bad_tokenizer("bad.json", "sed 's/\"merges\"/\"mergers\"/'");
    bad_tokenizer("bad.json", "sed 's/\"type\": *\"BPE\"/\"type\": \"WordPiece\"/'");
    bad_tokenizer("bad.json", "sed 's/\"<pad>\": *1/\"<pad>\": 99999999999/'");
    bad_tokenizer("bad.json", "sed 's/\"<pad>\": *1/\"<pad>\": 0/'");
    bad_tokenizer("bad.json", "sed 's/^.*$/[]/'");
    cli_refused(2, "nowhere.json",
                "$H tokenize encode --tokenizer $D/nowhere.json --text $D/text.txt --out $D/ids.u16");
    cli_refused(2, "nowhere.txt", "$H tokenize train --text $D/nowhere.txt --vocab 100 --out $D/t.json");
    cli_write("binary.txt", "good\n\377\376 bad\n", 12);
    cli_refused(2, "5", "$H tokenize encode --tokenizer $D/good.json --text $D/binary.txt --out $D/ids.u16");
    cli_write("odd.u16", "\1\0\2", 3);
    cli_refused(2, "odd.u16", "$H tokenize decode --tokenizer $D/good.json --ids $D/odd.u16 --out $D/t.txt");
    cli_write("far.u16", "\1\0\377\377", 4);
    cli_refused(2, "65535", "$H tokenize decode --tokenizer $D/good.json --ids $D/far.u16 --out $D/t.txt");
    cr_assert(!cli_exists("ids.u16") && !cli_exists("t.json") && !cli_exists("t.txt"));
}

/* A damaged table of a run folder; the whole list stands in tests/report/test_damaged.c. */
Test(cli_bad_data, damaged_run_folder)
{
    cli_good("cp -r tests/data/run_fixture $D/run && sed -i 's/,/;/g' $D/run/runs.csv");
    cli_refused(2, "runs.csv:1: the columns are separated by ';'", "$H report $D/run --out $D/x.pdf");
    cli_good("cp tests/data/run_fixture/runs.csv $D/run && printf 'Mamba-only,42,9' >> $D/run/steps.csv");
    cr_assert(strstr(cli_good("$H report $D/run --out $D/x.pdf")->err, "was cut off while being written"));
}
