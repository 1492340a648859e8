/* ci/profile.sh with programs that stand for the profilers, and what it does where there are none. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/ci/script.h"

static char folder[64];

/* $T: a folder; in it nsys and ncu, which note their arguments and make the file they were told to, a GPU that answers,
 * and a program that has both imports. */
static void begin(void)
{
    strcpy(folder, "/tmp/hymbench-profile-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    setenv("T", folder, 1);
    static const char *const unset[] = {"VARIANT", "PRECISION", "PROFILE", "STEPS",    "CONFIG",  "OUT",
                                        "CAPTURE", "KERNEL",    "OP",      "COUNT",    "SET",     "HZ",
                                        "PERF",    "NSYS",      "NCU",     "HYMBENCH", "DRY_RUN", "NVIDIA_SMI"};
    for (size_t i = 0; i < sizeof unset / sizeof *unset; i++)
        unsetenv(unset[i]);
    cr_assert_eq(script_run("cat >$T/nsys <<'END'\n"
                            "#!/bin/sh\n"
                            "echo \"nsys $*\" >>$T/log\n"
                            "while [ $# -gt 1 ]; do [ \"$1\" != -o ] || echo kept >\"$2\"; shift; done\n"
                            "exit ${NSYS_CODE:-0}\n"
                            "END\n"
                            "cat >$T/ncu <<'END'\n"
                            "#!/bin/sh\n"
                            "echo \"ncu $*\" >>$T/log\n"
                            "[ \"$1\" != --import ] || echo page\n"
                            "END\n"
                            "cat >$T/hymbench <<'END'\n"
                            "#!/bin/sh\n"
                            "echo \"hymbench $*\" >>$T/log\n"
                            "[ \"$1\" != --help ] || printf '  nsys-import  reads\\n  ncu-import  reads\\n'\n"
                            "case $1 in bench-step) exit 3 ;; *-import) exit ${IMPORT_CODE:-0} ;; esac\n"
                            "END\n"
                            "chmod +x $T/nsys $T/ncu $T/hymbench"),
                 0);
}

static void end(void)
{
    cr_assert_eq(script_run("rm -r $T"), 0);
}

TestSuite(profile, .init = begin, .fini = end);

#define HAVE "HYMBENCH=$T/hymbench NVIDIA_SMI=true NSYS=$T/nsys NCU=$T/ncu OUT=$T/out "

Test(profile, a_dry_run_prints_what_would_be_typed)
{
    cr_assert_eq(script_run("DRY_RUN=1 OUT=$T/out VARIANT=Mamba-only PRECISION=bf16 STEPS=5 ci/profile.sh nsys 2>&1"),
                 0, "%s", script_said);
    script_says("--variant Mamba-only --profile full --device cuda --precision bf16 --capture 5\n");
    script_says("--capture-range=cudaProfilerApi --capture-range-end=stop");
    script_says("nsys export --type sqlite");
    script_says("nsys-import ");
    cr_assert_eq(script_run("DRY_RUN=1 CAPTURE=nvtx ci/profile.sh nsys 2>&1"), 0);
    script_says("--capture-range=nvtx --nvtx-capture=capture@hymbench -e NSYS_NVTX_PROFILER_REGISTER_ONLY=0");
    cr_assert_eq(script_run("DRY_RUN=1 KERNEL='scan|conv' OP=mamba.scan COUNT=7 ci/profile.sh ncu 2>&1"), 0);
    script_says("-k regex:scan\\|conv --nvtx-include hymbench@mamba.scan/ -c 7 ");
    cr_assert_eq(script_run("DRY_RUN=1 ci/profile.sh perf 2>&1"), 0);
    script_says("record -q -k CLOCK_MONOTONIC_RAW -F 499");
    script_says("--profile quick --device cpu --capture 20 --ranges results/profiles/");
    cr_assert_neq(script_run("test -e $T/out"), 0, "nothing was made");
}

Test(profile, without_the_tool_or_a_gpu_it_prints_the_line_and_ends_with_3)
{
    cr_assert_eq(script_run("NSYS=/nowhere/nsys NVIDIA_SMI=true ci/profile.sh nsys 2>&1"), 3);
    script_says("there is no nsys here (Nsight Systems");
    script_says("\n  /nowhere/nsys profile -t cuda,nvtx");
    cr_assert_eq(script_run("NCU=$T/ncu NVIDIA_SMI=false ci/profile.sh ncu 2>&1"), 3);
    script_says("no GPU answers here");
    script_says(" --import ");
    cr_assert_eq(script_run("PERF=/nowhere/perf ci/profile.sh perf 2>&1"), 3);
    script_says("apt-get install linux-perf");
    cr_assert_eq(script_run("printf '#!/bin/sh\\n[ $1 = --version ]\\n' >$T/perf && chmod +x $T/perf && "
                            "HYMBENCH=$T/hymbench OUT=$T/out PERF=$T/perf ci/profile.sh perf 2>&1"),
                 3);
    script_says("sysctl kernel.perf_event_paranoid=1");
}

Test(profile, what_makes_no_sense_is_2)
{
    cr_assert_eq(script_run("ci/profile.sh 2>&1"), 2);
    cr_assert_eq(script_run("ci/profile.sh gprof 2>&1"), 2);
    cr_assert_eq(script_run("STEPS=many ci/profile.sh perf 2>&1"), 2);
    cr_assert_eq(script_run("CAPTURE=all ci/profile.sh nsys 2>&1"), 2);
    cr_assert_eq(script_run("NSYS=$T/nsys NVIDIA_SMI=true HYMBENCH=/nowhere/hymbench ci/profile.sh nsys 2>&1"), 2);
    script_says("type make");
}

Test(profile, a_timeline_is_kept_exported_and_imported)
{
    cr_assert_eq(script_run(HAVE "ci/profile.sh nsys 2>&1"), 0, "%s", script_said);
    cr_assert_eq(script_run("grep -v help $T/log | cut -d' ' -f1,2 | tr '\\n' ' '"), 0);
    cr_assert_str_eq(script_said, "hymbench bench-step nsys profile nsys export hymbench nsys-import ");
    cr_assert_eq(script_run("grep -c . $T/out/commands.txt"), 0);
    script_says("4");
    cr_assert_eq(script_run(HAVE "IMPORT_CODE=3 ci/profile.sh nsys 2>&1"), 3, "the import's word is passed on");
    cr_assert_eq(script_run(HAVE "NSYS_CODE=9 ci/profile.sh nsys 2>&1"), 4);
    script_says("that ended with 9");
}

Test(profile, pages_of_kernels_are_exported_and_imported)
{
    cr_assert_eq(script_run(HAVE "OP=mamba.scan KERNEL=scan ci/profile.sh ncu 2>&1"), 0, "%s", script_said);
    cr_assert_eq(script_run("cat $T/out/profile.csv $T/log"), 0);
    script_says("page\n");
    script_says("-k regex:scan --nvtx-include hymbench@mamba.scan/ -c 3 --profile-from-start off");
    script_says("hymbench ncu-import ");
    cr_assert_eq(script_run("sed -i s/ncu-import/ncu-gone/ $T/hymbench; " HAVE "ci/profile.sh ncu 2>&1"), 0, "%s",
                 script_said);
    script_says("this program has no ncu-import");
}

/* ---- stacks and pictures ------------------------------------------------------------------ */

/* Two ops of 1 s each; samples of two threads in them and outside. */
static const char stacks[] =
    "printf '10000000000 11000000000 forward scan mamba.scan 0\\n12000000000 13000000000 backward linear ffn.in 1\\n' "
    ">$T/ranges && printf '"
    " 7 10.500000000:\\n\\t1 forward_task+0x1 (/b/hymbench)\\n\\t2 hy_scan_fwd_f32_avx512._omp_fn.0+0x2 "
    "(/b/hymbench)\\n"
    "\\t3 GOMP_parallel+0x3 (/l/libgomp.so.1)\\n\\t4 hy_scan_fwd_f32_avx512+0x4 (/b/hymbench)\\n\\t5 run_steps+0x5 "
    "(/b/hymbench)\\n\\t6 main+0x6 (/b/hymbench)\\n\\n"
    " 8 10.600000000:\\n\\t1 [unknown] (/l/libgomp.so.1)\\n\\t2 start_thread (/l/libc.so.6)\\n\\t3 clone3 "
    "(/l/libc.so.6)\\n\\n"
    " 8 12.999999999:\\n\\t1 [unknown] ([anon])\\n\\n"
    " 8 12.500000000:\\n\\tffffffff1 clear_page ([kernel.kallsyms])\\n\\tffffffff2 fault ([kernel.kallsyms])\\n\\t1 "
    "memset (/l/libc.so.6)\\n\\n"
    " 7 11.500000000:\\n\\t1 between (/b/hymbench)\\n\\n"
    " 7 1.0:\\n\\t1 main (/b/hymbench)\\n\\n' >$T/script && awk -f ci/flames.awk $T/ranges $T/script 2>$T/err | sort ";

Test(profile, samples_find_their_op_by_time)
{
    cr_assert_eq(script_run(stacks), 0);
    cr_assert_str_eq(script_said, "step;backward;linear;ffn.in;(generated code) 1\n"
                                  "step;backward;linear;ffn.in;memset;(kernel) 1\n"
                                  "step;forward;scan;mamba.scan;(waiting for the team) 1\n"
                                  "step;forward;scan;mamba.scan;hy_scan_fwd_f32_avx512;forward_task 1\n");
    cr_assert_eq(script_run("cat $T/err"), 0);
    script_says("4 samples in the steps, 2 outside");
    cr_assert_neq(script_run("awk -f ci/flames.awk /dev/null $T/script 2>&1"), 0);
}

Test(profile, the_picture_has_a_box_for_each)
{
    char command[4096];
    snprintf(command, sizeof command, "%s >$T/stacks && awk -v title='A & B' -f ci/flame_svg.awk $T/stacks >$T/f.svg",
             stacks);
    cr_assert_eq(script_run(command), 0);
    cr_assert_eq(script_run("cat $T/f.svg"), 0);
    script_says("A &amp; B</text>");
    script_says("<title>step: 100.0 % (4 samples)</title>");
    script_says("<title>step;forward;scan: 50.0 % (2 samples)</title>");
    script_says("<title>step;backward;linear;ffn.in;memset: 25.0 % (1 samples)</title>");
    script_says("width=\"600.0\"");
    script_says("</svg>\n");
    cr_assert_neq(script_run("awk -f ci/flame_svg.awk /dev/null 2>&1"), 0);
}
