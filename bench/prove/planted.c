/* A slow-down on purpose, to see whether it is found: behind each call of three kernels the thread that called it works
 * on for PLANT percent of what the call took. Linked in by `make build/hymbench-planted-5` (percent), where the linker
 * is told their names. */
#include "kernels/base/clock.h"
#include "kernels/dispatch.h"

#ifndef HY_PLANT_PCT
#define HY_PLANT_PCT 0 /* the Makefile says how much */
#endif

/* The linker takes every call of F from other files here, and gives F itself another name. */
#define HY_PLANTED(f)                                            \
    void real_##f(const union hy_args *a) __asm__("__real_" #f); \
    void slow_##f(const union hy_args *a) __asm__("__wrap_" #f);
#include "bench/prove/planted.inc"
#undef HY_PLANTED

static void slowly(hy_kernel_fn *run, const union hy_args *a)
{
    const uint64_t start = hy_now_ns();
    run(a);
    const uint64_t took = hy_now_ns() - start, until = start + took + took * HY_PLANT_PCT / 100;
    while (hy_now_ns() < until)
        ;
}

#define HY_PLANTED(f)                     \
    void slow_##f(const union hy_args *a) \
    {                                     \
        slowly(real_##f, a);              \
    }
#include "bench/prove/planted.inc"
