/* Big buffers for measuring: bandwidth, and flushing the caches. */
#ifndef HY_BENCH_HARNESS_MEMORY_H
#define HY_BENCH_HARNESS_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* Aligned to 64 bytes, every page touched by the thread that will share it; never
 * NULL (out of memory is an assertion). free() releases it. */
void *hy_buffer(size_t bytes);

/* All threads read `bytes` bytes once, each its own contiguous share, `rounds`
 * times; the value only keeps the reads from being removed. */
uint64_t hy_read_all(const void *buffer, size_t bytes, int rounds);

/* All threads copy, each its own contiguous share. */
void hy_copy_all(void *to, const void *from, size_t bytes);

/* Pushes memory out of all caches: line by line where the processor can be told to, else by reading a buffer of twice
 * the last-level cache, after which nothing else is cached. That takes 30 ms where this cache has 480 MiB, of which a
 * guest may have any share; lines take their own memory's time. */
struct hy_flusher {
    const void *of; /* borrowed: what is to leave the caches; NULL: everything */
    size_t of_bytes;
    void *buffer; /* owned; made by the first flush that needs it */
    size_t bytes;
};
void hy_flusher_fini(struct hy_flusher *f); /* NULL and zeroed are fine */
void hy_flush(struct hy_flusher *f);        /* zeroed before its first use */

#endif
