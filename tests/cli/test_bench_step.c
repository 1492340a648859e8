/* hymbench bench-step for profilers: --capture, --ranges, --perf, --out; and hymbench bench-nvtx. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/cli.h"
#include "tests/cli/study.h"

/* $M: the folder of the mock libraries; $R: the program with the host rig behind its device. */
static void begin(void)
{
    char path[4096];
    static char both[256];
    cli_begin();
    snprintf(path, sizeof path, "%.*s/tests", (int)(strrchr(getenv("H"), '/') - getenv("H")), getenv("H"));
    setenv("M", path, 1);
    snprintf(path, sizeof path, "%s-rig", getenv("H"));
    setenv("R", path, 1);
    snprintf(path, sizeof path, "%s/mock_cuda.so", getenv("M"));
    setenv("HYMBENCH_CUDA_LIB", path, 1);
    snprintf(both, sizeof both, "%s%s", study_hybrid, study_fused);
    study_write("tiny.yaml", 4, 2, "", both);
}

TestSuite(cli_bench_step, .init = begin, .fini = cli_end);

#define STEP " bench-step --config $D/tiny.yaml --profile smoke --variant Hybrid "

/* Whether the build has ranges: a listener was given a log, and is there only then. */
static bool has_nvtx(void)
{
    return cli_exists("nvtx");
}

Test(cli_bench_step, captured_steps_are_ranges_between_start_and_stop)
{
    cli_good("MOCK_CUDA_LOG=$D/cuda NVTX_INJECTION64_PATH=$M/mock_nvtx.so MOCK_NVTX_LOG=$D/nvtx "
             "$H" STEP "--capture 2 --ranges $D/ranges >$D/out");
    cli_good("test ! -s $D/out && test \"$(cat $D/cuda | tr '\\n' ' ')\" = 'start stop '");
    /* an op of each of two steps: begin, end, pass, op, place, layer; in order, without overlap */
    cli_good("test $(grep -c ' forward scan mamba.scan 0$' $D/ranges) = 2");
    cli_good("test $(grep -c ' update adamw adamw -1$' $D/ranges) = 2");
    cli_good("awk '$1 < last || $2 < $1 {exit 1} {last = $2}' $D/ranges");
    if (!has_nvtx())
        cr_skip("this build found no nvtx3 headers");
    cli_good("head -n 1 $D/nvtx | grep -q '^0 capture 2$'");
    cli_good("test $(grep -c '^1 train ' $D/nvtx) = 2");
    cli_good("test $(grep -c '^4 mamba.scan ' $D/nvtx) -ge 4");
    /* the log and the ranges are of the same ops */
    cli_good("test $(wc -l <$D/ranges) = $(grep -vE '^. layer ' $D/nvtx | grep -c '^[34] ')");
}

Test(cli_bench_step, on_a_device_steps_also_run_as_they_are_trained)
{
    cli_good("NVTX_INJECTION64_PATH=$M/mock_nvtx.so MOCK_NVTX_LOG=$D/nvtx $R" STEP "--device cuda --capture 3");
    if (!has_nvtx())
        cr_skip("this build found no nvtx3 headers");
    cli_good("test $(grep -c '^1 whole ' $D/nvtx) = 3 && test $(grep -c '^1 train ' $D/nvtx) = 3");
    cli_good("awk '$2 == \"train\" {t = 1} $2 == \"whole\" && t {exit 1}' $D/nvtx");
}

Test(cli_bench_step, without_a_listener_there_are_no_ranges_and_no_harm)
{
    cli_good("HYMBENCH_CUDA_LIB=/nowhere $H" STEP "--capture 1 && HYMBENCH_NVTX=0 $H" STEP "--capture 1");
}

#define COUNT "micro --device cuda --profile smoke --filter 'hy_pick' --csv $D/c.csv --cupti-metrics launches.sum"

Test(cli_bench_step, under_a_profiler_its_own_tracing_stands_back)
{
    setenv("HYMBENCH_CUPTI_LIB", cli_good("printf '%s' $M/mock_counters.so")->out, 1);
    cli_refused(3, "Nsight Systems is at work (NSYS_PROFILING_SESSION_ID is set)",
                "NSYS_PROFILING_SESSION_ID=7 $R " COUNT);
    cli_refused(3, "Nsight Compute is at work", "NV_NSIGHT_INJECTION_PORT_BASE=49152 $R " COUNT);
    cli_good("$R " COUNT);
}

/* Two variants into one folder; the first one again replaces its rows alone. */
Test(cli_bench_step, tables_of_several_variants)
{
    const struct cli *c = cli_run("$H" STEP "--rounds 1 --perf --out $D/steps");
    cr_assert(cli_settled(c), "exit %d: %s", c->code, c->err);
    cr_assert(strstr(c->out, ",witness,quality,joules_per_token\n"), "%s", c->out);
    cr_assert(strstr(c->out, ",\n"), "of a host nobody counts energy: %s", c->out);
    cr_assert(strstr(c->out, "per step, counted in a repeat of its own:"), "%s", c->out);
    cr_assert(strstr(c->out, "Mcycles") || strstr(c->err, "no cycles, instructions or cache misses: "), "%s", c->err);
    if (strstr(c->out, "CPU ms"))
        cli_good("grep -q '^,scan,forward,f32,Hybrid,,,cpu_time,' $D/steps/counters.csv");
    cr_assert(cli_settled(cli_run("$H bench-step --config $D/tiny.yaml --profile smoke --variant Fused --rounds 1 "
                                  "--out $D/steps")));
    cli_good("cp $D/steps/ops.csv $D/before.csv; cp $D/steps/counters.csv $D/c.csv");
    cr_assert(cli_settled(cli_run("$H" STEP "--rounds 1 --perf --out $D/steps")));
    cli_good("test $(wc -l <$D/before.csv) = $(wc -l <$D/steps/ops.csv)");
    cli_good("test $(wc -l <$D/c.csv) = $(wc -l <$D/steps/counters.csv)");
    cli_good("grep '^Fused,' $D/before.csv >$D/a && grep '^Fused,' $D/steps/ops.csv >$D/b && test -s $D/a");
    cli_same_file("a", "b");
    cli_good("test -s $D/steps/env.json && $H ops $D/steps --variant Hybrid --against Fused");
}

Test(cli_bench_step, what_does_not_go_together)
{
    cli_refused(2, "--capture", "$H" STEP "--ranges $D/r");
    cli_refused(2, "--perf", "$H" STEP "--capture 1 --perf");
    cli_refused(2, "--out", "$H" STEP "--capture 1 --out $D/o");
    cli_refused(2, "leave out", "$H" STEP "--capture 1 --estimate h200");
    cli_refused(2, "--device cpu", "$R" STEP "--device cuda --perf");
    cli_refused(2, "from 1 to", "$H" STEP "--capture 0");
    cli_print("file", "x\n");
    cr_assert_neq(cli_run("$H" STEP "--rounds 1 --out $D/file/x")->code, 0);
    cli_good("mkdir $D/bad && echo 'variant;op' >$D/bad/ops.csv");
    cr_assert_eq(cli_run("$H" STEP "--rounds 1 --out $D/bad")->code, 2);
}

/* ---- what a range costs ------------------------------------------------------------------- */

#define NVTX "bench-nvtx --config $D/tiny.yaml --profile smoke --variant Hybrid --rounds 3 "

Test(cli_bench_step, a_range_off_without_and_with_a_listener)
{
    const struct cli *c = cli_run("$H " NVTX "--listener $M/mock_nvtx.so");
    if (c->code == 3 && strstr(c->err, "no NVTX ranges"))
        cr_skip("this build found no nvtx3 headers");
    cr_assert(cli_settled(c), "exit %d: %s", c->code, c->err);
    double off, none, heard, share;
    int ranges;
    cr_assert(strstr(c->out, "variant,listener,ranges_per_step,range_ns,step_ms,share_pct,disturbed_pct,"));
    cr_assert_eq(sscanf(strstr(c->out, "\nHybrid,off,"), "\nHybrid,off,%d,%lf", &ranges, &off), 2, "%s", c->out);
    cr_assert_eq(sscanf(strstr(c->out, "\nHybrid,none,"), "\nHybrid,none,%*d,%lf", &none), 1);
    cr_assert_eq(
        sscanf(strstr(c->out, "\nHybrid,mock_nvtx.so,"), "\nHybrid,mock_nvtx.so,%*d,%lf,%*f,%lf", &heard, &share), 2);
    cr_assert_gt(ranges, 50);
    cr_assert(off < none && none < heard, "%g, %g, %g ns", off, none, heard);
    cr_assert(share > 0 && share < 100);
    c = cli_run("$H " NVTX);
    cr_assert(cli_settled(c) && !strstr(c->out, "mock"), "%s", c->out);
    cli_refused(2, "does not listen", "$H " NVTX "--listener /nowhere/lib.so");
}
