/* ci/ptxas.sh, with a script for a compiler. */
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "kernels/base/file.h"

static char folder[] = "/tmp/hymbench-ptxas-XXXXXX";

static void set_up(void)
{
    cr_assert_not_null(mkdtemp(folder));
    if (system("command -v c++filt >/dev/null && command -v awk >/dev/null") != 0)
        cr_skip("c++filt or awk is not installed");
}

static void tear_down(void)
{
    char *command = hy_format("rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
    free(command);
}

TestSuite(ptxas, .init = set_up, .fini = tear_down);

static char *at(const char *name)
{
    static char path[2][256];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static void put(const char *name, const char *text)
{
    cr_assert_eq(hy_write_file(at(name), text, strlen(text)), HY_OK, "%s", hy_error());
}

static int run(const char *format, ...)
{
    char command[1024];
    va_list list;
    va_start(list, format);
    vsnprintf(command, sizeof command, format, list);
    va_end(list);
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void has(const char *file, const char *part)
{
    char *text;
    size_t bytes;
    cr_assert_eq(hy_read_file(at(file), &text, &bytes), HY_OK, "%s", hy_error());
    cr_assert(strstr(text, part), "%s lacks '%s':\n%s", file, part, text);
    free(text);
}

/* Says of every source what ptxas says of two kernels, the second one spilling. */
static const char compiler[] =
    "#!/bin/sh\n"
    "case \"$*\" in *--version*) echo 'Cuda compilation tools, release 13.0, V13.0.88'; exit ;; esac\n"
    "while [ $# -gt 0 ]; do [ \"$1\" != --keep-dir ] || dir=$2; shift; done\n"
    "cat >\"$dir/x.ptx\" <<'E'\n"
    ".visible .entry _Z4scanILi4ELb1EEv7hy_scan(\n"
    "        .param .align 8 .b8 x[32]\n"
    ")\n"
    ".maxntid 16, 8, 1\n"
    "E\n"
    "cat <<'E'\n"
    "ptxas info    : 0 bytes gmem\n"
    "ptxas info    : Compiling entry function '_Z4scanILi4ELb1EEv7hy_scan' for 'sm_90'\n"
    "ptxas info    : Function properties for _Z4scanILi4ELb1EEv7hy_scan\n"
    "    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads\n"
    "ptxas info    : Used 64 registers, used 1 barriers, 256 bytes smem, 480 bytes cmem[0]\n"
    "ptxas info    : Compiling entry function '_Z4convPf' for 'sm_90'\n"
    "ptxas info    : Function properties for _Z4convPf\n"
    "    16 bytes stack frame, 12 bytes spill stores, 20 bytes spill loads\n"
    "ptxas info    : Used 255 registers, 360 bytes cmem[0]\n"
    "E\n";

static int make_table(void)
{
    put("nvcc", compiler);
    cr_assert_eq(chmod(at("nvcc"), 0755), 0);
    return run("NVCC=%s/nvcc PTXAS_SOURCES='a.cu b.cu' PTXAS_OUT=%s/out.csv ci/ptxas.sh 90 >%s/log 2>&1", folder,
               folder, folder);
}

Test(ptxas, a_row_per_kernel)
{
    cr_assert_eq(make_table(), 0);
    has("out.csv",
        "file,kernel,sm,registers,shared_bytes,spill_store_bytes,spill_load_bytes,threads,occupancy_pct,nvcc\n");
    has("out.csv", "a.cu,\"scan<4, true>\",90,64,256,0,0,128,");
    has("out.csv", "b.cu,\"conv\",90,255,0,12,20,,,13.0.88\n");
    has("log", "4 kernels for sm 90, 2 with spills");
}

Test(ptxas, without_a_compiler_it_says_so)
{
    cr_assert_eq(run("NVCC=%s/none ci/ptxas.sh 2>%s/log", folder, folder), 3);
    has("log", "nvcc was not found");
    put("nvcc", "#!/bin/sh\necho 'error: expected a ;'\nexit 1\n");
    cr_assert_eq(chmod(at("nvcc"), 0755), 0);
    cr_assert_eq(
        run("NVCC=%s/nvcc PTXAS_SOURCES=a.cu PTXAS_OUT=%s/out.csv ci/ptxas.sh >%s/log 2>&1", folder, folder, folder),
        1);
    has("log", "expected a ;");
    has("log", "does not compile");
}

static int compare(const char *now)
{
    static const char head[] = "file,kernel,sm,registers,shared_bytes,spill_store_bytes,spill_load_bytes,threads,"
                               "occupancy_pct,nvcc\n";
    char *old =
        hy_format("%s%s", head, "a.cu,\"f<1, 2>\",80,64,0,0,0,256,50,13.0\na.cu,\"g\",90,255,0,8,8,128,25,13.0\n");
    char *new = hy_format("%s%s", head, now);
    put("old.csv", old);
    put("new.csv", new);
    free(old);
    free(new);
    return run("awk -f ci/ptxas_compare.awk %s/old.csv %s/new.csv >%s/log", folder, folder, folder);
}

Test(ptxas, only_what_got_worse_is_a_complaint)
{
    cr_assert_eq(compare("a.cu,\"f<1, 2>\",80,96,0,0,0,256,50,13.1\na.cu,\"g\",90,255,0,8,8,128,25,13.1\n"), 0,
                 "more registers alone cost nothing");
    cr_assert_eq(compare("a.cu,\"f<1, 2>\",80,64,0,0,0,256,62,13.0\na.cu,\"h\",90,32,0,0,0,,,13.0\n"), 0,
                 "better, gone and new kernels");
    cr_assert_eq(compare("a.cu,\"f<1, 2>\",80,64,0,4,0,256,50,13.0\n"), 1);
    has("log", "a.cu f<1, 2> sm_80: spills 4 bytes of stores and 0 of loads, before 0 and 0");
    cr_assert_eq(compare("a.cu,\"f<1, 2>\",80,72,0,0,0,256,37,13.0\n"), 1);
    has("log", "occupancy 37 %, before 50 % (72 registers)");
    cr_assert_eq(compare("a.cu,\"new\",80,72,0,4,4,256,37,13.0\n"), 1);
    has("log", "and is new");
}
