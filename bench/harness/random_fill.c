#include "bench/harness/random_fill.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/base/rng.h"
#include "kernels/base/status.h"
#include "kernels/bf16.h"

static const size_t DRAWN = (size_t)1 << 20;

/* The upper halves of n floats, in place: they are bf16 by themselves. */
static void halve(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        memcpy((char *)x + i * sizeof(hy_bf16), (const char *)&x[i] + sizeof(hy_bf16), sizeof(hy_bf16));
}

void hy_random_fill(struct hy_backend backend, hy_address to, const char *name, size_t n, bool bf16)
{
    const size_t drawn = n < DRAWN ? n : DRAWN, element = bf16 ? sizeof(hy_bf16) : sizeof(float);
    float *x = malloc((drawn ? drawn : 1) * sizeof *x);
    HY_ASSERT(x, "out of memory for a matrix of a few MiB");
    struct hy_stream s = hy_stream_open(1, name);
    for (size_t i = 0; i < drawn; i++)
        x[i] = (float)(hy_stream_uniform(&s) - 0.5);
    if (bf16)
        halve(x, drawn);
    hy_memory_put(backend, to, x, drawn * element);
    for (size_t have = drawn; have < n;) {
        const size_t more = n - have < have ? n - have : have;
        hy_memory_copy(backend, to + have * element, to, more * element);
        have += more;
    }
    free(x);
}
