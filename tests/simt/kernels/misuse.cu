#include "kernels/cuda/cuda.cuh"

#include "tests/simt/kernels/kernels.h"

template <class T> static void one_block(const char *name, void (*kernel)(T *), T *y)
{
    hy_launch(name, kernel, dim3(1), dim3(SIMT_THREADS), 0, y);
}

__global__ void reads_a_lane_that_left(int32_t *y)
{
    if (threadIdx.x % HY_WARP >= 16)
        return;
    y[threadIdx.x] = __shfl_xor_sync(0xffffffffu, 1, 16);
}

extern "C" void simt_reads_a_lane_that_left(int32_t *y)
{
    one_block("reads_a_lane_that_left", reads_a_lane_that_left, y);
}

__global__ void names_a_mask_without_itself(int32_t *y)
{
    y[threadIdx.x] = __shfl_sync(0x0000ffffu, 1, 0);
}

extern "C" void simt_names_a_mask_without_itself(int32_t *y)
{
    one_block("names_a_mask_without_itself", names_a_mask_without_itself, y);
}

__global__ void names_other_masks(int32_t *y)
{
    y[threadIdx.x] = __shfl_sync(threadIdx.x % HY_WARP < 8 ? 0xffffffffu : 0xffffff00u, 1, 9);
}

extern "C" void simt_names_other_masks(int32_t *y)
{
    one_block("names_other_masks", names_other_masks, y);
}

__global__ void two_barriers(int32_t *y)
{
    if (threadIdx.x < HY_WARP)
        __syncthreads();
    else
        __syncthreads();
    y[threadIdx.x] = 1;
}

extern "C" void simt_two_barriers(int32_t *y)
{
    one_block("two_barriers", two_barriers, y);
}

__global__ void leaves_others_waiting(int32_t *y)
{
    if (threadIdx.x == SIMT_THREADS / 2)
        return;
    __syncthreads();
    y[threadIdx.x] = 1;
}

extern "C" void simt_leaves_others_waiting(int32_t *y)
{
    one_block("leaves_others_waiting", leaves_others_waiting, y);
}

__global__ void leaves_copies(float *y)
{
    __shared__ __align__(16) float held[4 * SIMT_THREADS];
    simt::copy16_later(held + 4 * threadIdx.x, y);
    simt::copy_commit();
}

extern "C" void simt_leaves_copies(float *y)
{
    one_block("leaves_copies", leaves_copies, y);
}

__global__ void takes_shared_it_was_not_given(float *y)
{
    y[threadIdx.x] = hy_dynamic_shared<float>()[threadIdx.x];
}

extern "C" void simt_takes_shared_it_was_not_given(float *y)
{
    one_block("takes_shared_it_was_not_given", takes_shared_it_was_not_given, y);
}
