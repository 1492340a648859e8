#include "bench/harness/siblings.h"

#include <math.h>
#include <omp.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#if defined __x86_64__ || defined __i386__
#include <cpuid.h>
#endif

#include "kernels/base/clock.h"
#include "kernels/base/root.h"
#include "kernels/base/threads.h"

/* Some 6 us of additions, 5 of multiplications on each side: reading the clock costs 25 ns. */
enum { ADDITIONS = 16, ADD_ROUNDS = 5000, LINKS = 4, LINK_ROUNDS = 1500, OPENING = 300 };

/* Nothing may be folded, vectorised or reordered: each step passes through a register. */
#define HY_IN_REGISTER(x) __asm__ volatile("" : "+r"(x))

/* ns of one addition among independent ones. Aligned, so that another build does not find other widths. */
__attribute__((noinline, aligned(64), optimize("align-loops=64"))) static double additions(uint64_t step)
{
    uint64_t a[ADDITIONS / 2] = {0};
    HY_IN_REGISTER(step);
    const uint64_t from = hy_now_ns();
    for (int r = 0; r < ADD_ROUNDS; r++) {
#pragma GCC unroll 16
        for (int i = 0; i < ADDITIONS; i++) {
            a[i % (ADDITIONS / 2)] += step;
            HY_IN_REGISTER(a[i % (ADDITIONS / 2)]);
        }
    }
    return (double)(hy_now_ns() - from) / (ADDITIONS * ADD_ROUNDS);
}

/* ns of one multiplication that waits for the one before. */
__attribute__((noinline, aligned(64))) static double chain(uint64_t factor)
{
    uint64_t x = 3;
    HY_IN_REGISTER(factor);
    const uint64_t from = hy_now_ns();
    for (int r = 0; r < LINK_ROUNDS; r++) {
#pragma GCC unroll 4
        for (int i = 0; i < LINKS; i++) {
            x *= factor;
            HY_IN_REGISTER(x);
        }
    }
    return (double)(hy_now_ns() - from) / (LINKS * LINK_ROUNDS);
}

/* An interrupt within the chain would look like a wide core: the shorter of two. */
static double width_here(void)
{
    const double before = chain(5), one = additions(7), after = chain(5);
    return fmin(before, after) / one;
}

static bool has_hypervisor(void)
{
#if defined __x86_64__ || defined __i386__
    unsigned a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && c >> 31;
#else
    return false;
#endif
}

static bool has_hyperthreads(void)
{
    int active = 0;
    FILE *f = hy_root_fopen("/sys/devices/system/cpu/smt/active");
    if (f && fscanf(f, "%d", &active) != 1)
        active = 0;
    if (f)
        fclose(f);
    return active;
}

/* Of a team on both hyperthreads of its cores each is the other's neighbour. */
static bool leaves_siblings_free(void)
{
    return 2 * hy_threads() <= (int)sysconf(_SC_NPROCESSORS_ONLN);
}

static const double least_width = 0.25, bin = 0.005;

/* So often the best must have come: slips do not agree to half a percent. */
enum { OFTEN = 8 };
static const double often_share = 0.01;

double hy_widths_best(const struct hy_widths *seen)
{
    const double often = fmax(OFTEN, often_share * (double)seen->taken);
    int at = HY_WIDTH_BINS - 1;
    while (at > 0 && seen->seen[at] + seen->seen[at - 1] < often) /* it may lie on the border of two */
        at--;
    return fmax(seen->expected, at > 0 ? least_width * exp(bin * at) : 0);
}

double hy_widths_share(struct hy_widths *seen, double width)
{
    const double at = log(width / least_width) / bin;
    if (!(at >= 0 && at < HY_WIDTH_BINS)) /* also of NaN */
        return 1;
    seen->seen[(int)at]++;
    seen->taken++;
    const double best = hy_widths_best(seen), share = best > 0 ? fmin(1, width / best) : 1;
    seen->shared += share < HY_SIBLINGS_ALONE;
    return share;
}

/* Of this process: all who look on share it. */
static struct hy_widths seen;

static double width_of_all(void)
{
    double least = INFINITY;
#pragma omp parallel num_threads(hy_threads()) reduction(min : least)
    least = fmin(least, width_here());
    return least;
}

bool hy_siblings_possible(void)
{
    static int of_threads; /* it is known for so many; 0: not yet */
    static bool possible;
    if (of_threads == hy_threads())
        return possible;
    of_threads = hy_threads();
    /* a machine of files (tests) has no cores to look at, only what its files say */
    const bool guest = hy_root()[0] == '\0' && has_hypervisor();
    possible = has_hyperthreads() ? leaves_siblings_free() : guest;
    seen = (struct hy_widths){0};
    for (int i = 0; possible && i < OPENING; i++)
        (void)hy_widths_share(&seen, width_of_all());
    return possible;
}

double hy_siblings_look(void)
{
    return hy_siblings_possible() ? hy_widths_share(&seen, width_of_all()) : 1;
}

const struct hy_widths *hy_siblings_seen(void)
{
    return &seen;
}

void hy_siblings_expect(double width)
{
    if (hy_siblings_possible() && width > seen.expected)
        seen.expected = width;
}
