#include "bench/harness/rounds.h"

#include <math.h>

#include "bench/harness/stats.h"

static bool too_many_aside(const struct hy_rounds *r)
{
    return r->kept < r->asked;
}

bool hy_rounds_more(const struct hy_rounds *r)
{
    return r->kept < r->asked && r->taken < 2 * r->asked;
}

void hy_rounds_end(struct hy_rounds *r, bool disturbed)
{
    r->aside[r->taken++] = disturbed;
    r->kept += !disturbed;
    if (disturbed)
        hy_witness_wait(r->in_a_row++);
    else
        r->in_a_row = 0;
}

double hy_rounds_median(const struct hy_rounds *r, const double *values)
{
    double counted[HY_MOST_ROUNDS];
    size_t n = 0;
    for (int i = 0; i < r->taken; i++)
        if (too_many_aside(r) || !r->aside[i])
            counted[n++] = values[i];
    return hy_median(counted, n);
}

struct hy_conditions hy_rounds_conditions(const struct hy_rounds *r, struct hy_watch *w, bool memory_binds)
{
    struct hy_conditions c = hy_watch_conditions(w, memory_binds);
    if (isnan(c.disturbed_pct)) /* nobody looked */
        return c;
    c.dropped = too_many_aside(r) ? 0 : (size_t)(r->taken - r->kept);
    if (too_many_aside(r))
        c.quality = w->gpu ? HY_QUALITY_DRIFTED : HY_QUALITY_DISTURBED;
    else if (c.quality == HY_QUALITY_DISTURBED) /* by time; but the rounds that count were all quiet */
        c.quality = HY_QUALITY_OK;
    hy_conditions_hold(&c, memory_binds ? HY_REACH_MEMORY : HY_REACH_CORE);
    return c;
}
