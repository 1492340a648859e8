#include "kernels/simt/shared.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "kernels/simt/threads.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, bytes)   ((void)(at), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(at, bytes) ((void)(at), (void)(bytes))
#endif

/* Its ends, from the linker; at least one variable, so that they are there. */
extern "C" unsigned char __start_simt_shared[], __stop_simt_shared[];
static __attribute__((section("simt_shared"), used)) uint32_t at_least_one;

namespace simt
{

enum { BEHIND = 256 };
alignas(128) static unsigned char dynamic[MOST_SHARED + BEHIND];
static size_t dynamic_bytes;

/* Over the sanitizer's gaps as well, which are only marked, not used. */
__attribute__((no_sanitize_address, noinline)) static void fill(volatile unsigned char *at, size_t bytes)
{
    volatile uint64_t *words = (volatile uint64_t *)at;
    for (size_t i = 0; i < bytes / sizeof *words; i++)
        words[i] = ~(uint64_t)0;
    for (size_t i = bytes / sizeof *words * sizeof *words; i < bytes; i++)
        at[i] = 0xff;
}

void shared_begin(size_t bytes)
{
    fill(__start_simt_shared, (size_t)(__stop_simt_shared - __start_simt_shared));
    ASAN_UNPOISON_MEMORY_REGION(dynamic, sizeof dynamic);
    fill(dynamic, bytes + BEHIND);
    ASAN_POISON_MEMORY_REGION(dynamic + bytes, sizeof dynamic - bytes);
    dynamic_bytes = bytes;
}

void shared_end(const char *kernel)
{
    ASAN_UNPOISON_MEMORY_REGION(dynamic, sizeof dynamic);
    for (size_t i = dynamic_bytes; i < dynamic_bytes + BEHIND; i++)
        if (dynamic[i] != 0xff) {
            fprintf(stderr, "simt: kernel %s, block (%u,%u,%u): wrote byte %zu of %zu of dynamic shared memory\n",
                    kernel, blockIdx.x, blockIdx.y, blockIdx.z, i, dynamic_bytes);
            abort();
        }
}

void *dynamic_shared(void)
{
    if (!dynamic_bytes)
        die({nullptr, 0}, "takes dynamic shared memory, of which the launch gives none");
    return dynamic;
}

} // namespace simt
