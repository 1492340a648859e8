/* An operand of a trial (op_case.h), f32 or bf16: surrounded by guards, filled with a
 * NaN until something is put in, so that stray writes and undeclared reads show. */
#ifndef HY_KERNELS_TRIAL_OP_BUFFER_H
#define HY_KERNELS_TRIAL_OP_BUFFER_H

#include "kernels/base/rng.h"
#include "kernels/dispatch.h"

/* Memory for the operands of one call, behind one another on huge pages as a program's memory has them: on pages of
 * 4 KiB it would be chance which of them meet in the same sets of a cache. Zeroed: none, each operand has memory of its
 * own, which is what a sanitizer watches. */
struct op_room {
    char *from; /* owned */
    size_t bytes, used;
};
struct op_room op_room_open(size_t bytes);
void op_room_close(struct op_room *r);

/* at (rows, cols), rows of ld elements. rows == 0: absent, base and at NULL. */
struct op_buffer {
    void *base, *at;
    size_t rows, cols, ld;
    bool bf16;
    bool lent; /* of a room's memory */
};

/* Bytes that an operand takes in a room, guards included. */
size_t op_buffer_bytes(struct hy_shape s, size_t ld, bool bf16);

void *op_zeros(size_t n, size_t size); /* calloc that never fails; n = 0 is fine */

struct op_buffer op_buffer_open(struct hy_shape s, size_t ld, bool bf16, struct op_room *room);
void op_buffer_close(struct op_buffer *b);

/* Element i behind `at`, widened where it is bf16. */
float op_buffer_get(const struct op_buffer *b, size_t i);

/* Fills it with n values, again and again; `once`: with zeros behind the first n. No gaps between rows. */
void op_buffer_repeat(const struct op_buffer *b, const float *values, size_t n, bool once);

/* Fills it with values (rows, cols) without gaps, each moved by `far` times its size,
 * or for 0 by one unit in its last place, into a direction that `moves` draws (NULL =
 * not moved). */
void op_buffer_fill(const struct op_buffer *b, const float *values, struct hy_stream *moves, float far);

/* Rounds exact values of shape s into it, again and again where it is larger. */
void op_buffer_round(const struct op_buffer *b, const double *values, struct hy_shape s);

/* Whether its first part still holds the values of shape s, bit for bit. */
bool op_buffer_holds(const struct op_buffer *b, const float *values, struct hy_shape s);

/* Whether both hold the same bits, guards included; so do two absent ones. */
bool op_buffer_same(const struct op_buffer *a, const struct op_buffer *b);

/* False, and where (relative to the operand), if a guard changed. */
bool op_guards_stand(const struct op_buffer *b, long *where);

/* x rounded to bfloat16, nearest, ties to even; as a float again. x is finite. */
float op_bf16(float x);

/* Neither NaN nor infinite, by the bits. */
bool op_finite_bits(float x);

#endif
