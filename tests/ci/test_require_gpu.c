/* build/tests/gpu without a GPU: skipped as it is, failed where HYMBENCH_REQUIRE_GPU says that there must be one. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/ci/script.h"

/* Runs the program beside this one with no GPU to be seen; all tests of an op share one reason, so one is enough. */
static int run(const char *variables)
{
    char self[2048], command[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    cr_assert(n > 0);
    self[n] = '\0';
    *strrchr(self, '/') = '\0';
    unsetenv("BXFI_MAP"); /* a worker's of Criterion, which its program would take itself for */
    snprintf(command, sizeof command, "CUDA_VISIBLE_DEVICES= %s %s/gpu -j1 --filter 'gpu_ops/*' 2>&1", variables, self);
    return script_run(command);
}

static void skipped(const char *variables)
{
    cr_assert_eq(run(variables), 0, "with '%s':\n%s", variables, script_said);
    cr_assert(strstr(script_said, "skipped: "), "it does not say why:\n%s", script_said);
    cr_assert(strstr(script_said, "Failing: \33[0;31m0") || strstr(script_said, "Failing: 0"), "%s", script_said);
}

Test(require_gpu, without_it_what_needs_a_gpu_is_skipped)
{
    skipped("");
    skipped("HYMBENCH_REQUIRE_GPU=");
    skipped("HYMBENCH_REQUIRE_GPU=0");
}

Test(require_gpu, with_it_a_device_that_cannot_be_opened_is_a_failure)
{
    cr_assert_neq(run("HYMBENCH_REQUIRE_GPU=1"), 0, "%s", script_said);
    cr_assert(strstr(script_said, "HYMBENCH_REQUIRE_GPU is set and no GPU can be opened: "), "%s", script_said);
    cr_assert_not(strstr(script_said, "skipped: "), "%s", script_said);
}
