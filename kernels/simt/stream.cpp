/* Streams that run when somebody waits, capture, graphs and events. */
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>

#include "kernels/simt/block.h"
#include "kernels/simt/device.h"
#include "kernels/simt/launch.h"
#include "kernels/simt/shared.h"

struct CUgraph_st {
    std::vector<simt::work> nodes;
};

struct CUgraphExec_st {
    std::vector<simt::work> nodes;
};

struct CUstream_st {
    std::vector<simt::work> queue;
    CUgraph_st *graph; /* what is captured; NULL: nothing is */
    bool spoiled;      /* the capture */
};

struct CUevent_st {
    cudaStream_t stream; /* where it was recorded last */
    bool recorded, done;
    std::chrono::steady_clock::time_point at;
};

namespace simt
{

static CUstream_st *of(cudaStream_t stream)
{
    static CUstream_st legacy;
    return stream ? stream : &legacy;
}

static std::vector<cudaStream_t> &streams(void)
{
    static std::vector<cudaStream_t> all = {nullptr};
    return all;
}

bool capturing(cudaStream_t stream)
{
    return of(stream)->graph != nullptr;
}

cudaError_t not_while_capturing(void)
{
    bool any = false;
    for (cudaStream_t s : streams())
        if (capturing(s))
            any = of(s)->spoiled = true;
    return any ? failed(cudaErrorStreamCaptureUnsupported) : cudaSuccess;
}

static simt_listener *listens;

extern "C" void simt_listen(simt_listener *listener)
{
    listens = listener;
}

static void run_later(CUstream_st *s, work w, bool again)
{
    if (listens)
        listens(w.what, w.name, w.bytes, again);
    s->queue.push_back(std::move(w));
}

void enqueue(cudaStream_t stream, work w)
{
    CUstream_st *s = of(stream);
    if (s->graph)
        s->graph->nodes.push_back(std::move(w));
    else
        run_later(s, std::move(w), false);
}

static long waits;

extern "C" long simt_waits(void)
{
    return waits;
}

/* What is behind an error does not run. */
cudaError_t run_stream(cudaStream_t stream)
{
    std::vector<work> queue;
    waits++;
    queue.swap(of(stream)->queue);
    device_open open;
    for (const work &w : queue) {
        cudaError_t error = called(w.what);
        if (error)
            return error;
        w.run();
    }
    return cudaSuccess;
}

cudaError_t run_all_streams(void)
{
    cudaError_t first = cudaSuccess;
    for (cudaStream_t s : streams()) {
        cudaError_t error = run_stream(s);
        first = first ? first : error;
    }
    return first;
}

/* ---- kernels ------------------------------------------------------------------------ */

enum { DEFAULT_SHARED = 48 * 1024, MOST_GRID_YZ = 65535 };

static std::map<const void *, size_t> &shared_asked(void)
{
    static std::map<const void *, size_t> most;
    return most;
}

static cudaError_t geometry(const void *kernel, dim3 grid, dim3 block, size_t shared_bytes)
{
    size_t threads = (size_t)block.x * block.y * block.z;
    size_t shared = shared_asked().count(kernel) ? shared_asked()[kernel] : (size_t)DEFAULT_SHARED;
    if (threads == 0 || threads > MOST_THREADS || block.z > 64)
        return cudaErrorInvalidConfiguration;
    if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > 0x7fffffffu || grid.y > MOST_GRID_YZ ||
        grid.z > MOST_GRID_YZ)
        return cudaErrorInvalidConfiguration;
    return shared_bytes > std::max(shared, (size_t)DEFAULT_SHARED) ? cudaErrorInvalidValue : cudaSuccess;
}

void enqueue_kernel(const char *name, const void *kernel, dim3 grid, dim3 block, size_t shared_bytes,
                    cudaStream_t stream, std::function<void()> body)
{
    cudaError_t error = called("cudaLaunchKernel");
    if (!error)
        error = failed(geometry(kernel, grid, block, shared_bytes));
    if (error)
        return;
    launch l = {name, grid, block, shared_bytes, std::move(body)};
    enqueue(stream, {"kernel", [l] { run_grid(l); }, name});
}

} // namespace simt

using namespace simt;

cudaError_t cudaFuncSetAttribute(const void *kernel, cudaFuncAttribute attribute, int value)
{
    cudaError_t error = called("cudaFuncSetAttribute");
    if (error || attribute != cudaFuncAttributeMaxDynamicSharedMemorySize)
        return error;
    if (value < 0 || value > MOST_SHARED)
        return failed(cudaErrorInvalidValue);
    shared_asked()[kernel] = (size_t)value;
    return cudaSuccess;
}

/* ---- streams ------------------------------------------------------------------------------ */

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned flags)
{
    cudaError_t error = called("cudaStreamCreateWithFlags");
    if (error)
        return error;
    if (flags > cudaStreamNonBlocking)
        return failed(cudaErrorInvalidValue);
    *stream = new CUstream_st();
    streams().push_back(*stream);
    return cudaSuccess;
}

cudaError_t cudaStreamCreate(cudaStream_t *stream)
{
    return cudaStreamCreateWithFlags(stream, cudaStreamDefault);
}

cudaError_t cudaStreamDestroy(cudaStream_t stream)
{
    cudaError_t error = called("cudaStreamDestroy");
    auto at = std::find(streams().begin(), streams().end(), stream);
    if (!stream || at == streams().end())
        return failed(cudaErrorInvalidResourceHandle);
    if (!error)
        error = run_stream(stream);
    streams().erase(at);
    delete stream->graph;
    delete stream;
    return error;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream)
{
    cudaError_t error = called("cudaStreamSynchronize");
    if (!error && capturing(stream))
        error = not_while_capturing();
    return error ? error : run_stream(stream);
}

cudaError_t cudaStreamQuery(cudaStream_t stream)
{
    cudaError_t error = called("cudaStreamQuery");
    if (!error && capturing(stream))
        error = not_while_capturing();
    return error ? error : run_stream(stream);
}

cudaError_t cudaDeviceSynchronize(void)
{
    cudaError_t error = called("cudaDeviceSynchronize");
    if (!error)
        error = not_while_capturing();
    return error ? error : run_all_streams();
}

cudaError_t cudaDeviceReset(void)
{
    forget_errors();
    for (cudaStream_t s : streams())
        of(s)->queue.clear();
    free_everything();
    return called("cudaDeviceReset");
}

/* ---- capture and graphs ----------------------------------------------------------------------- */

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode)
{
    (void)mode;
    cudaError_t error = called("cudaStreamBeginCapture");
    if (error)
        return error;
    if (!stream)
        return failed(cudaErrorStreamCaptureUnsupported);
    if (capturing(stream))
        return failed(cudaErrorInvalidValue);
    stream->graph = new CUgraph_st();
    stream->spoiled = false;
    return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t *graph)
{
    *graph = nullptr;
    cudaError_t error = called("cudaStreamEndCapture");
    if (!stream || !stream->graph)
        return failed(cudaErrorInvalidValue);
    if (!error && stream->spoiled)
        error = failed(cudaErrorStreamCaptureInvalidated);
    if (error)
        delete stream->graph;
    else
        *graph = stream->graph;
    stream->graph = nullptr;
    return error;
}

cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus *status)
{
    cudaError_t error = called("cudaStreamIsCapturing");
    if (error)
        return error;
    *status = !capturing(stream)    ? cudaStreamCaptureStatusNone
              : of(stream)->spoiled ? cudaStreamCaptureStatusInvalidated
                                    : cudaStreamCaptureStatusActive;
    return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t *exec, cudaGraph_t graph, unsigned long long flags)
{
    (void)flags;
    cudaError_t error = called("cudaGraphInstantiate");
    if (error)
        return error;
    if (!graph)
        return failed(cudaErrorInvalidValue);
    *exec = new CUgraphExec_st{graph->nodes};
    return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream)
{
    cudaError_t error = called("cudaGraphLaunch");
    if (error)
        return error;
    if (!exec)
        return failed(cudaErrorInvalidValue);
    for (const work &w : exec->nodes)
        run_later(of(stream), w, &w != exec->nodes.data());
    return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph)
{
    cudaError_t error = called("cudaGraphDestroy");
    if (!graph)
        return failed(cudaErrorInvalidValue);
    delete graph;
    return error;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec)
{
    cudaError_t error = called("cudaGraphExecDestroy");
    if (!exec)
        return failed(cudaErrorInvalidValue);
    delete exec;
    return error;
}

/* ---- events ----------------------------------------------------------------------------------------- */

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned flags)
{
    (void)flags;
    cudaError_t error = called("cudaEventCreate");
    if (!error)
        *event = new CUevent_st();
    return error;
}

cudaError_t cudaEventCreate(cudaEvent_t *event)
{
    return cudaEventCreateWithFlags(event, cudaEventDefault);
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream)
{
    cudaError_t error = called("cudaEventRecord");
    if (error)
        return error;
    event->stream = stream;
    event->recorded = true;
    event->done = false;
    enqueue(stream, {"event", [event] {
                         event->at = std::chrono::steady_clock::now();
                         event->done = true;
                     }});
    return cudaSuccess;
}

cudaError_t cudaEventSynchronize(cudaEvent_t event)
{
    cudaError_t error = called("cudaEventSynchronize");
    if (!error && capturing(event->stream))
        error = not_while_capturing();
    if (error || !event->recorded || event->done)
        return error;
    return run_stream(event->stream);
}

static bool &eager(void)
{
    static bool on = getenv("SIMT_EAGER") != nullptr;
    return on;
}

extern "C" void simt_eager(bool on)
{
    eager() = on;
}

cudaError_t cudaEventQuery(cudaEvent_t event)
{
    cudaError_t error = called("cudaEventQuery");
    if (!error && capturing(event->stream))
        error = not_while_capturing();
    if (!error && event->recorded && !event->done && eager())
        error = run_stream(event->stream);
    if (error)
        return error;
    return event->recorded && !event->done ? cudaErrorNotReady : cudaSuccess;
}

cudaError_t cudaEventElapsedTime(float *ms, cudaEvent_t from, cudaEvent_t to)
{
    cudaError_t error = called("cudaEventElapsedTime");
    if (error)
        return error;
    if (!from->recorded || !to->recorded)
        return failed(cudaErrorInvalidResourceHandle);
    if (!from->done || !to->done)
        return failed(cudaErrorNotReady);
    *ms = std::chrono::duration<float, std::milli>(to->at - from->at).count();
    return cudaSuccess;
}

/* What was recorded and did not run yet must not find it gone. */
cudaError_t cudaEventDestroy(cudaEvent_t event)
{
    cudaError_t error = called("cudaEventDestroy");
    if (!event)
        return failed(cudaErrorInvalidResourceHandle);
    if (!error && event->recorded && !event->done && !capturing(event->stream))
        error = run_stream(event->stream);
    delete event;
    return error;
}
