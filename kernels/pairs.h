/* Rows that do two neighbouring steps of a program at once, on a device: what goes from the first to the second need
 * not go through memory, and it is one launch. */
#ifndef HY_KERNELS_PAIRS_H
#define HY_KERNELS_PAIRS_H

#include "kernels/dispatch.h"

typedef void hy_op_pair_fn(const union hy_args *first, const union hy_args *second);

/* The steps are (first, pass) and (second, pass). Between them goes the tensor in the first's slot `from` and the
 * second's `to`: forward its value, backward its gradient. Nobody else wants it, and it may be left out of memory. */
struct hy_op_pair {
    const char *name;
    enum hy_op_id first;
    int from;
    enum hy_op_id second;
    int to;
    enum hy_pass pass;
    enum hy_precision precision; /* HY_BF16: activations of both are stored in it; HY_F32: they are f32 */
    hy_op_pair_fn *run;
};

#define HY_PAIR_CUDA(function, FIRST, FROM, SECOND, TO, pass, precision) hy_op_pair_fn function;
#include "kernels/tables/pairs.inc"
#undef HY_PAIR_CUDA

/* All of them, whatever the build: ends with .name == NULL. `run` is NULL in a build without CUDA. */
extern const struct hy_op_pair hy_cuda_pairs[];

#endif
