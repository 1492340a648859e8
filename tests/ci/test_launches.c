/* ci/launches.sh, and the rule that it compares by. */
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "kernels/base/file.h"

static char folder[] = "/tmp/hymbench-launches-XXXXXX";

static void set_up(void)
{
    cr_assert_not_null(mkdtemp(folder));
}

static void tear_down(void)
{
    char *command = hy_format("rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
    free(command);
}

TestSuite(launches, .init = set_up, .fini = tear_down);

static void put(const char *name, const char *text)
{
    char *path = hy_format("%s/%s", folder, name);
    cr_assert_eq(hy_write_file(path, text, strlen(text)), HY_OK, "%s", hy_error());
    free(path);
}

static char *said(void)
{
    char *path = hy_format("%s/out", folder), *text;
    size_t bytes;
    cr_assert_eq(hy_read_file(path, &text, &bytes), HY_OK, "%s", hy_error());
    free(path);
    return text;
}

static int run(const char *format, ...)
{
    char command[1024], line[1200];
    va_list list;
    va_start(list, format);
    vsnprintf(command, sizeof command, format, list);
    va_end(list);
    snprintf(line, sizeof line, "{ %s; } >%s/out 2>&1", command, folder);
    int status = system(line);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int compare(void)
{
    return run("awk -f ci/launches_compare.awk %s/old %s/new", folder, folder);
}

#define HEAD "variant,precision,pass,op,kernel,n\n"

Test(launches, fewer_are_fine_and_so_is_another_kernel_for_the_same)
{
    put("old", HEAD "A,bf16,forward,linear,product,9\nA,bf16,forward,linear,round_rows,4\n,,,,,0\n");
    put("new", HEAD "A,bf16,forward,linear,product,8\nA,bf16,forward,conv,other,5\nB,f32,forward,linear,product,99\n");
    cr_expect_eq(compare(), 0, "%s", said());
    cr_expect_str_eq(said(), "");
}

Test(launches, a_rise_fails_and_says_where)
{
    put("old", HEAD "A,bf16,forward,linear,product,9\nA,f32,forward,linear,product,9\nA,bf16,,step,copy,5\n");
    put("new", HEAD "A,bf16,forward,linear,product,9\nA,bf16,backward,scan,add,2\nA,f32,forward,linear,product,9\n"
                    "A,bf16,,step,copy,5\n");
    cr_expect_eq(compare(), 1);
    char *text = said();
    cr_expect(strstr(text, "A, bf16: 11 launches a step, before 9") && strstr(text, "scan add backward: 2, before 0"),
              "%s", text);
    cr_expect_null(strstr(text, "f32"), "%s", text);
    free(text);
}

Test(launches, copies_are_counted_apart)
{
    put("old", HEAD "A,bf16,forward,linear,product,9\nA,bf16,,step,copy,5\n");
    put("new", HEAD "A,bf16,forward,linear,product,7\nA,bf16,,step,copy,6\n");
    cr_expect_eq(compare(), 1);
    char *text = said();
    cr_expect_not_null(strstr(text, "6 copies a step, before 5"), "%s", text);
    free(text);
}

/* Both precisions of a program go into one table, and sums are printed. */
Test(launches, the_table_is_both_precisions)
{
    put("program", "#!/bin/sh\necho variant,precision,pass,op,kernel,n\necho \"A,$3,forward,linear,product,7\"\n"
                   "echo \"A,$3,backward,linear,product,14\"\necho \"A,$3,,step,copy,5\"\n");
    cr_assert_eq(run("chmod +x %s/program", folder), 0);
    cr_expect_eq(run("LAUNCHES_OUT=%s/table.csv ci/launches.sh %s/program", folder, folder), 0, "%s", said());
    cr_expect_not_null(strstr(said(), "launches: A, bf16: 21"), "%s", said());
    cr_expect_eq(run("test $(wc -l <%s/table.csv) = 7 && grep -q '^A,f32,backward' %s/table.csv", folder, folder), 0);
}

Test(launches, no_program_is_said)
{
    cr_expect_eq(run("ci/launches.sh %s/none", folder), 3);
    cr_expect_not_null(strstr(said(), "make all-tests builds it"), "%s", said());
}
