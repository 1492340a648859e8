/* What tests turn: the order of threads and blocks. */
#ifndef HY_KERNELS_SIMT_CONTROL_H
#define HY_KERNELS_SIMT_CONTROL_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Threads, warps and blocks from the last to the first. Starts as SIMT_ORDER=reverse says. */
void simt_reverse(bool on);

#ifdef __cplusplus
}
#endif

#endif
