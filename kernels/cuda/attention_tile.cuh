/* The two products of attention on tiles in shared memory, in three kinds of arithmetic:
 * f32 multiply-adds, tf32 and bf16 on tensor cores. What differs between them is here;
 * masks, softmax, dropout and gradients (attention.cuh and behind) are written once over
 * what the kinds have in common:
 *
 *   element        of a tile: f32, f32 rounded to tf32, or bf16
 *   stored         of the operands of `attention` in memory
 *   ROWS           rows of a warp's 16 that a lane holds elements of
 *   LANES          lanes that share a row: the column of a lane's element j is column(j)
 *   row(i)         the row of a lane's element [i][.]
 *   wide(j)        the column of element j of a row of the other product's result
 *   VEC            elements wide(j), wide(j+1).. of it that are neighbours
 *   PAD            elements behind a tile's row: fragments come without bank conflicts
 *   SPARE          floats of shared memory that a warp needs for itself
 *
 *   scores<COLS, WIDTH>    s (16, COLS) = a (16, WIDTH) b^T (WIDTH, COLS)
 *   add<COLS, WIDTH>       o (16, WIDTH) += w (16, COLS) b (COLS, WIDTH)
 *
 * a and b are tiles; s, w, o are spread over the warp's lanes. So the weights of one
 * product are the operand of the next without leaving the warp. */
#ifndef HY_KERNELS_CUDA_ATTENTION_TILE_CUH
#define HY_KERNELS_CUDA_ATTENTION_TILE_CUH

#include "kernels/cuda/tensor.cuh"

/* f32. A lane holds rows 4 apart and, so that eight lanes read eight rows of b in different
 * banks, columns 8 apart. Weights pass through the warp's spare memory, 32 columns at a time. */
struct hy_math_f32 {
    typedef float element, stored;
    enum { ROWS = 4, LANES = 8, VEC = 4, PAD = 4, SPARE_LD = 40, SPARE = 16 * SPARE_LD };

    static __device__ __forceinline__ int row(int i)
    {
        return hy_lane() / 8 + 4 * i;
    }
    static __device__ __forceinline__ int column(int j)
    {
        return hy_lane() % 8 + 8 * j;
    }
    static __device__ __forceinline__ int wide(int j)
    {
        return hy_lane() % 8 * 4 + j % 4 + j / 4 * 32;
    }
    static __device__ __forceinline__ float rounded(float x)
    {
        return x;
    }
    static __device__ __forceinline__ void put4(float *to, float4 x)
    {
        hy_store4(to, x);
    }

    template <int COLS, int WIDTH>
    static __device__ __forceinline__ void scores(const float *a, const float *b, float s[ROWS][COLS / LANES])
    {
        constexpr int LD = WIDTH + PAD;
#pragma unroll
        for (int i = 0; i < ROWS; i++)
#pragma unroll
            for (int j = 0; j < COLS / LANES; j++)
                s[i][j] = 0;
        a += row(0) * LD;
        b += column(0) * LD;
#pragma unroll 1
        for (int c = 0; c < WIDTH; c += 4) {
            float4 x[ROWS];
#pragma unroll
            for (int i = 0; i < ROWS; i++)
                x[i] = hy_load4(a + 4 * i * LD + c);
#pragma unroll
            for (int j = 0; j < COLS / LANES; j++) {
                const float4 y = hy_load4(b + 8 * j * LD + c);
#pragma unroll
                for (int i = 0; i < ROWS; i++) {
                    s[i][j] = fmaf(x[i].x, y.x, s[i][j]);
                    s[i][j] = fmaf(x[i].y, y.y, s[i][j]);
                    s[i][j] = fmaf(x[i].z, y.z, s[i][j]);
                    s[i][j] = fmaf(x[i].w, y.w, s[i][j]);
                }
            }
        }
    }

    template <int COLS, int WIDTH>
    static __device__ __forceinline__ void add(const float w[ROWS][COLS / LANES], const float *b, float *spare,
                                               float o[ROWS][WIDTH / LANES])
    {
        constexpr int LD = WIDTH + PAD, STEP = COLS < 32 ? COLS : 32;
        b += wide(0);
#pragma unroll
        for (int c0 = 0; c0 < COLS; c0 += STEP) {
            __syncwarp();
#pragma unroll
            for (int i = 0; i < ROWS; i++)
#pragma unroll
                for (int j = 0; j < STEP / LANES; j++)
                    spare[row(i) * SPARE_LD + column(j)] = w[i][c0 / LANES + j];
            __syncwarp();
#pragma unroll 1
            for (int c = 0; c < STEP; c += 4) {
                float4 x[ROWS];
#pragma unroll
                for (int i = 0; i < ROWS; i++)
                    x[i] = hy_load4(spare + row(i) * SPARE_LD + c);
#pragma unroll
                for (int d = 0; d < 4; d++)
#pragma unroll
                    for (int j = 0; j < WIDTH / LANES; j += 4) {
                        const float4 y = hy_load4(b + (c0 + c + d) * LD + j * LANES);
#pragma unroll
                        for (int i = 0; i < ROWS; i++) {
                            const float f = d == 0 ? x[i].x : d == 1 ? x[i].y : d == 2 ? x[i].z : x[i].w;
                            o[i][j] = fmaf(f, y.x, o[i][j]);
                            o[i][j + 1] = fmaf(f, y.y, o[i][j + 1]);
                            o[i][j + 2] = fmaf(f, y.z, o[i][j + 2]);
                            o[i][j + 3] = fmaf(f, y.w, o[i][j + 3]);
                        }
                    }
            }
        }
    }
};

/* What the tensor cores' kinds share: a product is 16 by 8, a lane holds two neighbours of row g and of row g + 8. */
struct hy_math_tensor {
    enum { ROWS = 2, LANES = 4, VEC = 2, SPARE = 0 };

    static __device__ __forceinline__ int row(int i)
    {
        return hy_lane() / 4 + 8 * i;
    }
    static __device__ __forceinline__ int column(int j)
    {
        return hy_lane() % 4 * 2 + j % 2 + j / 2 * 8;
    }
    static __device__ __forceinline__ int wide(int j)
    {
        return column(j);
    }
    /* The lane's part of the product at columns 8n .. 8n+7, out of and back into s. */
    template <int N> static __device__ __forceinline__ void take(float c[4], const float s[ROWS][N], int n)
    {
        c[0] = s[0][2 * n];
        c[1] = s[0][2 * n + 1];
        c[2] = s[1][2 * n];
        c[3] = s[1][2 * n + 1];
    }
    template <int N> static __device__ __forceinline__ void give(const float c[4], float s[ROWS][N], int n)
    {
        s[0][2 * n] = c[0];
        s[0][2 * n + 1] = c[1];
        s[1][2 * n] = c[2];
        s[1][2 * n + 1] = c[3];
    }
    template <int N> static __device__ __forceinline__ void zero(float s[ROWS][N])
    {
#pragma unroll
        for (int i = 0; i < ROWS; i++)
#pragma unroll
            for (int j = 0; j < N; j++)
                s[i][j] = 0;
    }
};

struct hy_math_tf32 : hy_math_tensor {
    typedef float element, stored;
    enum { PAD = 4 };

    static __device__ __forceinline__ float rounded(float x)
    {
        return hy_tf32_round(x);
    }
    static __device__ __forceinline__ void put4(float *to, float4 x)
    {
        hy_store4(to, make_float4(rounded(x.x), rounded(x.y), rounded(x.z), rounded(x.w)));
    }
    static __device__ __forceinline__ uint32_t bits(float x)
    {
        return __float_as_uint(x);
    }

    template <int COLS, int WIDTH>
    static __device__ __forceinline__ void scores(const float *a, const float *b, float s[ROWS][COLS / LANES])
    {
        constexpr int LD = WIDTH + PAD;
        const int g = hy_lane() / 4, q = hy_lane() % 4;
        zero(s);
        a += g * LD + q;
        b += g * LD + q;
#pragma unroll 2
        for (int c = 0; c < WIDTH; c += 8) {
            const uint32_t x[4] = {bits(a[c]), bits(a[8 * LD + c]), bits(a[c + 4]), bits(a[8 * LD + c + 4])};
#pragma unroll
            for (int n = 0; n < COLS / 8; n++) {
                const uint32_t y[2] = {bits(b[8 * n * LD + c]), bits(b[8 * n * LD + c + 4])};
                float p[4];
                take(p, s, n);
                hy_product_tf32(p, x, y);
                give(p, s, n);
            }
        }
    }

    /* The depth of a product may run in any order: with rows 2q and 2q+1 of b where PTX has q and q+4, a lane's
     * weights are its part of the operand as they stand. */
    template <int COLS, int WIDTH>
    static __device__ __forceinline__ void add(const float w[ROWS][COLS / LANES], const float *b, float *,
                                               float o[ROWS][WIDTH / LANES])
    {
        constexpr int LD = WIDTH + PAD;
        b += hy_lane() % 4 * 2 * LD + hy_lane() / 4;
#pragma unroll
        for (int c = 0; c < COLS / 8; c++) {
            const uint32_t x[4] = {bits(rounded(w[0][2 * c])), bits(rounded(w[1][2 * c])),
                                   bits(rounded(w[0][2 * c + 1])), bits(rounded(w[1][2 * c + 1]))};
#pragma unroll
            for (int n = 0; n < WIDTH / 8; n++) {
                const uint32_t y[2] = {bits(b[8 * c * LD + 8 * n]), bits(b[(8 * c + 1) * LD + 8 * n])};
                float p[4];
                take(p, o, n);
                hy_product_tf32(p, x, y);
                give(p, o, n);
            }
        }
    }
};

struct hy_math_bf16 : hy_math_tensor {
    typedef hy_bf16 element, stored;
    enum { PAD = 8 };

    static __device__ __forceinline__ float rounded(float x)
    {
        return hy_bf16_low(hy_bf16_pair(x, 0));
    }
    static __device__ __forceinline__ void put4(uint16_t *to, float4 x)
    {
        *reinterpret_cast<uint2 *>(to) = make_uint2(hy_bf16_pair(x.x, x.y), hy_bf16_pair(x.z, x.w));
    }

    template <int COLS, int WIDTH>
    static __device__ __forceinline__ void scores(const uint16_t *a, const uint16_t *b, float s[ROWS][COLS / LANES])
    {
        constexpr int LD = WIDTH + PAD;
        zero(s);
#pragma unroll 2
        for (int c = 0; c < WIDTH; c += 16) {
            uint32_t x[4];
            hy_load_a(x, a + c, LD);
#pragma unroll
            for (int n = 0; n < COLS / 8; n += 2) {
                uint32_t y[4];
                hy_load_b(y, b + 8 * n * LD + c, LD);
                two(x, y, s, n);
            }
        }
    }

    template <int COLS, int WIDTH>
    static __device__ __forceinline__ void add(const float w[ROWS][COLS / LANES], const uint16_t *b, float *,
                                               float o[ROWS][WIDTH / LANES])
    {
        constexpr int LD = WIDTH + PAD;
#pragma unroll
        for (int c = 0; c < COLS / 16; c++) {
            const uint32_t x[4] = {
                hy_bf16_pair(w[0][4 * c], w[0][4 * c + 1]), hy_bf16_pair(w[1][4 * c], w[1][4 * c + 1]),
                hy_bf16_pair(w[0][4 * c + 2], w[0][4 * c + 3]), hy_bf16_pair(w[1][4 * c + 2], w[1][4 * c + 3])};
#pragma unroll
            for (int n = 0; n < WIDTH / 8; n += 2) {
                uint32_t y[4];
                hy_load_b_turned(y, b + 16 * c * LD + 8 * n, LD);
                two(x, y, o, n);
            }
        }
    }

    /* Columns 8n .. 8n+15 of s += a times the two operands in b. */
    template <int N>
    static __device__ __forceinline__ void two(const uint32_t a[4], const uint32_t b[4], float s[ROWS][N], int n)
    {
        float p[4];
        take(p, s, n);
        hy_product_bf16(p, a, b);
        give(p, s, n);
        take(p, s, n + 1);
        hy_product_bf16(p, a, b + 2);
        give(p, s, n + 1);
    }
};

#endif
