/* The program on a device: the one with the host rig behind it ($R) does on a machine without a GPU what
 * the real one does on a GPU. */
#include <criterion/criterion.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/table/csv.h"
#include "tests/cli/cli.h"
#include "tests/cli/study.h"

/* $R, beside the program that is tested. */
static void begin(void)
{
    char path[4096];
    cli_begin();
    snprintf(path, sizeof path, "%s-rig", getenv("H"));
    setenv("R", path, 1);
    snprintf(path, sizeof path, "%.*s/tests/mock_counters.so", (int)(strrchr(getenv("H"), '/') - getenv("H")),
             getenv("H"));
    setenv("HYMBENCH_CUPTI_LIB", path, 1);
    study_write("tiny.yaml", 4, 2, "", study_hybrid);
}

TestSuite(cli_device, .init = begin, .fini = cli_end);

Test(cli_device, trains_saves_and_generates_what_the_cpu_does)
{
    double cpu = study_val_loss(cli_good("$H train --config $D/tiny.yaml --variant Hybrid --save $D/cpu.safetensors"));
    double gpu = study_val_loss(
        cli_good("$R train --config $D/tiny.yaml --variant Hybrid --device cuda --save $D/gpu.safetensors"));
    cr_assert_float_eq(gpu, cpu, 1e-4 * cpu, "%g on the device, %g on the CPU", gpu, cpu);
    /* either reads the other's file */
    cli_good("$H generate --weights $D/gpu.safetensors --prompt 'the king' --tokens 6 --temperature 0 >$D/a");
    cli_good(
        "$R generate --device cuda --weights $D/gpu.safetensors --prompt 'the king' --tokens 6 --temperature 0 >$D/b");
    cli_same_file("a", "b");
    cli_good("$H eval --weights $D/cpu.safetensors --text $D/text.txt >$D/c");
    cli_good("$R eval --device cuda --weights $D/cpu.safetensors --text $D/text.txt >$D/d");
    cli_good("paste -d, $D/c $D/d | awk -F, 'NR == 2 && ($4 - $10) ^ 2 < 1e-8 {ok = 1} END {exit !ok}'");
}

Test(cli_device, the_devices_kernels_are_timed_and_auto_takes_the_device)
{
    cli_good("$R micro --device cuda --profile smoke --filter 'hy_(pick|gradnorm)' --min-time 0 --min-samples 2 "
             "--timeout 1 --csv $D/k.csv");
    cli_good("grep -q '^hy_pick_fwd_f32_cuda,pick,fwd,cuda,cuda,f32,' $D/k.csv");
    /* the CPU has no tf32 */
    cli_good("HYMBENCH_DEVICE=auto $R train --config $D/tiny.yaml --variant Hybrid --steps 1 --precision tf32");
}

/* ---- what NVML says ----------------------------------------------------------------------- */

static void use_nvml(void)
{
    char path[4096];
    snprintf(path, sizeof path, "%.*s/tests/mock_nvml.so", (int)(strrchr(getenv("H"), '/') - getenv("H")), getenv("H"));
    setenv("HYMBENCH_NVML_LIB", path, 1);
}

#define PICKS                                                                                                   \
    "$R micro --device cuda --profile smoke --filter 'hy_pick' --min-time 0 --min-samples 4 --timeout 1 --csv " \
    "$D/k.csv"

static double cell(const struct hy_csv *t, size_t row, const char *column)
{
    return hy_csv_number_of(t, row, column);
}

Test(cli_device, rows_say_under_which_conditions_the_device_worked)
{
    struct hy_csv t;
    use_nvml();
    cli_good(PICKS);
    cr_assert_eq(hy_csv_read(&t, cli_path("k.csv"), HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    cr_assert_geq(t.rows, 2);
    for (size_t i = 0; i < t.rows; i++) {
        cr_assert_str_eq(hy_csv_text_of(&t, i, "witness"), "queue+clocks+reasons");
        cr_assert_str_eq(hy_csv_text_of(&t, i, "throttle"), "none");
        cr_assert_eq(cell(&t, i, "disturbed_pct"), 0);
        cr_assert_eq(cell(&t, i, "dropped"), 0);
        cr_assert_eq(cell(&t, i, "clock_ratio"), 1);
        cr_assert_eq(cell(&t, i, "memory_ratio"), 1);
        cr_assert_eq(cell(&t, i, "clock_mhz"), 1980);
        cr_assert_eq(cell(&t, i, "host_bound_pct"), 0);
    }
    hy_csv_fini(&t);
}

Test(cli_device, rows_of_a_device_that_is_held_back_do_not_hold)
{
    struct hy_csv t;
    use_nvml();
    const struct cli *c = cli_run("MOCK_NVML_REASONS=8 " PICKS);
    cr_assert_eq(c->code, 3, "exit %d: %s", c->code, c->err);
    cr_assert_eq(hy_csv_read(&t, cli_path("k.csv"), HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    cr_assert_geq(t.rows, 2);
    for (size_t i = 0; i < t.rows; i++) {
        cr_assert_str_eq(hy_csv_text_of(&t, i, "quality"), "drifted");
        cr_assert_str_eq(hy_csv_text_of(&t, i, "throttle"), "hw slowdown");
        cr_assert_gt(cell(&t, i, "samples"), 0);
    }
    hy_csv_fini(&t);
}

/* 400 W: whatever a token takes, it is more than nothing. */
Test(cli_device, energy_of_training_and_of_tokens_is_counted)
{
    struct hy_csv t;
    use_nvml();
    setenv("MOCK_NVML_WATTS", "400", 1);
    pid_t study = cli_start("exec $R ablation --config $D/tiny.yaml --device cuda --out $D/r");
    while (!(cli_exists("r/scaling.csv") && cli_exists("r/runs.csv") && cli_exists("r/ablation_results.csv")) &&
           cli_running(study))
        usleep(20000);
    kill(study, SIGKILL); /* the kernels behind the trainings take the rig minutes */
    cli_wait(study);
    static const char *const tables[] = {"r/runs.csv", "r/ablation_results.csv"};
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(hy_csv_read(&t, cli_path(tables[i]), HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
        cr_assert_gt(cell(&t, 0, "Joules per 1000 tok"), 0, "%s", tables[i]);
        cr_assert_gt(cell(&t, 0, "Decode joules per 1000 tok"), 0, "%s", tables[i]);
        if (i == 0) {
            cr_assert_str_eq(hy_csv_text_of(&t, 0, "witness"), "clocks+reasons");
            cr_assert_eq(cell(&t, 0, "clock_ratio"), 1);
        }
        hy_csv_fini(&t);
    }
    cr_assert_eq(hy_csv_read(&t, cli_path("r/scaling.csv"), HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    cr_assert_gt(cell(&t, 0, "decode_joules_per_tok"), 0);
    cr_assert(t.rows > 1 && isnan(cell(&t, 1, "decode_joules_per_tok")), "of the sample length alone");
    hy_csv_fini(&t);
}

Test(cli_device, without_a_counter_energy_stays_empty)
{
    struct hy_csv t;
    use_nvml();
    setenv("MOCK_NVML_FAIL", "nvmlDeviceGetTotalEnergyConsumption", 1);
    cli_good("$R scaling --config $D/tiny.yaml --profile smoke --variant Hybrid --device cuda --contexts 32 --batches "
             "1 --energy "
             ">$D/s.csv");
    cr_assert_eq(hy_csv_read(&t, cli_path("s.csv"), HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    cr_assert(cell(&t, 0, "decode_tok_s") > 0 && isnan(cell(&t, 0, "decode_joules_per_tok")));
    hy_csv_fini(&t);
    unsetenv("MOCK_NVML_FAIL");
    cli_good("$R scaling --config $D/tiny.yaml --profile smoke --variant Hybrid --device cuda --contexts 32 --batches "
             "2 --energy "
             ">$D/s.csv");
    cr_assert_eq(hy_csv_read(&t, cli_path("s.csv"), HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    cr_assert_gt(cell(&t, 0, "decode_joules_per_tok"), 0);
    hy_csv_fini(&t);
}

#define COUNT "$R micro --device cuda --profile smoke --filter 'hy_(pick|gradnorm)' --csv $D/c.csv --cupti-metrics "

/* Of every selected call its own launches, however many passes it takes and whatever prepares the cache. */
Test(cli_device, counts_instead_of_timing)
{
    cli_good(COUNT "launches.sum,sm__throughput.avg.pct_of_peak_sustained_elapsed,dram__bytes_read.sum >$D/out");
    cli_good("grep -q '^kernel,op,pass,dtype,case,shape,cold,metric,value,unit,replays,' $D/c.csv");
    cli_good("grep -q '^hy_pick_fwd_f32_cuda,pick,fwd,f32,.*,dram__bytes_read.sum,4096,byte,3,' $D/c.csv");
    cli_good("grep -q '^hy_gradnorm_fwd_f32_cuda,.*,launches.sum,2,launch,3,' $D/c.csv");
    cli_good("grep -q '^hy_pick_fwd_f32_cuda/.*/cold .*launches.sum  *1  launch' $D/out");
    cli_good("awk -F, 'NR > 1 {n++} $8 == \"launches.sum\" {k = $9} $8 ~ /^sm__/ && $9 != 12.5 {bad = 1} "
             "$8 ~ /^dram/ && $9 != 4096 * k {bad = 1} END {exit bad || n < 12 || n % 3}' $D/c.csv");
    cli_good(COUNT "launches.sum");
    cli_good("grep -q '^hy_gradnorm_fwd_f32_cuda,.*,launches.sum,2,launch,1,' $D/c.csv");
}

Test(cli_device, counting_is_refused_with_a_reason)
{
    cli_refused(2, "add --device cuda", "$R micro --device cpu --cupti-metrics launches.sum --csv $D/c.csv");
    cli_refused(2, "leave out --json", COUNT "launches.sum --json $D/k.json");
    cli_refused(2, "no metric 'lunches.sum'", COUNT "launches.sum,lunches.sum");
    cli_refused(3, "/nowhere/libcupti.so", "HYMBENCH_CUPTI_LIB=/nowhere/libcupti.so " COUNT "launches.sum");
    cli_refused(3, "has no cuptiProfilerHost",
                "HYMBENCH_CUPTI_LIB=${HYMBENCH_CUPTI_LIB%counters.so}cupti.so " COUNT "launches.sum");
    static const struct {
        const char *code, *at, *word;
    } faults[] = {
        {"35", "cuptiRangeProfilerEnable", "ERR_NVGPUCTRPERM"},
        {"15", "cuptiProfilerInitialize", "no NVIDIA driver"},
        {"999", "cuptiProfilerGetCounterAvailability", "no NVIDIA driver"},
        {"39", "cuptiProfilerInitialize", "another profiler"},
        {"40", "cuptiDeviceGetChipName", "ERR_NVGPUCTRPERM"},
        {"7", "cuptiRangeProfilerSetConfig", "cuptiRangeProfilerSetConfig gave 7"},
        {"7", "cuptiRangeProfilerPopRange", "cuptiRangeProfilerPopRange gave 7"},
        {"43", "cuptiRangeProfilerDecodeData", "no hardware counters: cuptiRangeProfilerDecodeData gave 43"},
        {"7", "cuptiProfilerHostEvaluateToGpuValues", "no hardware counters"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        setenv("MOCK_CUPTI_FAIL", faults[i].code, 1);
        setenv("MOCK_CUPTI_FAIL_AT", faults[i].at, 1);
        cli_refused(3, faults[i].word, COUNT "launches.sum");
        cr_assert(!cli_exists("c.csv"), "%s at %s leaves a table", faults[i].code, faults[i].at);
    }
}

Test(cli_device, a_device_that_fails_keeps_what_was_done)
{
    const struct cli *c = cli_run("SIMT_FAIL=cudaGraphLaunch:3:700 $R train --config $D/tiny.yaml --variant Hybrid "
                                  "--device cuda --steps 50");
    cr_assert_eq(c->code, 4, "exit %d: %s", c->code, c->err);
    cr_assert(strstr(c->err, "hymbench: "), "%s", c->err);
    /* a study takes it up again; a loss that is not finite would be final */
    cli_run("SIMT_FAIL=cudaGraphLaunch:3:700 $R ablation --config $D/tiny.yaml --steps 50 --device cuda --out $D/r");
    struct hy_csv t;
    cr_assert_eq(hy_csv_read(&t, cli_path("r/ablation_results.csv"), HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    cr_assert_str_eq(hy_csv_text_of(&t, 0, "Model"), "Hybrid");
    cr_assert_str_eq(hy_csv_text_of(&t, 0, "Status"), "failed");
    hy_csv_fini(&t);
    cr_assert(cli_exists("r/unfinished"));
    cli_refused(4, "MiB are needed",
                "SIMT_FAIL=cudaMalloc:6:2 $R train --config $D/tiny.yaml --variant Hybrid --device cuda");
    cli_refused(4, "no NVIDIA driver",
                "SIMT_FAIL=cudaGetDeviceCount:1:35,cudaDriverGetVersion:1:35 $R train --config "
                "$D/tiny.yaml --variant Hybrid --device cuda");
    cli_refused(2, "no CUDA device 3", "$R train --config $D/tiny.yaml --variant Hybrid --device cuda:3");
    cli_refused(2, "--isa", "$R train --config $D/tiny.yaml --variant Hybrid --device cuda --isa avx2");
}

/* Before compute capability 8.0 there are no products but in f32. */
Test(cli_device, an_older_device_does_f32_and_nothing_else)
{
    static const char *const lines[] = {
        "train --config $D/tiny.yaml --variant Hybrid --device cuda",
        "train --config $D/tiny.yaml --variant Hybrid --device auto",
        "ablation --config $D/tiny.yaml --out $D/r --device cuda",
    };
    char line[256];
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        snprintf(line, sizeof line, "SIMT_CAPABILITY=75 $R %s --precision bf16", lines[i]);
        cli_refused(2, "'SIMT rig' has no bf16 products", line);
        snprintf(line, sizeof line, "SIMT_CAPABILITY=75 $R %s --precision tf32", lines[i]);
        cli_refused(2, "compute capability 7.5", line);
    }
    cli_good("SIMT_CAPABILITY=75 $R train --config $D/tiny.yaml --variant Hybrid --device cuda --steps 1");
    cli_good(
        "SIMT_CAPABILITY=80 $R train --config $D/tiny.yaml --variant Hybrid --device cuda --steps 1 --precision bf16");
}

/* Found when the host reads it, told as on the CPU. */
Test(cli_device, a_loss_that_is_not_finite)
{
    cli_good("sed -i 's/ lr: .*/ lr: 100/; s/weight_decay: .*/weight_decay: 1/' $D/tiny.yaml");
    const struct cli *c = cli_run("$R train --config $D/tiny.yaml --variant Hybrid --device cuda --steps 5");
    cr_assert_eq(c->code, 4, "exit %d: %s", c->code, c->err);
    cr_assert(strstr(c->err, "hymbench: variant 'Hybrid': the ") && strstr(c->err, " is not finite at step "), "%s",
              c->err);
    cr_assert_str_empty(c->out);
}

#define NO_DRIVER "SIMT_FAIL=cudaGetDeviceCount:1:35,cudaDriverGetVersion:1:35 HYMBENCH_DEVICE=auto "

/* auto without a driver is the CPU, without a word; who asks for the device, or about it, is told. */
Test(cli_device, auto_falls_back_to_the_cpu_in_silence)
{
    const struct cli *c = cli_good(NO_DRIVER "$R train --config $D/tiny.yaml --variant Hybrid --steps 1");
    cr_assert_null(strstr(c->err, "warning"), "%s", c->err);
    cr_assert_null(strstr(c->err, "driver"), "%s", c->err);
    c = cli_good(NO_DRIVER "$R env");
    cr_assert_not_null(strstr(c->out, "cuda           none; no CUDA device: "), "%s", c->out);
    cr_assert_not_null(strstr(c->out, "no NVIDIA driver"), "%s", c->out);
    c = cli_good("HYMBENCH_DEVICE=auto $R env");
    cr_assert_not_null(strstr(c->out, "cuda           SIMT rig, compute capability "), "%s", c->out);
}
