/* A disk that is full half-way: what was not written completely never looks as if it were. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/cli.h"
#include "tests/cli/study.h"

TestSuite(cli_full_disk, .init = cli_begin, .fini = cli_end);

/* No file may grow beyond `blocks` of 512 bytes: what a full disk looks like to a program. */
static const struct cli *limited(int blocks, const char *line)
{
    char text[512];
    snprintf(text, sizeof text, "ulimit -f %d; exec %s", blocks, line);
    return cli_run(text);
}

/* Exit 4, the reason, no temporary file left behind. */
static void failed(const struct cli *c, const char *file)
{
    cr_assert_eq(c->code, 4, "exit %d: %s", c->code, c->err);
    cr_assert_not_null(strstr(c->err, file), "'%s' is not in: %s", file, c->err);
    cr_assert_not_null(strstr(c->err, "File too large"), "the reason is not in: %s", c->err);
    cli_good("test -z \"$(find $D -name '*.tmp.*')\"");
}

Test(cli_full_disk, single_files)
{
    study_write("tiny.yaml", 1, 0, "", study_mamba);
    failed(limited(8, "$H train --config $D/tiny.yaml --variant Mamba --save $D/w.st"), "w.st");
    cr_assert(!cli_exists("w.st"));
    failed(limited(8, "$H train --config $D/tiny.yaml --variant Mamba --replay $D/replay"), "init.safetensors");
    cr_assert(!cli_exists("replay/init.safetensors") && !cli_exists("replay/final.safetensors"));
    failed(limited(1, "$H tokenize train --text $D/text.txt --vocab 100 --out $D/t.json"), "t.json");
    cr_assert(!cli_exists("t.json"));

    /* the file that was there before stays as it was */
    cli_good("$H train --config $D/tiny.yaml --variant Mamba --save $D/w.st && cp $D/w.st $D/kept.st");
    failed(limited(8, "$H train --config $D/tiny.yaml --variant Mamba --seed 9 --save $D/w.st"), "w.st");
    cli_same_file("w.st", "kept.st");
    const struct cli *c = cli_run("$H eval --weights $D/w.st >/dev/full");
    cr_assert_eq(c->code, 4, "exit %d: %s", c->code, c->err);
}

/* The weights do not fit; with room again the run goes on as if nothing had been. */
Test(cli_full_disk, a_run_and_its_resumption)
{
    study_write("tiny.yaml", 4, 2, "", study_mamba);
    cli_good("$H ablation --config $D/tiny.yaml --no-report --out $D/whole/run");
    failed(limited(64, "$H ablation --config $D/tiny.yaml --no-report --out $D/run"), "state");
    cr_assert(!cli_exists("run/weights/Mamba-s42.safetensors"));
    cr_assert(cli_exists("run/unfinished"), "the run does not look finished");
    cli_good("$H ablation --no-report --resume --out $D/run");
    cli_same_file("run/weights/Mamba-s42.safetensors", "whole/run/weights/Mamba-s42.safetensors");
    cli_same_file("run/history.csv", "whole/run/history.csv");
    cr_assert(!cli_exists("run/unfinished"));
}
