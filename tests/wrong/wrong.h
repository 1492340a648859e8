/* Kernels that are wrong on purpose: each has one mistake that people make.
 * The harness of tests/kernels must catch every one of them. */
#ifndef HY_TESTS_WRONG_WRONG_H
#define HY_TESTS_WRONG_WRONG_H

#include "kernels/dispatch.h"

struct wrong_kernel {
    const char *mistake;
    enum hy_op_id op;
    enum hy_pass pass;
    hy_kernel_fn *run;
    enum hy_precision precision;
};

extern const struct wrong_kernel wrong_kernels[]; /* ends with .mistake == NULL */

#endif
