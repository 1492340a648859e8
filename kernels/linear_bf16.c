/* The linear layer with operands in bfloat16: what is stored in f32 (the weights the
 * optimizer works on above all) is rounded when it is used, what is stored in bf16 is used as
 * it lies; sums are f32, and rounded once where the result is stored in bf16.
 *
 * Rounded copies live in one buffer that grows to the largest layer met and stays. */
#include <stdlib.h>
#include <string.h>

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

/* An operand of r x c elements as a factor: as it lies, or rounded into *spare, which then moves on. */
static struct hy_factor factor(const float *at, int ld, bool bf16, size_t r, size_t c, bool transposed, hy_bf16 **spare)
{
    if (bf16)
        return (struct hy_factor){(const void *)at, ld, transposed};
    hy_bf16 *copy = *spare;
    *spare += lines(r * c);
    hy_bf16_round(copy, at, r, c, (size_t)ld);
    return (struct hy_factor){copy, (int)c, transposed};
}

void hy_linear_fwd_bf16_dnnl(const union hy_args *u)
{
    const struct hy_linear *a = &u->linear;
    size_t rows = (size_t)a->rows, in = (size_t)a->in, out = (size_t)a->out;
    if (rows * in * out == 0)
        return;
    hy_bf16 *spare = room((a->x.bf16 ? 0 : lines(rows * in)) + lines(out * in));
    struct hy_factor x = factor(a->x.v, a->x.ld, a->x.bf16, rows, in, false, &spare);
    struct hy_factor w = factor(a->w.v, a->w.ld, false, out, in, true, &spare);
    hy_matmul_bf16(a->rows, a->out, a->in, x, w, (struct hy_product){a->y.v, a->y.ld, a->y.bf16, false});
}

/* Sums of nothing. */
static void hand_zeros(void *d, int ld, bool bf16, bool add, size_t rows, size_t cols)
{
    const size_t element = bf16 ? sizeof(hy_bf16) : sizeof(float);
    for (size_t r = 0; d && !add && r < rows; r++)
        memset((char *)d + r * (size_t)ld * element, 0, cols * element);
}

void hy_linear_bwd_bf16_dnnl(const union hy_args *u)
{
    const struct hy_linear *a = &u->linear;
    size_t rows = (size_t)a->rows, in = (size_t)a->in, out = (size_t)a->out;
    if (rows * in * out == 0) {
        hand_zeros(a->x.d, a->x.ld, a->x.bf16, a->x.add, rows, in);
        hand_zeros(a->w.d, a->w.ld, false, a->w.add, out, in);
        return;
    }
    if (!a->x.d && !a->w.d)
        return;
    size_t copies = lines((rows > out ? rows : out) * in); /* w and x need not be there together */
    hy_bf16 *spare = room((a->y.bf16 ? 0 : lines(rows * out)) + copies);
    struct hy_factor dy = factor(a->y.d, a->y.ld, a->y.bf16, rows, out, false, &spare);
    if (a->x.d) {
        hy_bf16 *here = spare;
        struct hy_factor w = factor(a->w.v, a->w.ld, false, out, in, false, &here);
        hy_matmul_bf16(a->rows, a->in, a->out, dy, w, (struct hy_product){a->x.d, a->x.ld, a->x.bf16, a->x.add});
    }
    if (a->w.d) {
        struct hy_factor x = factor(a->x.v, a->x.ld, a->x.bf16, rows, in, false, &spare);
        dy.transposed = true;
        hy_matmul_bf16(a->out, a->in, a->rows, dy, x, (struct hy_product){a->w.d, a->w.ld, false, a->w.add});
    }
}
