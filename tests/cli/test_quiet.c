/* The exit code of runs whose times do not hold: forced by files that stand for /proc. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "report/table/csv.h"
#include "tests/cli/cli.h"

TestSuite(cli_quiet, .init = cli_begin, .fini = cli_end);

/* Without an end: the steal that a machine counts in $D/root/proc/stat grows all the time. Written over, never cut off:
 * whoever reads finds a number. */
static const char busy[] = "mkdir -p $D/root/proc && n=1000000 && "
                           "while :; do n=$((n + 1)); echo \"cpu  1 2 3 4 5 6 7 $n 0 0\" 1<>$D/root/proc/stat; done";

static size_t marked(const char *table)
{
    struct hy_csv t;
    size_t n = 0;
    cr_assert_eq(hy_csv_read(&t, cli_path(table), HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    cr_assert(t.rows > 0);
    for (size_t i = 0; i < t.rows; i++) {
        cr_assert_str_eq(hy_csv_text_of(&t, i, "witness"), "steal");
        n += strcmp(hy_csv_text_of(&t, i, "quality"), "disturbed") == 0;
    }
    hy_csv_fini(&t);
    return n;
}

Test(cli_quiet, a_disturbed_study_is_complete_and_inconclusive)
{
    pid_t others = cli_start(busy);
    cli_await_lines("root/proc/stat", 1, others);
    const struct cli *c =
        cli_run("HYMBENCH_ROOT=$D/root $H ablation --profile smoke --variants Mamba-only --out $D/run");
    kill(-others, SIGKILL);
    cr_assert_eq(c->code, 3, "exit %d: %s", c->code, c->err);
    cr_assert_not_null(strstr(c->err, "hymbench: inconclusive: "), "%s", c->err);
    cr_assert(cli_exists("run/report.pdf"), "the report is there");
    cr_assert_not(cli_exists("run/unfinished"), "and the run complete");
    cr_assert_gt(marked("run/runs.csv") + marked("run/ops.csv") + marked("run/kernels.csv"), 0);
    cr_assert_eq(cli_run("ci/settled.sh sh -c 'exit 3' && ci/settled.sh true && ! ci/settled.sh sh -c 'exit 4'")->code,
                 0);
}

/* No file says anything: nothing is disturbed, and what is left is whether the yardsticks hold. */
Test(cli_quiet, without_witnesses_nothing_is_disturbed)
{
    cr_assert_eq(cli_run("mkdir -p $D/root/proc && echo 'cpu  1 2 3 4 5 6 7 8 0 0' >$D/root/proc/stat")->code, 0);
    cli_good("HYMBENCH_ROOT=$D/root $H ablation --profile smoke --variants Mamba-only --out $D/run");
    cr_assert_eq(marked("run/runs.csv"), 0);
    cr_assert_eq(marked("run/ops.csv"), 0);
    cr_assert_eq(marked("run/kernels.csv"), 0);
}

/* The numbers of a training are the same whoever looks on. */
Test(cli_quiet, a_witness_changes_no_number)
{
    cli_good("$H ablation --profile smoke --variants Mamba-only --no-report --out $D/a");
    pid_t others = cli_start(busy);
    cli_await_lines("root/proc/stat", 1, others);
    cr_assert_eq(
        cli_run("HYMBENCH_ROOT=$D/root $H ablation --profile smoke --variants Mamba-only --no-report --out $D/b")->code,
        3);
    kill(-others, SIGKILL);
    cli_same_table("a/steps.csv", "b/steps.csv", "Run");
    cli_same_table("a/history.csv", "b/history.csv", "Run");
}

/* Kernels in seconds: disturbed all the time, and where nobody can look on. */
Test(cli_quiet, kernels_say_who_looked_on)
{
    static const char micro[] =
        "HYMBENCH_ROOT=$D/root $H micro --profile smoke --filter rmsnorm --budget 4 --csv $D/k.csv";
    pid_t others = cli_start(busy);
    cli_await_lines("root/proc/stat", 1, others);
    cr_assert_eq(cli_run("HYMBENCH_ROOT=$D/root $H micro --profile smoke --filter hy_pick_fwd_f32_base "
                         "--benchmark_min_time=5x")
                     ->code,
                 3, "so many samples, all of them disturbed: it ends all the same");
    const struct cli *c = cli_run(micro);
    kill(-others, SIGKILL);
    cr_assert_eq(c->code, 3, "exit %d: %s", c->code, c->err);
    cr_assert_gt(marked("k.csv"), 0);

    cr_assert_eq(cli_run("rm -rf $D/root && mkdir $D/root")->code, 0);
    c = cli_good(micro);
    const char *sentence = strstr(c->err, "nobody vouches for them");
    cr_assert(sentence && !strstr(sentence + 1, "nobody vouches"), "said once: %s", c->err);
    struct hy_csv t;
    cr_assert_eq(hy_csv_read(&t, cli_path("k.csv"), HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    for (size_t i = 0; i < t.rows; i++) {
        cr_assert_str_eq(hy_csv_text_of(&t, i, "witness"), "none");
        cr_assert_str_neq(hy_csv_text_of(&t, i, "quality"), "disturbed");
    }
    hy_csv_fini(&t);
}
