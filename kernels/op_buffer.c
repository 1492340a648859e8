#include "kernels/op_buffer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t canary = 0x7fedc0deu; /* a NaN: reading it shows as well */

void *op_zeros(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size);
    HY_ASSERT(p, "out of memory for the trial of a kernel; take smaller cases");
    return p;
}

static float canary_float(void)
{
    float f;
    memcpy(&f, &canary, sizeof f);
    return f;
}

static bool same_bits(float a, float b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

bool op_finite_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (bits & 0x7f800000u) != 0x7f800000u;
}

struct op_buffer op_buffer_open(struct hy_shape s, size_t ld)
{
    struct op_buffer b = {NULL, NULL, s.rows, s.cols, ld};
    if (s.rows * s.cols == 0)
        return b;
    size_t n = 2 * OP_GUARD + s.rows * ld;
    b.base = aligned_alloc(256, (n * sizeof(float) + 255) / 256 * 256);
    HY_ASSERT(b.base, "out of memory for the trial of a kernel; take smaller cases");
    for (size_t i = 0; i < n; i++)
        b.base[i] = canary_float();
    b.at = b.base + OP_GUARD;
    return b;
}

/* Fills an operand without gaps with n values, again and again; or with zeros behind the first n. */
void op_buffer_repeat(const struct op_buffer *b, const float *values, size_t n, bool once)
{
    size_t all = b->rows * b->cols;
    HY_ASSERT(b->ld == b->cols && n > 0, "a call larger than its case has no gaps between rows");
    for (size_t done = 0; done < all; done += n) {
        size_t now = all - done < n ? all - done : n;
        if (once && done > 0)
            memset(b->at + done, 0, now * sizeof *b->at);
        else
            memcpy(b->at + done, values, now * sizeof *b->at);
    }
}

static float moved(float x, float far, bool down)
{
    if (far > 0)
        return down ? x - far * x : x + far * x;
    return nextafterf(x, down ? -INFINITY : INFINITY);
}

void op_buffer_fill(const struct op_buffer *b, const float *values, struct hy_stream *moves, float far)
{
    for (size_t r = 0; b->at && r < b->rows; r++)
        for (size_t c = 0; c < b->cols; c++) {
            float x = values[r * b->cols + c];
            if (moves)
                x = moved(x, far, hy_stream_uniform(moves) < 0.5);
            b->at[r * b->ld + c] = x;
        }
}

/* Rounds the case's exact values into an operand that may be larger. */
void op_buffer_round(const struct op_buffer *b, const double *values, struct hy_shape s)
{
    for (size_t r = 0; b->at && r < b->rows; r++)
        for (size_t c = 0; c < b->cols; c++)
            b->at[r * b->ld + c] = (float)values[r % s.rows * s.cols + c % s.cols];
}

/* False, and where (relative to the operand), if a guard changed. */
bool op_guards_stand(const struct op_buffer *b, long *where)
{
    for (size_t i = 0; b->base && i < 2 * OP_GUARD + b->rows * b->ld; i++) {
        bool inside = i >= OP_GUARD && i < OP_GUARD + b->rows * b->ld && (i - OP_GUARD) % b->ld < b->cols;
        *where = (long)i - OP_GUARD;
        if (!inside && !same_bits(b->base[i], canary_float()))
            return false;
    }
    return true;
}

/* Whether an operand still holds what was drawn for the case: its first part does. */
bool op_buffer_holds(const struct op_buffer *b, const float *values, struct hy_shape s)
{
    for (size_t r = 0; b->at && r < s.rows; r++)
        for (size_t c = 0; c < s.cols; c++)
            if (!same_bits(b->at[r * b->ld + c], values[r * s.cols + c]))
                return false;
    return true;
}
