/* The program on a device: the one with the host rig behind it ($R) does on a machine without a GPU what
 * the real one does on a GPU. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/cli.h"
#include "tests/cli/study.h"

/* $R, beside the program that is tested. */
static void begin(void)
{
    char path[4096];
    cli_begin();
    snprintf(path, sizeof path, "%s-rig", getenv("H"));
    setenv("R", path, 1);
    study_write("tiny.yaml", 4, 2, "", study_hybrid);
}

TestSuite(cli_device, .init = begin, .fini = cli_end);

/* val_loss of the row that train prints */
static double val_loss(const char *line)
{
    double loss;
    const struct cli *c = cli_good(line);
    const char *row = strchr(c->out, '\n');
    cr_assert_not_null(row);
    cr_assert_eq(sscanf(row + 1, "%*[^,],%*d,%*f,%lf", &loss), 1, "%s", c->out);
    return loss;
}

Test(cli_device, trains_saves_and_generates_what_the_cpu_does)
{
    double cpu = val_loss("$H train --config $D/tiny.yaml --variant Hybrid --save $D/cpu.safetensors");
    double gpu = val_loss("$R train --config $D/tiny.yaml --variant Hybrid --device cuda --save $D/gpu.safetensors");
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
    const struct cli *c =
        cli_good("HYMBENCH_DEVICE=auto $R train --config $D/tiny.yaml --variant Hybrid --steps 1 --precision tf32");
    cr_assert_null(strstr(c->err, "runs on the CPU"), "%s", c->err); /* which has no tf32 either */
}

Test(cli_device, a_device_that_fails_keeps_what_was_done)
{
    const struct cli *c = cli_run("SIMT_FAIL=cudaGraphLaunch:3:700 $R train --config $D/tiny.yaml --variant Hybrid "
                                  "--device cuda --steps 50");
    cr_assert_eq(c->code, 4, "exit %d: %s", c->code, c->err);
    cr_assert(strstr(c->err, "hymbench: "), "%s", c->err);
    cli_refused(4, "MiB are needed",
                "SIMT_FAIL=cudaMalloc:6:2 $R train --config $D/tiny.yaml --variant Hybrid --device cuda");
    cli_refused(4, "no NVIDIA driver",
                "SIMT_FAIL=cudaGetDeviceCount:1:35,cudaDriverGetVersion:1:35 $R train --config "
                "$D/tiny.yaml --variant Hybrid --device cuda");
    cli_refused(2, "no CUDA device 3", "$R train --config $D/tiny.yaml --variant Hybrid --device cuda:3");
    cli_refused(2, "--isa", "$R train --config $D/tiny.yaml --variant Hybrid --device cuda --isa avx2");
}

/* Found when the host reads it, told as on the CPU. */
Test(cli_device, a_loss_that_is_not_finite)
{
    cli_good("sed -i 's/ lr: .*/ lr: 100/; s/weight_decay: .*/weight_decay: 1/' $D/tiny.yaml");
    const struct cli *c = cli_run("$R train --config $D/tiny.yaml --variant Hybrid --device cuda --steps 60");
    cr_assert_eq(c->code, 4, "exit %d: %s", c->code, c->err);
    cr_assert(strstr(c->err, "hymbench: variant 'Hybrid': the ") && strstr(c->err, " is not finite at step "), "%s",
              c->err);
    cr_assert_str_empty(c->out);
}

/* auto without a driver: the CPU, said once. */
Test(cli_device, auto_falls_back_to_the_cpu_and_says_so)
{
    const struct cli *c =
        cli_good("SIMT_FAIL=cudaGetDeviceCount:1:35,cudaDriverGetVersion:1:35 HYMBENCH_DEVICE=auto $R train --config "
                 "$D/tiny.yaml --variant Hybrid --steps 1");
    const char *said = strstr(c->err, "this runs on the CPU");
    cr_assert_not_null(said, "%s", c->err);
    cr_assert_null(strstr(said + 1, "this runs on the CPU"), "once: %s", c->err);
}
