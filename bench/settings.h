/* From the global options to the process's settings: threads, rung, backend. */
#ifndef HY_BENCH_SETTINGS_H
#define HY_BENCH_SETTINGS_H

#include "bench/options.h"
#include "kernels/dispatch.h"

/* Sets the thread count and the rung, and says through *backend (may be NULL)
 * what runs the kernels: the CPU's tuned ones in the precision asked for, or the
 * references for --isa ref.
 * HY_BAD_INPUT for a device, precision, rung or thread count nobody has;
 * HY_RUN_FAILED for a CUDA device where build or machine has none. */
hy_status hy_settings_apply(const struct hy_globals *g, enum hy_backend *backend);

#endif
