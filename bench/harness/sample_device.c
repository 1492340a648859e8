#include "bench/harness/sample.h"

#include "kernels/device.h"

void hy_device_prepare(const struct hy_stopwatch *w, bool cold, void (*run)(void *ctx), void *ctx)
{
    hy_memory_fill(hy_backend(HY_WHERE_CUDA, HY_F32), w->flushed, 0, w->flushed_bytes);
    if (!cold)
        run(ctx); /* what it reads is in the cache again */
}

/* Two L2 caches are more than any one of them holds. A failed device gives zeros; whoever asks it for a result is told.
 */
static double time_on_device(const struct hy_stopwatch *w, bool cold, int calls, void (*run)(void *ctx), void *ctx)
{
    double ns = 0;
    hy_device_prepare(w, cold, run, ctx);
    hy_cuda_mark(HY_MARK_FROM);
    for (int i = 0; i < calls; i++)
        run(ctx);
    hy_cuda_mark(HY_MARK_TO);
    (void)hy_cuda_marked_ns(&ns);
    return ns;
}

hy_status hy_device_stopwatch_open(struct hy_stopwatch *w)
{
    const size_t l2 = hy_cuda_about().l2_bytes, least = (size_t)64 << 20;
    *w = (struct hy_stopwatch){.time = time_on_device, .flushed_bytes = 2 * l2 > least ? 2 * l2 : least};
    hy_status status = hy_memory_open(hy_backend(HY_WHERE_CUDA, HY_F32), w->flushed_bytes, &w->flushed);
    return status == HY_OK ? HY_OK : hy_fail_in(status, "flushing the GPU's cache");
}

void hy_device_stopwatch_close(struct hy_stopwatch *w)
{
    if (w && w->flushed)
        hy_memory_close(hy_backend(HY_WHERE_CUDA, HY_F32), w->flushed);
}
