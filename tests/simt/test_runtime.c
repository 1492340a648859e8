/* The runtime's calls on the rig: work that waits, recorded work, memory, and faults by order. */
#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/device.h"
#include "kernels/simt/runtime.h"
#include "tests/simt/child.h"
#include "tests/simt/kernels/kernels.h"

enum { N = 70 };

static float *memory, *pinned;

static void open(void)
{
    cr_assert_eq(hy_cuda_open(0), HY_OK);
    cr_assert_eq(cudaMalloc((void **)&memory, N * sizeof *memory), cudaSuccess);
    cr_assert_eq(cudaMallocHost((void **)&pinned, N * sizeof *pinned), cudaSuccess);
    cr_assert_eq(cudaMemsetAsync(memory, 0, N * sizeof *memory, simt_stream()), cudaSuccess);
    cr_assert_eq(hy_cuda_wait(), HY_OK);
}

static void close(void)
{
    simt_fail(NULL);
    cr_assert_eq(cudaFree(memory), cudaSuccess);
    cr_assert_eq(cudaFreeHost(pinned), cudaSuccess);
    hy_cuda_close();
}

TestSuite(runtime, .init = open, .fini = close);

static float first(void)
{
    float y[N];
    cr_assert_eq(cudaMemcpyAsync(y, memory, sizeof y, cudaMemcpyDeviceToHost, simt_stream()), cudaSuccess);
    for (int i = 1; i < N; i++)
        cr_assert_eq(y[i], y[0]);
    return y[0];
}

/* ---- the stream ------------------------------------------------------------------------ */

Test(runtime, who_reads_too_early_sees_the_old_value)
{
    pinned[N - 1] = -1;
    simt_add(memory, N, 2);
    cr_assert_eq(cudaMemcpyAsync(pinned, memory, N * sizeof(float), cudaMemcpyDeviceToHost, simt_stream()),
                 cudaSuccess);
    cr_assert_eq(pinned[N - 1], -1);
    cr_assert_eq(cudaStreamSynchronize(simt_stream()), cudaSuccess);
    cr_assert_eq(pinned[N - 1], 2);
}

Test(runtime, pinned_memory_is_read_when_the_copy_runs_other_memory_at_once)
{
    float plain[N];
    for (int i = 0; i < N; i++)
        plain[i] = pinned[i] = 1;
    cr_assert_eq(cudaMemcpyAsync(memory, plain, sizeof plain, cudaMemcpyHostToDevice, simt_stream()), cudaSuccess);
    memset(plain, 0, sizeof plain);
    cr_assert_eq(first(), 1);
    cr_assert_eq(cudaMemcpyAsync(memory, pinned, sizeof plain, cudaMemcpyHostToDevice, simt_stream()), cudaSuccess);
    for (int i = 0; i < N; i++)
        pinned[i] = 5;
    cr_assert_eq(first(), 5);
}

Test(runtime, copies_are_held_to_their_direction_and_length)
{
    float plain[N + 1] = {0};
    cr_assert_eq(cudaMemcpyAsync(memory, plain, sizeof plain, cudaMemcpyHostToDevice, simt_stream()),
                 cudaErrorInvalidValue);
    cr_assert_eq(cudaMemcpyAsync(plain, memory, 4, cudaMemcpyHostToDevice, simt_stream()), cudaErrorInvalidValue);
    cr_assert_eq(cudaMemsetAsync(plain, 0, 4, simt_stream()), cudaErrorInvalidValue);
    cr_assert_eq(cudaPeekAtLastError(), cudaErrorInvalidValue);
    cr_assert_eq(cudaGetLastError(), cudaErrorInvalidValue);
    cr_assert_eq(cudaGetLastError(), cudaSuccess);
}

/* ---- recorded work ------------------------------------------------------------------------- */

static cudaGraphExec_t recorded(void)
{
    cudaGraph_t graph;
    cudaGraphExec_t exec;
    cudaStreamCaptureStatus status;
    cr_assert_eq(cudaStreamBeginCapture(simt_stream(), cudaStreamCaptureModeThreadLocal), cudaSuccess);
    cr_assert_eq(cudaStreamIsCapturing(simt_stream(), &status), cudaSuccess);
    cr_assert_eq(status, cudaStreamCaptureStatusActive);
    simt_add(memory, N, 3);
    simt_add(memory, N, 4);
    cr_assert_eq(cudaStreamEndCapture(simt_stream(), &graph), cudaSuccess);
    cr_assert_eq(cudaGraphInstantiate(&exec, graph, 0), cudaSuccess);
    cr_assert_eq(cudaGraphDestroy(graph), cudaSuccess);
    return exec;
}

Test(runtime, recorded_work_runs_when_it_is_launched_as_often_as_it_is)
{
    cudaGraphExec_t exec = recorded();
    cr_assert_eq(first(), 0);
    cr_assert_eq(cudaGraphLaunch(exec, simt_stream()), cudaSuccess);
    cr_assert_eq(first(), 7);
    cr_assert_eq(cudaGraphLaunch(exec, simt_stream()), cudaSuccess);
    cr_assert_eq(cudaGraphLaunch(exec, simt_stream()), cudaSuccess);
    cr_assert_eq(first(), 21);
    cr_assert_eq(cudaGraphExecDestroy(exec), cudaSuccess);
}

static void spoils(cudaError_t error)
{
    cudaGraph_t graph;
    cr_assert_eq(error, cudaErrorStreamCaptureUnsupported);
    cr_assert_eq(cudaStreamEndCapture(simt_stream(), &graph), cudaErrorStreamCaptureInvalidated);
    cr_assert_null(graph);
    cr_assert_eq(cudaStreamBeginCapture(simt_stream(), cudaStreamCaptureModeThreadLocal), cudaSuccess);
}

Test(runtime, what_waits_or_allocates_spoils_a_recording)
{
    float plain[N] = {0};
    void *more;
    cudaGraph_t graph;
    cr_assert_eq(cudaStreamBeginCapture(simt_stream(), cudaStreamCaptureModeThreadLocal), cudaSuccess);
    spoils(cudaStreamSynchronize(simt_stream()));
    spoils(cudaDeviceSynchronize());
    spoils(cudaMalloc(&more, 16));
    spoils(cudaFree(memory));
    spoils(cudaMemcpyAsync(memory, plain, sizeof plain, cudaMemcpyHostToDevice, simt_stream()));
    spoils(cudaMemcpyAsync(plain, memory, sizeof plain, cudaMemcpyDeviceToHost, simt_stream()));
    cr_assert_eq(cudaStreamEndCapture(simt_stream(), &graph), cudaSuccess);
    cr_assert_eq(cudaGraphDestroy(graph), cudaSuccess);
}

Test(runtime, events_measure_what_has_run)
{
    cudaEvent_t from, to;
    float ms = -1;
    cr_assert_eq(cudaEventCreate(&from), cudaSuccess);
    cr_assert_eq(cudaEventCreate(&to), cudaSuccess);
    cr_assert_eq(cudaEventRecord(from, simt_stream()), cudaSuccess);
    simt_add(memory, N, 1);
    cr_assert_eq(cudaEventRecord(to, simt_stream()), cudaSuccess);
    cr_assert_eq(cudaEventElapsedTime(&ms, from, to), cudaErrorNotReady);
    cr_assert_eq(cudaEventSynchronize(to), cudaSuccess);
    cr_assert_eq(cudaEventElapsedTime(&ms, from, to), cudaSuccess);
    cr_assert_geq(ms, 0);
    cr_assert_eq(cudaEventDestroy(from), cudaSuccess);
    cr_assert_eq(cudaEventDestroy(to), cudaSuccess);
}

/* ---- memory ------------------------------------------------------------------------------------- */

Test(runtime, memory_of_the_device_is_counted_and_holds_nothing_at_first)
{
    size_t before, after, all;
    void *at, *too_much;
    float y = 0;
    cr_assert_eq(cudaMemGetInfo(&before, &all), cudaSuccess);
    cr_assert_eq(cudaMalloc(&at, 1000), cudaSuccess);
    cr_assert_eq(cudaMemGetInfo(&after, &all), cudaSuccess);
    cr_assert_eq(before - after, 1024);
    cr_assert_eq(cudaMemcpy(&y, at, sizeof y, cudaMemcpyDeviceToHost), cudaSuccess);
    cr_assert(isnan(y));
    cr_assert_eq(cudaFree(at), cudaSuccess);
    cr_assert_eq(cudaFree(at), cudaErrorInvalidValue);
    cr_assert_eq(cudaMalloc(&too_much, all + 1), cudaErrorMemoryAllocation);
    cr_assert_eq(cudaGetLastError(), cudaErrorMemoryAllocation);
}

#ifdef __SANITIZE_ADDRESS__
static void look(const void *unused)
{
    (void)unused;
    volatile float seen = memory[0];
    (void)seen;
}

static void add_one_too_many(const void *unused)
{
    (void)unused;
    simt_add(memory, N + 1, 1);
    (void)hy_cuda_wait();
}

Test(runtime, only_kernels_touch_memory_of_the_device_and_only_their_own)
{
    struct child_end end = child_run(look, NULL);
    cr_assert(!end.well && strstr(end.text, "use-after-poison"), "%s", end.text);
    end = child_run(add_one_too_many, NULL);
    cr_assert(!end.well && strstr(end.text, "kernel add, block (2,0,0), thread (6,0,0)"), "%s", end.text);
}
#endif

/* ---- launches ------------------------------------------------------------------------------------ */

static bool launches(unsigned blocks, unsigned threads, size_t shared_bytes)
{
    cr_assert_eq(hy_cuda_open(0), HY_OK);
    simt_launch_nothing(blocks, threads, shared_bytes);
    bool good = hy_cuda_wait() == HY_OK;
    if (!good)
        hy_cuda_close(); /* it stays with the device */
    return good;
}

Test(runtime_geometry, a_launch_that_no_device_takes_is_an_error)
{
    cr_assert(launches(1, 1024, 0));
    cr_assert(launches(3, 33, 227 * 1024));
    cr_assert_not(launches(1, 1025, 0));
    cr_assert_not(launches(0, 32, 0));
    cr_assert_not(launches(1, 0, 0));
    cr_assert_not(launches(1, 32, 227 * 1024 + 1));
    cr_assert(launches(1, 32, 0));
    hy_cuda_close();
}

/* ---- faults by order -------------------------------------------------------------------------------- */

Test(runtime, faults_come_when_they_are_ordered)
{
    void *at[3];
    simt_fail("cudaMalloc:2:2,cudaMemGetInfo:1:999");
    cr_assert_eq(cudaMalloc(&at[0], 16), cudaSuccess);
    cr_assert_eq(cudaMalloc(&at[1], 16), cudaErrorMemoryAllocation);
    cr_assert_eq(cudaMalloc(&at[2], 16), cudaSuccess);
    size_t some, all;
    cr_assert_eq(cudaMemGetInfo(&some, &all), cudaErrorUnknown);
    cr_assert_eq(cudaMemGetInfo(&some, &all), cudaSuccess);
    cr_assert_eq(cudaFree(at[0]), cudaSuccess);
    cr_assert_eq(cudaFree(at[2]), cudaSuccess);
}

Test(runtime, a_kernel_that_faults_takes_the_device_with_it)
{
    simt_fail("kernel:2:700");
    simt_add(memory, N, 1);
    simt_add(memory, N, 1);
    cr_assert_eq(cudaStreamSynchronize(simt_stream()), cudaErrorIllegalAddress);
    cr_assert_eq(cudaStreamSynchronize(simt_stream()), cudaErrorIllegalAddress);
    cr_assert_eq(cudaGetLastError(), cudaErrorIllegalAddress);
    cr_assert_eq(cudaGetLastError(), cudaErrorIllegalAddress);
    cr_assert_str_eq(cudaGetErrorName(cudaErrorIllegalAddress), "cudaErrorIllegalAddress");
}
