/* Streaming through memory with vectors as wide as the ISA level has: what the caches and the memory give at best. */
#ifndef HY_BENCH_HARNESS_STREAMS_H
#define HY_BENCH_HARNESS_STREAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/harness/peaks.h"

/* All threads together stream `rounds` times, each through a slice of its own of `buffer` (slice bytes a thread, a
 * multiple of 1024, one slice behind the other): read it, write it, or copy its first half to its second. `past`
 * writes around the caches. Returns the bytes moved per ns (GB/s). */
double hy_stream_rate(enum hy_isa isa, enum hy_traffic traffic, void *buffer, size_t slice, long rounds, bool past);

#endif
