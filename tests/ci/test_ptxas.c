/* ci/ptxas.sh, with a script for a compiler. */
#include <criterion/criterion.h>
#include <elf.h>
#include <stdarg.h>
#include <stdint.h>
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
        "file,kernel,sm,registers,shared_bytes,spill_store_bytes,spill_load_bytes,threads,occupancy_pct,nvcc,"
        "instructions,instructions_per_element\n");
    has("out.csv", "a.cu,\"scan<4, true>\",90,64,256,0,0,128,");
    has("out.csv", "b.cu,\"conv\",90,255,0,12,20,,,13.0.88,,\n");
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
                               "occupancy_pct,nvcc,instructions,instructions_per_element\n";
    char *old = hy_format("%s%s", head,
                          "a.cu,\"f<1, 2>\",80,64,0,0,0,256,50,13.0\na.cu,\"g\",90,255,0,8,8,128,25,13.0\n"
                          "a.cu,\"counted\",90,32,0,0,0,128,100,13.0,640,100.0\n");
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

Test(ptxas, more_instructions_an_element_are_a_complaint)
{
    cr_assert_eq(compare("a.cu,\"counted\",90,32,0,0,0,128,100,13.0,700,102.0\n"), 0, "2 %% are let pass");
    cr_assert_eq(compare("a.cu,\"counted\",90,32,0,0,0,128,100,13.1,700,150.0\n"), 0, "another compiler's");
    cr_assert_eq(compare("a.cu,\"counted\",90,32,0,0,0,128,100,13.0,700,\n"), 0, "not counted any more");
    cr_assert_eq(compare("a.cu,\"counted\",90,32,0,0,0,128,100,13.0,700,102.1\n"), 1);
    has("log", "a.cu counted sm_90: 102.1 instructions an element, before 100.0");
}

/* Lines of ci/ptxas.sh before the last step: two kernels of 100 instructions with two loops. */
static int weigh(const char *list)
{
    put("list", list);
    put("named", "a.cu 90 _Zf 32 0 0 0 128 100 1:30,2:20\tf<1, true, float>\n"
                 "a.cu 80 _Zf 32 0 0 0 128 100 1:30,2:20\tf<1, true, float>\n"
                 "a.cu 90 _Zg 32 0 0 0 128 40 -\tg\n");
    return run("awk -F '\\t' -f ci/elements.awk %s/list %s/named >%s/log", folder, folder, folder);
}

Test(ptxas, loops_weigh_as_often_as_they_run)
{
    cr_assert_eq(weigh("# a list\n\nf<1, true, * | 90 | 4 | 0 1 8\ng | 90 | 8 | 1\n"), 0);
    has("log", "47.5\n\n5.0\n"); /* (30 + 8 * 20) / 4; the other architecture's stays empty */
    cr_assert_eq(weigh("f<1, true, float> | 80 | 2 | 1 1 1\n"), 0);
    has("log", "\n50.0\n\n");
}

Test(ptxas, a_list_that_does_not_fit_the_loops_is_refused)
{
    cr_assert_eq(weigh("f<* | 90 | 4 | 0 1\n"), 1);
    has("log", "! f<1, true, float>, sm_90: 2 loops, of which ci/elements.txt weighs 1: 1:30,2:20");
    cr_assert_eq(weigh("f<* | 90 | 4\n"), 1);
    has("log", "four cells");
}

/* ---- ci/sass.c, with a cubin of our own ------------------------------------------------ */

enum { MOV = 0x7a02, ALWAYS = 7 << 12 };

static void instruction(FILE *f, uint64_t low, uint64_t high)
{
    fwrite(&low, sizeof low, 1, f);
    fwrite(&high, sizeof high, 1, f);
}

/* By `by` instructions from the one behind it; `guard`: 7 is always. */
static void branch(FILE *f, int sm, int by, uint64_t guard)
{
    const uint64_t fours = (uint64_t)(int64_t)by * 4, on = 0x3800000;
    if (sm < 90)
        instruction(f, 0x947 | guard << 12 | fours << 34, on | (fours >> 30 & 0x3ffff));
    else
        instruction(f, 0x947 | guard << 12 | (fours & 0xff) << 16 | fours >> 8 << 34, on | (fours >> 38 & 0x3ffff));
}

/* One kernel: 2 instructions, a loop of 3 + 2 around one of 4, a cold block behind the exit that comes back. */
static void make_cubin(int sm, uint32_t flags)
{
    static const char names[] = "\0.shstrtab\0.text.kernel";
    FILE *f = fopen(at("cubin"), "wb");
    cr_assert_not_null(f);
    const Elf64_Off code = sizeof(Elf64_Ehdr), count = 17;
    Elf64_Ehdr head = {.e_machine = 190,
                       .e_flags = flags,
                       .e_shentsize = sizeof(Elf64_Shdr),
                       .e_shnum = 3,
                       .e_shstrndx = 1,
                       .e_shoff = code + count * 16 + sizeof names};
    memcpy(head.e_ident, ELFMAG, SELFMAG);
    fwrite(&head, sizeof head, 1, f);
    instruction(f, MOV | ALWAYS, 0);
    instruction(f, MOV | ALWAYS, 0);
    instruction(f, MOV | ALWAYS, 0); /* 2: the outer loop */
    branch(f, sm, 9, 0);             /* 3: to the cold block at 13 */
    instruction(f, MOV | ALWAYS, 0); /* 4 */
    for (int i = 5; i < 8; i++)      /* 5 ... 8: the inner loop */
        instruction(f, MOV | ALWAYS, 0);
    branch(f, sm, -4, 1);
    instruction(f, MOV | ALWAYS, 0); /* 9 */
    branch(f, sm, -9, 2);            /* 10: back to 2 */
    instruction(f, MOV | ALWAYS, 0);
    instruction(f, 0x94d | ALWAYS, 0);
    instruction(f, MOV | ALWAYS, 0); /* 13: the cold block */
    branch(f, sm, -11, 7);           /* 14: back to 4 */
    branch(f, sm, -1, 7);            /* what fills the end */
    instruction(f, 0x918 | ALWAYS, 0);
    fwrite(names, sizeof names, 1, f);
    const Elf64_Shdr sections[3] = {
        {.sh_type = SHT_NULL},
        {.sh_name = 1, .sh_type = SHT_STRTAB, .sh_offset = code + count * 16, .sh_size = sizeof names},
        {.sh_name = 11, .sh_type = SHT_PROGBITS, .sh_offset = code, .sh_size = count * 16}};
    fwrite(sections, sizeof sections, 1, f);
    cr_assert_eq(fclose(f), 0);
}

Test(ptxas, loops_are_found_in_the_instructions)
{
    cr_assert_eq(run("cc -std=gnu11 -o %s/sass ci/sass.c", folder), 0);
    make_cubin(90, 0x6005a04);
    cr_assert_eq(run("%s/sass %s/cubin >%s/log", folder, folder, folder), 0);
    has("log", "kernel 15 1:7 2:4\n"); /* 2, 3, 4, 9, 10, 13, 14, and 5 ... 8 */
    make_cubin(80, 0x500550);
    cr_assert_eq(run("%s/sass %s/cubin >%s/log", folder, folder, folder), 0);
    has("log", "kernel 15 1:7 2:4\n");
    put("cubin", "no ELF file");
    cr_assert_eq(run("%s/sass %s/cubin 2>%s/log", folder, folder, folder), 1);
    has("log", "is no cubin");
}
