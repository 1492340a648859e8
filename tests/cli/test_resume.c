/* Runs that were stopped, politely or not, and what --resume makes of them. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/cli.h"
#include "tests/cli/study.h"

TestSuite(cli_resume, .init = cli_begin, .fini = cli_end);

/* Long enough to be caught in the middle of the second variant, with states in between. */
enum { STEPS = 120, EVAL_EVERY = 15 };

static void write_study(void)
{
    char variants[128];
    snprintf(variants, sizeof variants, "%s%s", study_mamba, study_hybrid);
    study_write("tiny.yaml", STEPS, EVAL_EVERY, "", variants);
}

static void same_outcome(const char *resumed)
{
    static const char *const files[] = {"history.csv",
                                        "steps.csv",
                                        "samples.csv",
                                        "evaluation.csv",
                                        "variants.csv",
                                        "config.yaml",
                                        "weights/Mamba-s42.safetensors",
                                        "weights/Hybrid-s42.safetensors"};
    char a[128], b[128];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(a, sizeof a, "whole/run/%s", files[i]);
        snprintf(b, sizeof b, "%s/run/%s", resumed, files[i]);
        cli_same_file(a, b);
    }
    snprintf(b, sizeof b, "%s/run/ablation_results.csv", resumed);
    cli_same_table("whole/run/ablation_results.csv", b,
                   "Time (min),Train tok/s,Prefill tok/s,Decode tok/s,Peak memory (MiB)");
    snprintf(b, sizeof b, "%s/run/unfinished", resumed);
    cr_assert(!cli_exists(b), "the resumed run is finished");
    snprintf(b, sizeof b, "! find $D/%s/run -name '*.tmp.*' | grep .", resumed);
    cli_good(b);
}

Test(cli_resume, killed_in_the_middle)
{
    write_study();
    cli_good("$H ablation --config $D/tiny.yaml --no-report --out $D/whole/run");

    /* first somewhere in the first variant, then in the second, past its first state */
    pid_t p = cli_start("exec $H ablation --config $D/tiny.yaml --no-report --out $D/cut/run");
    cli_await_file("cut/run/state/Mamba-s42.safetensors", p);
    kill(p, SIGKILL);
    cr_assert_eq(cli_wait(p)->code, 128 + SIGKILL);
    cr_assert(!cli_exists("cut/run/weights/Mamba-s42.safetensors"), "it was to be cut short");

    /* as if it had been killed while it wrote; a live process's file stays */
    cli_good("for f in kernels.csv weights/x.safetensors state/y records/z; do : >$D/cut/run/$f.tmp.999999999; done");
    p = cli_start("exec $H ablation --no-report --resume --out $D/cut/run");
    cli_await_lines("cut/run/steps.csv", 1 + STEPS + EVAL_EVERY + EVAL_EVERY / 2, p);
    kill(p, SIGKILL);
    cr_assert_eq(cli_wait(p)->code, 128 + SIGKILL);
    cr_assert(cli_exists("cut/run/weights/Mamba-s42.safetensors"));
    cr_assert(!cli_exists("cut/run/weights/Hybrid-s42.safetensors"), "it was to be cut short");
    cr_assert(cli_exists("cut/run/unfinished"));

    /* as if the last write had been torn */
    cli_good("printf 'Hybrid,42,3' >>$D/cut/run/steps.csv; printf 'Hyb' >>$D/cut/run/history.csv");
    cli_good("$H ablation --resume --no-report --out $D/cut/run");
    same_outcome("cut");
}

/* Its table is open then, and so is whatever else is written in pieces. */
Test(cli_resume, killed_while_kernels_are_measured)
{
    static const char *const options = "ablation --profile smoke --variants Mamba-only --no-report";
    char line[256];
    cli_good("mkdir -p $D/w/results && ln -s nowhere $D/w/results/latest.tmp.999999999");
    snprintf(line, sizeof line, "cd $D/w && exec $H %s", options);
    pid_t p = cli_start(line);
    while (cli_running(p) && cli_run("ls $D/w/results/*/kernels.csv.tmp.*")->code != 0)
        ;
    kill(p, SIGKILL);
    cr_assert_eq(cli_wait(p)->code, 128 + SIGKILL);
    cli_good("ls $D/w/results/*/kernels.csv.tmp.*");
    snprintf(line, sizeof line, "cd $D/w && $H %s --resume", options);
    cli_good(line);
    cli_good("test -s $D/w/results/latest/kernels.csv && ! find $D/w/results -name '*.tmp.*' | grep .");
}

static void interrupt(int sig, const char *folder, const char *start, const char *resume)
{
    char log[64];
    snprintf(log, sizeof log, "%s/run/steps.csv", folder);
    pid_t p = cli_start(start);
    cli_await_lines(log, 1 + EVAL_EVERY / 2, p);
    kill(p, sig);
    const struct cli *c = cli_wait(p);
    cr_assert_eq(c->code, 130, "exit %d: %s", c->code, c->err);
    cr_assert_not_null(strstr(c->err, "hymbench: "), "it says what to do: %s", c->err);
    cr_assert_not_null(strstr(c->err, "--resume"), "it says what to do: %s", c->err);
    snprintf(log, sizeof log, "%s/run/state/Mamba-s42.safetensors", folder);
    cr_assert(cli_exists(log), "the state is kept");
    cli_good(resume);
    same_outcome(folder);
}

Test(cli_resume, interrupted)
{
    write_study();
    cli_good("$H ablation --config $D/tiny.yaml --no-report --out $D/whole/run");
    interrupt(SIGINT, "int", "exec $H ablation --config $D/tiny.yaml --no-report --out $D/int/run",
              "$H ablation --config $D/tiny.yaml --no-report --resume --out $D/int/run");
    interrupt(SIGTERM, "term", "exec $H ablation --config $D/tiny.yaml --no-report --out $D/term/run",
              "$H ablation --no-report --resume --out $D/term/run");
}

/* Blocked and caught signals of a thread: bit n - 1 is signal n. */
static unsigned long signal_mask(const char *status, const char *field)
{
    const char *at = strstr(status, field);
    cr_assert_not_null(at, "no %s in %s", field, status);
    return strtoul(at + strlen(field), NULL, 16);
}

/* A handler that ran on a computing thread would lay its frame over what the library's
 * matrix products keep below the stack pointer. */
Test(cli_resume, no_thread_takes_the_signals_itself)
{
    const unsigned long ours = 1ul << (SIGINT - 1) | 1ul << (SIGTERM - 1);
    char line[128];
    study_write("tiny.yaml", 50000, 0, "", study_mamba);
    pid_t p = cli_start("exec $H ablation --config $D/tiny.yaml --threads 2 --no-report --out $D/run");
    cli_await_lines("run/steps.csv", 2, p);
    snprintf(line, sizeof line, "cat /proc/%ld/task/*/status 2>/dev/null || :", (long)p);
    const struct cli *c = cli_good(line);
    int threads = 0, waiting = 0; /* while it waits for them, they are not blocked there */
    for (const char *at = c->out; (at = strstr(at, "\nSigBlk:")); at++, threads++) {
        waiting += (signal_mask(at, "SigBlk:") & ours) != ours;
        cr_assert_eq(signal_mask(at, "SigCgt:") & ours, 0, "there is a handler: %s", at);
    }
    cr_assert_eq(waiting, 1, "%d of %d threads would take them", waiting, threads);
    cr_assert(threads >= 3, "%d threads, not two that compute and one that waits", threads);
    kill(p, SIGTERM);
    cr_assert_eq(cli_wait(p)->code, 130);
}

/* Without --out the newest unfinished run of the same configuration is taken up. */
Test(cli_resume, newest_unfinished)
{
    study_write("tiny.yaml", 50000, 5, "", study_mamba);
    cli_good("mkdir $D/w");
    pid_t p = cli_start("cd $D/w && exec $H ablation --config $D/tiny.yaml --no-report");
    cli_await_file("w/results", p);
    while (cli_running(p) && cli_run("ls $D/w/results/*/state/*.safetensors")->code != 0)
        ;
    kill(p, SIGTERM);
    cr_assert_eq(cli_wait(p)->code, 130);
    cli_refused(3, "no unfinished run", "cd $D/w && $H ablation --config $D/tiny.yaml --seed 1 --resume --no-report");
    p = cli_start("cd $D/w && exec $H ablation --config $D/tiny.yaml --no-report --resume 2>$D/resumed.err");
    while (cli_running(p) && cli_run("grep -q resumed $D/resumed.err")->code != 0)
        ;
    kill(p, SIGTERM);
    const struct cli *c = cli_wait(p);
    cr_assert_eq(c->code, 130, "exit %d: %s", c->code, c->err);
    cr_assert_eq(cli_run("test $(ls $D/w/results | wc -l) = 1")->code, 0, "no second folder");
}

Test(cli_resume, only_what_was_begun)
{
    study_write("tiny.yaml", 3, 0, "", study_mamba);
    cli_good("$H ablation --config $D/tiny.yaml --no-report --out $D/run");
    cli_good("cp -r $D/run $D/before");
    cli_refused(2, "--resume", "$H ablation --config $D/tiny.yaml --no-report --out $D/run");
    cli_refused(2, "another configuration",
                "$H ablation --config $D/tiny.yaml --steps 9 --no-report --resume --out $D/run");
    cli_good("tac $D/text.txt >$D/other.txt");
    cli_refused(2, "another text", "$H ablation --data $D/other.txt --no-report --resume --out $D/run");
    cli_same_file("before/history.csv", "run/history.csv");
    cli_same_file("before/config.yaml", "run/config.yaml");
    cli_same_file("before/weights/Mamba-s42.safetensors", "run/weights/Mamba-s42.safetensors");
    /* a finished one has nothing left to do */
    cli_good("$H ablation --no-report --resume --out $D/run");
    cli_same_file("before/history.csv", "run/history.csv");
    cli_same_file("before/ablation_results.csv", "run/ablation_results.csv");
}

Test(cli_resume, one_folder_one_run)
{
    study_write("tiny.yaml", 50000, 0, "", study_mamba);
    pid_t p = cli_start("exec $H ablation --config $D/tiny.yaml --no-report --out $D/run 2>$D/first.err");
    cli_await_lines("run/steps.csv", 2, p);
    cli_good("cp $D/run/config.yaml $D/config.kept");
    cli_refused(2, "already holds a run", "$H ablation --config $D/tiny.yaml --no-report --out $D/run");
    cli_refused(2, "locked by process", "$H ablation --config $D/tiny.yaml --no-report --resume --out $D/run");
    cr_assert(cli_running(p), "the first run goes on");
    cli_same_file("config.kept", "run/config.yaml");
    kill(p, SIGTERM);
    cr_assert_eq(cli_wait(p)->code, 130);
}
