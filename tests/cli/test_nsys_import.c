/* hymbench nsys-import through the binary: rows into run folders old and new, what is said, what is refused. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/nsight/nsys_file.h"
#include "tests/cli/cli.h"

TestSuite(cli_nsys, .init = cli_begin, .fini = cli_end);

static void capture(const char *name, enum nsys_generation generation, int steps)
{
    struct nsys_file f;
    nsys_begin(&f, cli_path(name), generation);
    for (int i = 0; i < steps; i++)
        nsys_step(&f, 1000 + 100000 * i, 10 * i + 1);
    nsys_end(&f);
}

static void expect_line(const char *file, const char *line)
{
    size_t bytes;
    char *data = cli_read(file, &bytes);
    cr_expect(strstr(data, line), "%s: no '%s' in\n%s", file, line, data);
    free(data);
}

/* Everything of a folder, to see that it stayed as it was. */
static void note(const char *dir)
{
    char line[128];
    snprintf(line, sizeof line, "cd $D/%s && ls -A1 >../before.txt && cat * >>../before.txt", dir);
    cli_good(line);
}

static void expect_noted(const char *dir)
{
    char line[128];
    snprintf(line, sizeof line, "cd $D/%s && { ls -A1; cat *; } | cmp - ../before.txt", dir);
    cli_good(line);
}

Test(cli_nsys, a_new_folder_gets_ops_csv_and_nothing_else)
{
    capture("c.sqlite", NSYS_NEW, 4);
    const struct cli *c = cli_good("$H nsys-import $D/c.sqlite --out $D/r/new --variant Hybrid-Mine");
    cr_expect(strstr(c->out, "4 train steps on NVIDIA H100 80GB HBM3; nsys 2024.6.2.225, schema 3.16.1"), "%s", c->out);
    cr_expect(strstr(c->out, "a step: 5 kernels, 1 copies, 1 sets"), "%s", c->out);
    cr_expect(strstr(c->out, "attention takes most of the device's time: 0.0065 of 0.0150 ms of a step (43.3 %), then "
                             "linear (36.7 %)."),
              "%s", c->out);
    cr_expect(strstr(c->out, "between two kernels of a step: 0.0200 of 0.0450 ms (44.4 %)"), "%s", c->out);
    cr_expect(
        strstr(c->out, "Run op by op the step is launch-bound: the device idles 0.0075 of its 0.0450 ms (16.7 %)"),
        "%s", c->out);
    cr_expect(strstr(c->out, "/r/new/ops.csv: 5 rows of Hybrid-Mine, source nsys"), "%s", c->out);
    cr_expect_eq(cli_lines("r/new/ops.csv"), 6);
    expect_line("r/new/ops.csv", ",gap_ms,host_ms,source,Run,Corpus\n");
    expect_line("r/new/ops.csv", "Hybrid-Mine,attention,0,forward,1,0.0065,43.3333333,,2000,,0.0065,2,0,1,,,,,,,,,"
                                 "0.0025,0.0105,nsys,new,\n");
    expect_line("r/new/ops.csv", "Hybrid-Mine,step,,,1,0.001,6.66666667,,,,0.001,0,1,0,,,,,,,,,0.011,0.025,"
                                 "nsys,new,\n");
    cli_good("test $(ls -A $D/r/new) = ops.csv");
}

static const char header[] =
    "variant,op,layer,pass,calls,time_ms,share_pct,flops,bytes,roof_pct,device_ms,kernels,Run,Corpus\n";

Test(cli_nsys, only_the_variants_rows_are_replaced_and_what_is_known_of_the_calls_stays)
{
    cli_good("mkdir $D/r");
    cli_print("r/variants.csv", "name,Run,Corpus\nA,night,text\nB,night,text\n");
    cli_print("r/ops.csv",
              "%sA,scan,0,forward,1,2,50,100,200,40,,,night,text\nB,attention,0,forward,1,0.013,50,5e6,2000,25,0.013,2,"
              "night,text\nB,embed,,forward,1,1,50,7,99,50,1,1,night,text\nA,loss,,forward,1,3,50,,,,,,night,text\n",
              header);
    capture("c.sqlite", NSYS_NEW, 2);
    cli_good("$H nsys-import $D/c.sqlite --out $D/r --variant B");
    cr_expect_eq(cli_lines("r/ops.csv"), 8);
    expect_line("r/ops.csv", "A,scan,0,forward,1,2,50,100,200,40,,,,,,,,,,,,,,,,night,text\nB,embed");
    expect_line("r/ops.csv", "nsys,night,text\nA,loss,,forward,1,3,50");
    /* the same bytes: the same calls, so flops, and a roof of 0.013 ms * 25 % for half of that time */
    expect_line("r/ops.csv", "B,attention,0,forward,1,0.0065,43.3333333,5000000,2000,50,0.0065,2,0,1,");
    expect_line("r/ops.csv", "B,embed,,forward,1,0.002,13.3333333,,100,,0.002,1,0,0,");
    cli_good("cp $D/r/ops.csv $D/once.csv && $H nsys-import $D/c.sqlite --out $D/r --variant B");
    cli_same_file("once.csv", "r/ops.csv");
}

Test(cli_nsys, both_generations_give_the_same_times)
{
    capture("old.sqlite", NSYS_OLD, 3);
    capture("new.sqlite", NSYS_NEW, 3);
    cli_good("$H nsys-import $D/old.sqlite --out $D/a/run --variant V");
    cli_good("$H nsys-import $D/new.sqlite --out $D/b/run --variant V");
    cli_same_table("a/run/ops.csv", "b/run/ops.csv", "bytes");
}

Test(cli_nsys, the_variant_is_the_folders_only_one_or_has_to_be_said)
{
    capture("c.sqlite", NSYS_NEW, 1);
    cli_good("mkdir $D/one $D/two");
    cli_print("one/variants.csv", "name,Run,Corpus\nHybrid-Mine,r,c\n");
    cli_print("two/variants.csv", "name,Run,Corpus\nHybrid-Mine,r,c\nMamba-only,r,c\n");
    cli_good("$H nsys-import $D/c.sqlite --out $D/one");
    expect_line("one/ops.csv", "\nHybrid-Mine,");
    cli_refused(2, "--variant", "$H nsys-import $D/c.sqlite --out $D/two");
    cli_refused(2, "did you mean 'Mamba-only'", "$H nsys-import $D/c.sqlite --out $D/two --variant Mamba-onyl");
    cli_refused(2, "--variant", "$H nsys-import $D/c.sqlite --out $D/three");
    cr_expect_not(cli_exists("three"), "nothing is made where nothing is imported");
}

Test(cli_nsys, refused_files_leave_the_folder_as_it_was)
{
    struct nsys_file f;
    cli_good("mkdir $D/r");
    cli_print("r/ops.csv", "%sV,scan,0,forward,1,2,50,100,200,40,,,night,text\n", header);
    note("r");
    cli_refused(2, "cannot read", "$H nsys-import $D/nowhere --out $D/r");
    cli_write("text",
              "no database at all, whatever its name may be, and longer than the header of one has to be, which takes "
              "a hundred bytes",
              118);
    cli_refused(2, "no SQLite file", "$H nsys-import $D/text --out $D/r");
    nsys_begin(&f, cli_path("n.sqlite"), NSYS_NEW);
    nsys_sql(&f, "DROP TABLE CUPTI_ACTIVITY_KIND_KERNEL");
    nsys_end(&f);
    cli_refused(3, "no kernels", "$H nsys-import $D/n.sqlite --out $D/r");
    nsys_begin(&f, cli_path("o.sqlite"), NSYS_OLD);
    nsys_range(&f, NSYS_THREAD, 100, 1000, "train", 0);
    nsys_range(&f, NSYS_THREAD, 500, 1500, "embed", 0);
    nsys_end(&f);
    cli_refused(2, "overlap without nesting", "$H nsys-import $D/o.sqlite --out $D/r");
    capture("c.sqlite", NSYS_NEW, 2);
    cli_refused(3, "no eval step", "$H nsys-import $D/c.sqlite --out $D/r --step eval");
    cli_refused(2, "--out", "$H nsys-import $D/c.sqlite");
    expect_noted("r");
    cli_print("r/ops.csv", "variant,op\nV,scan,0\n");
    note("r");
    cli_refused(2, "ops.csv:2", "$H nsys-import $D/c.sqlite --out $D/r --variant V");
    expect_noted("r");
    cli_print("r/ops.csv", "variant,op\nV,scan\n");
    cli_print("r/unfinished", "1\n");
    note("r");
    cli_refused(2, "unfinished", "$H nsys-import $D/c.sqlite --out $D/r");
    expect_noted("r");
    cli_good("rm $D/r/unfinished");
    cli_good("$H nsys-import $D/c.sqlite --out $D/r");
}

Test(cli_nsys, imported_folders_are_compared_and_asked_like_measured_ones)
{
    struct nsys_file f;
    nsys_begin(&f, cli_path("c.sqlite"), NSYS_NEW);
    nsys_range(&f, NSYS_THREAD, 300000, 310000, "whole", 0);
    nsys_call(&f, NSYS_THREAD, 300100, 300200, 901, "cudaGraphLaunch_v10000");
    nsys_work(&f, "KERNEL", NSYS_THREAD, 301000, 304000, 901, 33);
    nsys_work(&f, "KERNEL", NSYS_THREAD, 304500, 306000, 901, 34);
    nsys_step(&f, 1000, 1);
    nsys_end(&f);
    cli_good("$H nsys-import $D/c.sqlite --out $D/a --variant V && $H nsys-import $D/c.sqlite --out $D/b --variant V");
    const struct cli *c = cli_run("$H compare $D/a $D/b --all --csv $D/c.csv");
    cr_expect(c->code == 0 || c->code == 3, "%d: %s", c->code, c->err);
    expect_line("c.csv", "\nV/attention/forward (nsys),device time,ms,0.0065,0.0065,1,");
    c = cli_good("$H ops $D/a");
    cr_expect(strstr(c->out, "imported from nsys"), "%s", c->out);
    cr_expect(strstr(c->out, "the device works 90 % of an untraced step"), "%s", c->out);
}
