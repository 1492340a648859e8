/* Runs a kernel where a team gets fewer threads than hy_threads() says. */
#ifndef HY_TESTS_KERNELS_OP_TEAM_H
#define HY_TESTS_KERNELS_OP_TEAM_H

#include "kernels/trial/op_case.h"

/* How teams are kept small. */
enum op_limit {
    OP_LIMITED, /* the system has no more threads to give (OMP_THREAD_LIMIT) */
    OP_NESTED,  /* the caller is one of a team that leaves so many */
    OP_LIMITS,
};

/* The trial's kernel with teams of `team` threads, 1 <= team <= 4, whatever number is asked for. *got becomes the size
 * that a team asking for hy_threads() really came to at that place: what the caller has to hold against `team`. */
struct op_report op_trial_run_in_team(const struct op_trial *t, const char *name, hy_kernel_fn *kernel,
                                      enum op_limit limit, int team, int *got);

#endif
