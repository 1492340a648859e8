/* hymbench env: what a GPU is driven and measured with, found in each of the ways. */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/cli.h"

static void begin(void)
{
    char path[4096];
    cli_begin();
    snprintf(path, sizeof path, "%.*s/tests", (int)(strrchr(getenv("H"), '/') - getenv("H")), getenv("H"));
    setenv("M", path, 1);
    snprintf(path, sizeof path, "%s-rig", getenv("H"));
    setenv("R", path, 1);
    unsetenv("HYMBENCH_CUPTI_LIB");
    unsetenv("HYMBENCH_NVML_LIB");
    unsetenv("HYMBENCH_CUDA_LIBS");
    setenv("CUDA_HOME", "/nowhere/cuda", 1);
    /* a python3 of its own: the machine's may have some of them */
    cli_good("mkdir -p $D/bin $D/libs && printf '#!/bin/sh\\necho '$D'/site-packages\\n' >$D/bin/python3 && "
             "chmod +x $D/bin/python3");
    cli_good("cp $M/mock_cupti.so $D/libs/libcupti.so.13 && cp $M/mock_nvml.so $D/libs/libnvidia-ml.so.1 && "
             "cp $M/mock_nvtx.so $D/libs/libcublasLt.so.13");
    snprintf(path, sizeof path, "%s/bin:%s", getenv("D"), getenv("PATH"));
    setenv("PATH", path, 1);
}

TestSuite(cli_gpu_libraries, .init = begin, .fini = cli_end);

/* The output of a call of env: measuring peaks takes its time, so that one serves for every library. */
static const char *env_text(const char *command)
{
    const struct cli *c = cli_run(command);
    cr_assert(cli_settled(c), "%s: exit %d: %s", command, c->code, c->err);
    return c->out;
}

/* A line "FILE PATH (by WAY)" of it; path is below $D. */
static void listed(const char *text, const char *file, const char *path, const char *way)
{
    char want[1024];
    snprintf(want, sizeof want, " %s/%s/%s (by %s)\n", getenv("D"), path, file, way);
    const char *line = strstr(text, file);
    cr_assert_not_null(line, "no %s in:\n%s", file, text);
    cr_assert(strncmp(line + strlen(file) + strspn(line + strlen(file), " ") - 1, want, strlen(want)) == 0,
              "not '%s' but:\n%s", want, line);
}

static bool loader_has_nvml(void)
{
    return dlopen("libnvidia-ml.so.1", RTLD_LAZY) != NULL;
}

Test(cli_gpu_libraries, a_list_of_folders_and_the_loaders_path)
{
    const char *text = env_text("HYMBENCH_CUDA_LIBS=/nowhere:$D/libs $H env");
    listed(text, "libcupti.so.13", "libs", "HYMBENCH_CUDA_LIBS");
    listed(text, "libnvidia-ml.so.1", "libs", "HYMBENCH_CUDA_LIBS");
    if (strstr(text, "libcublasLt")) /* a build without CUDA needs none and lists none */
        listed(text, "libcublasLt.so.13", "libs", "HYMBENCH_CUDA_LIBS");
    text = env_text("LD_LIBRARY_PATH=$D/libs $H env");
    listed(text, "libcupti.so.13", "libs", "the loader's path");
    listed(text, "libnvidia-ml.so.1", "libs", "the loader's path");
}

Test(cli_gpu_libraries, cuda_home_and_pythons_packages)
{
    if (loader_has_nvml())
        cr_skip("this machine has an NVIDIA driver, whose libnvidia-ml.so.1 goes first");
    cli_good("mkdir -p $D/cuda/lib64 $D/site-packages/nvidia/cu13/lib");
    cli_good("cp $D/libs/libnvidia-ml.so.1 $D/site-packages/nvidia/cu13/lib");
    listed(env_text("$H env"), "libnvidia-ml.so.1", "site-packages/nvidia/cu13/lib", "python3's packages");
    cli_good("cp $D/libs/libnvidia-ml.so.1 $D/cuda/lib64");
    listed(env_text("CUDA_HOME=$D/cuda $H env"), "libnvidia-ml.so.1", "cuda/lib64", "CUDA_HOME");
}

Test(cli_gpu_libraries, a_missing_one_is_a_sentence_with_the_places)
{
    static const char *const places[] = {
        "libnvidia-ml.so.1 was not found; name its folder in HYMBENCH_CUDA_LIBS (looked in: ",
        "HYMBENCH_CUDA_LIBS, which is not set; the loader's path; "
        "/nowhere/cuda/lib64; /nowhere/cuda/extras/CUPTI/lib64; ",
        "/site-packages/nvidia/*/lib)"};
    if (loader_has_nvml())
        cr_skip("this machine has an NVIDIA driver, so that none is missing");
    const char *text = env_text("$H env");
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        cr_assert_not_null(strstr(text, places[i]), "'%s' is not in:\n%s", places[i], text);
}

static json_t *env_json(const char *command)
{
    const char *text = env_text(command);
    json_t *env = json_loads(text, 0, NULL);
    cr_assert_not_null(env, "%s", text);
    return env;
}

static const char *text_of(const json_t *env, const char *file, const char *key)
{
    const json_t *all = json_object_get(env, "gpu_libraries");
    return json_string_value(json_object_get(json_object_get(all, file), key));
}

Test(cli_gpu_libraries, in_json_as_in_the_env_json_of_a_run)
{
    json_t *env = env_json("HYMBENCH_CUDA_LIBS=$D/libs $H env --json");
    cr_assert_str_eq(text_of(env, "libcupti.so.13", "found_by"), "HYMBENCH_CUDA_LIBS");
    cr_assert_str_eq(text_of(env, "libcupti.so.13", "path"), cli_path("libs/libcupti.so.13"));
    cr_assert_null(text_of(env, "libcupti.so.13", "lack"));
    json_decref(env);
    /* one that loads and is of no use says so, and where it is */
    env = env_json("HYMBENCH_CUDA_LIBS=$D/libs MOCK_NVML_FAIL=nvmlInit_v2 MOCK_CUPTI_VERSION=120040 $R env --json");
    cr_assert_not_null(strstr(text_of(env, "libcupti.so.13", "lack"), "is version 120040"));
    cr_assert_not_null(strstr(text_of(env, "libnvidia-ml.so.1", "lack"), "does not start"));
    cr_assert_null(text_of(env, "libcublasLt.so.13", "path"), "the rig multiplies by itself");
    json_decref(env);
}
