/* hymbench history through the binary. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/cli.h"

TestSuite(cli_history, .init = cli_begin, .fini = cli_end);

/* This machine's env.json once; nights differ in commit and date. */
static void machine(void)
{
    cli_good("$H env --json >$D/env.json");
}

/* Adds the night of a day of January: commit, time of kernel a in ns, bytes of the program. */
static void night(int day, const char *commit, double ns, int bytes)
{
    char name[64], line[1024];
    snprintf(name, sizeof name, "night%d", day);
    snprintf(
        line, sizeof line,
        "mkdir -p $D/%s && sed -e 's/\"git_sha\": \"[^\"]*\"/\"git_sha\": \"%s\"/' -e 's/\"dirty\": true/\"dirty\": "
        "false/' -e 's/\"time_utc\": \"[^\"]*\"/\"time_utc\": \"2026-01-%02dT03:17:00Z\"/' $D/env.json "
        ">$D/%s/env.json",
        name, commit, day, name);
    cli_good(line);
    snprintf(name, sizeof name, "night%d/kernels.csv", day);
    cli_print(name,
              "kernel,case,cold,shape,median_ns,ci95_low_ns,ci95_high_ns,samples,skipped,quality\n"
              "a,c,0,N8,%.3f,%.3f,%.3f,20,0,ok\nb,c,0,N8,%.3f,499,503,20,0,%s\n",
              ns, 0.999 * ns, 1.001 * ns, 500.0 + day % 3, day == 4 ? "disturbed" : "ok");
    snprintf(name, sizeof name, "night%d/night.csv", day);
    cli_print(
        name,
        "metric,subject,unit,value,exact,more_is_better,samples,quality\n"
        "size,hymbench,bytes,%d,1,0,1,ok\nbuild time,hymbench,s,%.2f,0,0,1,ok\nTrain tok/s,V,tok/s,%.3f,0,1,1,ok\n",
        bytes, 90 + 0.1 * (day % 4), 1e5 / ns);
    snprintf(line, sizeof line, "cd $D && $H history add night%d", day);
    cli_good(line);
}

/* Twelve quiet nights of two commits. */
static void quiet(void)
{
    machine();
    for (int day = 1; day <= 12; day++)
        night(day, day < 7 ? "1111111111111111111111111111111111111111" : "2222222222222222222222222222222222222222",
              100 + 0.1 * (day % 4), 5000);
}

Test(cli_history, nights_are_kept_listed_and_shown)
{
    cli_refused(2, "no history", "cd $D && $H history list");
    quiet();
    const struct cli *c = cli_good("cd $D && $H history add night3");
    cr_assert_not_null(strstr(c->out, "there already"), "%s", c->out);
    c = cli_good("cd $D && $H history list");
    cr_assert_not_null(strstr(c->out, "2026-01-12 03:17  222222222222         5         0"), "%s", c->out);
    cr_assert_not_null(strstr(c->out, "2026-01-04 03:17  111111111111         5         1"), "doubtful: %s", c->out);
    c = cli_good("cd $D && $H history list --series");
    cr_assert_not_null(strstr(c->out, "a/c/hot time"), "%s", c->out);
    c = cli_good("cd $D && $H history show b/c");
    cr_assert_not_null(strstr(c->out, "less is better"), "%s", c->out);
    cr_assert_not_null(strstr(c->out, "doubtful"), "%s", c->out);
    c = cli_good("cd $D && $H history show 'hymbench size'");
    cr_assert_not_null(strstr(c->out, "5000 bytes"), "%s", c->out);
    /* a tree with changes is no commit's night */
    cli_good("cd $D && cp -r night12 dirty && sed -i -e 's/\"dirty\": false/\"dirty\": true/' -e "
             "'s/2026-01-12/2026-01-13/' dirty/env.json && sed -i 's/^a,c,0,N8,100/a,c,0,N8,900/' dirty/kernels.csv && "
             "$H history add dirty");
    c = cli_good("cd $D && $H history show a/c/hot");
    cr_assert_not_null(strstr(c->out, "with changes"), "%s", c->out);
    c = cli_good("cd $D && $H history check");
    cr_assert_not_null(strstr(c->out, "Nothing changed."), "%s", c->out);
    c = cli_good("cd $D && $H history plot a/c/hot | cat");
    cr_assert_not_null(strstr(c->out, "13 nights, 111111111111 .. 222222222222"), "%s", c->out);
    cr_assert_not_null(strchr(c->out, '*'), "%s", c->out);
    cli_refused(2, "no series 'zzz'", "cd $D && $H history show zzz");
    cli_refused(2, "knows no 'lst'", "cd $D && $H history lst");
    cli_refused(2, "takes one SERIES", "cd $D && $H history show");
    cli_refused(2, "no date", "cd $D && $H history list --since yesterday");
    cli_refused(2, "there is no folder", "cd $D && $H history add nowhere");
    cli_refused(2, "no argument", "cd $D && $H history check a/c");
}

Test(cli_history, a_check_finds_what_changed)
{
    quiet();
    const struct cli *c = cli_good("cd $D && $H history check");
    cr_assert_not_null(strstr(c->out, "Nothing changed."), "%s", c->out);
    night(13, "3333333333333333333333333333333333333333", 110, 5000);
    c = cli_run("cd $D && $H history check --md $D/check.md");
    cr_assert_eq(c->code, 3, "suspected: %d %s", c->code, c->err);
    cr_assert_not_null(strstr(c->out, "a/c/hot time"), "%s", c->out);
    cr_assert_not_null(strstr(c->out, "slower"), "%s", c->out);
    cr_assert_not_null(strstr(c->out, "since 222222222222..333333333333 (2026-01-13): suspected"), "%s", c->out);
    cr_assert_null(strstr(c->out, "b/c"), "%s", c->out);
    cli_good("grep -q '^\\* .*a/c/hot time' $D/check.md");
    c = cli_good("cd $D && $H history check --until 2026-01-12T23:00:00Z");
    cr_assert_not_null(strstr(c->out, "Nothing changed."), "as of the night before: %s", c->out);
    night(14, "4444444444444444444444444444444444444444", 100.2, 5008);
    c = cli_run("cd $D && $H history check");
    cr_assert_eq(c->code, 1, "an exact quantity is confirmed at once: %d", c->code);
    cr_assert_not_null(strstr(c->err, "hymbench size"), "%s", c->err);
    cr_assert_null(strstr(c->out, "a/c/hot"), "the outlier is gone: %s", c->out);
    c = cli_good("cd $D && $H history regressions --since 2026-01-14");
    cr_assert_not_null(strstr(c->out, "hymbench size"), "%s", c->out);
    c = cli_good("cd $D && $H history regressions --since 2026-01-15");
    cr_assert_not_null(strstr(c->out, "none confirmed since"), "%s", c->out);
}

/* ---- confirming ---------------------------------------------------------------------------------------- */

/* A program that stands for one of another commit: its micro writes what it is told to. */
static void program(const char *name, double ns)
{
    cli_print(name,
              "#!/bin/sh\n[ \"$2\" = --help ] && exit 0\nif [ \"$1\" = bench-step ]; then\n"
              "n=$(cat $0.m 2>/dev/null || echo 0); echo $((n + 1)) >$0.m\n"
              "awk -v n=$n -v v=$3 'BEGIN { print \"variant,precision,step_ms,quality\"\n"
              "printf \"%%s,f32,%%.4f,ok\\n\\nop pass\\n\", v, %g * (1 + 0.001 * (n %% 4)) }'\nexit 0\nfi\nwhile [ $# "
              "-gt 0 ]; do [ \"$1\" = --csv ] && out=$2; shift; "
              "done\nn=$(cat $0.n 2>/dev/null || echo 0); echo $((n + 1)) >$0.n\n"
              "awk -v n=$n 'BEGIN { print \"kernel,case,cold,shape,median_ns,skipped,quality\"\n"
              "printf \"a,c,0,N8,%%.3f,0,ok\\n\", %g * (1 + 0.001 * (n %% 4)) }' >$out\n",
              ns, ns);
}

/* A checkout of six commits; from the fourth on its program is a tenth slower, the fifth does not build. */
static void checkout(void)
{
    program("fast", 100);
    program("slow", 110);
    cli_good("mkdir $D/tree && cd $D/tree && git init -q . && git config user.email a@b && git config user.name a && "
             "printf 'build/\\nresults/\\n' >.gitignore && "
             "printf 'build/hymbench:\\n\\tmkdir -p build && cp program build/hymbench && chmod +x build/hymbench\\n' "
             ">Makefile && cp Makefile ../good.mk && cp ../fast program && git add -A && git commit -qm one && "
             "echo 2 >n && git add n && git commit -qm two && echo 3 >n && git commit -qam three && "
             "cp ../slow program && git commit -qam 'the slow one' && "
             "printf 'build/hymbench:\\n\\t@echo no way >&2; exit 7\\n' >Makefile && git commit -qam broken && "
             "cp ../good.mk Makefile && git commit -qam six");
}

static void commit_of(const char *what, char sha[41])
{
    char line[128];
    snprintf(line, sizeof line, "cd $D/tree && git rev-parse %s", what);
    const struct cli *c = cli_good(line);
    cr_assert_geq(strlen(c->out), 40);
    memcpy(sha, c->out, 40);
    sha[40] = '\0';
}

Test(cli_history, a_suspicion_is_confirmed_dated_and_halved)
{
    char good[41], bad[41];
    checkout();
    machine();
    commit_of("HEAD~4", good);
    commit_of("HEAD", bad);
    for (int day = 1; day <= 10; day++)
        night(day, good, 100 + 0.1 * (day % 4), 5000);
    night(11, bad, 110, 5000);
    const struct cli *c =
        cli_run("cd $D/tree && $H history check --db ../results/history.sqlite --confirm --budget 60");
    cr_assert_eq(c->code, 1, "%d %s%s", c->code, c->out, c->err);
    cr_assert_not_null(strstr(c->out, "a/c/hot time"), "%s", c->out);
    cr_assert_not_null(strstr(c->out, "is 10.0 % slower ["), "%s", c->out);
    cr_assert_not_null(strstr(c->out, "confirmed, measured in turns, "), "%s", c->out);
    cr_assert_not_null(strstr(c->out, "V Train tok/s (#5) is 9.1 % slower ["), "by its step's time: %s", c->out);
    c = cli_run("cd $D/tree && $H history check --db ../results/history.sqlite --confirm --budget 60");
    cr_assert_eq(c->code, 1, "the same night has the same verdict");
    c = cli_run("cd $D/tree && $H history bisect a/c/hot --db ../results/history.sqlite --budget 30");
    cr_assert_eq(c->code, 1, "%d %s%s", c->code, c->out, c->err);
    cr_assert_not_null(strstr(c->out, "the slow one"), "%s", c->out);
    cr_assert_not_null(strstr(c->err, "it changed with"), "%s", c->err);
    c = cli_run("cd $D/tree && $H history bisect 'V Train' --db ../results/history.sqlite --budget 30");
    cr_assert_eq(c->code, 1, "%d %s%s", c->code, c->out, c->err);
    cr_assert_not_null(strstr(c->err, "the slow one"), "%s", c->err);
    cli_refused(2, "no ancestor",
                "cd $D/tree && $H history bisect a/c/hot --db ../results/history.sqlite --good HEAD --bad HEAD~2");
    cli_refused(2, "cannot be measured alone",
                "cd $D/tree && $H history bisect 'build time' --db ../results/history.sqlite --good HEAD~2 --bad HEAD");
    /* the night after it is the level that is known */
    night(12, bad, 110.1, 5000);
    cli_good("cd $D/tree && $H history check --db ../results/history.sqlite");
}

Test(cli_history, a_suspicion_is_refuted)
{
    char good[41], bad[41];
    checkout();
    machine();
    commit_of("HEAD~5", good);
    commit_of("HEAD~3", bad);
    for (int day = 1; day <= 10; day++)
        night(day, good, 100 + 0.1 * (day % 4), 5000);
    night(11, bad, 110, 5000);
    const struct cli *c =
        cli_good("cd $D/tree && $H history check --db ../results/history.sqlite --confirm --budget 60");
    cr_assert_not_null(strstr(c->out, "2 suspected changes were measured again and refuted."), "%s", c->out);
    /* the machine stays slow: the commit is not asked about again */
    night(12, bad, 110.1, 5000);
    c = cli_good("cd $D/tree && $H history check --db ../results/history.sqlite --confirm --budget 60");
    cr_assert_null(strstr(c->err, "launches of each"), "nothing was measured: %s", c->err);
    /* two nights of one commit: no program can be the reason */
    night(13, bad, 140, 5000);
    c = cli_run("cd $D/tree && $H history check --db ../results/history.sqlite --confirm --budget 60");
    cr_assert(c->code == 0, "%d %s%s", c->code, c->out, c->err);
}

/* ---- what others read ------------------------------------------------------------------------------------- */
static json_t *json_of(const char *name)
{
    size_t n;
    char *text = cli_read(name, &n);
    json_error_t error;
    json_t *root = json_loadb(text, n, 0, &error);
    cr_assert_not_null(root, "%s: %s", name, error.text);
    free(text);
    return root;
}

Test(cli_history, exports)
{
    quiet();
    cli_good("cd $D && for f in bencher smaller bigger google otava csv; do $H history export $f --out x.$f || exit; "
             "done");
    json_t *bencher = json_of("x.bencher");
    const json_t *latency = json_object_get(json_object_get(bencher, "a/c/hot time"), "latency");
    cr_assert_float_eq(json_number_value(json_object_get(latency, "value")), 100, 1e-6);
    cr_assert(json_number_value(json_object_get(latency, "lower_value")) < 100);
    json_decref(bencher);
    json_t *smaller = json_of("x.smaller"), *bigger = json_of("x.bigger");
    cr_assert_eq(json_array_size(smaller), 4);
    cr_assert_eq(json_array_size(bigger), 1);
    cr_assert_not_null(json_object_get(json_array_get(smaller, 0), "unit"));
    json_decref(smaller);
    json_decref(bigger);
    json_t *google = json_of("x.google");
    cr_assert_eq(json_array_size(json_object_get(google, "benchmarks")), 2, "times only");
    json_decref(google);
    cr_assert_eq(cli_lines("x.otava"), 13);
    cli_good("head -n 1 $D/x.otava | grep -q '^time,commit,.*,a_c_hot.time.1,'");
    cr_assert_eq(cli_lines("x.csv"), 61);
    cli_good("grep -q ',doubtful$' $D/x.csv");
    cli_good(
        "cd $D && $H compare x.google x.google --fail-on never >/dev/null 2>&1; test $? -ne 2"); /* it reads ours */
    cli_refused(2, "no format 'xml'", "cd $D && $H history export xml");
}

Test(cli_history, the_page_is_written)
{
    quiet();
    const struct cli *c = cli_good("cd $D && $H history html page");
    cr_assert_not_null(strstr(c->out, "page/index.html"), "%s", c->out);
    static const char *const files[] = {"page/index.html", "page/page.css", "page/page.js", "page/series.js",
                                        "page/data/0.js"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        cr_assert(cli_exists(files[i]), "%s", files[i]);
    cli_good("grep -q 'a/c/hot' $D/page/series.js");
    cli_good("! grep -nE 'https?://' $D/page/index.html $D/page/page.css | grep -v w3.org");
}
