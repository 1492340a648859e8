/* Counting what rows queue, without a device: nothing is queued while somebody is told. */
#include "kernels/cuda/cuda.cuh"

extern "C" {
#include "kernels/base/status.h"
#include "kernels/base/threads.h"
#include "kernels/device.h"
}

static struct {
    hy_cuda_told *told;
    void *ctx;
    hy_address next; /* where the next memory would lie: far from all that is there, on a boundary as cudaMalloc's */
} count;

enum { BOUNDARY = 256 };

extern "C" hy_status hy_cuda_count_begin(hy_cuda_told *told, void *ctx)
{
    HY_ASSERT(!count.told && told, "counting begins once");
    count.told = told;
    count.ctx = ctx;
    count.next = (hy_address)1 << 46;
    hy_work_parts_at_least(HY_CUDA_PARTS);
    return HY_OK;
}

extern "C" void hy_cuda_count_end(void)
{
    count.told = NULL;
}

bool hy_cuda_counting(void)
{
    return count.told != NULL;
}

bool hy_cuda_counted(const char *what)
{
    if (count.told)
        count.told(count.ctx, what);
    return count.told != NULL;
}

hy_address hy_cuda_count_memory(size_t bytes)
{
    const hy_address at = count.next;
    count.next += (bytes + BOUNDARY - 1) / BOUNDARY * BOUNDARY;
    return at;
}
