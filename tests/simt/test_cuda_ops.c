/* Every row for a device against the double reference, on the cases and in the modes of the
 * host's rows (tests/kernels), executed on the host: threads forward, threads reversed, and
 * once more, which must not differ in a bit. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "kernels/simt/control.h"
#include "tests/kernels/op_device.h"

/* Forward, reversed, forward ... with every call. */
static void in_turn(const union hy_args *a)
{
    static bool backwards = true;
    simt_reverse(backwards = !backwards);
    op_device_run(a);
    simt_reverse(false);
}

static bool any_row(enum hy_op_id op, enum hy_pass pass, enum hy_precision precision)
{
    for (const struct hy_kernel *k = hy_cuda_kernels; k->name; k++)
        if (k->op == op && k->pass == pass && k->precision == precision)
            return true;
    return false;
}

static struct criterion_test_params every_op(void)
{
    static int ops[HY_OP_COUNT];
    for (int op = 0; op < HY_OP_COUNT; op++)
        ops[op] = op;
    return cr_make_param_array(int, ops, HY_OP_COUNT);
}

ParameterizedTestParameters(cuda_ops, every_row_agrees_with_the_reference)
{
    return every_op();
}

ParameterizedTest(int *which, cuda_ops, every_row_agrees_with_the_reference)
{
    enum hy_op_id op = (enum hy_op_id) * which;
    cr_assert_eq(hy_cuda_open(0), HY_OK, "%s", hy_error());
    op_device_check(op, false, in_turn, "the order of threads changes the result");
    hy_cuda_close();
}

Test(cuda_ops, every_op_has_a_row_for_each_pass)
{
    for (int op = 0; op < HY_OP_COUNT; op++) {
        cr_expect(any_row((enum hy_op_id)op, HY_FORWARD, HY_F32), "%s has no row for a device", hy_ops[op].name);
        cr_expect(!hy_ops[op].has_backward || any_row((enum hy_op_id)op, HY_BACKWARD, HY_F32),
                  "%s has no backward row for a device", hy_ops[op].name);
    }
}
