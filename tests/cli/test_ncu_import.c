/* hymbench ncu-import through the binary. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/cli.h"

TestSuite(cli_ncu, .init = cli_begin, .fini = cli_end);

#define NVTX "\"thread Domain:Push/Pop_Range:PL_Type:PL_Value:CLR_Type:Color:Msg_Type:Msg\""

/* A launch of `kernel` in a range of our domain, read bytes in Mbyte and time in us. */
static void page(const char *name, const char *kernel, const char *place, const char *mbyte, const char *us)
{
    cli_print(
        name,
        "==PROF== Connected to process 7\n\"ID\",\"Process Name\"," NVTX ",\"Kernel Name\",\"Block Size\",\"Grid "
        "Size\",\"CC\",\"dram__bytes_read.sum\",\"gpu__time_duration.sum\"\n"
        "\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"Mbyte\",\"us\"\n"
        "\"0\",\"hymbench\",\"7  \"\"hymbench:train:x\"\"  \"\"hymbench:backward:x\"\"  \"\"hymbench:%s:x\"\"\",\"%s\","
        "\"(256, 1, 1)\",\"(16, 1, 1)\",\"9.0\",\"%s\",\"%s\"\n==PROF== Disconnected\n",
        place, kernel, mbyte, us);
}

static void expect_line(const char *file, const char *line)
{
    size_t bytes;
    char *data = cli_read(file, &bytes);
    cr_expect(strstr(data, line), "%s: no '%s' in\n%s", file, line, data);
    free(data);
}

Test(cli_ncu, rows_beside_those_that_are_there)
{
    cli_good("mkdir $D/r");
    cli_print("r/counters.csv",
              "kernel,op,pass,metric,value,unit,source,Run,Corpus\nhy_scan_fwd,scan,fwd,m,1,byte,,x,y\n");
    page("a.csv", "scan<float>(int, float)", "mamba.scan", "1,200.5", "31.25");
    page("b.csv", "copy", "ffn.in", "1", "2");
    page("c.csv", "copy", "ffn.in", "3", "4");
    const struct cli *c = cli_good("$H ncu-import $D/a.csv --out $D/r");
    cr_expect(strstr(c->out, "1 launches"), "%s", c->out);
    cr_expect(strstr(c->out, "/r/counters.csv: 2 rows"), "%s", c->out);
    cli_good("$H ncu-import $D/b.csv --out $D/r && $H ncu-import $D/c.csv --out $D/r");
    cr_expect_eq(cli_lines("r/counters.csv"), 6, "the second of copy replaces the first");
    expect_line("r/counters.csv", "hy_scan_fwd,scan,fwd,,,,,m,1,byte,");
    expect_line("r/counters.csv",
                "\"scan<float>(int, float)\",scan,backward,,mamba.scan,grid=16x1x1 block=256x1x1,,dram__bytes_read.sum,"
                "1.2005e+09,byte,,,,,sm_90,,,,ncu,x,y\n");
    expect_line("r/counters.csv",
                "copy,linear,backward,,ffn.in,grid=16x1x1 block=256x1x1,,gpu__time_duration.sum,4000,ns,");
}

Test(cli_ncu, refused_files_leave_the_folder_as_it_was)
{
    page("a.csv", "k", "embed", "1", "9,00");
    cli_refused(2, "LC_ALL=C", "$H ncu-import $D/a.csv --out $D/r");
    cli_refused(2, "cannot read", "$H ncu-import $D/nowhere --out $D/r");
    cli_print("a.csv", "==WARNING== No kernels were profiled.\n");
    cli_refused(3, "no kernel was profiled", "$H ncu-import $D/a.csv --out $D/r");
    cli_refused(2, "--out", "$H ncu-import $D/a.csv");
    cr_expect_not(cli_exists("r"));
}
