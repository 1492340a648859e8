/* Launching a kernel: it is put into the stream with its arguments by value, and runs when the stream does. */
#ifndef HY_KERNELS_SIMT_LAUNCH_H
#define HY_KERNELS_SIMT_LAUNCH_H

#include <functional>

#include "kernels/simt/runtime.h"
#include "kernels/simt/types.h"

/* Of the device layer, see kernels/cuda/cuda.cuh. */
cudaStream_t hy_cuda_stream(void);
void hy_cuda_note(cudaError_t error, const char *what);
bool hy_cuda_counted(const char *what);

namespace simt
{

/* cudaGetLastError() knows what is wrong with the geometry, as after <<<>>>. `kernel` is its address. */
void enqueue_kernel(const char *name, const void *kernel, dim3 grid, dim3 block, size_t shared_bytes,
                    cudaStream_t stream, std::function<void()> body);

} // namespace simt

template <class... P, class... A>
void hy_launch(const char *name, void (*kernel)(P...), dim3 grid, dim3 block, size_t shared_bytes, A... args)
{
    if (hy_cuda_counted(name))
        return;
    const void *address = reinterpret_cast<const void *>(kernel);
    if (shared_bytes > 48 * 1024)
        hy_cuda_note(cudaFuncSetAttribute(address, cudaFuncAttributeMaxDynamicSharedMemorySize, (int)shared_bytes),
                     name);
    simt::enqueue_kernel(name, address, grid, block, shared_bytes, hy_cuda_stream(), [=] { kernel(args...); });
    hy_cuda_note(cudaGetLastError(), name);
}

#endif
