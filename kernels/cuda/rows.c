/* The rows for a device, of all ops. */
#include "kernels/device.h"

#define HY_KERNEL_CUDA(function, op, pass, precision) {#function, op, pass, HY_ISA_ANY, precision, function},
const struct hy_kernel hy_cuda_kernels[] = {
#include "kernels/tables/ops.inc"
    {NULL, HY_OP_COUNT, HY_PASSES, HY_ISA_COUNT, HY_PRECISIONS, NULL},
};
