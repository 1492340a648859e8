/* hymbench compare through the binary. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/cli/cli.h"

TestSuite(cli_compare, .init = cli_begin, .fini = cli_end);

/* A table of kernels in which kernel a takes `ns`, b always the same; `n` repetitions. */
static void table(const char *name, double ns, int n, const char *machine, const char *quality)
{
    char text[16384];
    int at = snprintf(text, sizeof text,
                      "kernel,case,cold,shape,median_ns,skipped,device,machine,threads,git_sha,quality\n");
    for (int i = 0; i < n; i++)
        at += snprintf(
            text + at, sizeof text - (size_t)at,
            "a,c,0,N8,%.3f,0,cpu,%s,2,0123456789abcdef0123456789abcdef01234567,%s\nb,c,1,N8,%.3f,0,cpu,%s,2,,ok\n",
            ns * (1 + 0.001 * (i % 4)), machine, quality, 500 * (1 + 0.001 * (i % 3)), machine);
    cli_write(name, text, (size_t)at);
}

Test(cli_compare, tables_of_kernels)
{
    table("base.csv", 100, 10, "M", "ok");
    table("slow.csv", 110, 10, "M", "ok");
    const struct cli *c = cli_run("$H compare $D/base.csv $D/slow.csv --csv $D/x.csv --md $D/x.md");
    cr_assert_eq(c->code, 1, "a regression: %d %s", c->code, c->err);
    cr_assert_not_null(strstr(c->out, "regressed"), "%s", c->out);
    cr_assert_not_null(strstr(c->out, "+10.0 %"), "%s", c->out);
    cr_assert_not_null(strstr(c->out, "a/c/hot"), "%s", c->out);
    cr_assert_null(strstr(c->out, "b/c/cold"), "only what changed is shown: %s", c->out);
    cr_assert_not_null(strstr(c->err, "1 row regressed"), "%s", c->err);
    cr_assert_eq(cli_lines("x.csv"), 3);
    cli_good("grep -q '`a/c/hot` | regressed' $D/x.md");

    c = cli_good("$H compare $D/slow.csv $D/base.csv");
    cr_assert_not_null(strstr(c->out, "improved"), "as plainly: %s", c->out);
    c = cli_run("$H compare $D/slow.csv $D/base.csv --fail-on change");
    cr_assert_eq(c->code, 1);
    c = cli_good("$H compare $D/base.csv $D/slow.csv --fail-on never --all");
    cr_assert_not_null(strstr(c->out, "b/c/cold"), "%s", c->out);
    c = cli_good("$H compare $D/base.csv $D/slow.csv --threshold 15");
    cr_assert_not_null(strstr(c->out, "0 regressed"), "below the threshold: %s", c->out);
}

Test(cli_compare, google_benchmarks_files)
{
    cli_good("$H micro --profile smoke --filter '^hy_pick_fwd_f32_base/prefill/hot' --min-time 0.001 --repetitions 6 "
             "--json $D/a.json --csv $D/a.csv");
    /* another program's, which knows nothing of quality: five percent slower */
    cli_print(
        "b.json", "{\"context\": {}, \"benchmarks\": [%s]}",
        "{\"name\": \"BM_x\", \"real_time\": 1.0, \"time_unit\": \"us\"}, {\"name\": \"BM_x\", \"real_time\": 1.001, "
        "\"time_unit\": \"us\"}, {\"name\": \"BM_x\", \"real_time\": 0.999, \"time_unit\": \"us\"}, {\"name\": "
        "\"BM_x\", "
        "\"real_time\": 1.002, \"time_unit\": \"us\"}, {\"name\": \"BM_x_mean\", \"run_type\": \"aggregate\", "
        "\"real_time\": "
        "7, \"time_unit\": \"us\"}");
    cli_good("sed 's/\"real_time\": [01][.]/&05/g; s/\"us\"/\"us\"/g' $D/b.json >$D/c.json");
    const struct cli *c = cli_run("$H compare $D/b.json $D/b.json --all");
    cr_assert(c->code == 0 || c->code == 3, "%d %s", c->code, c->err);
    cr_assert_not_null(strstr(c->out, "BM_x"), "%s", c->out);
    cr_assert_null(strstr(c->out, "BM_x_mean"), "aggregates are no observations: %s", c->out);
    c = cli_run("$H compare $D/a.json $D/a.csv --all");
    cr_assert(c->code == 0 || c->code == 3, "the same run in two forms: %d %s", c->code, c->err);
    cr_assert_null(strstr(c->out, "only in"), "%s", c->out);
}

Test(cli_compare, what_cannot_be_compared_is_refused)
{
    table("base.csv", 100, 10, "M", "ok");
    table("other.csv", 100, 10, "N", "ok");
    table("once.csv", 100, 1, "M", "ok");
    table("loud.csv", 100, 10, "M", "disturbed");
    cli_print("damaged.csv", "kernel,case,cold,median_ns\na,c,0\n");
    cli_print("other.txt", "x,y\n1,2\n");
    cli_print("bad.json", "{\"context\": {}");
    cli_refused(2, "nothing to compare", "$H compare");
    cli_refused(2, "compared with nothing", "$H compare $D/base.csv");
    cli_refused(2, "No such file", "$H compare $D/base.csv $D/none.csv");
    cli_refused(2, "machine is 'M'", "$H compare $D/base.csv $D/other.csv");
    cli_refused(2, "damaged.csv:2:", "$H compare $D/base.csv $D/damaged.csv");
    cli_refused(2, "no column 'kernel'", "$H compare $D/other.txt $D/base.csv");
    cli_refused(2, "not JSON", "$H compare $D/base.csv $D/bad.json");
    cli_refused(2, "no run folder", "mkdir $D/empty; $H compare $D/base.csv $D/empty");
    cli_refused(2, "alpha", "$H compare $D/base.csv $D/base.csv --alpha 2");
    cli_refused(2, "both write", "$H compare $D/base.csv $D/base.csv --csv $D/x --md $D/x");
    cli_refused(2, "run folder", "$H compare $D/base.csv $D/base.csv --page");
    cli_refused(2, "programs are compared with programs", "$H compare $H $D/base.csv");
    const struct cli *c = cli_good("$H compare $D/base.csv $D/other.csv --force");
    cr_assert_not_null(strstr(c->err, "compared all the same"), "%s", c->err);
    c = cli_run("$H compare $D/once.csv $D/once.csv");
    cr_assert_eq(c->code, 3);
    cr_assert_not_null(strstr(c->err, "--repetitions"), "%s", c->err);
    c = cli_good("$H compare $D/base.csv $D/loud.csv --all");
    cr_assert_not_null(strstr(c->out, "a/c/hot: disturbed or drifted"), "%s", c->out);
    cr_assert_not_null(strstr(c->out, "1 same"), "the other row has its verdict: %s", c->out);
}

Test(cli_compare, baselines)
{
    table("base.csv", 100, 10, "M", "ok");
    table("slow.csv", 110, 10, "M", "ok");
    cli_good("cd $D && $H compare --save-baseline mine base.csv");
    const struct cli *c = cli_good("cd $D && $H compare --list-baselines");
    cr_assert_not_null(strstr(c->out, "mine"), "%s", c->out);
    cr_assert_not_null(strstr(c->out, "0123456789ab"), "%s", c->out);
    c = cli_run("cd $D && $H compare --baseline mine slow.csv");
    cr_assert_eq(c->code, 1, "%s", c->err);
    cli_good("cd $D && $H compare --save-baseline mine slow.csv"); /* in its place */
    cli_good("cd $D && $H compare --baseline mine slow.csv");
    cli_refused(2, "there is no baseline 'yours'", "cd $D && $H compare --baseline yours slow.csv");
    cli_refused(2, "no name for a baseline", "cd $D && $H compare --save-baseline ../x slow.csv");
    cli_refused(2, "no column", "cd $D && echo x,y >not.csv && $H compare --save-baseline more not.csv");
    cli_good("cd $D && test ! -e results/baselines/more");
    cli_good("cd $D && touch results/baselines/mine/note");
    cli_refused(2, "other files", "cd $D && $H compare --delete-baseline mine");
    cli_good("cd $D && test -s results/baselines/mine/kernels.csv"); /* nothing was removed */
    cli_good("cd $D && rm results/baselines/mine/note && "
             "$H micro --delete-baseline mine && test ! -e results/baselines/mine");
    /* what a busy machine disturbed is no baseline; either way no other file stays */
    c = cli_run("cd $D && $H micro --profile smoke --filter '^hy_pick_fwd_f32_base/prefill/hot' --min-time 0.001 "
                "--save-baseline own");
    cr_assert(c->code == 0 || strstr(c->err, "while the machine was quiet"), "%d %s", c->code, c->err);
    cli_good(c->code == 0
                 ? "cd $D && test -s results/baselines/own/kernels.csv && test $(ls -A results/baselines) = own"
                 : "cd $D && test -z \"$(ls -A results/baselines)\"");
}

/* The fixture has one seed of each variant: exact quantities are compared, nothing else is said to be known. */
Test(cli_compare, run_folders)
{
    const struct cli *c = cli_good("$H compare tests/data/run_fixture tests/data/run_fixture --all");
    cr_assert_not_null(strstr(c->out, "0 regressed, 0 improved, 0 changed"), "%s", c->out);
    cr_assert_not_null(strstr(c->out, "Hybrid-Mine: Best PPL: one observation tells nothing"), "%s", c->out);
    cli_good("cp -r tests/data/run_fixture $D/run && sed -i '2,$s/,kernel/,kernel/' $D/run/runs.csv && rm "
             "$D/run/compare.csv");
    /* another width under the same name is refused, with the field */
    cli_good("cp -r tests/data/run_fixture $D/wide && sed -i "
             "'s/^\\(Hybrid-Mine,split,hybrid,[^,]*,[^,]*\\),[0-9]*,/\\1,99,/' "
             "$D/wide/variants.csv");
    cli_refused(2, "layers=99", "$H compare tests/data/run_fixture $D/wide");
    /* a folder of a program that names how branches meet has the models of one that did it that way anyway */
    cli_good("cp -r tests/data/run_fixture $D/named && rm $D/named/compare.csv && sed -i "
             "'1s/isolates,/isolates,fusion,in_proj,match,match_to,/; 2,$s/^\\(\\([^,]*,\\)\\{5\\}\\)/\\1@/; "
             "/,split,hybrid/s/@/beta,separate,,,/; /,fused,hybrid/s/@/mean,shared,,,/; s/@/,,,,/' "
             "$D/named/variants.csv");
    c = cli_good("$H compare tests/data/run_fixture $D/named --all");
    cr_assert_not_null(strstr(c->out, "Hybrid-Official: Best PPL: one observation tells nothing"), "%s", c->out);
    cli_good("sed -i 's/beta,separate/mean,separate/' $D/named/variants.csv");
    cli_refused(2, "fusion=mean", "$H compare tests/data/run_fixture $D/named");
    c = cli_good("$H compare tests/data/run_fixture $D/run --page");
    cr_assert(cli_exists("run/compare.csv"));
    cli_good("pdftotext $D/run/report.pdf - | grep -q 'against tests/data/run_fixture'");
}

/* A program that stands for one of another commit: its micro writes what it is told to. */
static void program(const char *name, double ns)
{
    cli_print(
        name,
        "#!/bin/sh\n[ \"$2\" = --help ] && exit 0\nwhile [ $# -gt 0 ]; do [ \"$1\" = --csv ] && out=$2; shift; done\n"
        "n=$(cat $0.n 2>/dev/null || echo 0); echo $((n + 1)) >$0.n\n"
        "awk -v n=$n 'BEGIN { print \"kernel,case,cold,shape,median_ns,skipped,quality\"\n"
        "printf \"a,c,0,N8,%%.3f,0,ok\\n\", %g * (1 + 0.001 * (n %% 4))\n"
        "printf \"b,c,0,N8,%%.3f,0,%%s\\n\", 500 * (1 + 0.001 * (n %% 3)), n %% 5 ? \"ok\" : \"disturbed\" }' >$out\n",
        ns);
}

Test(cli_compare, programs_in_turns)
{
    program("one", 100);
    program("two", 105);
    const struct cli *c = cli_run("cd $D && chmod +x one two && $H compare ./one ./two --budget 60 --all");
    cr_assert_eq(c->code, 1, "%d %s%s", c->code, c->out, c->err);
    cr_assert_not_null(strstr(c->out, "regressed"), "%s", c->out);
    cr_assert_not_null(strstr(c->out, "a/c/hot"), "%s", c->out);
    cr_assert_not_null(strstr(c->err, "2 of 2 rows decided after"), "%s", c->err);
    cli_good(
        "cd $D && test $(cat one.n) -le 33 && test $(cat one.n) = $(cat two.n)"); /* it stopped when all was decided */
    cli_good("cd $D && $H compare ./one ./one --budget 60");
    cli_print("broken", "#!/bin/sh\n[ \"$2\" = --help ] && exit 0\necho 'it is broken' >&2\nexit 4\n");
    c = cli_run("cd $D && chmod +x broken && $H compare ./one ./broken --budget 10");
    cr_assert_eq(c->code, 2);
    cr_assert_not_null(strstr(c->err, "it is broken"), "its last words: %s", c->err);
    cli_good("test -z \"$(ls -d /tmp/hymbench-turns-* 2>/dev/null)\" || sleep 0");
}

/* The same for one that serves: it counts its lives, and in each takes `ns` and two percent of luck up or down. Half of
 * the samples are slow in some turns, so that medians jump and lower quartiles do not. */
static void living(const char *name, double ns)
{
    cli_print(name,
              "#!/bin/sh\n[ \"$2\" = --help ] && echo '  --no-roofs --serve' && exit 0\n"
              "while [ $# -gt 0 ]; do [ \"$1\" = --csv ] && out=$2; [ \"$1\" = --serve ] && serves=1; shift; done\n"
              "table() { awk -v n=$1 -v life=$life 'BEGIN { print "
              "\"kernel,case,cold,shape,median_ns,q1_ns,skipped,quality\"\n"
              "luck = 1 + 0.02 * (life * 7 %% 5 - 2)\n"
              "a = %g * luck * (1 + 0.001 * (n %% 4)); b = 500 * luck * (1 + 0.001 * (n %% 3))\n"
              "printf \"a,c,0,N8,%%.3f,%%.3f,0,%%s\\n\", a * (1 + n %% 3), a, n %% 5 ? \"ok\" : \"drifted\"\n"
              "printf \"b,c,0,N8,%%.3f,%%.3f,0,ok\\n\", b * (1 + n %% 2), b }' >$out; }\n"
              "[ -n \"$serves\" ] || { life=0; table 1; exit 0; }\n"
              "life=$(cat $0.lives 2>/dev/null || echo 0); echo $((life + 1)) >$0.lives\n"
              "n=0; while read -r line; do n=$((n + 1))\n"
              "[ \"$line\" = '^(b/c/hot)$' ] && [ -e $0.breaks ] && { echo 'it is tired' >&2; exit 4; }\n"
              "[ -z \"$line\" ] || table $n; echo 0; done\n",
              ns);
}

Test(cli_compare, programs_that_live_side_by_side)
{
    living("one", 100);
    living("two", 105);
    const struct cli *c = cli_run("cd $D && chmod +x one two && $H compare ./one ./two --budget 60 --all");
    cr_assert_eq(c->code, 1, "%d %s%s", c->code, c->out, c->err);
    cr_assert_not_null(strstr(c->out, "+5.00 %"), "their luck is the same, and the ratio knows nothing of it: %s",
                       c->out);
    cr_assert_not_null(strstr(c->err, "2 of 2 rows decided after 8 lives of each"), "%s", c->err);
    cli_good("cd $D && test $(cat one.lives) = 8 && test $(cat two.lives) = 8");
    c = cli_run("cd $D && touch two.breaks && $H compare ./one ./two --budget 60");
    cr_assert_eq(c->code, 2, "%d", c->code);
    cr_assert_not_null(strstr(c->err, "it is tired"), "its last words: %s", c->err);
    cli_good("test -z \"$(ls -d /tmp/hymbench-turns-* 2>/dev/null)\" || sleep 0");
}

/* What compare asks of a program: rows on demand, again without a second check, and a code for what cannot be. */
Test(cli_compare, a_program_that_serves)
{
    cli_print("asks", "%s", "\n^(hy_pick_fwd_f32_base/prefill/hot)$\n^(hy_pick_fwd_f32_base/prefill/hot)$\n");
    const struct cli *c =
        cli_run("$H micro --profile smoke --min-time 0.001 --min-samples 1 --csv $D/x.csv --serve <$D/asks");
    cr_assert_eq(c->code, 0, "%s", c->err);
    cr_assert_eq(strlen(c->out), 6, "three codes: '%s'", c->out);
    cr_assert_eq(cli_lines("x.csv"), 2);
    cli_print("asks", "%s", "nothing of that name\n^(hy_pick_fwd_f32_base/prefill/cold)$\n");
    c = cli_run("$H micro --profile smoke --min-time 0.001 --min-samples 1 --csv $D/x.csv --serve <$D/asks");
    cr_assert_eq(c->code, 0, "it goes on: %s", c->err);
    cr_assert_eq(strncmp(c->out, "2\n", 2), 0, "'%s'", c->out);
    cr_assert_not_null(strstr(c->err, "no kernel matches"), "%s", c->err);
    cli_refused(2, "leave out --json", "$H micro --serve --csv $D/x.csv --json $D/y.json </dev/null");
    cli_refused(2, "needs --csv", "$H micro --serve </dev/null");
}

/* A checkout whose two commits build programs that differ. */
static void checkout(void)
{
    program("slow", 105);
    program("fast", 100);
    cli_good("mkdir $D/tree && cd $D/tree && git init -q . && git config user.email a@b && git config user.name a && "
             "printf 'build/\\nresults/\\n' >.gitignore && "
             "printf 'build/hymbench:\\n\\tmkdir -p build && cp program build/hymbench && chmod +x build/hymbench\\n' "
             ">Makefile && "
             "cp ../slow program && git add -A && git commit -qm slow && git tag old && cp ../fast program && "
             "git commit -qam fast && printf 'build/hymbench:\\n\\t@echo no way >&2; exit 7\\n' >Makefile && "
             "git commit -qam broken && git tag broken && git checkout -q HEAD~1 2>/dev/null");
}

Test(cli_compare, against_a_commit)
{
    checkout();
    cli_refused(2, "no such commit", "cd $D/tree && $H compare --against nowhere --force");
    cli_refused(2, "in none", "cd $D && $H compare --against HEAD --force");
    cli_refused(2, "run make first", "cd $D/tree && $H compare --against old");
    cli_refused(2, "the tree is dirty, 1 file differs from its commit: program",
                "cd $D/tree && echo >>program && $H compare --against old; r=$?; git checkout -q program; exit $r");
    const struct cli *c = cli_run("cd $D/tree && $H compare --against broken --force");
    cr_assert_eq(c->code, 2);
    cr_assert_not_null(strstr(c->err, "no way"), "the build's last lines: %s", c->err);
    /* this very program against the one that the tag builds: rows have nothing in common, but it was built and ran */
    c = cli_run(
        "cd $D/tree && $H compare --against old --force --profile smoke --filter 'pick_fwd_f32[^/]*/prefill/hot$' "
        "--budget 5");
    cr_assert_eq(c->code, 2, "%d %s", c->code, c->err);
    cr_assert_not_null(strstr(c->err, "no row in common"), "%s", c->err);
    cli_good("cd $D/tree && test -x build/against/$(git rev-parse --short=12 old)/build/hymbench");
}

Test(cli_compare, pairs_of_designs)
{
    const struct cli *c = cli_good("$H micro --pairs --list");
    cr_assert_not_null(strstr(c->out, "in_proj/fwd/f32"), "%s", c->out);
    cr_assert_not_null(strstr(c->out, "out=2176"), "%s", c->out);
    c = cli_good("$H micro --pairs --profile smoke --filter 'kv_sharing/fwd/f32' --budget 1 --csv $D/pairs.csv");
    cr_assert_not_null(strstr(c->out, "shared / own"), "%s", c->out);
    cr_assert_eq(cli_lines("pairs.csv"), 2);
    cli_good("head -n 1 $D/pairs.csv | grep -q '^pair,question,base_side,fresh_side,'");
    cli_refused(2, "no pair matches", "$H micro --pairs --filter nothing");
    cli_refused(2, "leave out --json", "$H micro --pairs --json $D/x.json");
    cli_refused(2, "leave out --axis", "$H micro --pairs -a T=[64]");
}
