/* ci/gpu_kit.sh and a kit's `run` where something is missing; what a kit does is tests/kit/kit.sh's (make
 * gpu-kit-test). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/ci/script.h"

static void one_sentence(const char *part)
{
    cr_assert(strstr(script_said, part), "%s", script_said);
    cr_assert_eq(strchr(script_said, '\n'), script_said + strlen(script_said) - 1, "%s", script_said);
}

Test(gpu_kit, what_is_not_built_is_not_packed)
{
    cr_assert_eq(
        script_run("d=$(mktemp -d); ci/gpu_kit.sh $d 2>&1; code=$?; test ! -e $d/gpu-kit.tar.gz || code=9; rm -r $d; "
                   "exit $code"),
        3, "%s", script_said);
    one_sentence("/hymbench is not built");
}

/* A kit with this program; DRY_RUN so that nothing else would happen. */
static int run_kit(const char *program)
{
    char line[1024];
    snprintf(line, sizeof line,
             "d=$(mktemp -d); mkdir $d/bin $d/ci; cp ci/gpu_kit_run.sh $d/run; cp %s $d/bin/hymbench; "
             "printf 'echo \"$HYMBENCH_REQUIRE_GPU $*\"\\ncommand -v hymbench\\n' >$d/ci/gpu_check.sh; "
             "cd /; $d/run one two 2>&1; code=$?; rm -r $d; exit $code",
             program);
    return script_run(line);
}

Test(gpu_kit, its_run_goes_on_with_the_check)
{
    unsetenv("HYMBENCH_REQUIRE_GPU");
    cr_assert_eq(run_kit("/bin/true"), 0, "%s", script_said);
    cr_assert_eq(strncmp(script_said, "1 one two\n/tmp/", 15), 0, "a GPU is required, and the kit's program first:\n%s",
                 script_said);
    setenv("HYMBENCH_REQUIRE_GPU", "0", 1);
    cr_assert_eq(run_kit("/bin/true"), 0, "%s", script_said);
    cr_assert_eq(strncmp(script_said, "0 one two\n", 10), 0, "%s", script_said);
}

Test(gpu_kit, whose_programs_do_not_start_says_so)
{
    cr_assert_eq(run_kit("/bin/false"), 4, "%s", script_said);
    one_sentence("the programs do not start here");
}
