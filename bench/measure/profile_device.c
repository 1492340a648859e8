#include "bench/measure/profile_device.h"

#include <math.h>
#include <string.h>

#include "bench/instrument/device_trace.h"
#include "kernels/base/clock.h"

/* Ranges of ours: around a step that is not run op by op, whose whole work is one row, and around one that is,
 * for what it launches before and behind its program. */
static const char WHOLE[] = "whole", AROUND[] = "around";

/* Mean wall time of a step in ns as it is trained, until the last one's work is done; `around` may be NULL.
 * What it computes is thrown away. */
static double step_ns(struct hy_trainer *t, int steps, const struct hy_trace *around)
{
    const struct hy_step_result *results;
    uint64_t start = hy_now_ns();
    for (int i = 0, n; i < steps; i++) {
        hy_trace_begin(around, HY_TRACE_STEP, WHOLE, -1, (uint64_t)t->step);
        hy_trainer_launch(t, NULL);
        hy_trace_end(around);
        if (hy_trainer_full(t) || i + 1 == steps)
            (void)hy_trainer_collect(t, &results, &n);
    }
    return (double)(hy_now_ns() - start) / steps;
}

/* The row of the profile that a range's work belongs to. */
static struct hy_op_row *row_of(const struct hy_device_row *d, struct hy_profile *out)
{
    if (d->node)
        return hy_profile_row(out, hy_ops[d->node->op].name, d->pass, d->layer);
    struct hy_op_row *row = hy_profile_row(out, "step", "", -1);
    row->calls = 1;
    if (isnan(row->device_ms)) /* new, after the others were set to 0 */
        row->device_ms = 0;
    return row;
}

static bool is_whole(const struct hy_device_row *d)
{
    return d->kind == HY_TRACE_STEP && strcmp(d->name, WHOLE) == 0;
}

static void add_rows(const struct hy_device_trace *d, int steps, struct hy_profile *out)
{
    for (int i = 0; i < out->n; i++)
        out->rows[i].device_ms = 0;
    for (size_t i = 0; i < d->n; i++) {
        const struct hy_device_row *from = &d->rows[i];
        if (is_whole(from) || (from->kind == HY_TRACE_STEP && from->busy_ns == 0))
            continue;
        struct hy_op_row *to = row_of(from, out);
        to->device_ms += (double)from->busy_ns * 1e-6 / steps;
        to->kernels += (long)from->kernels / steps;
        to->copies += (long)from->copies / steps;
        to->sets += (long)from->sets / steps;
    }
}

static void fill_in(const struct hy_device_trace *d, int steps, double untraced_ns, double traced_ns,
                    struct hy_profile *out)
{
    double all_ms = 0;
    add_rows(d, steps, out);
    for (int i = 0; i < out->n; i++)
        all_ms += out->rows[i].device_ms;
    for (int i = 0; i < out->n; i++) {
        struct hy_op_row *o = &out->rows[i];
        o->roof_pct = o->device_ms > 0 && o->flops + o->bytes > 0 ? o->roof_pct * o->time_ms / o->device_ms : NAN;
        o->time_ms = o->device_ms;
        o->share_pct = 100 * o->device_ms / all_ms;
    }
    out->trace_ratio = traced_ns / untraced_ns;
    for (size_t i = 0; i < d->n; i++)
        if (is_whole(&d->rows[i]) && d->rows[i].busy_ns > 0) /* a replayed graph may leave no records */
            out->busy_pct = 100 * (double)d->rows[i].busy_ns / steps / untraced_ns;
}

void hy_profile_device(struct hy_trainer *t, int steps, struct hy_profile *out)
{
    struct hy_device_trace d;
    const double untraced_ns = step_ns(t, steps, NULL);
    enum hy_cupti_state state = hy_device_trace_start(&d, (size_t)t->train.p->n_steps + 8);
    if (state != HY_CUPTI_OK) {
        hy_warn_once("%s; the device's times are left out", hy_cupti_sentence());
        return;
    }
    const double traced_ns = step_ns(t, steps, &d.trace);
    for (int i = 0; i < steps; i++) {
        hy_trace_begin(&d.trace, HY_TRACE_STEP, AROUND, -1, (uint64_t)t->step);
        (void)hy_trainer_step(t, &d.trace);
        hy_trace_end(&d.trace);
    }
    state = hy_device_trace_stop(&d);
    if (state != HY_CUPTI_OK)
        hy_warn_once("%s; the device's times are left out", hy_cupti_sentence());
    else if (d.dropped > 0 || d.incomplete > 0)
        hy_warn_once("CUPTI lost %lu records of a profiled step; the device's times are left out",
                     (unsigned long)(d.dropped + d.incomplete));
    else if (d.busy_ns == 0)
        hy_warn_once("CUPTI recorded no work of the device; the device's times are left out");
    else
        fill_in(&d, steps, untraced_ns, traced_ns, out);
    hy_device_trace_fini(&d);
}
