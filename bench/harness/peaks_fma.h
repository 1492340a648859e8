/* Multiply-adds in registers, for the peaks. */
#ifndef HY_BENCH_HARNESS_PEAKS_FMA_H
#define HY_BENCH_HARNESS_PEAKS_FMA_H

#include "kernels/dispatch.h"

/* Runs the loop on the calling thread; the value only keeps it from being removed. */
double hy_fma_rounds(enum hy_isa isa, long rounds);

double hy_fma_flops(enum hy_isa isa); /* of one round */

#endif
