/* From the global options to the process's settings: threads, ISA level, backend. */
#ifndef HY_BENCH_CLI_SETTINGS_H
#define HY_BENCH_CLI_SETTINGS_H

#include "bench/cli/options.h"
#include "kernels/dispatch.h"

/* A precision by its name, f32 for NULL; HY_BAD_INPUT for another name. */
hy_status hy_precision_parse(const char *name, enum hy_precision *precision);

/* Sets the thread count and the ISA level, and says through *backend (may be NULL: the
 * command runs no programs) what runs the kernels: a GPU, which is then open, the CPU's
 * tuned ones, or the references for --isa ref; in the precision asked for.
 * The device auto is a GPU that answers, else the CPU.
 * HY_BAD_INPUT for a device, precision, ISA level or thread count nobody has;
 * HY_RUN_FAILED for a CUDA device where build or machine has none. */
hy_status hy_settings_apply(const struct hy_globals *g, struct hy_backend *backend);

#endif
