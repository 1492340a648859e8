/* The rows for a device, of all ops. */
#include "kernels/device.h"
#include "kernels/pairs.h"

#define HY_KERNEL_CUDA(function, op, pass, precision) {#function, op, pass, HY_ISA_ANY, precision, function},
const struct hy_kernel hy_cuda_kernels[] = {
#include "kernels/tables/ops.inc"
    {NULL, HY_OP_COUNT, HY_PASSES, HY_ISA_COUNT, HY_PRECISIONS, NULL},
};

#define HY_PAIR_CUDA(function, FIRST, FROM, SECOND, TO, pass, precision) \
    {#function, HY_OP_##FIRST, HY_##FIRST##_##FROM, HY_OP_##SECOND, HY_##SECOND##_##TO, pass, precision, function},
const struct hy_op_pair hy_cuda_pairs[] = {
#include "kernels/tables/pairs.inc"
    {NULL, HY_OP_COUNT, 0, HY_OP_COUNT, 0, HY_PASSES, HY_PRECISIONS, NULL},
};
