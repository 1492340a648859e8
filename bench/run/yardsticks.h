/* What clock and memory kept up over a run: by them the times of two nights can be held against each other. */
#ifndef HY_BENCH_RUN_YARDSTICKS_H
#define HY_BENCH_RUN_YARDSTICKS_H

#include <stddef.h>

#include "bench/harness/yardstick.h"
#include "kernels/base/status.h"

struct hy_run_yardsticks {
    double *clock_ns_per_round, *copy_ns_per_byte; /* (n) one per look that told something; owned */
    size_t n, copy_bytes;
};

/* At the end of a training: a yardstick remembers only the last half minute or so. */
void hy_run_yardsticks_note(struct hy_run_yardsticks *r, const struct hy_yardstick *y);

/* Enters their medians into env.json of the folder, as "yardsticks"; leaves it as it is where nobody looked.
 * HY_RUN_FAILED when it cannot be read or written. */
hy_status hy_run_yardsticks_write(const struct hy_run_yardsticks *r, const char *dir);

void hy_run_yardsticks_fini(struct hy_run_yardsticks *r); /* zeroed is fine */

#endif
