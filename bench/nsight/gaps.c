#include "bench/nsight/gaps.h"

#include <stdlib.h>
#include <string.h>

const char *hy_gap_cause_name(enum hy_gap_cause c)
{
    static const char *const names[HY_GAP_CAUSES] = {"the host was launching", "the host was waiting",
                                                     "copies and sets", "the device itself", "launch not recorded"};
    return names[c];
}

int64_t hy_gap_sum(const int64_t ns[HY_GAP_CAUSES])
{
    int64_t sum = 0;
    for (int i = 0; i < HY_GAP_CAUSES; i++)
        sum += ns[i];
    return sum;
}

enum hy_gap_cause hy_gap_main(const int64_t ns[HY_GAP_CAUSES])
{
    enum hy_gap_cause most = HY_GAP_LAUNCH;
    for (int i = 0; i < HY_GAP_CAUSES; i++)
        if (ns[i] > ns[most])
            most = (enum hy_gap_cause)i;
    return most;
}

/* Records in the order of their starts, one after the other. */
struct sweep {
    struct hy_capture *c;
    struct hy_gaps *g;
    enum hy_step_use use;
    struct hy_gap_pair *all;        /* (places, places) */
    int64_t *first, *last;          /* (steps) of the device's work */
    int64_t until;                  /* the end of what ran so far */
    uint32_t until_step;            /* whose that was */
    int64_t kernel_until;           /* the same of kernels alone */
    const struct hy_record *kernel; /* that ended last; NULL before the first */
    int64_t pending[HY_GAP_CAUSES]; /* idle time since */
};

static bool is_mine(const struct sweep *s, uint32_t step)
{
    return step != HY_NONE_U32 && s->c->ranges.steps[step].use == s->use;
}

static void add_idle(struct sweep *s, const struct hy_record *next)
{
    const int64_t ns = next->start - s->until;
    if (is_mine(s, next->step) && next->step == s->until_step) {
        s->g->idle_ns += ns;
        hy_capture_op(s->c, next->range)->gap_ns += s->use == HY_STEP_COUNTED ? ns : 0;
    }
    if (next->call == HY_NONE_U32) {
        s->pending[HY_GAP_UNKNOWN] += ns;
        return;
    }
    const struct hy_call *call = &s->c->calls.calls[next->call];
    if (call->end <= s->until) {
        s->pending[HY_GAP_DEVICE] += ns;
        return;
    }
    const int64_t waited = hy_calls_waited(&s->c->calls, call->thread, s->until, next->start);
    s->pending[HY_GAP_WAIT] += waited;
    s->pending[HY_GAP_LAUNCH] += ns - waited;
}

/* The gap in front of a kernel is over: idle pieces have their causes, copies and sets took the rest. */
static void close_gap(struct sweep *s, const struct hy_record *next)
{
    const struct hy_record *before = s->kernel;
    const int64_t ns = next->start - s->kernel_until;
    s->pending[HY_GAP_COPY] = ns - hy_gap_sum(s->pending);
    if (!is_mine(s, before->step) || !is_mine(s, next->step))
        return;
    const bool inside = before->step == next->step;
    if (!inside && next->step != before->step + 1)
        return;
    int64_t *sums = inside ? s->g->inside : s->g->between;
    for (int i = 0; i < HY_GAP_CAUSES; i++)
        sums[i] += s->pending[i];
    if (!inside)
        return;
    const uint16_t a = s->c->ranges.ranges[before->range].place, b = s->c->ranges.ranges[next->range].place;
    struct hy_gap_pair *pair = &s->all[(size_t)a * s->c->places.n + b];
    pair->before = a;
    pair->behind = b;
    pair->n++;
    for (int i = 0; i < HY_GAP_CAUSES; i++)
        pair->ns[i] += s->pending[i];
}

static void take(struct sweep *s, const struct hy_record *r)
{
    const bool kernel = r->work == HY_WORK_KERNEL || r->work == HY_WORK_GRAPH;
    if (s->until != INT64_MIN && r->start > s->until)
        add_idle(s, r);
    if (kernel && s->kernel && r->start > s->kernel_until)
        close_gap(s, r);
    if (kernel && (!s->kernel || r->start > s->kernel_until))
        memset(s->pending, 0, sizeof s->pending);
    if (kernel && (!s->kernel || r->end > s->kernel_until)) {
        s->kernel = r;
        s->kernel_until = r->end;
    }
    if (r->end > s->until) {
        s->until = r->end;
        s->until_step = r->step;
    }
    if (is_mine(s, r->step)) {
        s->first[r->step] = r->start < s->first[r->step] ? r->start : s->first[r->step];
        s->last[r->step] = r->end > s->last[r->step] ? r->end : s->last[r->step];
    }
}

static int by_sum(const void *a, const void *b)
{
    const struct hy_gap_pair *x = a, *y = b;
    const int64_t p = hy_gap_sum(x->ns), q = hy_gap_sum(y->ns);
    if (p != q)
        return p > q ? -1 : 1;
    return x->before != y->before ? x->before - y->before : x->behind - y->behind;
}

void hy_gaps_of(struct hy_gaps *g, struct hy_capture *c, enum hy_step_use use)
{
    const size_t places = c->places.n, steps = c->ranges.n_steps;
    memset(g, 0, sizeof *g);
    g->steps = use == HY_STEP_WHOLE ? c->ranges.whole : c->ranges.counted;
    g->pairs = calloc(places * places + 1, sizeof *g->pairs);
    struct sweep s = {.c = c,
                      .g = g,
                      .use = use,
                      .all = g->pairs,
                      .first = malloc(steps * sizeof *s.first),
                      .last = malloc(steps * sizeof *s.last),
                      .until = INT64_MIN,
                      .until_step = HY_NONE_U32};
    HY_ASSERT(g->pairs && s.first && s.last, "out of memory for the gaps of a capture");
    for (size_t i = 0; i < steps; i++) {
        s.first[i] = INT64_MAX;
        s.last[i] = INT64_MIN;
    }
    for (size_t i = 0; i < c->n; i++)
        take(&s, &c->records[i]);
    for (size_t i = 0; i < steps; i++)
        g->span_ns += s.last[i] > s.first[i] ? s.last[i] - s.first[i] : 0;
    for (size_t i = 0; i < places * places; i++)
        if (g->pairs[i].n > 0)
            g->pairs[g->n++] = g->pairs[i];
    qsort(g->pairs, g->n, sizeof *g->pairs, by_sum);
    free(s.first);
    free(s.last);
}

void hy_gaps_fini(struct hy_gaps *g)
{
    free(g->pairs);
    memset(g, 0, sizeof *g);
}

const struct hy_gaps *hy_gaps_trained(const struct hy_capture *c, const struct hy_gaps *counted,
                                      const struct hy_gaps *whole)
{
    if (whole->span_ns > 0)
        return whole;
    return c->replayed + c->graphs > 0 || strcmp(c->ranges.kind, "whole") == 0 ? counted : NULL;
}
