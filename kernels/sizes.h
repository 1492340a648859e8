/* The sizes of an op by their letters: for the text of a shape, for -a B=[1,16],
 * and for cutting a case down to what the slow reference can check. */
#ifndef HY_KERNELS_SIZES_H
#define HY_KERNELS_SIZES_H

#include "kernels/base/status.h"
#include "kernels/ops.h"

enum { HY_SHAPE_TEXT = 128 };

/* "B16 T320 D384 M64 V4096": every size of the op, in the order of its struct. */
void hy_sizes_text(char text[HY_SHAPE_TEXT], enum hy_op_id op, const union hy_args *a);

/* True if some op has a size of that name. */
bool hy_sizes_known(const char *name);

/* Sets the op's size called `name`; false if it has none. HY_ASSERTs value >= 0. */
bool hy_sizes_set(enum hy_op_id op, union hy_args *a, const char *name, long value);

/* The op's size called `name`; -1 if it has none. */
long hy_sizes_get(enum hy_op_id op, const union hy_args *a, const char *name);

/* Whether a kernel may be called with these sizes (heads divide, widths are even
 * where pairs are rotated, nothing is too big): HY_BAD_INPUT with the reason. */
hy_status hy_sizes_check(enum hy_op_id op, const union hy_args *a);

/* The same call on the first sequence (or some rows, or elements) only: what the
 * double reference can do in a fraction of a second. */
union hy_args hy_sizes_cut(enum hy_op_id op, const union hy_args *a);

#endif
