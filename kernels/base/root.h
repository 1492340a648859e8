/* What the kernel says in /proc and /sys, behind HYMBENCH_ROOT where that is set: tests bring files of their own. */
#ifndef HY_KERNELS_BASE_ROOT_H
#define HY_KERNELS_BASE_ROOT_H

#include <stdio.h>

/* "" or HYMBENCH_ROOT: to be put before an absolute path. */
const char *hy_root(void);

/* fopen(path, "r") and open(path, O_RDONLY | O_CLOEXEC) of a printf'ed absolute path behind hy_root(). */
FILE *hy_root_fopen(const char *format, ...) __attribute__((format(printf, 1, 2)));
int hy_root_open(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
