/* What the runtime's calls (runtime.h) share: errors, memory, work in a stream. */
#ifndef HY_KERNELS_SIMT_DEVICE_H
#define HY_KERNELS_SIMT_DEVICE_H

#include <functional>
#include <vector>

#include "kernels/simt/runtime.h"

namespace simt
{

/* ---- errors ----------------------------------------------------------------- */

/* Every call asks first: the error that was ordered for it or that stayed from before; cudaSuccess: go on. */
cudaError_t called(const char *name);

/* Remembers the error for cudaGetLastError() and gives it back. */
cudaError_t failed(cudaError_t error);

void forget_errors(void); /* those that stay too */

/* ---- memory --------------------------------------------------------------------- */

enum class home { NOWHERE, DEVICE, PINNED };

/* Of [at, at + bytes); NOWHERE if any of it is in no allocation. */
home home_of(const void *at, size_t bytes);

/* While one lives, device memory may be touched. */
struct device_open {
    device_open();
    ~device_open();
};

void free_everything(void); /* of the device */

/* ---- streams ------------------------------------------------------------------------- */

struct work {
    const char *what; /* "kernel", "copy", "memset", "event": faults are ordered by these names */
    std::function<void()> run;
    const char *name = nullptr; /* of a kernel; outlives it */
    size_t bytes = 0;           /* of a copy or memset */
};

void enqueue(cudaStream_t stream, work w);

cudaError_t run_stream(cudaStream_t stream);
cudaError_t run_all_streams(void);

/* What may not happen while any stream captures: spoils the capture and is an error. */
cudaError_t not_while_capturing(void);
bool capturing(cudaStream_t stream);

} // namespace simt

#endif
