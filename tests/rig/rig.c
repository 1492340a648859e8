#include "tests/rig/rig.h"

#include <criterion/criterion.h>

#include "kernels/device.h"

void rig_open(void)
{
    simt_fail(NULL);
    cr_assert_eq(hy_cuda_open(0), HY_OK, "%s", hy_error());
}
