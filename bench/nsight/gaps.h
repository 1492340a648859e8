/* What runs between two kernels of a step, and for whom the device waits. */
#ifndef HY_BENCH_NSIGHT_GAPS_H
#define HY_BENCH_NSIGHT_GAPS_H

#include "bench/nsight/capture.h"

enum hy_gap_cause {
    HY_GAP_LAUNCH,  /* idle: the launch of what came next had not ended when the device had nothing left */
    HY_GAP_WAIT,    /* idle: so, while the host was in a call that waits for the device */
    HY_GAP_COPY,    /* copies and sets ran, and no kernel */
    HY_GAP_DEVICE,  /* idle although what came next had been launched */
    HY_GAP_UNKNOWN, /* idle: the launch is not in the file */
    HY_GAP_CAUSES,
};
const char *hy_gap_cause_name(enum hy_gap_cause c);

struct hy_gap_pair {         /* all gaps between kernels of two ranges */
    uint16_t before, behind; /* into hy_capture's places */
    int64_t n, ns[HY_GAP_CAUSES];
};

struct hy_gaps {
    struct hy_gap_pair *pairs; /* (n) the longest sum first */
    size_t n;
    int64_t inside[HY_GAP_CAUSES];  /* between kernels of one step */
    int64_t between[HY_GAP_CAUSES]; /* between the last kernel of a step and the first of the next */
    uint32_t steps;
    int64_t span_ns; /* from a step's first record to its last, summed over the steps */
    int64_t idle_ns; /* of that, nothing ran */
};

/* Of the steps of that use; of the counted ones the idle time goes to gap_ns of the ops too: once a capture. */
void hy_gaps_of(struct hy_gaps *g, struct hy_capture *c, enum hy_step_use use);
void hy_gaps_fini(struct hy_gaps *g); /* zeroed is fine */

/* Which of the two are of steps as they are trained: those of HY_STEP_WHOLE where the capture has such, the counted
 * ones where they were replayed, else NULL: a step that runs op by op waits for each of them. */
const struct hy_gaps *hy_gaps_trained(const struct hy_capture *c, const struct hy_gaps *counted,
                                      const struct hy_gaps *whole);

int64_t hy_gap_sum(const int64_t ns[HY_GAP_CAUSES]);
enum hy_gap_cause hy_gap_main(const int64_t ns[HY_GAP_CAUSES]); /* the largest part */

#endif
