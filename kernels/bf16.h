/* bfloat16: the upper half of a float. Operands of products are rounded to it,
 * nearest, ties to even; sums stay f32 (kernels/linear_bf16.c). */
#ifndef HY_KERNELS_BF16_H
#define HY_KERNELS_BF16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint16_t hy_bf16;

/* The float that x is. */
static inline float hy_bf16_widen(hy_bf16 x)
{
    uint32_t bits = (uint32_t)x << 16;
    float wide;
    memcpy(&wide, &bits, sizeof wide);
    return wide;
}

/* to (rows, cols) without gaps = from (rows, cols), row r starting at from + r * ld, rounded.
 * Values below the smallest normal float become 0, as the products take them; NaN stays NaN.
 * Needs hy_bf16_of_machine() (machine.h). Reads 4*rows*cols bytes, writes half of that. */
void hy_bf16_round(hy_bf16 *to, const float *from, size_t rows, size_t cols, size_t ld);

#endif
