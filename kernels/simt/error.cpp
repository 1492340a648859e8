/* Errors: the last one, those that stay, and those that tests order. */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "kernels/simt/device.h"

namespace simt
{

struct fault {
    std::string call;
    long in; /* calls until it happens; 0: has happened */
    cudaError_t error;
};

static cudaError_t last, stays;

static std::vector<fault> parse(const char *text)
{
    std::vector<fault> faults;
    std::string all = text ? text : "";
    for (size_t at = 0; at < all.size();) {
        size_t end = all.find(',', at);
        std::string one = all.substr(at, end == std::string::npos ? end : end - at);
        char call[64];
        long in;
        int error;
        if (sscanf(one.c_str(), "%63[^:]:%ld:%d", call, &in, &error) != 3 || in < 1) {
            fprintf(stderr, "simt: SIMT_FAIL: '%s' is not call:number:error\n", one.c_str());
            abort();
        }
        faults.push_back({call, in, (cudaError_t)error});
        at = end == std::string::npos ? all.size() : end + 1;
    }
    return faults;
}

static std::vector<fault> &ordered(void)
{
    static std::vector<fault> faults = parse(getenv("SIMT_FAIL"));
    return faults;
}

extern "C" void simt_fail(const char *faults)
{
    ordered() = parse(faults);
    if (!faults)
        forget_errors();
}

void forget_errors(void)
{
    last = stays = cudaSuccess;
}

static bool is_sticky(cudaError_t error)
{
    return error == cudaErrorIllegalAddress || error == cudaErrorLaunchFailure || error == cudaErrorECCUncorrectable;
}

cudaError_t failed(cudaError_t error)
{
    if (error)
        last = error;
    if (is_sticky(error))
        stays = error;
    return error;
}

cudaError_t called(const char *name)
{
    cudaError_t error = stays;
    for (fault &f : ordered())
        if (f.call == name && f.in > 0 && --f.in == 0)
            error = f.error;
    return failed(error);
}

} // namespace simt

using namespace simt;

cudaError_t cudaGetLastError(void)
{
    cudaError_t error = called("cudaGetLastError");
    if (!error)
        error = last;
    last = stays;
    return error;
}

cudaError_t cudaPeekAtLastError(void)
{
    return last;
}

static const struct {
    cudaError_t error;
    const char *name, *text;
} known[] = {
    {cudaSuccess, "cudaSuccess", "no error"},
    {cudaErrorInvalidValue, "cudaErrorInvalidValue", "invalid argument"},
    {cudaErrorMemoryAllocation, "cudaErrorMemoryAllocation", "out of memory"},
    {cudaErrorInitializationError, "cudaErrorInitializationError", "initialization error"},
    {cudaErrorInvalidConfiguration, "cudaErrorInvalidConfiguration", "invalid configuration argument"},
    {cudaErrorInvalidMemcpyDirection, "cudaErrorInvalidMemcpyDirection", "invalid copy direction for memcpy"},
    {cudaErrorInsufficientDriver, "cudaErrorInsufficientDriver",
     "CUDA driver version is insufficient for CUDA runtime version"},
    {cudaErrorDevicesUnavailable, "cudaErrorDevicesUnavailable", "CUDA-capable device(s) is/are busy or unavailable"},
    {cudaErrorInvalidDeviceFunction, "cudaErrorInvalidDeviceFunction", "invalid device function"},
    {cudaErrorNoDevice, "cudaErrorNoDevice", "no CUDA-capable device is detected"},
    {cudaErrorInvalidDevice, "cudaErrorInvalidDevice", "invalid device ordinal"},
    {cudaErrorNoKernelImageForDevice, "cudaErrorNoKernelImageForDevice",
     "no kernel image is available for execution on the device"},
    {cudaErrorECCUncorrectable, "cudaErrorECCUncorrectable", "uncorrectable ECC error encountered"},
    {cudaErrorInvalidResourceHandle, "cudaErrorInvalidResourceHandle", "invalid resource handle"},
    {cudaErrorNotReady, "cudaErrorNotReady", "device not ready"},
    {cudaErrorIllegalAddress, "cudaErrorIllegalAddress", "an illegal memory access was encountered"},
    {cudaErrorLaunchOutOfResources, "cudaErrorLaunchOutOfResources", "too many resources requested for launch"},
    {cudaErrorLaunchFailure, "cudaErrorLaunchFailure", "unspecified launch failure"},
    {cudaErrorNotPermitted, "cudaErrorNotPermitted", "operation not permitted"},
    {cudaErrorSystemDriverMismatch, "cudaErrorSystemDriverMismatch",
     "system has unsupported display driver / cuda driver combination"},
    {cudaErrorStreamCaptureUnsupported, "cudaErrorStreamCaptureUnsupported",
     "operation not permitted when stream is capturing"},
    {cudaErrorStreamCaptureInvalidated, "cudaErrorStreamCaptureInvalidated",
     "operation failed due to a previous error during capture"},
    {cudaErrorStreamCaptureUnmatched, "cudaErrorStreamCaptureUnmatched",
     "attempt to terminate a thread-local capture sequence from another thread"},
    {cudaErrorUnknown, "cudaErrorUnknown", "unknown error"},
};

const char *cudaGetErrorName(cudaError_t error)
{
    for (const auto &k : known)
        if (k.error == error)
            return k.name;
    return "unrecognized error code";
}

const char *cudaGetErrorString(cudaError_t error)
{
    for (const auto &k : known)
        if (k.error == error)
            return k.text;
    return "unrecognized error code";
}
