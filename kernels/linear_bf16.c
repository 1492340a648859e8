/* The linear layer with operands rounded to bfloat16: activations, gradients and
 * weights are rounded when they are used, sums and results are f32, and everything
 * in memory stays f32, the weights the optimizer works on above all.
 *
 * Rounded copies live in one buffer that grows to the largest layer met and stays. */
#include <stdlib.h>

#include "kernels/base/status.h"
#include "kernels/dispatch.h"
#include "kernels/matmul.h"

/* Room for `n` elements; whatever was there before is gone. */
static hy_bf16 *room(size_t n)
{
    static hy_bf16 *buffer;
    static size_t size;
    if (n > size) {
        free(buffer);
        size = (n + 31) / 32 * 32;
        buffer = aligned_alloc(64, size * sizeof *buffer);
        HY_ASSERT(buffer, "out of memory for the bf16 copies of one linear layer; try a smaller batch");
    }
    return buffer;
}

/* The next copy starts on a cache line. */
static size_t lines(size_t n)
{
    return (n + 31) / 32 * 32;
}

void hy_linear_fwd_bf16_dnnl(const union hy_args *u)
{
    const struct hy_linear *a = &u->linear;
    size_t rows = (size_t)a->rows, in = (size_t)a->in, out = (size_t)a->out;
    if (rows * in * out == 0)
        return;
    hy_bf16 *x = room(lines(rows * in) + out * in), *w = x + lines(rows * in);
    hy_bf16_round(x, a->x.v, rows, in, (size_t)a->x.ld);
    hy_bf16_round(w, a->w.v, out, in, (size_t)a->w.ld);
    hy_matmul_bf16(false, true, a->rows, a->out, a->in, x, w, false, a->y.v, a->y.ld);
}

void hy_linear_bwd_bf16_dnnl(const union hy_args *u)
{
    const struct hy_linear *a = &u->linear;
    size_t rows = (size_t)a->rows, in = (size_t)a->in, out = (size_t)a->out, other = rows > out ? rows : out;
    if (rows * in * out == 0) { /* sums of nothing are the same in every precision */
        hy_linear_bwd_f32_blas(u);
        return;
    }
    if (!a->x.d && !a->w.d)
        return;
    hy_bf16 *dy = room(lines(rows * out) + other * in), *operand = dy + lines(rows * out);
    hy_bf16_round(dy, a->y.d, rows, out, (size_t)a->y.ld);
    if (a->x.d) {
        hy_bf16_round(operand, a->w.v, out, in, (size_t)a->w.ld);
        hy_matmul_bf16(false, false, a->rows, a->in, a->out, dy, operand, a->x.add, a->x.d, a->x.ld);
    }
    if (a->w.d) {
        hy_bf16_round(operand, a->x.v, rows, in, (size_t)a->x.ld);
        hy_matmul_bf16(true, false, a->out, a->in, a->rows, dy, operand, a->w.add, a->w.d, a->w.ld);
    }
}
