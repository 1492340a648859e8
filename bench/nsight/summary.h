/* What a capture says, for the terminal: where the device's time goes, what lies between its kernels, and whether the
 * host keeps up. */
#ifndef HY_BENCH_NSIGHT_SUMMARY_H
#define HY_BENCH_NSIGHT_SUMMARY_H

#include <stdio.h>

#include "bench/nsight/gaps.h"

/* `trained`: of hy_gaps_trained(); where that is NULL what the steps say that ran op by op is told. */
void hy_capture_print(struct hy_capture *c, const struct hy_gaps *counted, const struct hy_gaps *trained, FILE *to);

#endif
