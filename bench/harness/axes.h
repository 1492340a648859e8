/* -a axis=[..]: which rows of the full list are wanted, or at which sizes. */
#ifndef HY_BENCH_HARNESS_AXES_H
#define HY_BENCH_HARNESS_AXES_H

#include <stdbool.h>

#include "kernels/base/status.h"

enum { HY_MAX_AXES = 16, HY_MAX_AXIS_VALUES = 32 };

struct hy_axis {
    char *name;    /* op, pass, isa, case, cache, or the name of a size: B, T, rows */
    char **values; /* (n) as typed; sizes were checked to be whole numbers */
    int n;
    bool size;
};
struct hy_axes {
    struct hy_axis axes[HY_MAX_AXES];
    int n;
};

/* Adds "T=[128,256]" or "isa=avx2" to *a (zeroed before the first). HY_BAD_INPUT
 * for an unknown axis (the nearest known is named), no value, a size that is no
 * whole number. hy_axes_fini() afterwards, also after a failure. */
hy_status hy_axes_add(struct hy_axes *a, const char *text);
void hy_axes_fini(struct hy_axes *a); /* NULL and zeroed are fine */

/* True if no axis of that name was given, or one with that value. */
bool hy_axes_allow(const struct hy_axes *a, const char *name, const char *value);

#endif
