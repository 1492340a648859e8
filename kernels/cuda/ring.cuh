/* A ring of pinned memory for the few bytes that every step brings: they are read when the device comes to it, so a
 * place is written again only behind an event that followed its last copy. */
#ifndef HY_KERNELS_CUDA_RING_CUH
#define HY_KERNELS_CUDA_RING_CUH

#include "kernels/cuda/cuda.cuh"

extern "C" {
#include "kernels/device.h"
}

/* Takes the memory; once per device. */
cudaError_t hy_ring_open(void);
void hy_ring_close(void); /* not open is fine; waits for the copies that may use it */

#endif
