/* ci/gpu_check.sh where there is no GPU: what it would run, and what it says. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char output[1 << 14];

static int run(const char *command)
{
    FILE *f = popen(command, "r");
    cr_assert(f);
    output[fread(output, 1, sizeof output - 1, f)] = '\0';
    int status = pclose(f);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Test(gpu_check, a_dry_run_prints_every_command)
{
    static const char *const parts[] = {"build/tests/gpu",
                                        "compute-sanitizer --tool memcheck",
                                        "train --profile smoke --variant Official-NoMeta",
                                        "ci/steps_agree.awk",
                                        "bench-step",
                                        "ablation --profile quick --device cuda --precision bf16"};
    cr_assert_eq(run("DRY_RUN=1 NVIDIA_SMI=false ci/gpu_check.sh 2>&1"), 0, "%s", output);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        cr_assert(strstr(output, parts[i]), "it would not run '%s':\n%s", parts[i], output);
}

Test(gpu_check, no_gpu_is_one_sentence)
{
    cr_assert_eq(run("NVCC=/bin/true NVIDIA_SMI=false ci/gpu_check.sh 2>&1"), 4);
    cr_assert(strstr(output, "no GPU answers here"), "%s", output);
    cr_assert_eq(strchr(output, '\n'), output + strlen(output) - 1, "%s", output);
    cr_assert_eq(run("NVCC=/nowhere/nvcc NVIDIA_SMI=false ci/gpu_check.sh 2>&1"), 3);
    cr_assert(strstr(output, "nvcc was not found"), "%s", output);
}

/* Whether two runs of three steps agree, the second one's last loss being `loss`. */
static int agree(const char *loss)
{
    char command[1024], folder[] = "/tmp/hymbench-steps-XXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    snprintf(command, sizeof command,
             "cd %s && printf 'step,lr,loss,grad_norm\\n1,1,8,2\\n2,1,7.5,2\\n3,1,7,2\\n' >a && "
             "printf 'step,lr,loss,grad_norm\\n1,1,8.0001,2\\n2,1,7.5,2.0002\\n%s' >b && "
             "awk -f \"$OLDPWD/ci/steps_agree.awk\" a b; code=$?; rm -r %s; exit $code",
             folder, loss, folder);
    return run(command);
}

Test(gpu_check, steps_agree_within_rounding)
{
    cr_assert_eq(agree("3,1,7.0001,2\\n"), 0, "%s", output);
    cr_assert(strstr(output, "3 steps agree"), "%s", output);
    cr_assert_eq(agree("3,1,7.01,2\\n"), 1, "%s", output);
    cr_assert_eq(agree("3,1,7,2.1\\n"), 1, "%s", output);
    cr_assert_eq(agree("3,1,nan,2\\n"), 1, "%s", output);
    cr_assert_eq(agree(""), 1, "%s", output);
    cr_assert(strstr(output, "3 and 2 steps"), "%s", output);
}
