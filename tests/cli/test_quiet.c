/* The exit code of runs whose times do not hold: forced by files that stand for /proc. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/table/csv.h"
#include "tests/cli/cli.h"

TestSuite(cli_quiet, .init = cli_begin, .fini = cli_end);

/* Without an end: the steal that a machine counts in $D/root/proc/stat grows all the time. Written over, never cut off:
 * whoever reads finds a number. */
static const char busy[] = "mkdir -p $D/root/proc && n=1000000 && "
                           "while :; do n=$((n + 1)); echo \"cpu  1 2 3 4 5 6 7 $n 0 0\" 1<>$D/root/proc/stat; done";

/* A row of kernels that its share of a smoke run's second was too short for. */
static bool ran_out_of_time(const struct hy_csv *t, size_t row)
{
    return strcmp(hy_csv_text_of(t, row, "stop_reason"), "timeout") == 0 && hy_csv_number_of(t, row, "samples") < 10;
}

static size_t marked(const char *table)
{
    struct hy_csv t;
    size_t n = 0;
    cr_assert_eq(hy_csv_read(&t, cli_path(table), HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    cr_assert(t.rows > 0);
    for (size_t i = 0; i < t.rows; i++) {
        cr_assert_str_eq(hy_csv_text_of(&t, i, "witness"), "steal");
        n += strcmp(hy_csv_text_of(&t, i, "quality"), "disturbed") == 0 && !ran_out_of_time(&t, i);
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
    const int code =
        cli_run("HYMBENCH_ROOT=$D/root $H ablation --profile smoke --variants Mamba-only --no-report --out $D/b")->code;
    kill(-others, SIGKILL);
    cr_assert_eq(code, 3);
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
    /* calls of milliseconds: longer than the others are ever kept from a processor on a busy machine */
    const int fixed = cli_run("HYMBENCH_ROOT=$D/root $H micro --profile smoke --filter hy_scan_bwd_f32_base "
                              "--benchmark_min_time=50x")
                          ->code;
    const struct cli *c = cli_run(micro);
    kill(-others, SIGKILL);
    cr_assert_eq(fixed, 3, "so many samples, all of them disturbed: it ends all the same");
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
        cr_assert(strcmp(hy_csv_text_of(&t, i, "quality"), "disturbed") != 0 || ran_out_of_time(&t, i));
    }
    hy_csv_fini(&t);
}

static int count(const char *text, const char *word)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, word)); at++)
        n++;
    return n;
}

/* Cells of `scaling` with a time of the layers that scan. */
static size_t cells_of_layers(const char *root)
{
    char line[256];
    struct hy_csv t;
    snprintf(line, sizeof line,
             "HYMBENCH_ROOT=$D/%s $H scaling --profile smoke --variant Mamba-only --contexts 32 --batches 256", root);
    const struct cli *c = cli_good(line);
    cr_assert_eq(hy_csv_parse(&t, "scaling", c->out, strlen(c->out), 0, HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    size_t cells = 0;
    for (size_t i = 0; i < t.rows; i++)
        cells += hy_csv_number_of(&t, i, "ssm_layer_us") > 0;
    hy_csv_fini(&t);
    return cells;
}

/* Op tables of bench-decode that are marked. */
static int marked_tables(const char *root)
{
    char line[256];
    snprintf(line, sizeof line,
             "HYMBENCH_ROOT=$D/%s $H bench-decode --profile smoke --variant Mamba-only --contexts 8 --batch 256 "
             "--rounds 1",
             root);
    return count(cli_good(line)->out, "(disturbed: these times do not hold)");
}

/* The times of ops and layers are taken under a witness: what is disturbed is left out, or marked. */
Test(cli_quiet, times_of_ops_and_layers_have_a_witness, .timeout = 240)
{
    cli_good("mkdir -p $D/still/proc && echo 'cpu  1 2 3 4 5 6 7 8 0 0' >$D/still/proc/stat");
    cr_assert_eq(cells_of_layers("still"), 1);
    cr_assert_eq(marked_tables("still"), 0);

    /* whoever counts the steal needs a processor at the time: prompts and tokens of so many sequences take a while, and
     * not every try disturbs */
    pid_t others = cli_start(busy);
    cli_await_lines("root/proc/stat", 1, others);
    bool left_out = false, marked_one = false;
    for (int tries = 0; tries < 10 && !left_out; tries++)
        left_out = cells_of_layers("root") == 0;
    for (int tries = 0; tries < 10 && !marked_one; tries++)
        marked_one = marked_tables("root") > 0;
    kill(-others, SIGKILL);
    cr_assert(left_out, "the cell of a disturbed stretch is empty");
    cr_assert(marked_one, "the table is marked");
}
