#include "kernels/cuda/ring.cuh"

#include <string.h>

extern "C" {
#include "kernels/base/status.h"
}

enum {
    HALF = 64, /* places; of both halves one waits for its copies while the other is filled */
    PLACES = 2 * HALF,
};

static struct {
    char (*places)[HY_SMALL_PUT]; /* NULL: not open */
    cudaEvent_t copied[2];        /* behind the copies of a half */
    int next;
} ring;

cudaError_t hy_ring_open(void)
{
    cudaError_t error = cudaMallocHost(&ring.places, sizeof(char[PLACES][HY_SMALL_PUT]));
    for (int i = 0; i < 2 && error == cudaSuccess; i++)
        error = cudaEventCreateWithFlags(&ring.copied[i], cudaEventDisableTiming);
    return error;
}

void hy_ring_close(void)
{
    for (int i = 0; i < 2; i++)
        if (ring.copied[i])
            (void)cudaEventDestroy(ring.copied[i]);
    (void)cudaFreeHost(ring.places);
    memset(&ring, 0, sizeof ring);
}

extern "C" void hy_cuda_put_small(hy_address to, const void *from, size_t bytes)
{
    HY_ASSERT(bytes <= HY_SMALL_PUT, "a place of the ring holds what a step brings");
    if (bytes == 0 || hy_cuda_counted("copy"))
        return;
    const int half = ring.next / HALF;
    if (ring.next % HALF == 0) /* an event that was never recorded is nothing to wait for */
        hy_cuda_note(cudaEventSynchronize(ring.copied[half]), "copies to the GPU a ring ago");
    char *const place = ring.places[ring.next];
    memcpy(place, from, bytes);
    hy_cuda_note(cudaMemcpyAsync((void *)to, place, bytes, cudaMemcpyHostToDevice, hy_cuda_stream()),
                 "a step's parameters");
    ring.next = (ring.next + 1) % PLACES;
    if (ring.next % HALF == 0)
        hy_cuda_note(cudaEventRecord(ring.copied[half], hy_cuda_stream()), "a mark behind copies");
}
