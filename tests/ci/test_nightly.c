/* ci/nightly.sh and ci/compare.sh in a checkout of their own, with scripts for make and the program. */
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernels/base/file.h"
#include "tests/ci/script.h"

static char folder[] = "/tmp/hymbench-night-XXXXXX";

/* Runs a line in the checkout; script_said has what it said. */
static int run(const char *format, ...)
{
    char line[1024];
    va_list list;
    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
    /* what whoever runs the tests asked of their own night is not of this one */
    char *command = hy_format("cd %s/tree && unset BUDGET DB OUT PROFILE FORCE MD CSV && export FAKE_LOG=%s/log "
                              "PATH=%s/bin:\"$PATH\" && { %s; } 2>&1",
                              folder, folder, folder, line);
    const int code = script_run(command);
    free(command);
    return code;
}

static void set_up(void)
{
    cr_assert_not_null(mkdtemp(folder));
    char *line =
        hy_format("mkdir -p %s/bin %s/tree/ci %s/tree/datasets && cp ci/nightly.sh ci/compare.sh ci/settled.sh "
                  "%s/tree/ci && cp .gitignore %s/tree && cp tests/ci/night/hymbench.sh %s && "
                  "cp tests/ci/night/make.sh %s/bin/make",
                  folder, folder, folder, folder, folder, folder, folder);
    cr_assert_eq(system(line), 0);
    free(line);
    cr_assert_eq(run("printf '#!/bin/sh\\necho text data\\necho 1000 200 3\\n' >../bin/size && chmod +x ../bin/size && "
                     "printf '#!/bin/sh\\n' >datasets/fetch.sh && chmod +x datasets/fetch.sh && git init -q . && "
                     "git config user.name n && git config user.email n@n && git add -A && git commit -q -m one"),
                 0, "%s", script_said);
}

static void tear_down(void)
{
    char *line = hy_format("rm -rf %s", folder);
    cr_assert_eq(system(line), 0);
    free(line);
}

TestSuite(nightly, .init = set_up, .fini = tear_down, .timeout = 120);

static void says_not(const char *part)
{
    cr_assert(!strstr(script_said, part), "'%s' is in:\n%s", part, script_said);
}

Test(nightly, measures_adds_asks_and_reports_once)
{
    cr_assert_eq(run("ci/nightly.sh"), 0, "%s", script_said);
    script_says("nothing got worse");
    cr_assert_eq(run("git status --porcelain; cat results/nights/latest/report.md results/nights/latest/run/night.csv"),
                 0);
    script_says("# Night of ");
    script_says("**Nothing got worse.**");
    script_says("one sentence");
    script_says("build processor time,hymbench,s,");
    script_says("size,hymbench,bytes,1200,0,0,1,ok");
    says_not("??");
    cr_assert_eq(run("cat results/nights/latest/run/kernels.csv ../log"), 0);
    script_says("k,1"); /* the repetitions, not the study's short table */
    script_says("check --confirm --budget ");
    script_says("export otava");
    cr_assert_eq(run("ci/nightly.sh"), 0);
    script_says("was measured on this machine before");
    says_not("build ...");
    cr_assert_eq(run("FORCE=1 FAKE_CHECK=1 ci/nightly.sh"), 1, "%s", script_said);
    script_says("something got worse");
    cr_assert_eq(run("FORCE=1 FAKE_CHECK=3 ci/nightly.sh"), 3, "%s", script_said);
    script_says("it is not decided");
    cr_assert_eq(
        run("FAKE_ROWS=\"$(printf 'subject,verdict\\na,same\\nb,regressed\\nc,same\\nd,inconclusive')\" FORCE=1 "
            "ci/nightly.sh && cat results/nights/latest/report.md"),
        0, "%s", script_said);
    script_says("Itself against itself: 1 of 3 verdicts were false; over all nights 1 of 3.");
}

Test(nightly, a_tree_with_changes_is_refused)
{
    cr_assert_eq(run("touch x && ci/nightly.sh"), 2);
    script_says("files that differ from commit ");
    cr_assert_eq(run("FORCE=1 ci/nightly.sh && grep ' check ' ../log"), 0, "%s", script_said);
    says_not("--confirm"); /* it is no commit that could be held against another */
    cr_assert_eq(run("rm x && ci/nightly.sh"), 0, "%s", script_said);
    script_says("build ..."); /* nor did it count as one */
    cr_assert_eq(run("BUDGET=long ci/nightly.sh"), 2);
    script_says("BUDGET=long is no number of seconds");
}

Test(nightly, what_fails_is_said_and_tried_again)
{
    cr_assert_eq(run("FAKE_STUDY=fail ci/nightly.sh"), 4);
    script_says("study failed with exit code 4");
    script_says("no study today");
    cr_assert_eq(run("cat results/nights/latest/run/env.json results/nights/latest/report.md"), 0, "%s", script_said);
    script_says("\"profile\": \"quick\""); /* the kernels went into the history without it */
    script_says("- study: exit code 4");
    cr_assert_eq(run("ci/nightly.sh"), 0, "%s", script_said);
    script_says("study ...");
    script_says("nothing got worse");
}

/* As the last night took it: 50 s a repetition, 100 s a variant, 700 s the tests. */
static void last_night(void)
{
    cr_assert_eq(run("mkdir -p results/nights && "
                     "printf 'quick,micro,10,500\\nquick,study,4,400\\nquick,test,1,700\\n' >results/nights/durations"),
                 0, "%s", script_said);
}

Test(nightly, the_least_informative_is_left_out)
{
    last_night();
    cr_assert_eq(run("BUDGET=1400 ci/nightly.sh"), 0, "%s", script_said);
    script_says("dropped: test time (1600 s with what matters more, ");
    says_not("dropped: repetitions");
    last_night();
    cr_assert_eq(run("FORCE=1 BUDGET=600 ci/nightly.sh && cat results/nights/latest/report.md"), 0, "%s", script_said);
    script_says("3 repetitions of the kernels, 0 variants, tests: 0");
    script_says("## Left out");
    script_says("- three variants of the study");
}

Test(nightly, goes_on_after_an_interruption)
{
    cr_assert_eq(run("FAKE_STUDY=slow ci/nightly.sh & p=$!; until [ -e results/nights/*/study ]; do sleep 0.1; done; "
                     "ci/nightly.sh; echo second $?; kill -TERM $p; wait $p; echo first $?"),
                 0, "%s", script_said);
    script_says("another night is at work here (process ");
    script_says("second 3");
    script_says("interrupted; the next `make nightly` goes on with ");
    script_says("first 130");
    cr_assert_eq(run("ci/nightly.sh && grep -c '^micro' ../log && grep '^ablation' ../log"), 0, "%s", script_said);
    script_says("going on with results/nights/");
    says_not("micro ...");
    script_says("\n1\n");
    script_says("--resume");
}

Test(nightly, a_comparison_says_how_many_launches_would_settle_it)
{
    cr_assert_eq(
        run("export FAKE_ROWS='subject,metric,verdict,needed,n_base,n_fresh\nk/a/hot,time,inconclusive,40,8,8\n"
            "k/c/hot,time,inconclusive,19,8,7\nk/b/hot,time,same,,8,8\nk/d/hot,time,inconclusive,,1,1'; BUDGET=100 "
            "FAKE_COMPARE=3 "
            "ci/compare.sh HEAD; code=$?; cat results/compare.md; exit $code"),
        3, "%s", script_said);
    script_says("### No verdict");
    script_says("**this** against **that**");
    script_says(
        "2 rows are inconclusive. Run 12 more times for half of them, `make compare REF=HEAD BUDGET=250`; 32 more "
        "for all, `make compare REF=HEAD BUDGET=500`.");
    script_says("| `k/c/hot` | run 12 more times |");
    script_says("Of 1 more there are too few observations to say.");
    says_not("k/b/hot");
    cr_assert_eq(run("FAKE_COMPARE=1 ci/compare.sh HEAD; code=$?; cat results/compare.md; exit $code"), 1);
    script_says("### Something regressed");
    cr_assert_eq(run("ci/compare.sh"), 2);
    script_says("give BASE");
}
