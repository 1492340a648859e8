#include <stdlib.h>
#include <string.h>

#include "bench/instrument/instrument.h"
#include "kernels/base/clock.h"
#include "kernels/base/status.h"

static void begin(void *ctx, const struct hy_trace_event *event)
{
    struct hy_slots *s = ctx;
    HY_ASSERT(s->depth < HY_TRACE_DEPTH, "ranges nest deeper than step, pass, layer, op");
    if (event->kind == HY_TRACE_PASS)
        s->pass = event->name;
    s->open[s->depth].event = *event;
    s->open[s->depth].start_ns = hy_now_ns(); /* last: the bookkeeping is not the op's time */
    s->depth++;
}

static struct hy_slot_time *slot_of(struct hy_slots *s, const struct hy_trace_event *e)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct hy_slot_time *t = &s->slots[i];
        if (t->node == e->node && t->layer == e->layer && strcmp(t->op, e->name) == 0 && strcmp(t->pass, s->pass) == 0)
            return &s->slots[i];
    }
    HY_ASSERT(s->n < s->capacity, "more timing slots than hy_slots_init was told");
    s->slots[s->n] = (struct hy_slot_time){.pass = s->pass, .op = e->name, .layer = e->layer, .node = e->node};
    return &s->slots[s->n++];
}

static void end(void *ctx)
{
    uint64_t now = hy_now_ns();
    struct hy_slots *s = ctx;
    HY_ASSERT(s->depth > 0, "a range ended that never began");
    int i = --s->depth;
    uint64_t ns = now - s->open[i].start_ns;
    switch (s->open[i].event.kind) {
    case HY_TRACE_OP: {
        struct hy_slot_time *slot = slot_of(s, &s->open[i].event);
        slot->calls++;
        slot->ns += ns;
        slot->bytes += s->open[i].event.payload;
        break;
    }
    case HY_TRACE_STEP:
        s->steps++;
        s->step_ns += ns;
        break;
    case HY_TRACE_PASS:
        s->pass = "";
        break;
    default:
        break;
    }
}

void hy_slots_init(struct hy_slots *s, size_t capacity)
{
    memset(s, 0, sizeof *s);
    s->slots = calloc(capacity, sizeof *s->slots);
    HY_ASSERT(s->slots, "out of memory for timing slots");
    s->capacity = capacity;
    s->pass = "";
    s->trace = (struct hy_trace){s, begin, end};
}

void hy_slots_fini(struct hy_slots *s)
{
    if (s == NULL)
        return;
    free(s->slots);
    memset(s, 0, sizeof *s);
}

void hy_slots_reset(struct hy_slots *s)
{
    s->n = 0;
    s->steps = s->step_ns = 0;
}
