/* What is tried: an op at certain sizes, and how its operands lie. */
#ifndef HY_KERNELS_TRIAL_OP_MODE_H
#define HY_KERNELS_TRIAL_OP_MODE_H

#include "kernels/dispatch.h"

enum {
    OP_BIG = 1, /* a case that is costly: fewer modes */
};

struct op_case {
    enum hy_op_id op;
    const char *why;
    union hy_args sizes; /* sizes and attributes; pointers, ld, run, site and p are the harness's */
    unsigned flags;
};

struct op_mode {
    const char *name;
    uint64_t seed;
    enum hy_pass pass;
    unsigned pad;      /* columns between the rows of every matrix: ld = cols + pad */
    unsigned add;      /* bit i: the gradient of slot i is added to what is there */
    unsigned unwanted; /* bit i: nobody wants the gradient of slot i (NULL) */
    bool in_place;     /* a gradient that may take its value's storage does */
    bool sum_unread;   /* addnorm: sum.d is NULL */
    bool tiny;         /* every third row of what a norm reads is a thousandth of the others */
    bool ignore_all;   /* xent: every target is ignored */
    float p;           /* dropout */
    uint32_t step;
    enum hy_precision precision; /* of the kernels that are held against it */
    unsigned either;             /* bf16 kernels; bit i: slot i, one that may be stored either way, is in bf16 */
};

#endif
