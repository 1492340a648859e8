/* The clock of every measurement. */
#ifndef HY_KERNELS_BASE_CLOCK_H
#define HY_KERNELS_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds since some fixed point; never adjusted by NTP, some 20 ns a call. */
static inline uint64_t hy_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_RAW, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline double hy_seconds_since(uint64_t start_ns)
{
    return (double)(hy_now_ns() - start_ns) * 1e-9;
}

/* Work whose result nobody reads must not be removed by the compiler. */
static inline void hy_keep(const void *result)
{
    __asm__ volatile("" : : "r"(result) : "memory");
}

#endif
