/* Whether a run's times can be concluded from: exit code 3 where more than a tenth of its timed rows do not hold. */
#ifndef HY_BENCH_HARNESS_VERDICT_H
#define HY_BENCH_HARNESS_VERDICT_H

#include "bench/harness/conditions.h"
#include "kernels/base/status.h"

struct hy_verdict {
    size_t rows, doubtful; /* timed rows; those that are disturbed or drifted */
};
void hy_verdict_add(struct hy_verdict *v, enum hy_quality quality);

/* HY_NO_DATA, with the sentence, where over a tenth is doubtful; what was measured is complete all the same. */
hy_status hy_verdict_of(const struct hy_verdict *v);

#endif
