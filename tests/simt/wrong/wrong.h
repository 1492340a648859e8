/* RMS norm, forward, by a block a row: right once (in f32, and with y in bf16), and with one mistake that people make
 * each. */
#ifndef HY_TESTS_SIMT_WRONG_WRONG_H
#define HY_TESTS_SIMT_WRONG_WRONG_H

#include "kernels/dispatch.h"

hy_kernel_fn simt_right;
hy_kernel_fn simt_missing_barrier;
hy_kernel_fn simt_barrier_in_a_branch;
hy_kernel_fn simt_left_before_a_barrier;
hy_kernel_fn simt_bound_one_too_far;
hy_kernel_fn simt_bound_one_short;
hy_kernel_fn simt_stride_is_the_width;
hy_kernel_fn simt_fours_where_not_aligned;
hy_kernel_fn simt_shared_too_small;
hy_kernel_fn simt_dynamic_shared_too_small;
hy_kernel_fn simt_dynamic_shared_not_cleared;
hy_kernel_fn simt_copy_not_waited_for;
hy_kernel_fn simt_copy_without_a_barrier;
hy_kernel_fn simt_shuffle_in_a_branch;
hy_kernel_fn simt_too_few_blocks;
hy_kernel_fn simt_host_reads_the_device;
hy_kernel_fn simt_bf16_right;
hy_kernel_fn simt_bf16_truncated;
hy_kernel_fn simt_bf16_rows_as_of_floats;

#endif
