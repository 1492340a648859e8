/* Logits, loss and every gradient on the rig against PyTorch in float64, as tests/models does for the CPU. */
#include <criterion/criterion.h>

#include "tests/models/parity.h"
#include "tests/rig/rig.h"

Test(rig_parity, every_case)
{
    rig_open();
    parity_check_all(hy_backend(HY_WHERE_CUDA, HY_F32));
}

Test(rig_parity, every_case_in_bf16)
{
    rig_open();
    parity_check_all(hy_backend(HY_WHERE_CUDA, HY_BF16));
}
