/* The device layer when things go wrong: one sentence each, and a device that answers no more. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "kernels/device.h"
#include "kernels/simt/runtime.h"
#include "tests/simt/kernels/kernels.h"

static void forget(void)
{
    simt_fail(NULL);
    hy_cuda_close();
}

TestSuite(device, .fini = forget);

static void says(hy_status status, hy_status expected, const char *part)
{
    cr_assert_eq(status, expected);
    cr_assert(strstr(hy_error(), part), "'%s' is not in: %s", part, hy_error());
    cr_assert_null(strchr(hy_error(), '\n'));
}

Test(device, a_machine_without_a_driver_is_told_so)
{
    simt_fail("cudaGetDeviceCount:1:35,cudaDriverGetVersion:1:35");
    says(hy_cuda_open(0), HY_RUN_FAILED, "no NVIDIA driver");
    cr_assert_eq(hy_cuda_open(0), HY_OK);
}

Test(device, a_driver_that_is_too_old_is_told_so)
{
    simt_fail("cudaGetDeviceCount:1:35");
    says(hy_cuda_open(0), HY_RUN_FAILED, "update the driver");
}

Test(device, a_machine_without_a_gpu_is_told_so)
{
    simt_fail("cudaGetDeviceCount:1:100");
    says(hy_cuda_open(0), HY_RUN_FAILED, "no GPU");
}

Test(device, an_index_beyond_the_devices_is_refused)
{
    says(hy_cuda_open(1), HY_BAD_INPUT, "no CUDA device 1");
}

Test(device, every_call_of_opening_may_fail)
{
    static const char *const calls[] = {"cudaSetDevice:1:46", "cudaGetDeviceProperties:1:999",
                                        "cudaStreamCreateWithFlags:1:2"};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        simt_fail(calls[i]);
        says(hy_cuda_open(0), HY_RUN_FAILED, "--device cpu");
        simt_fail(NULL);
    }
    cr_assert_eq(hy_cuda_open(0), HY_OK);
}

Test(device, no_memory_is_told_with_its_numbers_and_the_device_goes_on)
{
    hy_address at;
    cr_assert_eq(hy_cuda_open(0), HY_OK);
    says(hy_cuda_alloc((size_t)1 << 40, &at), HY_RUN_FAILED, "1048576 MiB");
    cr_assert_eq(at, 0);
    cr_assert_eq(hy_cuda_alloc(1 << 20, &at), HY_OK);
    hy_cuda_free(at);
    cr_assert_eq(hy_cuda_wait(), HY_OK);
}

static void fault(const char *ordered, const char *part)
{
    hy_address at;
    float y[4] = {1, 1, 1, 1};
    cr_assert_eq(hy_cuda_open(0), HY_OK);
    cr_assert_eq(hy_cuda_alloc(sizeof y, &at), HY_OK);
    simt_fail(ordered);
    hy_cuda_put(at, y, sizeof y);
    simt_add((float *)at, 4, 1);
    says(hy_cuda_get(y, at, sizeof y), HY_RUN_FAILED, part);
    cr_assert_eq(y[3], 0);
    says(hy_cuda_wait(), HY_RUN_FAILED, part);
    simt_fail(NULL);
    hy_cuda_free(at);
    hy_cuda_close();
}

Test(device, faults_of_the_work_are_told_when_it_is_waited_for)
{
    fault("kernel:1:700", "illegal memory access");
    fault("kernel:1:214", "ECC");
    fault("kernel:1:719", "unspecified launch failure");
    fault("cudaLaunchKernel:1:209", "CUDA_ARCH=90");
    fault("copy:2:700", "illegal memory access");
    fault("cudaMemcpyAsync:1:999", "a copy to the GPU");
}

Test(device, a_recording_that_fails_is_told_at_the_next_wait)
{
    cr_assert_eq(hy_cuda_open(0), HY_OK);
    simt_fail("cudaGraphInstantiate:1:2");
    hy_graph_record();
    struct hy_graph *g = hy_graph_recorded();
    cr_assert_null(g);
    says(hy_cuda_wait(), HY_RUN_FAILED, "recording");
    hy_graph_free(g);
}

Test(device, recorded_work_runs_again_and_again)
{
    hy_address at;
    float y[4] = {1, 1, 1, 1};
    cr_assert_eq(hy_cuda_open(0), HY_OK);
    cr_assert_eq(hy_cuda_alloc(sizeof y, &at), HY_OK);
    hy_cuda_put(at, y, sizeof y);
    hy_graph_record();
    simt_add((float *)at, 4, 2);
    struct hy_graph *g = hy_graph_recorded();
    cr_assert_not_null(g);
    for (int i = 0; i < 3; i++)
        hy_graph_run(g);
    cr_assert_eq(hy_cuda_get(y, at, sizeof y), HY_OK);
    cr_assert_eq(y[3], 7);
    hy_graph_free(g);
    hy_cuda_free(at);
    cr_assert_eq(hy_cuda_wait(), HY_OK);
}
