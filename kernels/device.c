#include "kernels/device.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "kernels/base/memory.h"

enum { HUGE_PAGE = 2 << 20 };

static void *host(hy_address at)
{
    return (void *)at;
}

hy_status hy_memory_open(struct hy_backend backend, size_t bytes, hy_address *at)
{
    if (hy_on_device(backend))
        return hy_cuda_alloc(bytes, at);
    size_t whole = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    hy_status status = hy_memory_check((double)whole, "activations and what kernels work in");
    if (status != HY_OK)
        return status;
    void *memory = aligned_alloc(HUGE_PAGE, whole);
    if (!memory)
        return hy_fail(HY_RUN_FAILED, "%.0f MiB are needed, which this machine does not have",
                       (double)bytes / (1 << 20));
    (void)madvise(memory, whole, MADV_HUGEPAGE); /* a wish: fewer TLB misses where granted */
    *at = (hy_address)memory;
    return HY_OK;
}

void hy_memory_close(struct hy_backend backend, hy_address at)
{
    if (at == 0)
        return;
    if (hy_on_device(backend))
        hy_cuda_free(at);
    else
        free(host(at));
}

void hy_memory_put(struct hy_backend backend, hy_address to, const void *from, size_t bytes)
{
    if (hy_on_device(backend))
        hy_cuda_put(to, from, bytes);
    else if (bytes > 0)
        memcpy(host(to), from, bytes);
}

hy_status hy_memory_get(struct hy_backend backend, void *to, hy_address from, size_t bytes)
{
    if (hy_on_device(backend))
        return hy_cuda_get(to, from, bytes);
    if (bytes > 0)
        memcpy(to, host(from), bytes);
    return HY_OK;
}

void hy_memory_copy(struct hy_backend backend, hy_address to, hy_address from, size_t bytes)
{
    if (hy_on_device(backend))
        hy_cuda_copy(to, from, bytes);
    else if (bytes > 0)
        memcpy(host(to), host(from), bytes);
}

void hy_memory_fill(struct hy_backend backend, hy_address to, unsigned char byte, size_t bytes)
{
    if (hy_on_device(backend))
        hy_cuda_fill(to, byte, bytes);
    else if (bytes > 0)
        memset(host(to), byte, bytes);
}

hy_status hy_backend_wait(struct hy_backend backend)
{
    return hy_on_device(backend) ? hy_cuda_wait() : HY_OK;
}
