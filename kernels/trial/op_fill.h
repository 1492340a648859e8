/* What operands of a case hold: values like those of a model in training. */
#ifndef HY_KERNELS_TRIAL_OP_FILL_H
#define HY_KERNELS_TRIAL_OP_FILL_H

#include "kernels/trial/op_mode.h"

/* How the elements of a slot are drawn: HY_DRAWN rows of kernels/tables. */
enum hy_draw {
    HY_DRAW_NORMAL,  /* normal(0, 1): every slot without a row */
    HY_DRAW_GAIN,    /* around 1: weights of norms, betas */
    HY_DRAW_SMALL,   /* normal(0, 0.1) */
    HY_DRAW_LARGE,   /* normal(0, 3): logits */
    HY_DRAW_SQUARE,  /* 0.01 normal^2: a second moment */
    HY_DRAW_NORM,    /* a gradient norm above the clip */
    HY_DRAW_A_LOG,   /* log(1 .. N), a little moved */
    HY_DRAW_DT_BIAS, /* softplus^-1 of a step between 1e-3 and 1e-1 */
    HY_DRAW_INDEX,   /* ids below the op's size V */
    HY_DRAW_TARGET,  /* the same, some of them -1: ignored */
    HY_DRAW_START,   /* positions that came before, within HY_STARTS */
    HY_DRAW_LENGTH,  /* tokens brought: 0 to the op's size T */
};
enum hy_draw op_draw_of(enum hy_op_id op, int slot);

void op_fill_values(const struct op_case *c, const struct op_mode *m, int slot, float *v, struct hy_shape s);
void op_fill_gradients(const struct op_case *c, const struct op_mode *m, int slot, float *d, struct hy_shape s);
void op_fill_ids(const struct op_case *c, const struct op_mode *m, int slot, int32_t *ids, size_t n);

/* Enters the run record, the dropout site and the dropout probability where the op has them. */
void op_set_run(enum hy_op_id op, union hy_args *a, const struct hy_run *run, float p);

#endif
