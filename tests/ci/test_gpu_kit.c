/* ci/gpu_kit.sh and a kit's `run` where something is missing; what a kit does is tests/kit/kit.sh's (make
 * gpu-kit-test). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static char output[1 << 14];

static int run(const char *command)
{
    FILE *f = popen(command, "r");
    cr_assert(f);
    output[fread(output, 1, sizeof output - 1, f)] = '\0';
    int status = pclose(f);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void one_sentence(const char *part)
{
    cr_assert(strstr(output, part), "%s", output);
    cr_assert_eq(strchr(output, '\n'), output + strlen(output) - 1, "%s", output);
}

Test(gpu_kit, what_is_not_built_is_not_packed)
{
    cr_assert_eq(run("d=$(mktemp -d); ci/gpu_kit.sh $d 2>&1; code=$?; test ! -e $d/gpu-kit.tar.gz || code=9; rm -r $d; "
                     "exit $code"),
                 3, "%s", output);
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
    return run(line);
}

Test(gpu_kit, its_run_goes_on_with_the_check)
{
    unsetenv("HYMBENCH_REQUIRE_GPU");
    cr_assert_eq(run_kit("/bin/true"), 0, "%s", output);
    cr_assert_eq(strncmp(output, "1 one two\n/tmp/", 15), 0, "a GPU is required, and the kit's program first:\n%s",
                 output);
    setenv("HYMBENCH_REQUIRE_GPU", "0", 1);
    cr_assert_eq(run_kit("/bin/true"), 0, "%s", output);
    cr_assert_eq(strncmp(output, "0 one two\n", 10), 0, "%s", output);
}

Test(gpu_kit, whose_programs_do_not_start_says_so)
{
    cr_assert_eq(run_kit("/bin/false"), 4, "%s", output);
    one_sentence("the programs do not start here");
}
