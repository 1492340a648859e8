/* Short bursts of what this CPU does best: each some milliseconds, so that many of them find a quiet moment. */
#ifndef HY_BENCH_HARNESS_PEAKS_HOST_H
#define HY_BENCH_HARNESS_PEAKS_HOST_H

#include "bench/harness/peaks.h"

struct hy_bursts {
    enum hy_isa isa;
    void *stream;            /* memory of the streams; owned, made by the first that needs it, as are the others */
    size_t slice[HY_LEVELS]; /* of a thread at each level; 0: this machine has no such level, or none to itself */
    float *x, *w, *y;        /* 4096 x 384, 1536 x 384, 4096 x 1536 */
    void *x_bf16, *y_bf16;   /* as a bf16 program stores them */
    size_t near;             /* a smaller slice of the last level, which is faster where that is large or shared */
    long rounds[HY_PEAKS];   /* that make a burst long enough; 0: not known yet */
};

void hy_bursts_open(struct hy_bursts *b);    /* takes no memory yet */
void hy_bursts_release(struct hy_bursts *b); /* gives the memory back; the next burst takes it again */

/* Whether this machine has such a peak: a precision, a level of its caches. */
bool hy_bursts_have(const struct hy_bursts *b, enum hy_peak peak);

/* The rate of the `nth` burst of a peak that it has: they try in turn what may be best, plain stores and stores around
 * the caches, a larger or a smaller slice of the last level, one product or another. The first one, and the first after
 * a release, warms up before. */
double hy_burst(struct hy_bursts *b, enum hy_peak peak, int nth);

/* Into p->holds: the bytes of each level that all threads together have. */
void hy_bursts_levels(struct hy_peaks *p);

#endif
