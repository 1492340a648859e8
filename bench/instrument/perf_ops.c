#include "bench/instrument/perf_ops.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/base/status.h"

/* Steps repeat: the slot wanted is mostly the one after the slot before. */
static size_t slot_of(struct hy_perf_ops *o, const struct hy_trace_event *e)
{
    for (size_t k = 0; k < o->n; k++) {
        size_t i = (o->slot + 1 + k) % o->n;
        if (o->slots[i].node == e->node && o->slots[i].layer == e->layer && strcmp(o->slots[i].pass, o->pass) == 0)
            return i;
    }
    HY_ASSERT(o->n < o->capacity, "more counted ops than hy_perf_ops_init was told");
    struct hy_perf_slot *s = &o->slots[o->n];
    *s = (struct hy_perf_slot){.pass = o->pass, .layer = e->layer, .node = e->node};
    return o->n++;
}

static void begin(void *ctx, const struct hy_trace_event *event)
{
    struct hy_perf_ops *o = ctx;
    HY_ASSERT(o->depth < HY_TRACE_DEPTH, "ranges nest deeper than step, pass, layer, op");
    o->open[o->depth++] = event->kind;
    if (event->kind == HY_TRACE_PASS)
        o->pass = event->name;
    if (event->kind == HY_TRACE_OP) {
        o->slot = slot_of(o, event);
        hy_perf_read(o->perf, o->before); /* last: the bookkeeping is not the op's */
    }
}

static void end(void *ctx)
{
    struct hy_perf_ops *o = ctx;
    double after[HY_PERF_EVENTS];
    HY_ASSERT(o->depth > 0, "a range ended that never began");
    switch (o->open[--o->depth]) {
    case HY_TRACE_OP:
        hy_perf_read(o->perf, after);
        for (int e = 0; e < HY_PERF_EVENTS; e++)
            o->slots[o->slot].counts[e] += after[e] > o->before[e] || !o->perf->have[e] ? after[e] - o->before[e] : 0;
        break;
    case HY_TRACE_STEP:
        o->steps++;
        break;
    case HY_TRACE_PASS:
        o->pass = "";
        break;
    default:
        break;
    }
}

void hy_perf_ops_init(struct hy_perf_ops *o, const struct hy_perf *perf, size_t capacity)
{
    *o = (struct hy_perf_ops){.perf = perf, .capacity = capacity, .pass = ""};
    o->slots = calloc(capacity, sizeof *o->slots);
    HY_ASSERT(o->slots, "out of memory for counted ops");
    o->trace = (struct hy_trace){o, begin, end};
}

void hy_perf_ops_fini(struct hy_perf_ops *o)
{
    if (o == NULL)
        return;
    free(o->slots);
    memset(o, 0, sizeof *o);
}
