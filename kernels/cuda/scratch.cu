/* Device memory that a row needs while it runs and that no op's operands hold. */
#include "kernels/cuda/cuda.cuh"

#include <string.h>

extern "C" {
#include "kernels/base/status.h"
}

enum { MOST_BLOCKS = 48, FIRST_BYTES = 1 << 20 };

/* Recordings go on to use the smaller blocks that they were made with, so those stay. */
static struct {
    void *blocks[MOST_BLOCKS];
    int n;
    size_t bytes; /* of the last */
} scratch;

void *hy_cuda_scratch(size_t bytes)
{
    if (scratch.n > 0 && bytes <= scratch.bytes)
        return scratch.blocks[scratch.n - 1];
    size_t wanted = scratch.n > 0 ? 2 * scratch.bytes : (size_t)FIRST_BYTES;
    void *block = NULL;
    while (wanted < bytes)
        wanted *= 2;
    HY_ASSERT(scratch.n < MOST_BLOCKS, "each block is twice the one before");
    const cudaError_t error = cudaMalloc(&block, wanted);
    if (error != cudaSuccess) {
        hy_cuda_note(error, "taking scratch memory");
        return NULL;
    }
    scratch.blocks[scratch.n++] = block;
    scratch.bytes = wanted;
    return block;
}

void hy_cuda_scratch_close(void)
{
    for (int i = 0; i < scratch.n; i++)
        (void)cudaFree(scratch.blocks[i]);
    memset(&scratch, 0, sizeof scratch);
}
