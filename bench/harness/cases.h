/* What is measured: every op at the sizes the study really uses, and at the sizes of
 * its small profile. */
#ifndef HY_BENCH_HARNESS_CASES_H
#define HY_BENCH_HARNESS_CASES_H

#include "kernels/ops.h"

struct hy_bench_case {
    enum hy_op_id op;
    const char *name;    /* "gate_up": where in the models */
    bool main;           /* the one that stands for the op where time is short */
    float p;             /* dropout, as in training */
    union hy_args study; /* width 384, batch 16, 64 meta + 256 tokens */
    union hy_args small; /* width 128, batch 4 */
};

extern const struct hy_bench_case hy_bench_cases[]; /* ends with .name == NULL */

#endif
