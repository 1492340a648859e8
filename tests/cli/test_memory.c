/* Less memory than a run needs: one sentence with both numbers, at once, and exit code 4. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/cli/cli.h"
#include "tests/cli/study.h"

TestSuite(cli_memory, .init = cli_begin, .fini = cli_end);

/* Sanitizers map terabytes for their own books. */
static bool under_sanitizers(void)
{
    return cli_run("ldd $H | grep -q 'lib[au].*san'")->code == 0;
}

Test(cli_memory, a_small_address_space_is_said_at_once)
{
    static const char *const limits[] = {"200000", "300000", "450000"};
    if (under_sanitizers())
        cr_skip("a sanitizer maps more than any limit");
    study_write("tiny.yaml", 1, 0, "", study_hybrid);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        char line[256];
        snprintf(line, sizeof line, "ulimit -v %s; exec timeout 20 $H train --config $D/tiny.yaml --variant Hybrid",
                 limits[i]);
        cli_refused(4, "address space", line);
    }
}

Test(cli_memory, a_model_that_does_not_fit_names_both_numbers)
{
    if (under_sanitizers())
        cr_skip("a sanitizer maps more than any limit");
    cli_refused(4, "MiB are needed",
                "ulimit -v 900000; exec timeout 60 $H train --variant Hybrid-Mine --profile full --batch 4 --steps 1");
    cr_assert(strstr(
        cli_run("ulimit -v 900000; exec timeout 60 $H train --variant Hybrid-Mine --profile full --batch 4 --steps 1")
            ->err,
        "(ulimit -v) leaves"));
}

/* The control group's bound, from files of the test's own. */
Test(cli_memory, a_control_group_bounds_what_is_planned)
{
    study_write("tiny.yaml", 1, 0, "", study_hybrid);
    cli_good("mkdir -p $D/root/proc/self $D/root/sys/fs/cgroup/job && echo 0::/job >$D/root/proc/self/cgroup && "
             "echo 1048576 >$D/root/sys/fs/cgroup/job/memory.max");
    cli_refused(4, "memory.max", "HYMBENCH_ROOT=$D/root $H train --config $D/tiny.yaml --variant Hybrid");
    cli_good("echo 8589934592 >$D/root/sys/fs/cgroup/job/memory.max; "
             "HYMBENCH_ROOT=$D/root $H train --config $D/tiny.yaml --variant Hybrid");
}
