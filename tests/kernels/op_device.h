/* The rows for a device held against the double reference: on a GPU (tests/gpu) and on the host (tests/simt). */
#ifndef HY_TESTS_KERNELS_OP_DEVICE_H
#define HY_TESTS_KERNELS_OP_DEVICE_H

#include "kernels/device.h"

/* Runs the row that is being tried on operands of the host. */
void op_device_run(const union hy_args *a);

/* Tries every row of `op` on every case (the costly ones if `big`), in every mode and storage; `again` runs the row
 * being tried too, and what it gives must not differ in a bit from one call to the next, else `differs` is said. */
void op_device_check(enum hy_op_id op, bool big, hy_kernel_fn *again, const char *differs);

#endif
