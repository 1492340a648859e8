#include "kernels/trial/op_buffer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    GUARD_BYTES = 256, /* before and behind an operand; keeps 256-byte alignment too */
    HUGE_PAGE = 2 << 20,
};

static const uint32_t canary = 0x7fedc0deu; /* a NaN, and so are its upper 16 bits: reading it shows as well */

void *op_zeros(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size);
    HY_ASSERT(p, "out of memory for the trial of a kernel; take smaller cases");
    return p;
}

static uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static float of_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

bool op_finite_bits(float x)
{
    return (bits_of(x) & 0x7f800000u) != 0x7f800000u;
}

float op_bf16(float x)
{
    uint32_t bits = bits_of(x);
    return of_bits((bits + 0x7fffu + (bits >> 16 & 1)) & 0xffff0000u);
}

/* ---- elements ------------------------------------------------------------------------ */

static size_t element(const struct op_buffer *b)
{
    return b->bf16 ? sizeof(uint16_t) : sizeof(float);
}

static size_t guard(const struct op_buffer *b)
{
    return GUARD_BYTES / element(b);
}

static size_t all_of(const struct op_buffer *b)
{
    return 2 * guard(b) + b->rows * b->ld;
}

/* Element n from `start`, as the bits of a float. */
static uint32_t get_bits(const struct op_buffer *b, const void *start, size_t n)
{
    return b->bf16 ? (uint32_t)((const uint16_t *)start)[n] << 16 : ((const uint32_t *)start)[n];
}

static void put_bits(const struct op_buffer *b, void *start, size_t n, uint32_t bits)
{
    if (b->bf16)
        ((uint16_t *)start)[n] = (uint16_t)(bits >> 16);
    else
        ((uint32_t *)start)[n] = bits;
}

static void put(const struct op_buffer *b, size_t i, float x)
{
    put_bits(b, b->at, i, bits_of(b->bf16 && op_finite_bits(x) ? op_bf16(x) : x));
}

float op_buffer_get(const struct op_buffer *b, size_t i)
{
    return of_bits(get_bits(b, b->at, i));
}

/* ---- whole operands ------------------------------------------------------------------ */

struct op_room op_room_open(size_t bytes)
{
    struct op_room r = {.bytes = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE};
    r.from = aligned_alloc(HUGE_PAGE, r.bytes ? r.bytes : HUGE_PAGE);
    HY_ASSERT(r.from, "out of memory for the operands of a call; take smaller cases");
    (void)madvise(r.from, r.bytes, MADV_HUGEPAGE);
    return r;
}

void op_room_close(struct op_room *r)
{
    free(r->from);
    *r = (struct op_room){0};
}

static struct op_buffer buffer_of(struct hy_shape s, size_t ld, bool bf16)
{
    return (struct op_buffer){.rows = s.rows, .cols = s.cols, .ld = ld, .bf16 = bf16};
}

size_t op_buffer_bytes(struct hy_shape s, size_t ld, bool bf16)
{
    const struct op_buffer b = buffer_of(s, ld, bf16);
    return s.rows * s.cols == 0 ? 0 : (all_of(&b) * element(&b) + GUARD_BYTES - 1) / GUARD_BYTES * GUARD_BYTES;
}

struct op_buffer op_buffer_open(struct hy_shape s, size_t ld, bool bf16, struct op_room *room)
{
    struct op_buffer b = buffer_of(s, ld, bf16);
    const size_t bytes = op_buffer_bytes(s, ld, bf16);
    if (bytes == 0)
        return b;
    if (room->from) {
        HY_ASSERT(room->used + bytes <= room->bytes, "operands take more room than was counted");
        b.base = room->from + room->used;
        b.lent = true;
        room->used += bytes;
    } else {
        b.base = aligned_alloc(GUARD_BYTES, bytes);
        HY_ASSERT(b.base, "out of memory for the trial of a kernel; take smaller cases");
    }
    for (size_t i = 0; i < all_of(&b); i++)
        put_bits(&b, b.base, i, canary);
    b.at = (char *)b.base + GUARD_BYTES;
    return b;
}

void op_buffer_close(struct op_buffer *b)
{
    if (!b->lent)
        free(b->base);
    b->base = b->at = NULL;
}

void op_buffer_repeat(const struct op_buffer *b, const float *values, size_t n, bool once)
{
    HY_ASSERT(b->ld == b->cols && n > 0, "a call larger than its case has no gaps between rows");
    for (size_t i = 0, from = 0; i < b->rows * b->cols; i++, from = from + 1 == n ? 0 : from + 1)
        put(b, i, once && i >= n ? 0 : values[from]);
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
            put(b, r * b->ld + c, x);
        }
}

void op_buffer_round(const struct op_buffer *b, const double *values, struct hy_shape s)
{
    for (size_t r = 0; b->at && r < b->rows; r++)
        for (size_t c = 0; c < b->cols; c++)
            put(b, r * b->ld + c, (float)values[r % s.rows * s.cols + c % s.cols]);
}

bool op_guards_stand(const struct op_buffer *b, long *where)
{
    const uint32_t untouched = b->bf16 ? canary & 0xffff0000u : canary;
    const size_t first = guard(b), end = first + b->rows * b->ld;
    for (size_t i = 0; b->base && i < all_of(b); i++) {
        if (i == first && b->ld == b->cols)
            i = end; /* rows without gaps, of which a large call has billions of elements */
        bool inside = i >= first && i < end && (i - first) % b->ld < b->cols;
        *where = (long)i - (long)first;
        if (!inside && get_bits(b, b->base, i) != untouched)
            return false;
    }
    return true;
}

bool op_buffer_holds(const struct op_buffer *b, const float *values, struct hy_shape s)
{
    for (size_t r = 0; b->at && r < s.rows; r++)
        for (size_t c = 0; c < s.cols; c++)
            if (get_bits(b, b->at, r * b->ld + c) != bits_of(values[r * s.cols + c]))
                return false;
    return true;
}

bool op_buffer_same(const struct op_buffer *a, const struct op_buffer *b)
{
    return !a->base || memcmp(a->base, b->base, all_of(a) * element(a)) == 0;
}
