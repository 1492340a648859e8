/* The device: opening it, its memory, its one stream, recorded work, and what went wrong. */
#include "kernels/cuda/cuda.cuh"
#include "kernels/cuda/gemm.cuh"
#include "kernels/cuda/ring.cuh"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern "C" {
#include "kernels/base/threads.h"
#include "kernels/device.h"
}

/* One device in a process, used by one thread. */
static struct {
    bool open;
    struct hy_cuda_about about;
    cudaStream_t stream;
    cudaEvent_t marks[2];
    cudaError_t error; /* the first of the stream's work; it stays */
    char doing[64];    /* what noted it */
} device;

cudaStream_t hy_cuda_stream(void)
{
    return device.stream;
}

void hy_cuda_note(cudaError_t error, const char *what)
{
    if (error == cudaSuccess || device.error != cudaSuccess)
        return;
    device.error = error;
    snprintf(device.doing, sizeof device.doing, "%s", what);
}

/* ---- sentences ----------------------------------------------------------------------- */

/* No device to work with: what is missing, and the way out. */
static hy_status cannot_open(cudaError_t error)
{
    int driver = 0, runtime = 0;
    (void)cudaDriverGetVersion(&driver);
    (void)cudaRuntimeGetVersion(&runtime);
    (void)cudaGetLastError();
    if (driver == 0)
        return hy_fail(HY_RUN_FAILED,
                       "no CUDA device: this machine has no NVIDIA driver; install one, or use --device cpu");
    if (error == cudaErrorInsufficientDriver)
        return hy_fail(
            HY_RUN_FAILED,
            "the NVIDIA driver is for CUDA %d.%d, this build needs %d.%d; update the driver, or use --device cpu",
            driver / 1000, driver % 1000 / 10, runtime / 1000, runtime % 1000 / 10);
    if (error == cudaErrorNoDevice)
        return hy_fail(HY_RUN_FAILED,
                       "no CUDA device: the driver finds no GPU (is CUDA_VISIBLE_DEVICES empty?); use --device cpu");
    return hy_fail(HY_RUN_FAILED, "no usable CUDA device: %s (%s); use --device cpu", cudaGetErrorString(error),
                   cudaGetErrorName(error));
}

static hy_status work_failed(void)
{
    switch (device.error) {
    case cudaErrorMemoryAllocation:
        return hy_fail(HY_RUN_FAILED, "the GPU ran out of memory (%s); try a smaller batch", device.doing);
    case cudaErrorECCUncorrectable:
        return hy_fail(HY_RUN_FAILED,
                       "the GPU reported a memory error it could not correct (ECC) in %s; what came before is "
                       "kept, run again and have the GPU checked if it recurs",
                       device.doing);
    case cudaErrorNoKernelImageForDevice:
        return hy_fail(HY_RUN_FAILED, "this build has no code for '%s'; build again with CUDA_ARCH=%d",
                       device.about.name, device.about.sm);
    default:
        return hy_fail(HY_RUN_FAILED, "the GPU stopped in %s: %s (%s); what came before is kept", device.doing,
                       cudaGetErrorString(device.error), cudaGetErrorName(device.error));
    }
}

/* ---- opening ------------------------------------------------------------------------- */

extern "C" bool hy_cuda_built(void)
{
    return true;
}

static cudaError_t describe(int index)
{
    cudaDeviceProp p;
    cudaError_t error = cudaGetDeviceProperties(&p, index);
    if (error != cudaSuccess)
        return error;
    struct hy_cuda_about *a = &device.about;
    snprintf(a->name, sizeof a->name, "%s", p.name);
    a->index = index;
    a->sm = p.major * 10 + p.minor;
    a->multiprocessors = p.multiProcessorCount;
    a->memory_bytes = p.totalGlobalMem;
    a->l2_bytes = (size_t)p.l2CacheSize;
    (void)cudaDriverGetVersion(&a->driver);
    (void)cudaRuntimeGetVersion(&a->runtime);
    return cudaSuccess;
}

extern "C" hy_status hy_cuda_open(int index)
{
    if (device.open && device.about.index == index)
        return HY_OK;
    hy_cuda_close();
    int devices = 0;
    cudaError_t error = cudaGetDeviceCount(&devices);
    if (error != cudaSuccess || devices == 0)
        return cannot_open(error == cudaSuccess ? cudaErrorNoDevice : error);
    if (index < 0 || index >= devices)
        return hy_fail(HY_BAD_INPUT, "there is no CUDA device %d: this machine has %d, counted from 0", index, devices);
    error = cudaSetDevice(index);
    if (error == cudaSuccess)
        error = describe(index);
    if (error == cudaSuccess)
        error = cudaStreamCreateWithFlags(&device.stream, cudaStreamNonBlocking);
    for (int i = 0; i < 2 && error == cudaSuccess; i++)
        error = cudaEventCreate(&device.marks[i]);
    if (error == cudaSuccess)
        error = hy_ring_open();
    if (error != cudaSuccess)
        return cannot_open(error);
    device.open = true;
    hy_status status = hy_cuda_gemm_open();
    if (status != HY_OK)
        hy_cuda_close();
    else
        hy_work_parts_at_least(HY_CUDA_PARTS);
    return status;
}

extern "C" void hy_cuda_close(void)
{
    if (!device.open)
        return;
    hy_cuda_gemm_close();
    for (int i = 0; i < 2; i++)
        (void)cudaEventDestroy(device.marks[i]);
    hy_ring_close();
    (void)cudaStreamDestroy(device.stream);
    memset(&device, 0, sizeof device);
}

extern "C" struct hy_cuda_about hy_cuda_about(void)
{
    return device.about;
}

/* Asked of the driver without linking it: a program that did would not start without one. */
extern "C" void *hy_cuda_context(void)
{
    typedef int current(void **context); /* cuCtxGetCurrent */
    void *entry = NULL, *context = NULL;
    cudaDriverEntryPointQueryResult found = cudaDriverEntryPointSymbolNotFound;
    cudaError_t error = cudaGetDriverEntryPointByVersion("cuCtxGetCurrent", &entry, 12000, cudaEnableDefault, &found);
    if (error != cudaSuccess || found != cudaDriverEntryPointSuccess)
        return NULL;
    return reinterpret_cast<current *>(entry)(&context) == 0 ? context : NULL;
}

/* ---- memory -------------------------------------------------------------------------- */

extern "C" hy_status hy_cuda_alloc(size_t bytes, hy_address *at)
{
    void *memory = NULL;
    *at = 0;
    if (hy_cuda_counting()) {
        *at = hy_cuda_count_memory(bytes);
        return HY_OK;
    }
    if (device.error != cudaSuccess)
        return work_failed();
    cudaError_t error = cudaMalloc(&memory, bytes);
    if (error == cudaErrorMemoryAllocation) {
        size_t left = 0, all = 0;
        (void)cudaGetLastError(); /* the device goes on */
        (void)cudaMemGetInfo(&left, &all);
        return hy_fail(HY_RUN_FAILED, "%.0f MiB are needed, the GPU has %.0f of %.0f MiB left; try a smaller batch",
                       (double)bytes / (1 << 20), (double)left / (1 << 20), (double)all / (1 << 20));
    }
    hy_cuda_note(error, "taking memory");
    if (error != cudaSuccess)
        return work_failed();
    *at = (hy_address)memory;
    return HY_OK;
}

extern "C" size_t hy_cuda_room(void)
{
    size_t left = 0, all = 0;
    if (hy_cuda_counting())
        return SIZE_MAX;
    return cudaMemGetInfo(&left, &all) == cudaSuccess ? left : 0;
}

extern "C" void hy_cuda_free(hy_address at)
{
    if (hy_cuda_counting())
        return;
    hy_cuda_note(cudaStreamSynchronize(device.stream), "work before memory was given back");
    (void)cudaFree((void *)at);
}

extern "C" void hy_cuda_put(hy_address to, const void *from, size_t bytes)
{
    if (bytes > 0 && !hy_cuda_counted("copy"))
        hy_cuda_note(cudaMemcpyAsync((void *)to, from, bytes, cudaMemcpyHostToDevice, device.stream),
                     "a copy to the GPU");
}

extern "C" hy_status hy_cuda_get(void *to, hy_address from, size_t bytes)
{
    if (bytes > 0 && hy_cuda_counted("copy")) {
        memset(to, 0, bytes);
        return HY_OK;
    }
    if (bytes > 0 && device.error == cudaSuccess)
        hy_cuda_note(cudaMemcpyAsync(to, (const void *)from, bytes, cudaMemcpyDeviceToHost, device.stream),
                     "a copy from the GPU");
    hy_status status = hy_cuda_wait();
    if (status != HY_OK && bytes > 0)
        memset(to, 0, bytes);
    return status;
}

extern "C" void hy_cuda_copy(hy_address to, hy_address from, size_t bytes)
{
    if (bytes > 0 && !hy_cuda_counted("copy"))
        hy_cuda_note(cudaMemcpyAsync((void *)to, (const void *)from, bytes, cudaMemcpyDeviceToDevice, device.stream),
                     "a copy on the GPU");
}

extern "C" void hy_cuda_fill(hy_address to, unsigned char byte, size_t bytes)
{
    if (bytes > 0 && !hy_cuda_counted("fill"))
        hy_cuda_note(cudaMemsetAsync((void *)to, byte, bytes, device.stream), "filling memory");
}

extern "C" hy_status hy_cuda_wait(void)
{
    if (hy_cuda_counting())
        return HY_OK;
    if (device.error == cudaSuccess)
        hy_cuda_note(cudaStreamSynchronize(device.stream), "work that was queued");
    return device.error == cudaSuccess ? HY_OK : work_failed();
}

extern "C" void hy_cuda_mark(enum hy_mark mark)
{
    hy_cuda_note(cudaEventRecord(device.marks[mark], device.stream), "a mark");
}

/* A device that failed has come to all it will ever come to. */
extern "C" bool hy_cuda_mark_reached(enum hy_mark mark)
{
    const cudaError_t error = cudaEventQuery(device.marks[mark]);
    if (error == cudaErrorNotReady) {
        (void)cudaGetLastError(); /* an answer, not an error */
        return false;
    }
    hy_cuda_note(error, "asking for a mark");
    return true;
}

extern "C" hy_status hy_cuda_marked_ns(double *ns)
{
    float ms = 0;
    hy_status status = hy_cuda_wait();
    if (status == HY_OK) {
        hy_cuda_note(cudaEventElapsedTime(&ms, device.marks[HY_MARK_FROM], device.marks[HY_MARK_TO]), "reading marks");
        status = hy_cuda_wait();
    }
    *ns = (double)ms * 1e6;
    return status;
}

/* ---- recorded work ------------------------------------------------------------------- */

struct hy_graph {
    cudaGraphExec_t exec;
};

extern "C" void hy_graph_record(void)
{
    hy_cuda_note(cudaStreamBeginCapture(device.stream, cudaStreamCaptureModeThreadLocal), "starting to record");
}

extern "C" struct hy_graph *hy_graph_recorded(void)
{
    cudaGraph_t recorded = NULL;
    cudaGraphExec_t exec = NULL;
    cudaError_t error = cudaStreamEndCapture(device.stream, &recorded);
    if (error == cudaSuccess)
        error = cudaGraphInstantiate(&exec, recorded, 0);
    if (recorded)
        (void)cudaGraphDestroy(recorded);
    hy_cuda_note(error, "recording a program");
    if (error != cudaSuccess)
        return NULL;
    struct hy_graph *g = (struct hy_graph *)malloc(sizeof *g);
    HY_ASSERT(g, "out of memory for a handle");
    g->exec = exec;
    return g;
}

extern "C" void hy_graph_run(struct hy_graph *g)
{
    if (device.error == cudaSuccess)
        hy_cuda_note(cudaGraphLaunch(g->exec, device.stream), "a recorded program");
}

extern "C" void hy_graph_free(struct hy_graph *g)
{
    if (!g)
        return;
    if (device.open) {
        hy_cuda_note(cudaStreamSynchronize(device.stream), "a recorded program");
        (void)cudaGraphExecDestroy(g->exec);
    }
    free(g);
}
