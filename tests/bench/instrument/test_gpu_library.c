/* Where the libraries of a GPU are looked for, each way with a library that stands for one under a name of its own. */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/base/file.h"
#include "kernels/base/gpu_library.h"
#include "tests/bench/mock.h"

static char folder[64];
static const char NAME[] = "libhymbench-stand-in.so.13";

static void shell(const char *format, const char *argument)
{
    char line[8192], command[8400];
    snprintf(line, sizeof line, format, argument);
    snprintf(command, sizeof command, "cd '%s' && { %s; }", folder, line);
    cr_assert_eq(system(command), 0, "%s", command);
}

/* A copy of the mock below the test's folder, under the name that is looked for. */
static void place(const char *where, const char *name)
{
    char line[4600];
    snprintf(line, sizeof line, "mkdir -p '%s' && cp '%%s' '%s/%s'", where, where, name);
    shell(line, mock_path("nvml"));
}

static const char *in_folder(const char *rest)
{
    static char paths[4][4096];
    static int turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, rest);
    return path;
}

/* A python3 that is first on the PATH, says the folder `answer` and counts how often it was asked. */
static void put_python(const char *answer)
{
    char path[8192];
    shell("mkdir -p bin && printf '#!/bin/sh\\necho x >>%s/asked\\n' >bin/python3", folder);
    shell("printf '%s\\n' >>bin/python3 && chmod +x bin/python3", answer);
    snprintf(path, sizeof path, "%s/bin:%s", folder, getenv("PATH"));
    setenv("PATH", path, 1);
}

static int times_asked(void)
{
    char *text = NULL;
    size_t bytes = 0;
    if (!hy_file_exists(in_folder("asked")))
        return 0;
    cr_assert_eq(hy_read_file(in_folder("asked"), &text, &bytes), HY_OK);
    free(text);
    return (int)(bytes / 2);
}

static void set_up(void)
{
    snprintf(folder, sizeof folder, "/tmp/hymbench-library-XXXXXX");
    cr_assert(mkdtemp(folder));
    unsetenv("HYMBENCH_CUDA_LIBS");
    setenv("CUDA_HOME", in_folder("no-toolkit"), 1);
    put_python("exit 1");
}

static void tear_down(void)
{
    char line[128];
    snprintf(line, sizeof line, "rm -rf '%s'", folder);
    cr_expect_eq(system(line), 0);
}

TestSuite(gpu_library, .init = set_up, .fini = tear_down);

static void found(const char *variable, const char *path, const char *from)
{
    void *library = hy_gpu_library_open(NAME, variable);
    const struct hy_gpu_library *l = hy_gpu_library_look(NAME);
    cr_assert_not_null(l);
    cr_assert_not_null(library, "%s", l->lack);
    cr_assert_not_null(dlsym(library, "nvmlInit_v2"), "it is another library");
    cr_assert_str_eq(l->path, path);
    cr_assert_str_eq(l->from, from);
    cr_assert_str_empty(l->lack);
    dlclose(library);
}

Test(gpu_library, that_its_own_variable_names_and_no_other)
{
    place("named", "whatever.so");
    place("list", NAME);
    setenv("HYMBENCH_CUDA_LIBS", in_folder("list"), 1);
    setenv("HYMBENCH_STAND_IN", in_folder("named/whatever.so"), 1);
    found("HYMBENCH_STAND_IN", in_folder("named/whatever.so"), "HYMBENCH_STAND_IN");
    setenv("HYMBENCH_STAND_IN", "/nowhere/x.so", 1);
    cr_assert_null(hy_gpu_library_open(NAME, "HYMBENCH_STAND_IN"));
    const struct hy_gpu_library *l = hy_gpu_library_look(NAME);
    cr_assert(strstr(l->lack, "'/nowhere/x.so', which HYMBENCH_STAND_IN names"), "%s", l->lack);
    cr_assert_str_empty(l->path);
    setenv("HYMBENCH_STAND_IN", "", 1);
    found("HYMBENCH_STAND_IN", in_folder("list/libhymbench-stand-in.so.13"), "HYMBENCH_CUDA_LIBS");
}

Test(gpu_library, in_a_folder_of_the_list_before_any_other_place)
{
    char list[256];
    place("second", NAME);
    place("cuda/lib64", NAME);
    setenv("CUDA_HOME", in_folder("cuda"), 1);
    snprintf(list, sizeof list, "/nowhere:%s/second:", folder);
    setenv("HYMBENCH_CUDA_LIBS", list, 1);
    found(NULL, in_folder("second/libhymbench-stand-in.so.13"), "HYMBENCH_CUDA_LIBS");
    cr_assert_eq(times_asked(), 0, "python3 is asked only where all else fails");
}

Test(gpu_library, where_the_loader_looks)
{
    void *library = hy_gpu_library_open("libm.so.6", NULL);
    const struct hy_gpu_library *l = hy_gpu_library_look("libm.so.6");
    cr_assert_not_null(library);
    cr_assert_str_eq(l->from, "the loader's path");
    cr_assert(l->path[0] == '/' && strstr(l->path, "libm.so.6"), "the place that the loader took it from: %s", l->path);
    cr_assert_eq(times_asked(), 0);
}

Test(gpu_library, in_the_folders_of_cuda_home)
{
    setenv("CUDA_HOME", in_folder("cuda"), 1);
    place("cuda/extras/CUPTI/lib64", NAME);
    found(NULL, in_folder("cuda/extras/CUPTI/lib64/libhymbench-stand-in.so.13"), "CUDA_HOME");
    place("cuda/lib64", NAME);
    found(NULL, in_folder("cuda/lib64/libhymbench-stand-in.so.13"), "CUDA_HOME");
    cr_assert_eq(times_asked(), 0);
}

Test(gpu_library, among_pythons_packages_which_are_asked_for_once)
{
    char answer[256];
    snprintf(answer, sizeof answer, "echo %s/none; echo %s/site-packages", folder, folder);
    put_python(answer);
    place("site-packages/nvidia/cublas/lib", NAME);
    found(NULL, in_folder("site-packages/nvidia/cublas/lib/libhymbench-stand-in.so.13"), "python3's packages");
    shell("mkdir -p %s && mv site-packages/nvidia/cublas/lib/*.13 site-packages/nvidia/cu13/lib",
          "site-packages/nvidia/cu13/lib");
    found(NULL, in_folder("site-packages/nvidia/cu13/lib/libhymbench-stand-in.so.13"), "python3's packages");
    cr_assert_eq(times_asked(), 1);
}

/* The question as a real Python understands it. */
Test(gpu_library, of_a_python_that_answers_for_itself)
{
    char path[8192];
    const char *behind = strchr(getenv("PATH"), ':');
    snprintf(path, sizeof path, "%s", behind + 1);
    setenv("PATH", path, 1); /* without the one of this test's */
    if (system("python3 -c '' 2>/dev/null") != 0)
        cr_skip("there is no python3 here");
    setenv("PYTHONPATH", in_folder("my"), 1);
    place("my/nvidia/cu13/lib", NAME);
    found(NULL, in_folder("my/nvidia/cu13/lib/libhymbench-stand-in.so.13"), "python3's packages");
}

Test(gpu_library, that_is_nowhere_leaves_one_sentence_with_every_place)
{
    static const char *const places[] = {
        "libhymbench-stand-in.so.13 was not found; name its folder in HYMBENCH_CUDA_LIBS (looked in: /nowhere/a",
        "/nowhere/a; /nowhere/b;",
        "the loader's path",
        "no-toolkit/lib64;",
        "no-toolkit/extras/CUPTI/lib64;",
        "/some/site-packages/nvidia/*/lib)"};
    put_python("echo /some/site-packages");
    setenv("HYMBENCH_CUDA_LIBS", "/nowhere/a:/nowhere/b", 1);
    cr_assert_null(hy_gpu_library_open(NAME, NULL));
    const struct hy_gpu_library *l = hy_gpu_library_look(NAME);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        cr_assert(strstr(l->lack, places[i]), "'%s' is not in: %s", places[i], l->lack);
    cr_assert_null(strchr(l->lack, '\n'));
    cr_assert_null(strstr(l->lack, "does not load"));
}

Test(gpu_library, that_no_python_answers_for)
{
    cr_assert_null(hy_gpu_library_open(NAME, NULL));
    cr_assert_null(hy_gpu_library_open(NAME, NULL));
    const struct hy_gpu_library *l = hy_gpu_library_look(NAME);
    cr_assert(strstr(l->lack, "HYMBENCH_CUDA_LIBS, which is not set"), "%s", l->lack);
    cr_assert(strstr(l->lack, "none on the PATH answers"), "%s", l->lack);
    cr_assert_eq(times_asked(), 1, "nor is one that does not answer asked again");
}

Test(gpu_library, that_is_there_but_damaged_is_passed_over_and_named)
{
    shell("mkdir list && echo no library >list/%s", NAME);
    setenv("HYMBENCH_CUDA_LIBS", in_folder("list"), 1);
    cr_assert_null(hy_gpu_library_open(NAME, NULL));
    const struct hy_gpu_library *l = hy_gpu_library_look(NAME);
    cr_assert(strstr(l->lack, "does not load: "), "%s", l->lack);
    cr_assert(strstr(l->lack, in_folder("list/libhymbench-stand-in.so.13")), "%s", l->lack);
    setenv("CUDA_HOME", in_folder("cuda"), 1);
    place("cuda/lib64", NAME);
    found(NULL, in_folder("cuda/lib64/libhymbench-stand-in.so.13"), "CUDA_HOME");
}

/* CUPTI loads it by its bare name, which a folder of Python's is no answer to. */
Test(gpu_library, of_cupti_brings_what_lies_beside_it)
{
    static const char file[] = "libcupti.so.stand-in";
    place("list", file);
    place("list", "libnvperf_host.so");
    setenv("HYMBENCH_CUDA_LIBS", in_folder("list"), 1);
    cr_assert_null(dlopen(in_folder("list/libnvperf_host.so"), RTLD_LAZY | RTLD_NOLOAD));
    cr_assert_not_null(hy_gpu_library_open(file, NULL), "%s", hy_gpu_library_look(file)->lack);
    cr_assert_not_null(dlopen(in_folder("list/libnvperf_host.so"), RTLD_LAZY | RTLD_NOLOAD));
}

Test(gpu_library, refused_by_who_opened_it_and_listed)
{
    place("list", NAME);
    setenv("HYMBENCH_CUDA_LIBS", in_folder("list"), 1);
    cr_assert_null(hy_gpu_library_look(NAME));
    cr_assert_null(hy_gpu_library_at(0));
    cr_assert_not_null(hy_gpu_library_open(NAME, NULL));
    cr_assert_not_null(hy_gpu_library_open("libm.so.6", NULL));
    hy_gpu_library_refuse(NAME, "it is a stand-in");
    cr_assert_str_eq(hy_gpu_library_at(0)->lack, "it is a stand-in");
    cr_assert_str_eq(hy_gpu_library_at(1)->file, "libm.so.6");
    cr_assert_null(hy_gpu_library_at(2));
}
