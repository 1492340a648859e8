#include "kernels/cuda/cuda.cuh"

#include "tests/simt/kernels/kernels.h"

extern "C" cudaStream_t simt_stream(void)
{
    return hy_cuda_stream();
}

__global__ void add(float *y, int n, float by)
{
    const int i = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    if (i < n)
        y[i] += by;
}

extern "C" void simt_add(float *y, int n, float by)
{
    hy_launch("add", add, dim3(hy_ceil_div(n, 32)), dim3(32), 0, y, n, by);
}

__global__ void round_pairs(uint16_t *y, const float *x, int n)
{
    const int i = 2 * (int)(blockIdx.x * blockDim.x + threadIdx.x);
    if (i < n)
        hy_store2(y + i, hy_load2(x + i));
}

extern "C" void simt_round(uint16_t *y, const float *x, int n)
{
    hy_launch("round_pairs", round_pairs, dim3(hy_ceil_div(n, 64)), dim3(32), 0, y, x, n);
}

template <class... P, class... A> static void one_block(const char *name, void (*kernel)(P...), A... args)
{
    hy_launch(name, kernel, dim3(1), dim3(SIMT_THREADS), 0, args...);
}

/* ---- shuffles ---------------------------------------------------------------------- */

__global__ void shuffle_xor(int32_t *y, int bits, int width)
{
    y[threadIdx.x] = __shfl_xor_sync(0xffffffffu, (int32_t)threadIdx.x, bits, width);
}

extern "C" void simt_shuffle_xor(int32_t *y, int bits, int width)
{
    one_block("shuffle_xor", shuffle_xor, y, bits, width);
}

__global__ void shuffle_up(int32_t *y, int by, int width)
{
    y[threadIdx.x] = __shfl_up_sync(0xffffffffu, (int32_t)threadIdx.x, (unsigned)by, width);
}

extern "C" void simt_shuffle_up(int32_t *y, int by, int width)
{
    one_block("shuffle_up", shuffle_up, y, by, width);
}

__global__ void shuffle_down(int32_t *y, int by, int width)
{
    y[threadIdx.x] = __shfl_down_sync(0xffffffffu, (int32_t)threadIdx.x, (unsigned)by, width);
}

extern "C" void simt_shuffle_down(int32_t *y, int by, int width)
{
    one_block("shuffle_down", shuffle_down, y, by, width);
}

__global__ void shuffle_from(int32_t *y, int lane, int width)
{
    y[threadIdx.x] = (int32_t)__shfl_sync(0xffffffffu, (double)threadIdx.x, lane, width); /* 8 bytes */
}

extern "C" void simt_shuffle_from(int32_t *y, int lane, int width)
{
    one_block("shuffle_from", shuffle_from, y, lane, width);
}

__global__ void halves(int32_t *y)
{
    int32_t sum = (int32_t)threadIdx.x;
    if (threadIdx.x % HY_WARP < 16)
        for (int o = 8; o > 0; o /= 2)
            sum += __shfl_xor_sync(0x0000ffffu, sum, o);
    else
        for (int o = 8; o > 0; o /= 2)
            sum += __shfl_xor_sync(0xffff0000u, sum, o);
    y[threadIdx.x] = sum;
}

extern "C" void simt_halves(int32_t *y)
{
    one_block("halves", halves, y);
}

__global__ void left_lanes(int32_t *y)
{
    if (threadIdx.x % HY_WARP >= 16)
        return;
    int32_t sum = 1;
    for (int o = 8; o > 0; o /= 2)
        sum += __shfl_xor_sync(0xffffffffu, sum, o);
    y[threadIdx.x] = sum;
}

extern "C" void simt_left_lanes(int32_t *y)
{
    one_block("left_lanes", left_lanes, y);
}

__global__ void sum_of_exchanged(uint32_t *y)
{
    const uint32_t lane = threadIdx.x % HY_WARP;
    uint32_t sum = 0;
    for (int twice = 0; twice < 2; twice++) {
        const simt::words<2> mine = {{lane + 1, lane + 1}};
        const simt::words<2> *all = simt::exchange(mine);
        for (int l = 0; l < HY_WARP; l++)
            sum += all[l].w[0] * all[l].w[1];
    }
    y[threadIdx.x] = sum / 2;
}

extern "C" void simt_sum_of_exchanged(uint32_t *y)
{
    one_block("sum_of_exchanged", sum_of_exchanged, y);
}

/* ---- votes ---------------------------------------------------------------------------- */

__global__ void ballot(uint32_t *y)
{
    y[threadIdx.x] = __ballot_sync(0xffffffffu, threadIdx.x % HY_WARP % 3 == 0);
}

extern "C" void simt_ballot(uint32_t *y)
{
    one_block("ballot", ballot, y);
}

__global__ void votes(int32_t *y)
{
    const int any = __any_sync(0xffffffffu, threadIdx.x < 40);
    const int all = __all_sync(0xffffffffu, threadIdx.x < 40);
    __syncwarp();
    y[threadIdx.x] = any + 2 * all;
}

extern "C" void simt_votes(int32_t *y)
{
    one_block("votes", votes, y);
}

__global__ void block_votes(int32_t *y)
{
    const int vote = threadIdx.x % 5 == 0;
    const int count = __syncthreads_count(vote), any = __syncthreads_or(vote), all = __syncthreads_and(vote);
    y[threadIdx.x] = count + 100 * any + 200 * all;
}

extern "C" void simt_block_votes(int32_t *y)
{
    one_block("block_votes", block_votes, y);
}

/* ---- copies and shared memory ------------------------------------------------------------ */

/* Two groups: the first is done when all but one are. */
__global__ void reversed_by_copy(float *y)
{
    __shared__ __align__(16) float held[SIMT_THREADS];
    const int i = (int)threadIdx.x;
    if (i < SIMT_THREADS / 8)
        simt::copy16_later(held + 4 * i, y + 4 * i);
    simt::copy_commit();
    if (i < SIMT_THREADS / 4)
        simt::copy8_later(held + SIMT_THREADS / 2 + 2 * i, y + SIMT_THREADS / 2 + 2 * i, 8);
    simt::copy_commit();
    simt::copy_wait(1);
    __syncthreads();
    const float first = i >= SIMT_THREADS / 2 ? held[SIMT_THREADS - 1 - i] : 0.0f;
    simt::copy_wait(0);
    __syncthreads();
    y[i] = i >= SIMT_THREADS / 2 ? first : held[SIMT_THREADS - 1 - i];
}

extern "C" void simt_reversed_by_copy(float *y)
{
    one_block("reversed_by_copy", reversed_by_copy, y);
}

__global__ void uninitialised(float *y, int is_static)
{
    __shared__ float fixed[SIMT_THREADS];
    const float *v = is_static ? fixed : hy_dynamic_shared<float>();
    y[threadIdx.x] = v[threadIdx.x];
    if (is_static)
        fixed[threadIdx.x] = 1;
}

extern "C" void simt_uninitialised(float *y, int is_static)
{
    hy_launch("uninitialised", uninitialised, dim3(2), dim3(SIMT_THREADS), SIMT_THREADS * sizeof(float), y, is_static);
}

__global__ void turns(int32_t *y)
{
    y[threadIdx.x] = atomicAdd(&y[SIMT_THREADS], 1);
}

extern "C" void simt_turns(int32_t *y)
{
    one_block("turns", turns, y);
}

__global__ void nothing(void)
{
}

extern "C" void simt_launch_nothing(unsigned blocks, unsigned threads, size_t shared_bytes)
{
    hy_launch("nothing", nothing, dim3(blocks), dim3(threads), shared_bytes);
}
