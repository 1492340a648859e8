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

/* A buffer of twice the last-level cache; reading it leaves nothing else cached. */
struct hy_flusher {
    void *buffer;
    size_t bytes;
};
void hy_flusher_init(struct hy_flusher *f);
void hy_flusher_fini(struct hy_flusher *f); /* NULL and zeroed are fine */
void hy_flush(const struct hy_flusher *f);

#endif
