/* The call of a kernel on its way from the check to the clock. */
#ifndef HY_BENCH_HARNESS_MICRO_CHECKED_H
#define HY_BENCH_HARNESS_MICRO_CHECKED_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/harness/cases.h"
#include "bench/harness/memory.h"
#include "bench/harness/places.h"
#include "kernels/device.h"
#include "kernels/trial/op_case.h"

struct hy_call {
    const struct hy_kernel *kernel;
    const union hy_args *args;
};
void hy_call_run(void *call); /* a struct hy_call */

struct hy_checked {
    struct op_report report;
    struct hy_places places;          /* zeroed: nothing was opened */
    struct hy_device_operands *there; /* on a device */
    struct hy_call call;
    size_t bytes;               /* of the operands in the host's memory */
    struct hy_flusher *flusher; /* told where those in turn lie; NULL: nobody is */
};

/* Opens operands of these sizes, runs the kernel on them once and holds the results against the trial's; what is wrong
 * stands in the report. On a device the operands stay there. A status is a device's that failed. */
hy_status hy_checked_open(struct hy_checked *x, const struct op_trial *trial, const union hy_args *sizes,
                          const struct hy_kernel *kernel, bool device);
void hy_checked_tell(struct hy_checked *x, struct hy_flusher *f); /* from now on */
void hy_checked_next(void *x); /* (struct hy_checked) the next call is at the next place */
void hy_checked_close(struct hy_checked *x);

/* What was checked last, for who asks for the same row again: zeroed at first, and closed by hy_checked_forget(). */
struct hy_checked_kept {
    const struct hy_kernel *kernel; /* NULL: none */
    const struct hy_bench_case *of;
    struct op_trial *trial; /* which the operands point into */
    struct hy_checked call;
};
bool hy_checked_is_kept(const struct hy_checked_kept *kept, const struct hy_bench_case *c, const struct hy_kernel *k);
void hy_checked_forget(struct hy_checked_kept *kept);

#endif
