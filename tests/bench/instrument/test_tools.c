/* Signs of other profilers, and that CUPTI is then left alone. */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/instrument/device_counters.h"
#include "bench/instrument/device_trace.h"
#include "bench/instrument/profiler_span.h"
#include "bench/instrument/tools.h"
#include "tests/bench/mock.h"

static const struct {
    const char *variable, *tool;
} signs[] = {
    {"NSYS_PROFILING_SESSION_ID", "Nsight Systems"},         {"QUADD_INJECTION_PROXY", "Nsight Systems"},
    {"NV_NSIGHT_INJECTION_PORT_BASE", "Nsight Compute"},     {"NV_NSIGHT_INJECTION_TRANSPORT_TYPE", "Nsight Compute"},
    {"NV_COMPUTE_PROFILER_PERFWORKS_DIR", "Nsight Compute"}, {"CUDA_INJECTION64_PATH", "a CUDA tool"},
};
enum { SIGNS = sizeof signs / sizeof *signs };

static void none(void)
{
    for (int i = 0; i < SIGNS; i++)
        unsetenv(signs[i].variable);
    unsetenv("NVTX_INJECTION64_PATH");
}

TestSuite(tools, .init = none);

Test(tools, every_sign_names_its_tool)
{
    cr_assert_null(hy_tool_attached(), "%s", hy_tool_attached());
    for (int i = 0; i < SIGNS; i++) {
        setenv(signs[i].variable, "1", 1);
        const char *tool = hy_tool_attached();
        cr_assert_not_null(tool, "%s", signs[i].variable);
        cr_assert(strstr(tool, signs[i].tool) && strstr(tool, signs[i].variable), "%s", tool);
        setenv(signs[i].variable, "", 1);
        cr_assert_null(hy_tool_attached(), "an empty %s is no sign", signs[i].variable);
        unsetenv(signs[i].variable);
    }
    /* who listens to ranges alone is in nobody's way, and a name that only begins like one is another */
    setenv("NVTX_INJECTION64_PATH", "/somewhere/libcupti.so", 1);
    setenv("NSYS_PROFILING_SESSION_IDLE", "1", 1);
    cr_assert_null(hy_tool_attached());
}

/* A library under the name that Nsight Systems' has, whatever is in it. */
Test(tools, a_library_of_a_tool_is_a_sign)
{
    char folder[] = "/tmp/hymbench-tools-XXXXXX", path[128], command[512];
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/libToolsInjection64.so", folder);
    snprintf(command, sizeof command, "cp %s %s", mock_path("cuda"), path);
    cr_assert_eq(system(command), 0);
    void *library = dlopen(path, RTLD_NOW);
    cr_assert_not_null(library, "%s", dlerror());
    cr_assert(strstr(hy_tool_attached(), "its libToolsInjection64.so is loaded"), "%s", hy_tool_attached());
    dlclose(library);
    cr_assert_null(hy_tool_attached());
    unlink(path);
    rmdir(folder);
}

Test(tools, cupti_is_left_alone_under_one)
{
    static const char *const metrics[] = {"launches.sum"};
    struct mock_cupti mock;
    struct hy_device_trace trace;
    struct hy_device_counters *counters;
    mock_cupti_use(&mock);
    setenv("NSYS_PROFILING_SESSION_ID", "4711", 1);
    cr_assert_eq(hy_device_trace_start(&trace, 4), HY_CUPTI_OTHER_PROFILER);
    cr_assert_str_eq(hy_cupti_sentence(),
                     "no device trace: Nsight Systems is at work (NSYS_PROFILING_SESSION_ID is set), and there can be "
                     "one profiler; run without it, or take the figures from that tool");
    cr_assert_eq(mock.counts().subscribers, 0);
    cr_assert_str_eq(hy_cupti_path(), "", "not even loaded");
    cr_assert_eq(hy_device_counters_open(0, NULL, metrics, 1, &counters), HY_NO_DATA);
    cr_assert(strstr(hy_error(), "no hardware counters: Nsight Systems"), "%s", hy_error());
    unsetenv("NSYS_PROFILING_SESSION_ID");
    cr_assert_eq(hy_device_trace_start(&trace, 4), HY_CUPTI_OK);
    (void)hy_device_trace_stop(&trace);
    hy_device_trace_fini(&trace);
}

static int lines_of(const char *path, char text[64])
{
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(text, 1, 63, f) : 0;
    text[n] = '\0';
    if (f)
        fclose(f);
    return (int)n;
}

Test(tools, the_driver_is_told_what_to_keep)
{
    char path[] = "/tmp/hymbench-cuda-XXXXXX", text[64];
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    close(fd);
    setenv("HYMBENCH_CUDA_LIB", mock_path("cuda"), 1);
    setenv("MOCK_CUDA_LOG", path, 1);
    cr_assert(hy_profiler_start());
    hy_profiler_stop();
    cr_assert_gt(lines_of(path, text), 0);
    cr_assert_str_eq(text, "start\nstop\n");
    setenv("MOCK_CUDA_FAIL", "1", 1);
    cr_assert_not(hy_profiler_start());
    unlink(path);
}

Test(tools, without_a_driver_nothing_is_told)
{
    setenv("HYMBENCH_CUDA_LIB", "/nowhere/libcuda.so.1", 1);
    cr_assert_not(hy_profiler_start());
    hy_profiler_stop();
}
