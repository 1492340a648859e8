/* How the CPU's scan shares out its work, from the sizes of a call and the number of threads:
 * kernels/cpu/scan.c and scan_bwd.c go by it, kernels/ops.c reads how much scratch that takes.
 *
 * A task is one sequence and a block of channels, from one end of time to the other. Where even
 * narrow blocks leave every other thread idle, time is cut into spans of whole chunks:
 *   1. the span that the walk begins with starts from zeros, its true state, and is done; beside
 *      it the others but the last are walked through from zeros, only for where they end
 *   2. those ends are joined: state = exp(A * sum of delta) * state before + end
 *   3. the others are done from their true states
 * For each sequence and block, p threads find p spans to walk in 1 and p in 3. If an end alone
 * takes r of a step's time and the first span has r of the others' length, all is done in
 * (1 + r) / (p + r) of one thread's time; that is why nothing is cut for p < 2. */
#ifndef HY_KERNELS_SCAN_CUT_H
#define HY_KERNELS_SCAN_CUT_H

#include "kernels/ops.h"

enum {
    HY_SCAN_ALONE = 1 << 16,  /* state updates of a call that is not worth waking a team */
    HY_SCAN_LEAST_STEPS = 64, /* of a span: waking and joining take as long as a few steps */
};

struct hy_scan_cut {
    int threads;
    int width;  /* channels of a block */
    int blocks; /* of a sequence */
    int spans;  /* 1: time is not cut */
    int head;   /* chunks of the first span of the walk ... */
    int each;   /* ... and of every other, at least 2 */
};

static inline int hy_scan_ceil(int n, int by)
{
    return (n + by - 1) / by;
}

static inline struct hy_scan_cut hy_scan_cut(const struct hy_scan *a, int threads, enum hy_pass pass)
{
    const bool forward = pass == HY_FORWARD;
    const int chunks = a->chunk > 0 ? hy_scan_ceil(a->T, a->chunk) : 0;
    const int narrowest = forward ? HY_SCAN_LANES : HY_SCAN_BUNCH;
    const double r = forward ? 0.75 : 0.4; /* measured, see NOTES.md */
    struct hy_scan_cut c = {.width = forward ? HY_SCAN_BLOCK : HY_SCAN_GROUP, .spans = 1, .head = chunks};
    c.threads = (double)a->B * a->T * a->E * a->N < HY_SCAN_ALONE ? 1 : threads;
    /* several blocks for each thread, so that all end at about the same time */
    while (c.width > narrowest && (long)a->B * hy_scan_ceil(a->E, c.width) < 4L * c.threads)
        c.width /= 2;
    c.blocks = hy_scan_ceil(a->E, c.width);

    const long units = (long)a->B * c.blocks;
    if (units == 0 || chunks == 0)
        return c;
    const int least = a->chunk < HY_SCAN_LEAST_STEPS / 2 ? hy_scan_ceil(HY_SCAN_LEAST_STEPS, a->chunk) : 2;
    const int most = (chunks - 1) / least, idle = (int)(c.threads / units), parts = idle < most ? idle : most;
    if (parts < 2)
        return c;
    c.each = (int)(chunks / (parts + r)) + 1;
    if (parts * c.each >= chunks)
        c.each--;
    c.each = c.each > least ? c.each : least;
    c.head = chunks - parts * c.each;
    c.spans = parts + 1;
    return c;
}

/* The first chunk of span s, counted along the walk; of spans: behind the last. */
static inline int hy_scan_cut_first(const struct hy_scan_cut *c, int s)
{
    return s == 0 ? 0 : c->head + (s - 1) * c->each;
}

#endif
