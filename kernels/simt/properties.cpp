/* The device that this process plays: one, of a made-up kind. */
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "kernels/simt/device.h"
#include "kernels/simt/shared.h"

using namespace simt;

cudaError_t cudaGetDeviceCount(int *count)
{
    cudaError_t error = called("cudaGetDeviceCount");
    *count = error ? 0 : 1;
    return error;
}

cudaError_t cudaGetDevice(int *device)
{
    *device = 0;
    return called("cudaGetDevice");
}

cudaError_t cudaSetDevice(int device)
{
    cudaError_t error = called("cudaSetDevice");
    return !error && device != 0 ? failed(cudaErrorInvalidDevice) : error;
}

static int capability(void)
{
    const char *wanted = getenv("SIMT_CAPABILITY");
    return wanted ? atoi(wanted) : 90;
}

cudaError_t cudaGetDeviceProperties(struct cudaDeviceProp *prop, int device)
{
    cudaError_t error = called("cudaGetDeviceProperties");
    if (error)
        return error;
    if (device != 0)
        return failed(cudaErrorInvalidDevice);
    memset(prop, 0, sizeof *prop);
    snprintf(prop->name, sizeof prop->name, "SIMT rig");
    size_t free_bytes;
    cudaMemGetInfo(&free_bytes, &prop->totalGlobalMem);
    prop->sharedMemPerBlock = 48 * 1024;
    prop->sharedMemPerBlockOptin = MOST_SHARED;
    prop->sharedMemPerMultiprocessor = MOST_SHARED + 1024;
    prop->regsPerBlock = 65536;
    prop->warpSize = 32;
    prop->maxThreadsPerBlock = 1024;
    prop->maxThreadsPerMultiProcessor = 2048;
    prop->multiProcessorCount = 4;
    prop->major = capability() / 10;
    prop->minor = capability() % 10;
    prop->l2CacheSize = 4 << 20;
    prop->memoryBusWidth = 64;
    prop->ECCEnabled = 1;
    return cudaSuccess;
}

cudaError_t cudaDriverGetVersion(int *version)
{
    cudaError_t error = called("cudaDriverGetVersion");
    *version = error ? 0 : 13000;
    return error;
}

static int current_context(void **context)
{
    static char ours;
    *context = &ours;
    return 0;
}

cudaError_t cudaGetDriverEntryPointByVersion(const char *symbol, void **entry, unsigned version,
                                             unsigned long long flags, cudaDriverEntryPointQueryResult *found)
{
    (void)version;
    (void)flags;
    cudaError_t error = called("cudaGetDriverEntryPointByVersion");
    bool known = !error && strcmp(symbol, "cuCtxGetCurrent") == 0;
    *found = known ? cudaDriverEntryPointSuccess : cudaDriverEntryPointSymbolNotFound;
    *entry = known ? reinterpret_cast<void *>(current_context) : nullptr;
    return error;
}

cudaError_t cudaRuntimeGetVersion(int *version)
{
    *version = 13000;
    return called("cudaRuntimeGetVersion");
}
