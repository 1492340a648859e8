#include "bench/harness/verdict.h"

void hy_verdict_add(struct hy_verdict *v, enum hy_quality quality)
{
    v->rows++;
    v->doubtful += quality != HY_QUALITY_OK;
}

hy_status hy_verdict_of(const struct hy_verdict *v)
{
    if (10 * v->doubtful <= v->rows)
        return HY_OK;
    return hy_fail(HY_NO_DATA,
                   "inconclusive: %zu of %zu timed rows were disturbed or drifted; the results are complete, but "
                   "measure again when nothing else runs before you conclude from their times",
                   v->doubtful, v->rows);
}
