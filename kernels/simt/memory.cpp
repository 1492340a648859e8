/* The device's memory: every allocation a heap block of its own, closed while the host runs. */
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>

#include "kernels/simt/device.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, bytes)   ((void)(at), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(at, bytes) ((void)(at), (void)(bytes))
#endif

namespace simt
{

enum { ALIGNED = 256 };

static size_t total_bytes(void)
{
    const char *mib = getenv("SIMT_MEMORY");
    return (mib ? (size_t)strtoul(mib, nullptr, 10) : 4096) << 20;
}

struct block {
    size_t bytes, taken; /* asked for, and with what alignment costs */
    home where;
};

static std::map<uintptr_t, block> &blocks(void)
{
    static std::map<uintptr_t, block> all;
    return all;
}

static size_t used;
static int opened;

device_open::device_open()
{
    if (opened++ == 0)
        for (auto &[at, b] : blocks())
            if (b.where == home::DEVICE)
                ASAN_UNPOISON_MEMORY_REGION((void *)at, b.bytes);
}

device_open::~device_open()
{
    if (--opened == 0)
        for (auto &[at, b] : blocks())
            if (b.where == home::DEVICE)
                ASAN_POISON_MEMORY_REGION((void *)at, b.taken);
}

home home_of(const void *at, size_t bytes)
{
    auto next = blocks().upper_bound((uintptr_t)at);
    if (next == blocks().begin())
        return home::NOWHERE;
    const auto &[start, b] = *--next;
    return (uintptr_t)at - start + bytes <= b.bytes ? b.where : home::NOWHERE;
}

static cudaError_t take(void **at, size_t bytes, home where)
{
    *at = nullptr;
    if (bytes == 0)
        return cudaSuccess;
    size_t taken = (bytes + ALIGNED - 1) / ALIGNED * ALIGNED;
    if (where == home::DEVICE && taken > total_bytes() - used)
        return failed(cudaErrorMemoryAllocation);
    void *p = aligned_alloc(ALIGNED, taken);
    if (!p)
        return failed(cudaErrorMemoryAllocation);
    memset(p, 0xff, taken);
    ASAN_POISON_MEMORY_REGION(p, taken);
    if (where == home::PINNED)
        ASAN_UNPOISON_MEMORY_REGION(p, bytes);
    else
        used += taken;
    blocks()[(uintptr_t)p] = {bytes, taken, where};
    *at = p;
    return cudaSuccess;
}

static cudaError_t give_back(void *at, home where)
{
    if (!at)
        return cudaSuccess;
    auto b = blocks().find((uintptr_t)at);
    if (b == blocks().end() || b->second.where != where)
        return failed(cudaErrorInvalidValue);
    ASAN_UNPOISON_MEMORY_REGION(at, b->second.taken);
    if (where == home::DEVICE)
        used -= b->second.taken;
    blocks().erase(b);
    free(at);
    return cudaSuccess;
}

void free_everything(void)
{
    std::vector<void *> all;
    for (auto &[at, b] : blocks())
        if (b.where == home::DEVICE)
            all.push_back((void *)at);
    for (void *at : all)
        give_back(at, home::DEVICE);
}

} // namespace simt

using namespace simt;

cudaError_t cudaMalloc(void **at, size_t bytes)
{
    cudaError_t error = called("cudaMalloc");
    if (!error)
        error = not_while_capturing();
    return error ? error : take(at, bytes, home::DEVICE);
}

/* Waits for all that was enqueued: something of it may use the memory. On a device that has failed
 * nothing is enqueued any more; the block goes all the same, as it goes with a real one's context. */
static cudaError_t free_block(const char *name, void *at, home place)
{
    cudaError_t error = called(name);
    if (error) {
        (void)give_back(at, place);
        return failed(error);
    }
    error = not_while_capturing();
    if (!error)
        error = run_all_streams();
    return error ? error : give_back(at, place);
}

cudaError_t cudaFree(void *at)
{
    return free_block("cudaFree", at, home::DEVICE);
}

cudaError_t cudaMallocHost(void **at, size_t bytes)
{
    cudaError_t error = called("cudaMallocHost");
    if (!error)
        error = not_while_capturing();
    return error ? error : take(at, bytes, home::PINNED);
}

cudaError_t cudaFreeHost(void *at)
{
    return free_block("cudaFreeHost", at, home::PINNED);
}

cudaError_t cudaMemGetInfo(size_t *free_bytes, size_t *total_bytes)
{
    cudaError_t error = called("cudaMemGetInfo");
    if (error)
        return error;
    *free_bytes = simt::total_bytes() - used;
    *total_bytes = simt::total_bytes();
    return cudaSuccess;
}

/* ---- copies ------------------------------------------------------------------------ */

static bool fits(const void *to, const void *from, size_t bytes, cudaMemcpyKind kind)
{
    bool to_device = home_of(to, bytes) == home::DEVICE, from_device = home_of(from, bytes) == home::DEVICE;
    switch (kind) {
    case cudaMemcpyHostToHost:
        return !to_device && !from_device;
    case cudaMemcpyHostToDevice:
        return to_device && !from_device;
    case cudaMemcpyDeviceToHost:
        return !to_device && from_device;
    case cudaMemcpyDeviceToDevice:
        return to_device && from_device;
    case cudaMemcpyDefault:
        return true;
    }
    return false;
}

/* Memory that is not pinned is read at the call, and written only after waiting for the stream. */
cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, cudaMemcpyKind kind, cudaStream_t stream)
{
    cudaError_t error = called("cudaMemcpyAsync");
    if (error || bytes == 0)
        return error;
    if (!fits(to, from, bytes, kind))
        return failed(cudaErrorInvalidValue);
    bool from_pageable = home_of(from, bytes) == home::NOWHERE, to_pageable = home_of(to, bytes) == home::NOWHERE;
    if ((from_pageable || to_pageable) && capturing(stream))
        return not_while_capturing();
    if (from_pageable) {
        std::vector<char> held((const char *)from, (const char *)from + bytes);
        enqueue(stream, {"copy", [to, held] { memcpy(to, held.data(), held.size()); }, nullptr, bytes});
    } else {
        enqueue(stream, {"copy", [to, from, bytes] { memmove(to, from, bytes); }, nullptr, bytes});
    }
    return to_pageable ? run_stream(stream) : cudaSuccess;
}

cudaError_t cudaMemcpy(void *to, const void *from, size_t bytes, cudaMemcpyKind kind)
{
    cudaError_t error = called("cudaMemcpy");
    if (!error)
        error = not_while_capturing();
    if (!error && bytes && !fits(to, from, bytes, kind))
        error = failed(cudaErrorInvalidValue);
    if (!error)
        error = run_all_streams();
    if (error)
        return error;
    device_open open;
    memmove(to, from, bytes);
    return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void *to, int value, size_t bytes, cudaStream_t stream)
{
    cudaError_t error = called("cudaMemsetAsync");
    if (error || bytes == 0)
        return error;
    if (home_of(to, bytes) != home::DEVICE)
        return failed(cudaErrorInvalidValue);
    enqueue(stream, {"memset", [to, value, bytes] { memset(to, value, bytes); }, nullptr, bytes});
    return cudaSuccess;
}

cudaError_t cudaMemset(void *to, int value, size_t bytes)
{
    return cudaMemsetAsync(to, value, bytes, nullptr);
}
