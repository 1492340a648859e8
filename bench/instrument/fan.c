#include <string.h>

#include "bench/instrument/instrument.h"
#include "kernels/base/status.h"

static void begin(void *ctx, const struct hy_trace_event *event)
{
    const struct hy_fan *f = ctx;
    for (int i = 0; i < f->n; i++)
        f->sinks[i].begin(f->sinks[i].ctx, event);
}

static void end(void *ctx)
{
    const struct hy_fan *f = ctx;
    for (int i = f->n; i-- > 0;) /* the innermost listener first, so that none sees the others' work */
        f->sinks[i].end(f->sinks[i].ctx);
}

void hy_fan_init(struct hy_fan *f)
{
    memset(f, 0, sizeof *f);
    f->trace = (struct hy_trace){f, begin, end};
}

void hy_fan_add(struct hy_fan *f, const struct hy_trace *sink)
{
    if (sink == NULL)
        return;
    HY_ASSERT(f->n < HY_FAN_SINKS, "a fan has room for four sinks");
    f->sinks[f->n++] = *sink;
}

const struct hy_trace *hy_fan_trace(const struct hy_fan *f)
{
    return f->n > 0 ? &f->trace : NULL;
}
