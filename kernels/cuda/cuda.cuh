/* What every .cu file includes: launching, shared memory, warp sums, elements in memory, dropout.
 *
 * The same sources are compiled twice: by nvcc for a GPU, and by g++ with HY_SIMT
 * as host C++ whose threads are fibers (kernels/simt/simt.h), so that every kernel
 * is executed under sanitizers where there is no GPU. What differs is here and in
 * tensor.cuh; a kernel itself has no #if.
 *
 * Rules the second compilation asks for: launch through hy_launch, take dynamic
 * shared memory from hy_dynamic_shared, no inline PTX, no cooperative groups, no
 * warp-synchronous code without __syncwarp or a shuffle, every thread of a block
 * reaches every __syncthreads (return early only as a whole block). Type punning
 * through pointers is fine: both compilations are without strict aliasing.
 *
 * Letters as in kernels/tables/args.inc. All pointers in an argument struct are device
 * addresses, and so is `run`, which a kernel reads when it runs. */
#ifndef HY_KERNELS_CUDA_CUDA_CUH
#define HY_KERNELS_CUDA_CUDA_CUH

#ifdef HY_SIMT
#include "kernels/simt/simt.h"
#else
#include <cuda_runtime.h>
#endif

#include <stdint.h>

extern "C" {
#include "kernels/base/rng.h"
#include "kernels/bf16.h"
#include "kernels/ops.h"
}

/* ---- launching --------------------------------------------------------------- */

/* The one stream everything runs on, in order; capture records from it. */
cudaStream_t hy_cuda_stream(void);

/* Keeps the first error of the stream's work with what was being done; the next wait reports it. */
void hy_cuda_note(cudaError_t error, const char *what);

/* Whether work is counted instead of queued (hy_cuda_count_begin() of kernels/device.h). counted() tells whoever counts
 * of one piece: the caller then does not queue it. */
bool hy_cuda_counting(void);
bool hy_cuda_counted(const char *what);
uintptr_t hy_cuda_count_memory(size_t bytes); /* an address for memory that is not there */

/* Device memory, 256-byte aligned, for the launches of one row; the next row finds the same. Whoever runs rows lends it
 * (hy_cuda_scratch_lend() of kernels/device.h), at least as much as these say for the call. */
void *hy_cuda_scratch(size_t bytes);
size_t hy_linear_scratch(const struct hy_linear *a, enum hy_pass pass);
size_t hy_scan_scratch(const struct hy_scan *a, enum hy_pass pass);

enum {
    HY_WARP = 32,
    HY_CUDA_PARTS =
        128, /* rows every `work` scratch of (hy_work_parts(), ...) has on this backend: partial sums over rows */
};

#ifndef HY_SIMT
/* Runs kernel(args...) on the stream. `name` is for messages and whoever counts. More than 48 KiB of shared
 * memory are asked for by themselves. */
template <class... P, class... A>
void hy_launch(const char *name, void (*kernel)(P...), dim3 grid, dim3 block, size_t shared_bytes, A... args)
{
    if (hy_cuda_counted(name))
        return;
    if (shared_bytes > 48 * 1024)
        hy_cuda_note(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, (int)shared_bytes),
                     name);
    kernel<<<grid, block, shared_bytes, hy_cuda_stream()>>>(args...);
    hy_cuda_note(cudaGetLastError(), name);
}

/* The block's dynamic shared memory, 16-byte aligned. */
template <class T> __device__ __forceinline__ T *hy_dynamic_shared(void)
{
    extern __shared__ __align__(16) unsigned char hy_shared_bytes[];
    return reinterpret_cast<T *>(hy_shared_bytes);
}
#endif

__host__ __device__ constexpr int hy_ceil_div(int a, int b)
{
    return (a + b - 1) / b;
}

/* ---- sums over threads ---------------------------------------------------------- */

/* Sum over the lanes of a warp, the same in all of them, in an order that depends on nothing. */
template <class T> __device__ __forceinline__ T hy_warp_sum(T v)
{
#pragma unroll
    for (int o = HY_WARP / 2; o > 0; o /= 2)
        v += __shfl_xor_sync(0xffffffffu, v, o);
    return v;
}

__device__ __forceinline__ float hy_warp_max(float v)
{
#pragma unroll
    for (int o = HY_WARP / 2; o > 0; o /= 2)
        v = fmaxf(v, __shfl_xor_sync(0xffffffffu, v, o));
    return v;
}

/* Sum over a block of THREADS threads, the same in all of them; `spare` is shared, THREADS/32 wide.
 * All threads call it; `spare` may be used again after the next barrier. */
template <int THREADS, class T> __device__ __forceinline__ T hy_block_sum(T v, T *spare)
{
    static_assert(THREADS % HY_WARP == 0, "whole warps");
    v = hy_warp_sum(v);
    if (THREADS == HY_WARP)
        return v;
    if (threadIdx.x % HY_WARP == 0)
        spare[threadIdx.x / HY_WARP] = v;
    __syncthreads();
    T sum = 0;
#pragma unroll
    for (int w = 0; w < THREADS / HY_WARP; w++)
        sum += spare[w];
    __syncthreads();
    return sum;
}

/* ---- f32 and bf16 in memory --------------------------------------------------------
 * Activations are stored as one or the other (HY_SLOT_ACTIVATION): kernels for both are
 * templates over T, the element, and work in f32. A kernel of a bf16 row rounds once, when it stores. */

/* To the nearest bf16, ties to even; NaN stays NaN, and what is beyond the largest becomes infinite. Numbers below the
 * smallest normal one are rounded like all others, here as on a device; the CPU's rows store zeros for them
 * (vcvtneps2bf16 takes them as zeros, kernels/bf16.h). */
__device__ __forceinline__ uint32_t hy_bf16_bits(float x)
{
    const uint32_t u = __float_as_uint(x);
    if ((u & 0x7fffffffu) > 0x7f800000u)
        return u >> 16 | 0x40u;
    return (u + 0x7fffu + (u >> 16 & 1u)) >> 16;
}

/* Two of them in a word, `low` in its low half. */
__device__ __forceinline__ uint32_t hy_bf16_pair(float low, float high)
{
#if !defined(HY_SIMT) && defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    uint32_t pair;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
    return pair;
#else
    return hy_bf16_bits(low) | hy_bf16_bits(high) << 16;
#endif
}

__device__ __forceinline__ float hy_bf16_low(uint32_t pair)
{
    return __uint_as_float(pair << 16);
}

__device__ __forceinline__ float hy_bf16_high(uint32_t pair)
{
    return __uint_as_float(pair & 0xffff0000u);
}

/* An activation's elements as they are stored. */
template <class T> __host__ __device__ __forceinline__ const T *hy_as(const float *p)
{
    return reinterpret_cast<const T *>(p);
}

template <class T> __host__ __device__ __forceinline__ T *hy_as(float *p)
{
    return reinterpret_cast<T *>(p);
}

__device__ __forceinline__ float hy_load1(const float *p)
{
    return *p;
}

__device__ __forceinline__ float hy_load1(const hy_bf16 *p)
{
    return hy_bf16_low(*p);
}

__device__ __forceinline__ void hy_store1(float *p, float v)
{
    *p = v;
}

__device__ __forceinline__ void hy_store1(hy_bf16 *p, float v)
{
    *p = (hy_bf16)hy_bf16_pair(v, 0);
}

/* Two neighbours, on a multiple of their size. */
__device__ __forceinline__ float2 hy_load2(const float *p)
{
    return *reinterpret_cast<const float2 *>(p);
}

__device__ __forceinline__ float2 hy_load2(const hy_bf16 *p)
{
    const uint32_t pair = *reinterpret_cast<const uint32_t *>(p);
    return make_float2(hy_bf16_low(pair), hy_bf16_high(pair));
}

__device__ __forceinline__ void hy_store2(float *p, float2 v)
{
    *reinterpret_cast<float2 *>(p) = v;
}

__device__ __forceinline__ void hy_store2(hy_bf16 *p, float2 v)
{
    *reinterpret_cast<uint32_t *>(p) = hy_bf16_pair(v.x, v.y);
}

/* Whether rows of T that start at p and are ld apart may be read four at a time (NULL may). */
template <class T = float> static inline bool hy_fours(const void *p, int ld)
{
    return (uintptr_t)p % (4 * sizeof(T)) == 0 && ld % 4 == 0;
}

__device__ __forceinline__ float4 hy_load4(const float *p)
{
    return *reinterpret_cast<const float4 *>(p);
}

__device__ __forceinline__ float4 hy_load4(const hy_bf16 *p)
{
    const uint2 w = *reinterpret_cast<const uint2 *>(p);
    return make_float4(hy_bf16_low(w.x), hy_bf16_high(w.x), hy_bf16_low(w.y), hy_bf16_high(w.y));
}

__device__ __forceinline__ void hy_store4(float *p, float4 v)
{
    *reinterpret_cast<float4 *>(p) = v;
}

__device__ __forceinline__ void hy_store4(hy_bf16 *p, float4 v)
{
    *reinterpret_cast<uint2 *>(p) = make_uint2(hy_bf16_pair(v.x, v.y), hy_bf16_pair(v.z, v.w));
}

/* Eight neighbours of bf16 in one access: rows that hy_eights() says may be. */
template <class T> static inline bool hy_eights(const void *p, int ld)
{
    return (uintptr_t)p % (8 * sizeof(T)) == 0 && ld % 8 == 0;
}

__device__ __forceinline__ void hy_load8(const hy_bf16 *p, float4 *v)
{
    const uint4 w = *reinterpret_cast<const uint4 *>(p);
    v[0] = make_float4(hy_bf16_low(w.x), hy_bf16_high(w.x), hy_bf16_low(w.y), hy_bf16_high(w.y));
    v[1] = make_float4(hy_bf16_low(w.z), hy_bf16_high(w.z), hy_bf16_low(w.w), hy_bf16_high(w.w));
}

__device__ __forceinline__ void hy_store8(hy_bf16 *p, float4 low, float4 high)
{
    *reinterpret_cast<uint4 *>(p) = make_uint4(hy_bf16_pair(low.x, low.y), hy_bf16_pair(low.z, low.w),
                                               hy_bf16_pair(high.x, high.y), hy_bf16_pair(high.z, high.w));
}

/* Four neighbours as they are stored, so that what waits in registers for its turn takes no more of them. */
template <class T> struct hy_stored4;

template <> struct hy_stored4<float> {
    float4 v;
    __device__ __forceinline__ float4 open() const
    {
        return v;
    }
};

template <> struct hy_stored4<hy_bf16> {
    uint2 v;
    __device__ __forceinline__ float4 open() const
    {
        uint2 w = v;
#ifndef HY_SIMT
        asm volatile("" : "+r"(w.x), "+r"(w.y)); /* each time anew: the compiler would keep what it opened once */
#endif
        return make_float4(hy_bf16_low(w.x), hy_bf16_high(w.x), hy_bf16_low(w.y), hy_bf16_high(w.y));
    }
};

/* ---- small maths -------------------------------------------------------------------- */

#define HY_LOG2E 1.44269504088896341f
#define HY_LN2   0.693147180559945309f

/* 2^x and a / b as the special-function unit makes them: within 2 units in the last place;
 * results below 2^-126 are 0, and so is a quotient by more than 2^126. */
__device__ __forceinline__ float hy_exp2(float x)
{
#ifdef HY_SIMT
    return exp2f(x);
#else
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
#endif
}

__device__ __forceinline__ float hy_ratio(float a, float b)
{
#ifdef HY_SIMT
    return a / b;
#else
    float reciprocal; /* one instruction, where a quotient of any two would be scaled first: five */
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(reciprocal) : "f"(b));
    return a * reciprocal;
#endif
}

__device__ __forceinline__ float hy_sigmoid(float x)
{
    return hy_ratio(1.0f, 1.0f + hy_exp2(-HY_LOG2E * x));
}

__device__ __forceinline__ float hy_silu(float x)
{
    return x * hy_sigmoid(x);
}

/* d silu / dx */
__device__ __forceinline__ float hy_silu_slope(float x)
{
    float s = hy_sigmoid(x);
    return s * (1.0f + x * (1.0f - s));
}

/* ---- dropout (kernels/base/rng.h) ------------------------------------------------------ */

struct hy_word4 {
    uint32_t w[4];
};

/* Philox4x32-10 of counter {lo, hi, c2, c3}. */
__device__ __forceinline__ hy_word4 hy_philox_cuda(uint64_t lane, uint32_t c2, uint32_t c3, uint64_t key)
{
    uint32_t a0 = (uint32_t)lane, a1 = (uint32_t)(lane >> 32), a2 = c2, a3 = c3;
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
#pragma unroll
    for (int round = 0; round < 10; round++) {
        uint64_t a = (uint64_t)a0 * 0xD2511F53u, b = (uint64_t)a2 * 0xCD9E8D57u;
        uint32_t n0 = (uint32_t)(b >> 32) ^ a1 ^ k0, n2 = (uint32_t)(a >> 32) ^ a3 ^ k1;
        a1 = (uint32_t)b;
        a3 = (uint32_t)a;
        a0 = n0;
        a2 = n2;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return hy_word4{{a0, a1, a2, a3}};
}

/* What an op that drops needs to know, read once by each thread. p = 0: nothing drops, `run` is not read. */
struct hy_drop {
    uint64_t seed;
    uint32_t step, site, threshold;
    float scale; /* 1 / (1 - p); 1 where nothing drops */
};

__device__ __forceinline__ hy_drop hy_drop_open(const struct hy_run *run, uint32_t site, float p)
{
    hy_drop d = {0, 0, site, 0, 1.0f};
    if (p > 0) {
        d.seed = run->seed;
        d.step = run->step;
        d.threshold = (uint32_t)(p * 65536.0f + 0.5f);
        d.scale = 1.0f / (1.0f - p);
    }
    return d;
}

/* The 8 elements r & 15 = `lane16`, r = lane16, lane16 + 16, ... lane16 + 112, of one block of 128
 * (element number / 128): one Philox call serves them. */
__device__ __forceinline__ hy_word4 hy_drop_words(const hy_drop &d, uint64_t block, unsigned lane16)
{
    return hy_philox_cuda(block * 16 + lane16, d.step, d.site, d.seed);
}

/* Whether element r (0 .. 127) of the block is kept; `words` are those of lane16 = r & 15. */
__device__ __forceinline__ bool hy_drop_kept(const hy_drop &d, const hy_word4 &words, unsigned r)
{
    uint32_t bits = words.w[r >> 5];
    return ((r & 16 ? bits >> 16 : bits) & 0xffffu) >= d.threshold;
}

#endif
