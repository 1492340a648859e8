/* hymbench ops: four questions, answered from the tables of a folder. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/cli/cli.h"

TestSuite(cli_ops, .init = cli_begin, .fini = cli_end);

#define HEADER                                                                                                      \
    "variant,op,layer,pass,calls,time_ms,share_pct,flops,bytes,roof_pct,device_ms,kernels,copies,sets,trace_ratio," \
    "busy_pct,disturbed_pct,dropped,clock_ratio,memory_ratio,witness,quality,gap_ms,host_ms,source,Run,Corpus\n"

/* Peaks of 100 GFLOP/s and 10 GB/s: an op's roof can be told in the head. */
static void env(const char *more)
{
    cli_good("mkdir -p $D/run");
    cli_print("run/env.json",
              "{\"run\": {\"device\": \"%s\", \"precision\": \"f32\"}, \"peaks\": {\"sgemm_gflops\": 100.0, "
              "\"fma_gflops\": 100.0, \"memory_copy_gbps\": 10.0}}\n",
              more);
}

static void says(const struct cli *c, const char *words)
{
    cr_assert(strstr(c->out, words), "it does not say '%s':\n%s", words, c->out);
}

/* A step of 10 ms: linear 6 ms over two layers, a tenth of which is left to gain; scan 2 ms, memory-bound at half of
 * its roof; swiglu 1 ms in the caches; 1 ms between ops. */
static void cpu_folder(void)
{
    env("cpu");
    cli_print("run/ops.csv",
              HEADER "A,linear,0,forward,1,4,40,360000000,1000,90,,,,,,,0,0,1,1,none,ok,,,measured,r,c\n"
                     "A,linear,1,forward,1,2,20,180000000,1000,90,,,,,,,0,0,1,1,none,ok,,,measured,r,c\n"
                     "A,scan,0,backward,3,2,20,1000,10000000,50,,,,,,,0,0,1,1,none,ok,,,measured,r,c\n"
                     "A,swiglu,0,forward,5,1,10,1000,5000000,2,,,,,,,0,0,1,1,none,ok,,,measured,r,c\n"
                     "B,linear,0,forward,1,5,50,540000000,2000,90,,,,,,,40,0,1,1,none,disturbed,,,measured,r,c\n"
                     "B,scan,0,backward,3,2,20,1000,10000000,50,,,,,,,0,0,1,1,none,ok,,,measured,r,c\n"
                     "B,fusion,0,forward,2,1,10,1000,4000000,40,,,,,,,0,0,1,1,none,ok,,,measured,r,c\n");
}

Test(cli_ops, which_op_what_binds_and_what_lies_between)
{
    cpu_folder();
    const struct cli *c = cli_good("$H ops $D/run");
    says(c, "A: 10.000 ms a step, cpu, f32\n");
    says(c, "linear forward takes 60.0 % of it; with scan backward and swiglu forward it is 90.0 %.");
    says(c, "linear     forward        2      6.000   60.0%  compute   90 %      0.600\n");
    says(c, "scan       backward       3      2.000   20.0%   memory   50 %      1.000\n");
    says(c, "swiglu     forward        5      1.000   10.0%   caches    2 %      0.980\n");
    says(c, "Compute-bound: of the ops' time 67 % is in calls that arithmetic binds, 11 % in such that caches, 22 % in "
            "such that memory binds.");
    says(c, "The roofs allow 6.420 ms for what takes 9.000 ms: 71 % of the roof.");
    says(c, "Most is to be gained at scan backward: 1.000 ms, at 50 % of its roof (memory).");
    says(c, "10.0 % of the step lies between ops (100.0 us a call)");
    says(c, "make perf VARIANT=A");
    says(c, "   A                        10      15.00     10.000\n");
    says(c, "   B                         6      14.00     10.000\n");
    cr_assert(!strstr(c->out, "do not hold"));
}

Test(cli_ops, what_another_variant_saves)
{
    cpu_folder();
    const struct cli *c = cli_good("$H ops $D/run --against B");
    says(c, "B makes 4 fewer calls of kernels than 10 (-40.0 %) and moves 1.00 fewer MB than 15.00 (-6.7 %) a step, in "
            "10.000 ms against 10.000 (+0.0 %).");
    says(c, "linear     forward          2        1");
    says(c, "fusion     forward          0        2       0.00       4.00      0.000      1.000\n");
    cr_assert(!strstr(strstr(c->out, "4. Does"), "scan  "), "what is the same is left out");
    c = cli_good("$H ops $D/run --variant B --against A");
    says(c, "(disturbed: these times do not hold)");
    says(c, "A makes 4 more calls of kernels than 6 (+66.7 %)");
}

Test(cli_ops, of_a_device)
{
    env("cuda");
    cli_print("run/ops.csv", HEADER "A,linear,,forward,1,4,80,360000000,1000,90,4,10,1,2,,60,,,,,,,0.5,1,nsys,r,c\n"
                                    "A,scan,,backward,3,1,20,1000,9000000,90,1,30,0,0,,60,,,,,,,1.5,1,nsys,r,c\n");
    const struct cli *c = cli_good("$H ops $D/run");
    says(c, "(imported from nsys)");
    says(c, "Launch-bound: the device works 60 % of an untraced step, and waits for launches the rest.");
    says(c, "40 kernels a step, 125.0 us each on average.");
    says(c, "Nothing for 2.000 ms a step, most of it before scan backward (1.500 ms), and 1 copies and 2 memsets.");
    says(c, "   A                        43       9.00      5.000\n");
}

Test(cli_ops, what_is_missing_is_said)
{
    cpu_folder();
    cli_good("rm $D/run/env.json");
    says(cli_good("$H ops $D/run"), "What binds the ops is not known: the folder's env.json has no peaks.");
    says(cli_good("$H ops tests/data/run_fixture --variant Hybrid-Mine --against Hybrid-Official"),
         "4. Does Hybrid-Official save launches or bytes against Hybrid-Mine?");
    cli_refused(2, "it has A, B", "$H ops $D/run --variant C");
    cli_refused(2, "with itself", "$H ops $D/run --variant B --against B");
    cli_refused(2, "no folder", "$H ops $D/nowhere");
    cli_good("mkdir $D/empty");
    cli_refused(3, "bench-step --variant NAME --out", "$H ops $D/empty");
    cli_print("empty/ops.csv", "%s", HEADER);
    cli_refused(3, "no rows", "$H ops $D/empty");
    cli_print("empty/ops.csv", "%sA,scan,,forward,1,slow,1,1,1,1,,,,,,,,,,,,,,,,r,c\n", HEADER);
    cli_refused(2, "ops.csv", "$H ops $D/empty");
    cli_refused(2, "RUN_DIR", "$H ops");
}
