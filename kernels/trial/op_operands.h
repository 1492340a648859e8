/* The operands of a trial's call (op_case.h): arguments, where they lie, and the same ones elsewhere. */
#ifndef HY_KERNELS_TRIAL_OP_OPERANDS_H
#define HY_KERNELS_TRIAL_OP_OPERANDS_H

#include "kernels/ops.h"
#include "kernels/trial/op_buffer.h"

/* One set of operands, and the arguments that point to them. A call larger
 * than the case repeats what the case drew; `masked` says that only its first
 * part sends gradients (or counts, where a result is a sum), so that sums over
 * all of it are those of the case. `plain`: everything is f32, for the yardstick. */
struct op_operands {
    union hy_args args;
    struct hy_shape shape[HY_MAX_SLOTS];
    struct op_buffer v[HY_MAX_SLOTS], d[HY_MAX_SLOTS];
    int32_t *ids[HY_MAX_SLOTS];
    struct op_room room; /* of all v and d; zeroed: each has memory of its own */
    bool masked, plain;
};

union hy_args *op_operands_args(struct op_operands *w); /* what a kernel is called with; owned by the operands */

/* Where they lie, all but a few indices: one piece of memory, of *bytes; NULL under AddressSanitizer, which watches
 * each operand for itself. */
const void *op_operands_memory(const struct op_operands *w, size_t *bytes);

/* The same operands with what they hold now, in other memory, for measuring (no report is made of them). The first ones
 * must stay open: the indices are theirs. NULL where they are not in one piece. */
struct op_operands *op_operands_copy(enum hy_op_id op, const struct op_operands *w);

#endif
