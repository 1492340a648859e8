/* What a training step would take at least on a GPU that is not here: the roofs its maker states,
 * and the flops and bytes that the program's ops declare. A bound, not a measurement. */
#ifndef HY_BENCH_MEASURE_ESTIMATE_H
#define HY_BENCH_MEASURE_ESTIMATE_H

#include "bench/harness/peaks.h"
#include "models/config/study.h"

/* Prints a CSV table, one row for each of the n variants: the least time of a step, its parts by what binds them,
 * tokens/s, and the least time of `steps` of them; with one variant a table by op follows. */
hy_status hy_estimate_print(const struct hy_config *variants, int n, const struct hy_training *training, long steps,
                            const char *gpu, const struct hy_peaks *peaks, enum hy_precision precision);

#endif
