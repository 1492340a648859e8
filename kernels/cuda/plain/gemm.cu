/* Matrix products on the rig: a plain kernel that rounds its operands as tensor cores do and adds in order. */
#include "kernels/cuda/gemm.cuh"

extern "C" {
#include "kernels/device.h"
}

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
    struct hy_matrix a, b, c;
    int m, n, k, a_row, a_col, b_row, b_col; /* elements to the next row or column of a', b' */
    float beta;
    enum hy_precision precision;
};

static float element(const struct hy_matrix &of, size_t at)
{
    return of.bf16 ? hy_load1((const hy_bf16 *)of.at + at) : ((const float *)of.at)[at];
}

static float operand(const struct product &p, const struct hy_matrix &of, size_t at)
{
    const float x = element(of, at);
    return p.precision == HY_F32 ? x : rounded(x, p.precision == HY_TF32 ? 10 : 7);
}

__global__ void plain_gemm(struct product p)
{
    const int row = (int)(blockIdx.y * EDGE + threadIdx.y), col = (int)(blockIdx.x * EDGE + threadIdx.x);
    if (row >= p.m || col >= p.n)
        return;
    float sum = 0;
    for (int i = 0; i < p.k; i++)
        sum += operand(p, p.a, (size_t)row * p.a_row + (size_t)i * p.a_col) *
               operand(p, p.b, (size_t)i * p.b_row + (size_t)col * p.b_col);
    const size_t at = (size_t)row * p.c.ld + col;
    if (p.beta != 0)
        sum += element(p.c, at);
    if (p.c.bf16)
        hy_store1((hy_bf16 *)p.c.at + at, sum);
    else
        ((float *)p.c.at)[at] = sum;
}

void hy_cuda_gemm(enum hy_precision precision, bool ta, bool tb, int m, int n, int k, struct hy_matrix a,
                  struct hy_matrix b, float beta, struct hy_matrix c)
{
    HY_ASSERT(a.bf16 == b.bf16 && (a.bf16 || !c.bf16), "what cuBLASLt multiplies");
    if (m == 0 || n == 0 || hy_cuda_counted("product"))
        return;
    const struct product p = {a,    b,        c, m, n, k, ta ? 1 : a.ld, ta ? a.ld : 1, tb ? 1 : b.ld, tb ? b.ld : 1,
                              beta, precision};
    hy_launch("plain_gemm", plain_gemm, dim3(hy_ceil_div(n, EDGE), hy_ceil_div(m, EDGE)), dim3(EDGE, EDGE), 0, p);
}

extern "C" const char *hy_cuda_products(void)
{
    return nullptr;
}

hy_status hy_cuda_gemm_open(void)
{
    return HY_OK;
}

void hy_cuda_gemm_close(void)
{
}
