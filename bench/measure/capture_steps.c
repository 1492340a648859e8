#include "bench/measure/capture_steps.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

#include "bench/instrument/instrument.h"
#include "bench/instrument/profiler_span.h"
#include "kernels/base/clock.h"
#include "kernels/base/file.h"
#include "kernels/device.h"

enum { WARM_UPS = 2 };

/* ---- a listener that notes when each op ran ------------------------------------------ */

struct range {
    uint64_t begin, end;
    const char *pass;
    const struct hy_node *node;
};

struct range_log {
    struct range *ranges; /* (n), with room for `room` */
    size_t n, room;
    enum hy_trace_kind open[HY_TRACE_DEPTH];
    int depth;
    const char *pass;
    struct hy_trace trace;
};

static void begin(void *ctx, const struct hy_trace_event *event)
{
    struct range_log *l = ctx;
    HY_ASSERT(l->depth < HY_TRACE_DEPTH, "ranges nest deeper than step, pass, layer, op");
    l->open[l->depth++] = event->kind;
    if (event->kind == HY_TRACE_PASS)
        l->pass = event->name;
    if (event->kind != HY_TRACE_OP)
        return;
    HY_ASSERT(l->n < l->room, "more ops ran than the program has");
    l->ranges[l->n] = (struct range){.pass = l->pass, .node = event->node, .begin = hy_now_ns()};
}

static void end(void *ctx)
{
    struct range_log *l = ctx;
    HY_ASSERT(l->depth > 0, "a range ended that never began");
    if (l->open[--l->depth] == HY_TRACE_OP)
        l->ranges[l->n++].end = hy_now_ns();
}

static void log_init(struct range_log *l, size_t room)
{
    *l = (struct range_log){.ranges = calloc(room, sizeof *l->ranges), .room = room, .pass = ""};
    HY_ASSERT(l->ranges, "out of memory for a log of ops");
    l->trace = (struct hy_trace){l, begin, end};
}

static hy_status log_write(const struct range_log *l, const char *path)
{
    struct hy_new_file file;
    hy_status status = hy_new_file_open(&file, path);
    if (status != HY_OK)
        return status;
    for (size_t i = 0; i < l->n; i++) {
        const struct range *r = &l->ranges[i];
        fprintf(file.stream, "%" PRIu64 " %" PRIu64 " %s %s %s %d\n", r->begin, r->end, r->pass,
                hy_ops[r->node->op].name, r->node->place, r->node->layer);
    }
    return hy_new_file_commit(&file);
}

/* ---- the steps --------------------------------------------------------------------------- */

static hy_status run(struct hy_trainer *t, int steps, const char *range, const struct hy_trace *around,
                     const struct hy_trace *inside)
{
    hy_status status = HY_OK;
    for (int i = 0; i < steps && status == HY_OK; i++) {
        if (range)
            hy_trace_begin(around, HY_TRACE_STEP, range, -1, (uint64_t)t->step);
        (void)hy_trainer_step(t, inside); /* a loss that is not finite is no trouble here */
        status = hy_backend_wait(t->backend);
        if (range)
            hy_trace_end(around);
    }
    return status;
}

hy_status hy_capture_steps(struct hy_trainer *t, int steps, const char *log)
{
    struct range_log ranges;
    struct hy_fan fan;
    const struct hy_trace *nvtx = hy_nvtx_trace(true);
    log_init(&ranges, (size_t)steps * (size_t)t->train.p->n_steps + 1);
    hy_fan_init(&fan);
    hy_fan_add(&fan, nvtx);
    hy_fan_add(&fan, log ? &ranges.trace : NULL);
    hy_status status = run(t, WARM_UPS, NULL, NULL, NULL);
    (void)hy_profiler_start();
    hy_trace_begin(nvtx, HY_TRACE_SAMPLE, "capture", -1, (uint64_t)steps);
    if (status == HY_OK && hy_on_device(t->backend))
        status = run(t, steps, "whole", nvtx, NULL);
    if (status == HY_OK)
        status = run(t, steps, NULL, NULL, hy_fan_trace(&fan));
    hy_trace_end(nvtx);
    hy_profiler_stop();
    if (status == HY_OK && log)
        status = log_write(&ranges, log);
    free(ranges.ranges);
    return status;
}
