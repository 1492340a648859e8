/* hymbench env --chip: hardware counters of a GPU that nobody needs to have. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/cli.h"

TestSuite(cli_counters, .init = cli_begin, .fini = cli_end);

Test(cli_counters, passes_of_the_metrics_on_a_chip_that_is_not_here)
{
#ifdef __SANITIZE_ADDRESS__
    cr_skip("libnvperf_host.so is loaded in a way that the sanitizer refuses");
#endif
    unsetenv("HYMBENCH_CUPTI_LIB");
    const struct cli *c = cli_run("$H env --chip GH100");
    if (c->code == 3)
        cr_skip("this machine has no libcupti of CUDA 13");
    cr_assert(cli_settled(c), "exit %d: %s", c->code, c->err);
    cr_assert(strstr(c->out, "1  all 4 together"), "%s", c->out);
    c = cli_good("$H env --chip TU102 --cupti-metrics sm__cycles_active.avg,lts__t_bytes.sum");
    cr_assert(strstr(c->out, "all 2 together"), "%s", c->out);
    cli_refused(2, "nonsense", "$H env --chip GH100 --cupti-metrics nonsense");
    cli_refused(2, "--chip", "$H env --cupti-metrics sm__cycles_active.avg");
    setenv("HYMBENCH_CUPTI_LIB", "/nowhere/libcupti.so", 1);
    cli_refused(3, "HYMBENCH_CUPTI_LIB", "$H env --chip GH100");
}
