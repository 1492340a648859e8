/* What a device is asked for at its best: touching memory, multiply-adds, and products whose factors lie there as they
 * are multiplied. Also what flushes a cache: a read leaves no line that has to be written back. */
#include "kernels/cuda/cuda.cuh"
#include "kernels/cuda/gemm.cuh"

extern "C" {
#include "kernels/base/status.h"
#include "kernels/device.h"
}

enum { THREADS = 512, BLOCKS_PER_MULTIPROCESSOR = 2, AT_ONCE = 4 };

/* A thread's first piece in a round, and how far the next one lies; AT_ONCE loads are under way together. */
struct walk {
    size_t first, step;
};

/* Blocks take turns in the shares of a round, so that the next round's is in no multiprocessor's own cache. */
__device__ __forceinline__ walk walk_of(int round)
{
    const size_t share = (blockIdx.x + (unsigned)round) % gridDim.x;
    return walk{share * THREADS + threadIdx.x, (size_t)gridDim.x * THREADS};
}

/* `never` is false, which the compiler cannot know: it has to read. __ldcg passes the multiprocessor's own cache. */
__global__ void __launch_bounds__(THREADS) touch_read(uint4 *at, size_t n, int rounds, int never)
{
    unsigned sum = 0;
    for (int round = 0; round < rounds; round++) {
        const walk w = walk_of(round);
        size_t i = w.first;
        for (; i + (AT_ONCE - 1) * w.step < n; i += AT_ONCE * w.step) {
            uint4 v[AT_ONCE];
#pragma unroll
            for (int k = 0; k < AT_ONCE; k++)
                v[k] = __ldcg(at + i + k * w.step);
#pragma unroll
            for (int k = 0; k < AT_ONCE; k++)
                sum += v[k].x ^ v[k].y ^ v[k].z ^ v[k].w;
        }
        for (; i < n; i += w.step) {
            const uint4 v = __ldcg(at + i);
            sum += v.x ^ v.y ^ v.z ^ v.w;
        }
    }
    if (never)
        at[0].x = sum;
}

__global__ void __launch_bounds__(THREADS) touch_write(uint4 *at, size_t n, int rounds)
{
    for (int round = 0; round < rounds; round++) {
        const walk w = walk_of(round);
        for (size_t i = w.first; i < n; i += w.step) {
            const unsigned word = ((unsigned)i * 2654435761u) ^ (unsigned)round;
            at[i] = make_uint4(word, word + 1, word + 2, word + 3);
        }
    }
}

__global__ void __launch_bounds__(THREADS) touch_copy(uint4 *to, const uint4 *from, size_t n, int rounds)
{
    for (int round = 0; round < rounds; round++) {
        const walk w = walk_of(round);
        size_t i = w.first;
        for (; i + (AT_ONCE - 1) * w.step < n; i += AT_ONCE * w.step) {
            uint4 v[AT_ONCE];
#pragma unroll
            for (int k = 0; k < AT_ONCE; k++)
                v[k] = __ldcg(from + i + k * w.step);
#pragma unroll
            for (int k = 0; k < AT_ONCE; k++)
                to[i + k * w.step] = v[k];
        }
        for (; i < n; i += w.step)
            to[i] = __ldcg(from + i);
    }
}

/* ---- multiply-adds --------------------------------------------------------------------- */

enum { CHAINS = 8, LINKS = 16 }; /* chains do not wait for each other, links of one do */

__global__ void __launch_bounds__(THREADS) fma_rounds(float *sink, int rounds, float by, float more, int never)
{
    float x[CHAINS];
#pragma unroll
    for (int c = 0; c < CHAINS; c++)
        x[c] = (float)(threadIdx.x + c);
    for (int round = 0; round < rounds; round++) {
#pragma unroll
        for (int link = 0; link < LINKS; link++) {
#pragma unroll
            for (int c = 0; c < CHAINS; c++)
                x[c] = x[c] * by + more;
        }
    }
    float sum = 0;
#pragma unroll
    for (int c = 0; c < CHAINS; c++)
        sum += x[c];
    if (never)
        sink[threadIdx.x] = sum;
}

static unsigned blocks(void)
{
    return (unsigned)(hy_cuda_about().multiprocessors * BLOCKS_PER_MULTIPROCESSOR);
}

extern "C" double hy_cuda_fma(hy_address sink, int rounds)
{
    hy_launch("fma_rounds", fma_rounds, dim3(blocks()), dim3(THREADS), 0, (float *)sink, rounds, 0.9993f, 0.5f, 0);
    return 2.0 * CHAINS * LINKS * rounds * THREADS * blocks();
}

extern "C" void hy_cuda_touch(enum hy_touch touch, hy_address at, size_t bytes, int rounds)
{
    const size_t n = bytes / sizeof(uint4);
    uint4 *const p = (uint4 *)at;
    const dim3 grid(blocks()), block(THREADS);
    switch (touch) {
    case HY_TOUCH_READ:
        hy_launch("touch_read", touch_read, grid, block, 0, p, n, rounds, 0);
        break;
    case HY_TOUCH_WRITE:
        hy_launch("touch_write", touch_write, grid, block, 0, p, n, rounds);
        break;
    case HY_TOUCH_COPY:
        hy_launch("touch_copy", touch_copy, grid, block, 0, p + n / 2, (const uint4 *)p, n / 2, rounds);
        break;
    }
}

extern "C" void hy_cuda_product(enum hy_precision precision, int m, int n, int k, hy_address a, hy_address b,
                                hy_address c)
{
    const bool bf16 = precision == HY_BF16;
    const struct hy_matrix x = {(void *)a, k, bf16}, w = {(void *)b, k, bf16}, y = {(void *)c, n, bf16};
    hy_cuda_gemm(precision, false, true, m, n, k, x, w, 0.0f, y);
}
