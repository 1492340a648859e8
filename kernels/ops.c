/* The descriptors of all ops, made from the rows of kernels/tables/ops.inc. */
#include "kernels/ops.h"

#include "kernels/base/threads.h"

_Static_assert(sizeof(union hy_args) == sizeof(union hy_args_f64), "both precisions share one layout");

static struct hy_shape shape(double rows, double cols)
{
    return (struct hy_shape){(size_t)rows, (size_t)cols};
}

double hy_attention_pairs(int T, int W, int M)
{
    double pairs = 0;
    for (int t = 0; t < T; t++) {
        int first = W > 0 && t - W + 1 > 0 ? t - W + 1 : 0; /* of the window */
        pairs += t - first + 1 + (first < M ? first : M);
    }
    return pairs;
}

double hy_attend_pairs(const struct hy_attend *a)
{
    double pairs = 0;
    for (int t = 0; t < a->T; t++) {
        int before = a->W > 0 && a->W - 1 - t < a->C ? (a->W - 1 - t > 0 ? a->W - 1 - t : 0) : a->C;
        int here = a->W > 0 && a->W < t + 1 ? a->W : t + 1;
        pairs += a->M + before + here;
    }
    return pairs;
}

/* <op>_slots: the operands, in order */
#define HY_SLOTS(ID, op) static const struct hy_slot op##_slots[] = {
#define HY_SLOT(ID, op, NAME, field, role, flags, rows, cols) \
    {#field, offsetof(struct hy_##op, field), HY_ROLE_##role, flags},
#define HY_SLOTS_END(ID, op)   \
    {                          \
        NULL, 0, HY_ROLE_IN, 0 \
    }                          \
    }                          \
    ;
#include "kernels/tables/ops.inc"

/* <op>_shapes: the shape of each of them */
#define HY_SLOTS(ID, op)                                                    \
    static void op##_shapes(const union hy_args *args, struct hy_shape *to) \
    {                                                                       \
        const struct hy_##op *a = &args->op;
#define HY_SLOT(ID, op, NAME, field, role, flags, rows, cols) to[HY_##ID##_##NAME] = shape(rows, cols);
#define HY_SLOTS_END(ID, op)                                  }
#include "kernels/tables/ops.inc"

/* <op>_flops */
#define HY_FLOPS(ID, op, forward, backward)                                \
    static double op##_flops(const union hy_args *args, enum hy_pass pass) \
    {                                                                      \
        const struct hy_##op *a = &args->op;                               \
        (void)a; /* an op that only moves data counts nothing */           \
        return pass == HY_FORWARD ? (forward) : (backward);                \
    }
#include "kernels/tables/ops.inc"

const struct hy_op hy_ops[HY_OP_COUNT] = {
#define HY_OP(ID, op, backward, traits) [HY_OP_##ID] = {#op, op##_slots, backward, traits, op##_shapes, op##_flops},
#include "kernels/tables/ops.inc"
};
