/* The GEMM front door on the rig: a plain kernel that rounds its operands as tensor cores do and adds in order. */
#include "kernels/cuda/gemm.cuh"

enum { EDGE = 16 };

/* To the nearest that keeps `bits` of mantissa, ties to even; NaN and infinities stay what they are. */
static float rounded(float x, int bits)
{
    const uint32_t word = __float_as_uint(x), dropped = 23u - (uint32_t)bits;
    if ((word & 0x7f800000u) == 0x7f800000u)
        return x;
    return __uint_as_float((word + (1u << (dropped - 1)) - 1 + (word >> dropped & 1)) >> dropped << dropped);
}

struct product {
    const float *a, *b;
    float *c;
    int m, n, k, a_row, a_col, b_row, b_col, ldc; /* elements to the next row or column of a', b' */
    float beta;
    enum hy_precision precision;
};

static float operand(const struct product &p, float x)
{
    return p.precision == HY_F32 ? x : rounded(x, p.precision == HY_TF32 ? 10 : 7);
}

__global__ void plain_gemm(struct product p)
{
    const int row = (int)(blockIdx.y * EDGE + threadIdx.y), col = (int)(blockIdx.x * EDGE + threadIdx.x);
    if (row >= p.m || col >= p.n)
        return;
    float sum = 0;
    for (int i = 0; i < p.k; i++)
        sum += operand(p, p.a[(size_t)row * p.a_row + (size_t)i * p.a_col]) *
               operand(p, p.b[(size_t)i * p.b_row + (size_t)col * p.b_col]);
    float *c = p.c + (size_t)row * p.ldc + col;
    *c = p.beta != 0 ? sum + *c : sum;
}

void hy_cuda_gemm(enum hy_precision precision, bool ta, bool tb, int m, int n, int k, const float *a, int lda,
                  const float *b, int ldb, float beta, float *c, int ldc)
{
    if (m == 0 || n == 0)
        return;
    const struct product p = {a, b, c, m, n, k, ta ? 1 : lda, ta ? lda : 1, tb ? 1 : ldb, tb ? ldb : 1, ldc, beta, precision};
    hy_launch("plain_gemm", plain_gemm, dim3(hy_ceil_div(n, EDGE), hy_ceil_div(m, EDGE)), dim3(EDGE, EDGE), 0, p);
}

hy_status hy_cuda_gemm_open(void)
{
    return HY_OK;
}

void hy_cuda_gemm_close(void)
{
}
