/* Steps of a warp on its tensor cores, and copies into shared memory that do not pass through
 * registers: inline PTX on a device, a twin of the same meaning under HY_SIMT.
 * Devices before sm_80 have no such products and copies: there the products are summed with
 * the twin's multiply-adds on words that the lanes exchange.
 *
 * Fragments as PTX lays them out, with g = lane / 4, q = lane % 4. A product is 16 rows by
 * 8 columns; element (g, 2q), (g, 2q+1), (g+8, 2q), (g+8, 2q+1) of it are a lane's c[0..3]. */
#ifndef HY_KERNELS_CUDA_TENSOR_CUH
#define HY_KERNELS_CUDA_TENSOR_CUH

#include "kernels/cuda/cuda.cuh"

__device__ __forceinline__ int hy_lane(void)
{
    return (int)(threadIdx.x % HY_WARP);
}

/* ---- rounding ------------------------------------------------------------------------ */

/* To the nearest tf32 (10 bits of mantissa), ties away from zero; still a float. */
__device__ __forceinline__ float hy_tf32_round(float x)
{
#if !defined(HY_SIMT) && defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    uint32_t u;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(u) : "f"(x));
    return __uint_as_float(u & 0xffffe000u);
#else
    const uint32_t u = __float_as_uint(x);
    return (u & 0x7f800000u) == 0x7f800000u ? x : __uint_as_float((u + 0x1000u) & 0xffffe000u);
#endif
}

/* ---- products ------------------------------------------------------------------------------ */

#if defined(HY_SIMT) || (defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 800)
/* A's four words and B's two of every lane, as the twins of the products read them. */
struct hy_warp_words {
#ifdef HY_SIMT
    const simt::words<6> *all;
    __device__ hy_warp_words(const uint32_t a[4], const uint32_t b[2])
        : all(simt::exchange(simt::words<6>{{a[0], a[1], a[2], a[3], b[0], b[1]}}))
    {
    }
    __device__ uint32_t get(int lane, int word) const
    {
        return all[lane].w[word];
    }
#else
    uint32_t mine[6];
    __device__ hy_warp_words(const uint32_t a[4], const uint32_t b[2]) : mine{a[0], a[1], a[2], a[3], b[0], b[1]}
    {
    }
    __device__ uint32_t get(int lane, int word) const
    {
        return __shfl_sync(0xffffffffu, mine[word], lane);
    }
#endif
};

/* c[0..3] += the parts of the products that lanes with q = `quad` hold: two of them a word where `pairs`. */
template <bool PAIRS>
__device__ __forceinline__ void hy_twin_add(float c[4], const hy_warp_words &w, int quad, int half)
{
    const int g = hy_lane() / 4, q = hy_lane() % 4;
    const uint32_t a[2] = {w.get(4 * g + quad, 2 * half), w.get(4 * g + quad, 2 * half + 1)};
    const uint32_t b[2] = {w.get(4 * (2 * q) + quad, 4 + half), w.get(4 * (2 * q + 1) + quad, 4 + half)};
#pragma unroll
    for (int i = 0; i < 4; i++) {
        const uint32_t x = a[i / 2], y = b[i % 2];
        if (PAIRS)
            c[i] = fmaf(hy_bf16_high(x), hy_bf16_high(y), fmaf(hy_bf16_low(x), hy_bf16_low(y), c[i]));
        else
            c[i] = fmaf(__uint_as_float(x), __uint_as_float(y), c[i]);
    }
}

/* Not inline: it would be hundreds of instructions at each of many places. */
template <bool PAIRS> __device__ __noinline__ void hy_twin_product(float c[4], const uint32_t a[4], const uint32_t b[2])
{
    const hy_warp_words w(a, b);
#pragma unroll
    for (int half = 0; half < 2; half++)
#pragma unroll
        for (int quad = 0; quad < 4; quad++)
            hy_twin_add<PAIRS>(c, w, quad, half);
}
#endif

/* c += A B: A 16 by 16, B 16 by 8, in bf16. a[0]: (g, 2q), (g, 2q+1); a[1]: row g+8; a[2], a[3]: columns 8 on;
 * b[0]: (2q, g), (2q+1, g); b[1]: rows 8 on. */
__device__ __forceinline__ void hy_product_bf16(float c[4], const uint32_t a[4], const uint32_t b[2])
{
#if !defined(HY_SIMT) && defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#elif defined(HY_SIMT) || defined(__CUDA_ARCH__)
    hy_twin_product<true>(c, a, b);
#endif
}

/* c += A B: A 16 by 8, B 8 by 8, in tf32. a[0]: (g, q); a[1]: row g+8; a[2], a[3]: column q+4;
 * b[0]: (q, g); b[1]: row q+4. */
__device__ __forceinline__ void hy_product_tf32(float c[4], const uint32_t a[4], const uint32_t b[2])
{
#if !defined(HY_SIMT) && defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#elif defined(HY_SIMT) || defined(__CUDA_ARCH__)
    hy_twin_product<false>(c, a, b);
#endif
}

/* ---- bf16 fragments from shared memory -------------------------------------------------------
 * `tile` is the corner of 16 by 16 elements in rows `ld` apart, 16-byte aligned, ld % 8 = 0. */

/* Four 8 by 8 matrices; lane l brings the address of row l % 8 of matrix l / 8. TURNED: transposed. */
template <bool TURNED>
__device__ __forceinline__ void hy_load_matrices(uint32_t w[4], const uint16_t *tile, int ld, int row, int column)
{
#if !defined(HY_SIMT) && defined(__CUDA_ARCH__)
    const uint32_t at = (uint32_t)__cvta_generic_to_shared(tile + row * ld + column);
    if (TURNED)
        asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                     : "=r"(w[0]), "=r"(w[1]), "=r"(w[2]), "=r"(w[3])
                     : "r"(at));
    else
        asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                     : "=r"(w[0]), "=r"(w[1]), "=r"(w[2]), "=r"(w[3])
                     : "r"(at));
#elif defined(HY_SIMT)
    const int g = hy_lane() / 4, q = hy_lane() % 4;
    const uint64_t mine = (uint64_t)(uintptr_t)(tile + row * ld + column);
    if (mine % 16 != 0)
        simt::die({__builtin_FILE(), __builtin_LINE()}, "a row of a matrix does not begin at a multiple of 16 bytes");
    const simt::words<2> *rows = simt::exchange(simt::words<2>{{(uint32_t)mine, (uint32_t)(mine >> 32)}});
    for (int m = 0; m < 4; m++) {
        uint32_t pair[2];
        for (int e = 0; e < 2; e++) {
            const simt::words<2> &r = rows[8 * m + (TURNED ? 2 * q + e : g)];
            const uint16_t *from = (const uint16_t *)(uintptr_t)((uint64_t)r.w[1] << 32 | r.w[0]);
            pair[e] = from[TURNED ? g : 2 * q + e];
        }
        w[m] = pair[0] | pair[1] << 16;
    }
#endif
}

/* A of hy_product_bf16. */
__device__ __forceinline__ void hy_load_a(uint32_t a[4], const uint16_t *tile, int ld)
{
    const int l = hy_lane();
    hy_load_matrices<false>(a, tile, ld, l % 16, l / 16 * 8);
}

/* B twice, b[0], b[1] and b[2], b[3]: its columns are 16 rows of the tile. */
__device__ __forceinline__ void hy_load_b(uint32_t b[4], const uint16_t *tile, int ld)
{
    const int l = hy_lane();
    hy_load_matrices<false>(b, tile, ld, l % 8 + l / 16 * 8, l / 8 % 2 * 8);
}

/* The same where its columns are the tile's columns. */
__device__ __forceinline__ void hy_load_b_turned(uint32_t b[4], const uint16_t *tile, int ld)
{
    const int l = hy_lane();
    hy_load_matrices<true>(b, tile, ld, l % 16, l / 16 * 8);
}

/* ---- copies that are waited for later ------------------------------------------------------------- */

/* 16 bytes into shared memory, both ends 16-byte aligned; zeros, and nothing is read, unless `there`. */
__device__ __forceinline__ void hy_copy16_later(void *to, const void *from, bool there)
{
#if !defined(HY_SIMT) && defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    const uint32_t at = (uint32_t)__cvta_generic_to_shared(to);
    const int real = there ? 16 : 0;
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(at), "l"(from), "r"(real) : "memory");
#elif defined(HY_SIMT)
    simt::copy16_later(to, there ? from : to, there ? 16 : 0); /* an address even where nothing is read */
#else
    *(float4 *)to = there ? *(const float4 *)from : make_float4(0, 0, 0, 0);
#endif
}

/* The copies since the last commit are a group. */
__device__ __forceinline__ void hy_copy_commit(void)
{
#if !defined(HY_SIMT) && defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    asm volatile("cp.async.commit_group;" ::: "memory");
#elif defined(HY_SIMT)
    simt::copy_commit();
#endif
}

/* Until all groups but the newest LACK are done: this thread's; a barrier must follow for those of others. */
template <int LACK> __device__ __forceinline__ void hy_copy_wait(void)
{
#if !defined(HY_SIMT) && defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    asm volatile("cp.async.wait_group %0;" ::"n"(LACK) : "memory");
#elif defined(HY_SIMT)
    simt::copy_wait(LACK);
#endif
}

#endif
