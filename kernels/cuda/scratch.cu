/* Device memory that a row needs while it runs and that no op's operands hold. */
#include "kernels/cuda/cuda.cuh"

extern "C" {
#include "kernels/base/status.h"
#include "kernels/device.h"
}

static struct {
    void *at; /* of whoever runs rows now */
    size_t bytes;
} scratch;

void *hy_cuda_scratch(size_t bytes)
{
    HY_ASSERT(bytes <= scratch.bytes, "whoever runs a row lends it what hy_cuda_scratch_bytes() says");
    return scratch.at;
}

extern "C" void hy_cuda_scratch_lend(hy_address at, size_t bytes)
{
    scratch.at = (void *)at;
    scratch.bytes = bytes;
}

extern "C" size_t hy_cuda_scratch_bytes(enum hy_op_id op, const union hy_args *a, enum hy_pass pass)
{
    switch (op) {
#define HY_SCRATCH(ID, op_name, bytes_of) \
    case HY_OP_##ID:                      \
        return bytes_of(&a->op_name, pass);
#include "kernels/tables/ops.inc"
    default:
        return 0;
    }
}
