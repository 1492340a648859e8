/* What operands of a case hold: values like those of a model in training. */
#ifndef HY_KERNELS_TRIAL_OP_FILL_H
#define HY_KERNELS_TRIAL_OP_FILL_H

#include "kernels/trial/op_case.h"

void op_fill_values(const struct op_case *c, const struct op_mode *m, int slot, float *v, struct hy_shape s);
void op_fill_gradients(const struct op_case *c, const struct op_mode *m, int slot, float *d, struct hy_shape s);
void op_fill_ids(const struct op_case *c, const struct op_mode *m, int slot, int32_t *ids, size_t n);

/* Enters the run record, the dropout site and the dropout probability where the op has them. */
void op_set_run(enum hy_op_id op, union hy_args *a, const struct hy_run *run, float p);

#endif
