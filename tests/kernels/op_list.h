/* The cases and modes that every kernel is tried on. */
#ifndef HY_TESTS_KERNELS_OP_LIST_H
#define HY_TESTS_KERNELS_OP_LIST_H

#include "kernels/trial/op_case.h"

/* All cases; ends with .why == NULL. */
extern const struct op_case op_cases[];

/* The modes of a pass; ends with .name == NULL. Some say nothing new for some ops. */
extern const struct op_mode op_modes[];
bool op_mode_applies(const struct op_mode *m, const struct op_case *c);

/* The trial of a case in a mode, its operands drawn from the mode's seed and HYMBENCH_TEST_SEED (tests/seed.h). */
struct op_trial *op_trial_drawn(const struct op_case *c, const struct op_mode *m);

/* The next way in which a bf16 kernel's operands of HY_SLOT_EITHER may be stored, from none in bf16 to all; false
 * behind the last, when m->either is none again. */
bool op_mode_next_storage(struct op_mode *m, enum hy_op_id op);

#endif
