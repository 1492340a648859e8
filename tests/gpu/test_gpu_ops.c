/* Every row for a device against the double reference, on the cases and in the modes of the
 * host's rows (tests/kernels), executed by a GPU; where none can be opened skipped, saying why, and failed where
 * HYMBENCH_REQUIRE_GPU says that there is one. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/kernels/op_device.h"

/* The variable set to anything but 0: a GPU that cannot be opened is then a fault of ours or of the driver. */
static bool gpu_required(void)
{
    const char *required = getenv("HYMBENCH_REQUIRE_GPU");
    return required && *required && strcmp(required, "0") != 0;
}

ParameterizedTestParameters(gpu_ops, every_row_agrees_with_the_reference)
{
    static int ops[HY_OP_COUNT];
    for (int op = 0; op < HY_OP_COUNT; op++)
        ops[op] = op;
    return cr_make_param_array(int, ops, HY_OP_COUNT);
}

ParameterizedTest(int *which, gpu_ops, every_row_agrees_with_the_reference)
{
    enum hy_op_id op = (enum hy_op_id) * which;
    if (hy_cuda_open(0) != HY_OK) {
        cr_assert_not(gpu_required(), "HYMBENCH_REQUIRE_GPU is set and no GPU can be opened: %s", hy_error());
        if (op == 0)
            fprintf(stderr, "skipped: %s\n", hy_error());
        cr_skip("no GPU");
    }
    op_device_check(op, true, op_device_run, "two runs differ");
    hy_cuda_close();
}

/* What a build without nvcc and a machine without a GPU can still hold. */
Test(gpu_ops, rows_are_there_where_the_build_has_cuda)
{
    cr_assert_eq(hy_cuda_built(), hy_cuda_kernels[0].name != NULL);
    for (const struct hy_kernel *k = hy_cuda_kernels; k->name; k++)
        cr_assert(k->run && k->op < HY_OP_COUNT && k->precision < HY_PRECISIONS, "%s", k->name);
    if (!hy_cuda_built())
        cr_assert_eq(hy_cuda_open(0), HY_RUN_FAILED);
}
