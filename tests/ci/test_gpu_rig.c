/* All of ci/gpu_check.sh on the rig (build/hymbench-rig): our kernels run on the host, CUPTI is the tests' own, and
 * programs stand for nvidia-smi, compute-sanitizer and ncu. What it leaves is kept as a baseline, whose report is
 * drawn. */
#include <criterion/criterion.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/ci/script.h"

static char folder[64];

/* $T: a folder; $B: that of the programs. */
static void begin(void)
{
    static const char *const unset[] = {"DRY_RUN", "ONLY", "BUDGET", "LIMITS", "WORK", "NVCC", "MOST_BYTES"};
    for (size_t i = 0; i < sizeof unset / sizeof *unset; i++)
        unsetenv(unset[i]);
    const char *program = getenv("HYMBENCH_BIN");
    char path[4096];
    snprintf(path, sizeof path, "%s", program ? program : "build/hymbench");
    setenv("B", dirname(path), 1);
    strcpy(folder, "/tmp/hymbench-gpu-rig-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    setenv("T", folder, 1);
}

static void end(void)
{
    cr_assert_eq(script_run("rm -r $T"), 0);
}

Test(gpu_rig, the_whole_run, .init = begin, .fini = end, .timeout = 600)
{
#ifdef __SANITIZE_ADDRESS__
    cr_skip("whole programs under sanitizers take minutes");
#endif
    cr_assert_eq(
        script_run("printf '#!/bin/sh\\necho \"GPU 0: SIMT rig (UUID: GPU-1)\"\\n' >$T/smi && chmod +x $T/smi"), 0);
    int code = script_run(
        "B=$(realpath $B) && HYMBENCH=$B/hymbench-rig GPU_TESTS=true NVIDIA_SMI=$T/smi PYTHON=/nowhere/python "
        "NCU=$PWD/tests/ci/gpu/ncu.sh SANITIZER=$PWD/tests/ci/gpu/compute-sanitizer.sh "
        "HYMBENCH_CUPTI_LIB=$B/tests/mock_cupti.so SMALL=1 CONFIG=$PWD/tests/ci/gpu/tiny.yaml VARIANTS=Hybrid-Mine "
        "OUT=$T/out ci/gpu_check.sh 2>&1");
    cr_assert_eq(code, 0, "%s", script_said);
    cr_assert_eq(script_run("cut -d, -f1,4- $T/out/summary.csv | sed 's/ok: times do not hold/ok/' | tr '\\n' ' '"), 0);
    cr_assert_str_eq(script_said,
                     "step,verdict device,ok tests,ok parity,ok curve,ok step,ok micro,ok "
                     "peers,skipped: there is no /nowhere/python memcheck,ok racecheck,ok cupti,ok ncu,ok study,ok "
                     "large,skipped: a device that is simulated has no room for it scaling,ok ");
    cr_assert_eq(script_run("cd $T/out && ls -A | wc -l && find . -mindepth 1 ! -type f | wc -l"), 0);
    cr_assert_str_eq(script_said, "8\n0\n");
    /* what it measured, and by the rig: the same sources as on a GPU, in every precision */
    cr_assert_eq(script_run("cat $T/out/figures.csv"), 0);
    script_says("training steps against the CPU: share of what is allowed: f32,");
    script_says("training steps against the CPU: share of what is allowed: bf16,");
    script_says("training step: Hybrid-Mine; bf16,");
    script_says("launches of a training step: Hybrid-Mine; bf16,");
    script_says("time of ops by CUPTI over that of their ranges,");
    script_says("decode: Hybrid-Mine; context 32,");
    script_says(",SIMT rig,");
    cr_assert_eq(script_run("tar -C $T -xzf $T/out/tables.tar.gz && head -n 1 -q $T/tables/*.csv && cut -d, -f1-3 "
                            "$T/tables/counters.csv && "
                            "wc -l <$T/tables/curve.csv && tar -tzf $T/out/logs.tar.gz"),
                 0, "%s", script_said);
    script_says("scan_backward");
    script_says("logs/racecheck.txt");

    cr_assert_eq(
        script_run("cp docs/gpu-results.md $T/table.md && HYMBENCH=$B/hymbench BASELINES=$T/kept TABLE=$T/table.md "
                   "ci/gpu_baseline.sh $T/out 2>&1"),
        0, "%s", script_said);
    cr_assert_eq(script_run("head -c 5 $T/kept/gpu-SIMT-rig/report.pdf && ls $T/kept/gpu-SIMT-rig/* "
                            "&& cat $T/table.md"),
                 0);
    script_says("%PDF-");
    script_says("ablation_results.csv");
    script_says("| launches of a training step: Hybrid-Mine; bf16 | ");
}
