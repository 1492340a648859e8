/* ci/gpu_check.sh where there is no GPU: its plan, what becomes of steps that take too long, and what it leaves, with a
 * program that stands for ours (tests/ci/gpu/hymbench.sh); and all of it on the rig. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/ci/script.h"

static char folder[64];

/* $T: a folder of the test's own; no variable of the caller's is heard. */
static void begin(void)
{
    static const char *const unset[] = {"OUT",      "DRY_RUN",   "ONLY",       "BUDGET",    "LIMITS", "WORK",
                                        "HYMBENCH", "GPU_TESTS", "NCU",        "SANITIZER", "SMALL",  "VARIANTS",
                                        "NVCC",     "PYTHON",    "MOST_BYTES", "MAKEFLAGS"};
    for (size_t i = 0; i < sizeof unset / sizeof *unset; i++)
        unsetenv(unset[i]);
    strcpy(folder, "/tmp/hymbench-gpu-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    setenv("T", folder, 1);
}

static void end(void)
{
    cr_assert_eq(script_run("rm -r $T"), 0);
}

TestSuite(gpu_check, .init = begin, .fini = end);

/* The stand-in, no tools, and results in $T/out. */
#define STAND_IN                                                                                                       \
    "HYMBENCH=$PWD/tests/ci/gpu/hymbench.sh GPU_TESTS=true PYTHON=/nowhere/python NVIDIA_SMI=/nowhere/smi VARIANTS=V " \
    "OUT=$T/out "

Test(gpu_check, the_plan_fits_its_budget_and_names_every_command)
{
    static const char *const parts[] = {
        "gpu-tests -j",
        "train --profile smoke --variant VARIANT --steps 5 --dropout 0 --device cuda --precision tf32",
        "train --profile quick --variant Hybrid-Mine --steps 200",
        "bench-step --profile full --variant Official-NoMeta --device cuda --precision bf16",
        "peers.py --device cuda",
        "attention.py",
        "compute-sanitizer --tool memcheck",
        "compute-sanitizer --tool racecheck",
        "--ranges",
        "ncu --clock-control none",
        "ablation --profile quick --device cuda --precision bf16",
        "-a rows=[5600000]",
        "--contexts 1024,4096,16384,65536"};
    cr_assert_eq(script_run("DRY_RUN=1 ci/gpu_check.sh 2>&1"), 0, "%s", script_said);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        script_says(parts[i]);
    /* of every step, in the order of worth, and their sum */
    static const char *const steps[] = {"device",   "tests",     "parity", "curve", "step",  "micro", "peers",
                                        "memcheck", "racecheck", "cupti",  "ncu",   "study", "large", "scaling"};
    long sum = 0;
    const char *at = script_said;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        char line[64];
        snprintf(line, sizeof line, "# %-10s at most ", steps[i]);
        at = strstr(at, line);
        cr_assert_not_null(at, "step %s is not where it belongs:\n%s", steps[i], script_said);
        at += strlen(line);
        sum += strtol(at, NULL, 10);
    }
    cr_assert_gt(sum, 0);
    cr_assert_lt(sum, 540);
    char all[64];
    snprintf(all, sizeof all, "# all of them: at most %ld s of a budget of 540 s", sum);
    script_says(all);
}

Test(gpu_check, no_gpu_is_one_sentence)
{
    cr_assert_eq(script_run(STAND_IN "NO_GPU=1 ci/gpu_check.sh 2>&1"), 4);
    cr_assert_str_eq(script_said, "gpu-check: no GPU answers here: hymbench: no CUDA device: it is not there\n");
    /* and where there is no program either */
    cr_assert_eq(
        script_run(
            "mkdir -p $T/kit/ci && cp ci/gpu_*.sh $T/kit/ci && NVCC=/nowhere/nvcc bash $T/kit/ci/gpu_check.sh 2>&1"),
        3);
    script_says("there is no program here");
}

Test(gpu_check, what_makes_no_sense_is_2)
{
    cr_assert_eq(script_run(STAND_IN "BUDGET=long ci/gpu_check.sh 2>&1"), 2);
    cr_assert_eq(script_run(STAND_IN "ONLY='device decoding' ci/gpu_check.sh 2>&1"), 2);
    script_says("there is no step 'decoding'");
}

/* A kit brings its programs, and needs neither make nor compiler. */
Test(gpu_check, a_kit_is_enough)
{
    cr_assert_eq(
        script_run(
            "mkdir -p $T/kit/bin $T/kit/ci && cp ci/gpu_*.sh ci/*.awk $T/kit/ci && cp tests/ci/gpu/hymbench.sh "
            "$T/kit/bin/hymbench && printf '#!/bin/sh\\n' >$T/kit/bin/gpu-tests && chmod +x $T/kit/bin/* && "
            "mkdir $T/tools && for f in bash sh awk sed grep cat cp mv rm mkdir mktemp timeout tar gzip head tail cut "
            "sort "
            "tr wc find ls date dirname env nproc xargs tee printf paste sleep uname; do ln -s $(command -v $f) "
            "$T/tools; done"),
        0, "%s", script_said);
    cr_assert_eq(
        script_run("cd / && PATH=$T/tools OUT=$T/out ONLY='device tests scaling' VARIANTS=V NVCC=/nowhere/nvcc "
                   "$T/kit/ci/gpu_check.sh 2>&1"),
        0, "%s", script_said);
    cr_assert_eq(script_run("cat $T/out/summary.csv"), 0);
    script_says("\ntests,");
    script_says("\nscaling,");
}

/* Whether the stand-in's process ends soon; nobody may have fetched its exit code yet. */
#define GONE                                                                                                       \
    "pid=$(cat $T/slow); for i in $(seq 50); do [ -e /proc/$pid ] && ! grep -q ') Z ' /proc/$pid/stat || exit 0; " \
    "sleep 0.1; done; exit 1"

Test(gpu_check, a_step_that_takes_too_long_is_stopped_with_all_that_it_started)
{
    cr_assert_eq(script_run(STAND_IN
                            "SLOW=micro ONLY='device micro scaling' LIMITS='device=2 micro=1 scaling=2' BUDGET=13 "
                            "ci/gpu_check.sh 2>&1"),
                 1, "%s", script_said);
    cr_assert_eq(script_run("grep -c ',ok$' $T/out/summary.csv; grep '^micro,' $T/out/summary.csv"), 0);
    script_says("2\nmicro,"); /* the steps before and behind it */
    script_says(",stopped after ");
    cr_assert_eq(script_run(GONE), 0, "it still runs");
    /* nor does it help not to listen */
    cr_assert_eq(script_run(STAND_IN "DEAF=1 SLOW=micro ONLY=micro LIMITS=micro=1 BUDGET=12 ci/gpu_check.sh 2>&1"), 1,
                 "%s", script_said);
    script_says("stopped after ");
    cr_assert_eq(script_run(GONE), 0, "it still runs");
}

Test(gpu_check, what_was_finished_is_kept_when_time_runs_out)
{
    cr_assert_eq(script_run(STAND_IN
                            "SLOW=micro ONLY='device micro scaling' LIMITS='device=1 micro=9 scaling=9' BUDGET=11 "
                            "ci/gpu_check.sh 2>&1"),
                 1, "%s", script_said);
    cr_assert_eq(script_run("cat $T/out/summary.csv"), 0);
    script_says(",ok\nmicro,");
    script_says(" s\nscaling,0,0,stopped before it began: the 11 s are over\n");
    cr_assert_eq(script_run("cat $T/out/summary.md"), 0);
    script_says("# Stand-in GPU, 80GB: what it does");
    script_says("## micro");
}

Test(gpu_check, a_failure_is_shown_and_the_rest_goes_on)
{
    cr_assert_eq(script_run(STAND_IN "BREAKS=micro ONLY='device peers micro scaling' ci/gpu_check.sh 2>&1"), 1, "%s",
                 script_said);
    script_says("hymbench: it broke");
    cr_assert_eq(script_run("cat $T/out/summary.csv"), 0);
    script_says(",failed (4)\n");
    script_says(",skipped: there is no /nowhere/python\n");
    script_says("scaling,0,");
    cr_assert_eq(script_run("cat $T/out/figures.csv"), 0);
    script_says("decode: V; context 1024,7,tokens/s,ok,Stand-in GPU; 80GB,0123456789ab,20");
    /* measured beside others is no failure */
    cr_assert_eq(script_run(STAND_IN "CODE=3 ONLY=scaling ci/gpu_check.sh 2>&1"), 0, "%s", script_said);
    script_says("ok: times do not hold");
}

Test(gpu_check, eight_flat_files_of_16_mib_at_most)
{
    cr_assert_eq(script_run(STAND_IN "LARGE=1 MOST_BYTES=40000 ONLY='device scaling study' ci/gpu_check.sh 2>&1"), 0,
                 "%s", script_said);
    cr_assert_eq(
        script_run("cd $T/out && ls -A | wc -l && ls -A | sort | tr '\\n' ' ' && find . -mindepth 1 ! -type f | wc -l"),
        0);
    cr_assert_str_eq(
        script_said,
        "8\ndevice.json figures.csv logs.tar.gz report.pdf study.tar.gz summary.csv summary.md tables.tar.gz 0\n");
    cr_assert_eq(script_run("find $T/out -size +40000c | wc -l"), 0);
    cr_assert_str_eq(script_said, "0\n");
    cr_assert_eq(script_run("cat $T/out/summary.md; tar -tzf $T/out/tables.tar.gz"), 0);
    script_says("Too large to come back: tables/large.bin");
    script_says("tables/scaling.csv");
}

/* ---- what is kept of it ------------------------------------------------------------------------ */

#define KEEP "HYMBENCH=$PWD/tests/ci/gpu/hymbench.sh BASELINES=$T/kept TABLE=$T/table.md ci/gpu_baseline.sh "

Test(gpu_check, a_baseline_replaces_its_devices_rows)
{
    cr_assert_eq(script_run("cp docs/gpu-results.md $T/table.md && " STAND_IN
                            "ONLY='device scaling study' ci/gpu_check.sh >/dev/null && " KEEP "$T/out 2>&1"),
                 0, "%s", script_said);
    cr_assert_eq(script_run("cat $T/table.md $T/kept/gpu-Stand-in-GPU-80GB/report.pdf && ls $T/kept/*"), 0);
    script_says("| decode: V; context 1024 | 7 | tokens/s | Stand-in GPU; 80GB | 0123456789ab | 20");
    script_says("%PDF of ");
    script_says("summary.csv\nsummary.md\ntables\n");
    /* again: nothing changes */
    cr_assert_eq(script_run("cp -r $T/table.md $T/kept $T/out && " KEEP
                            "$T/out >/dev/null 2>&1 && cmp $T/table.md $T/out/table.md && "
                            "diff -r $T/kept $T/out/kept"),
                 0, "%s", script_said);
    /* a newer run takes its place, another device's stays */
    cr_assert_eq(
        script_run(STAND_IN
                   "GPU=Other ONLY=scaling ci/gpu_check.sh >/dev/null && " KEEP "$T/out >/dev/null 2>&1 && " STAND_IN
                   "COMMIT=fedcba9876543210 RATE=2000 ONLY=scaling ci/gpu_check.sh >/dev/null && " KEEP "$T/out 2>&1"),
        0, "%s", script_said);
    cr_assert_eq(
        script_run(
            "grep -c '^| prefill' $T/table.md && grep '^| prefill' $T/table.md && grep -c 'No run has' $T/table.md"),
        1);
    script_says("4\n"); /* two variants of two devices */
    script_says("| prefill: V; context 1024 | 1000 | tokens/s | Other | 0123456789ab |");
    script_says("| prefill: V; context 1024 | 2000 | tokens/s | Stand-in GPU; 80GB | fedcba987654 |");
}

Test(gpu_check, a_baseline_of_anything_else_is_2)
{
    cr_assert_eq(script_run(KEEP "2>&1"), 2);
    cr_assert_eq(script_run(KEEP "$T 2>&1"), 2);
    script_says("has no device.json");
}

/* ---- how training on two devices is compared ------------------------------------------------- */

/* Whether two runs of three steps agree, the second one's last loss being `loss`. */
static int agree(const char *loss)
{
    char command[1024];
    snprintf(command, sizeof command,
             "printf 'step,lr,loss,grad_norm\\n1,1,8,2\\n2,1,7.5,2\\n3,1,7,2\\n' >$T/a && "
             "printf 'step,lr,loss,grad_norm\\n1,1,8.0001,2\\n2,1,7.5,2.0002\\n%s' >$T/b && "
             "awk -f ci/steps_agree.awk $T/a $T/b",
             loss);
    return script_run(command);
}

Test(gpu_check, steps_agree_within_rounding)
{
    cr_assert_eq(agree("3,1,7.0001,2\\n"), 0, "%s", script_said);
    script_says("3 steps agree");
    cr_assert_eq(agree("3,1,7.01,2\\n"), 1, "%s", script_said);
    cr_assert_eq(agree("3,1,7,2.1\\n"), 1, "%s", script_said);
    cr_assert_eq(agree("3,1,nan,2\\n"), 1, "%s", script_said);
    cr_assert_eq(agree(""), 1, "%s", script_said);
    script_says("3 and 2 steps");
    /* what bf16 is allowed */
    cr_assert_eq(agree("3,1,7.1,2\\n"), 1, "%s", script_said);
    cr_assert_eq(script_run("awk -v share=2e-2 -v grow=1.2 -f ci/steps_agree.awk $T/a $T/b"), 0, "%s", script_said);
}

Test(gpu_check, curves_agree_by_tenths)
{
    cr_assert_eq(
        script_run("for f in a b c; do mkdir $T/curve-$f; done; cd $T; one() { awk -v at=$1 -v by=$2 'BEGIN { print "
                   "\"step,lr,loss,grad_norm\"; for (i = 1; i <= 40; i++) print i \",1,\" 8 - i / 10 + (i == at) * "
                   "by \",2\" }'; "
                   "}; one 0 0 >curve-a/steps.csv; one 40 0.08 >curve-b/steps.csv; one 40 0.4 >curve-c/steps.csv; cd "
                   "- >/dev/null; "
                   "awk -f ci/curves_agree.awk $T/curve-a/steps.csv $T/curve-b/steps.csv"),
        0, "%s", script_said);
    script_says("steps,a,b,b ratio\n1-4,");
    script_says("\n37-40,");
    script_says(",1.02020\n"); /* e to the mean of 0.08 over four steps */
    cr_assert_eq(script_run("awk -f ci/curves_agree.awk $T/curve-a/steps.csv $T/curve-c/steps.csv"), 1, "%s",
                 script_said);
    cr_assert_eq(
        script_run(
            "head -n 20 $T/curve-a/steps.csv >$T/curve-b/steps.csv; awk -f ci/curves_agree.awk $T/curve-a/steps.csv "
            "$T/curve-b/steps.csv 2>&1"),
        1);
    script_says("b has 19 steps");
}

/* Times of ops by CUPTI, the forward scan's being `ms`. */
static int cupti(const char *ms)
{
    char command[1024];
    snprintf(command, sizeof command,
             "printf '1000000 2000000 forward scan mamba.scan 0\\n3000000 5000000 forward scan mamba.scan 1\\n' "
             ">$T/ranges && "
             "printf 'variant,op,layer,pass,device_ms,kernels\\nV,scan,0,forward,%s,1\\nV,scan,1,forward,%s,1\\n"
             "W,scan,1,forward,9,1\\nV,step,,,1,5\\n' >$T/ops && awk -v variant=V -v steps=1 -f ci/csv.awk -f "
             "ci/cupti_agrees.awk $T/ranges $T/ops",
             ms, ms);
    return script_run(command);
}

Test(gpu_check, an_op_takes_no_longer_than_its_range)
{
    cr_assert_eq(cupti("1.2"), 0, "%s", script_said);
    script_says("scan,forward,2.400000,3.000000,2,0.8000\n");
    script_says("all,,2.400000,3.000000,,0.8000\n");
    cr_assert_eq(cupti("1.7"), 1, "%s", script_said);
    cr_assert_eq(cupti("0"), 1, "kernels without a time: %s", script_said);
    cr_assert_eq(cupti(""), 77, "%s", script_said);
}
