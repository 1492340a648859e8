/* Growing arrays for the data path. Being out of memory for tables a few times
 * the size of the text is not something a caller can act on: an assertion. */
#ifndef HY_DATASETS_BASE_MEMORY_H
#define HY_DATASETS_BASE_MEMORY_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/status.h"

/* count * size zeroed bytes; never NULL, also for 0. */
static inline void *hy_new(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    HY_ASSERT(p != NULL, "out of memory; use a shorter text");
    return p;
}

/* Returns `p` (or its new place) with room for `need` items; *capacity doubles. New room is not zeroed. */
static inline void *hy_grow(void *p, size_t need, size_t *capacity, size_t size)
{
    if (need <= *capacity)
        return p;
    size_t larger = *capacity ? *capacity : 16;
    while (larger < need)
        larger *= 2;
    HY_ASSERT(larger <= SIZE_MAX / size, "an array beyond the address space");
    p = realloc(p, larger * size);
    HY_ASSERT(p != NULL, "out of memory; use a shorter text");
    *capacity = larger;
    return p;
}

/* The bytes [at, at + bytes) and a NUL. */
static inline char *hy_copy_text(const char *at, size_t bytes)
{
    char *copy = hy_new(bytes + 1, 1);
    if (bytes > 0)
        memcpy(copy, at, bytes);
    return copy;
}

#endif
