/* How much memory this process may still take, and what says so. */
#ifndef HY_KERNELS_BASE_MEMORY_H
#define HY_KERNELS_BASE_MEMORY_H

#include "kernels/base/status.h"

/* Bytes left: the least of what the system has available, what the control group's bound leaves and what the limit
 * on address space (ulimit -v) leaves. *limit names that one: "this machine has free", ... Infinite where nobody says.
 */
double hy_memory_left(const char **limit);

/* Before `bytes` are taken for `what`: HY_RUN_FAILED with both numbers when less is left (some 64 MiB stay for what the
 * libraries want). An allocation alone does not tell: Linux promises more than there is and ends the process later. */
hy_status hy_memory_check(double bytes, const char *what);

#endif
