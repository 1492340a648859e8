#include "bench/measure/profile.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/status.h"

void hy_profile_init(struct hy_profile *p, int room)
{
    *p = (struct hy_profile){.rows = calloc((size_t)room, sizeof *p->rows),
                             .room = room,
                             .conditions = hy_conditions_unknown,
                             .trace_ratio = NAN,
                             .busy_pct = NAN};
    HY_ASSERT(p->rows, "out of memory for a profile's rows");
}

void hy_profile_fini(struct hy_profile *p)
{
    if (!p)
        return;
    free(p->rows);
    *p = (struct hy_profile){0};
}

struct hy_op_row *hy_profile_row(struct hy_profile *p, const char *op, const char *pass, int layer)
{
    for (int i = 0; i < p->n; i++)
        if (p->rows[i].layer == layer && strcmp(p->rows[i].op, op) == 0 && strcmp(p->rows[i].pass, pass) == 0)
            return &p->rows[i];
    HY_ASSERT(p->n < p->room, "more rows of a profile than it has room for");
    struct hy_op_row *row = &p->rows[p->n++];
    *row = (struct hy_op_row){.layer = layer, .device_ms = NAN};
    snprintf(row->op, sizeof row->op, "%s", op);
    snprintf(row->pass, sizeof row->pass, "%s", pass);
    return row;
}

void hy_profile_put(struct hy_table *out, const char *variant, const struct hy_profile *p)
{
    for (int i = 0; i < p->n; i++) {
        const struct hy_op_row *o = &p->rows[i];
        hy_table_text(out, "variant", variant);
        hy_table_text(out, "op", o->op);
        if (o->layer >= 0)
            hy_table_integer(out, "layer", o->layer);
        hy_table_text(out, "pass", o->pass);
        hy_table_integer(out, "calls", o->calls);
        hy_table_float(out, "time_ms", o->time_ms);
        hy_table_float(out, "share_pct", o->share_pct);
        hy_table_float(out, "flops", o->flops);
        hy_table_float(out, "bytes", o->bytes);
        hy_table_float(out, "roof_pct", o->roof_pct);
        if (isfinite(o->device_ms)) {
            hy_table_float(out, "device_ms", o->device_ms);
            hy_table_integer(out, "kernels", o->kernels);
            hy_table_integer(out, "copies", o->copies);
            hy_table_integer(out, "sets", o->sets);
            hy_table_float(out, "trace_ratio", p->trace_ratio);
            hy_table_float(out, "busy_pct", p->busy_pct);
        }
        hy_conditions_put(out, &p->conditions);
        hy_table_text(out, "source", "measured");
        hy_table_rest_missing(out);
        hy_table_end_row(out);
    }
}

/* The sums over all layers of the rows that share op and pass with row i; false when an earlier row had them. */
static bool sum_layers(const struct hy_profile *p, int i, struct hy_op_row *sum)
{
    *sum = p->rows[i];
    double roof = sum->roof_pct * sum->time_ms;
    for (int k = 0; k < p->n; k++) {
        const struct hy_op_row *o = &p->rows[k];
        if (k == i || strcmp(o->op, sum->op) != 0 || strcmp(o->pass, sum->pass) != 0)
            continue;
        if (k < i)
            return false;
        sum->calls += o->calls;
        sum->time_ms += o->time_ms;
        sum->share_pct += o->share_pct;
        sum->flops += o->flops;
        sum->bytes += o->bytes;
        roof += o->roof_pct * o->time_ms;
    }
    sum->roof_pct = roof / sum->time_ms;
    return true;
}

void hy_profile_print(const struct hy_profile *p, FILE *to)
{
    struct hy_op_row sum;
    fprintf(to, "%-10s %-9s %6s %10s %7s %9s %8s %7s\n", "op", "pass", "calls", "time ms", "share", "GFLOP/s", "GB/s",
            "roof");
    for (int i = 0; i < p->n; i++)
        if (sum_layers(p, i, &sum))
            fprintf(to, "%-10s %-9s %6ld %10.3f %6.1f%% %9.1f %8.1f %6.0f%%\n", sum.op, sum.pass, sum.calls,
                    sum.time_ms, sum.share_pct, sum.flops / sum.time_ms * 1e-6, sum.bytes / sum.time_ms * 1e-6,
                    sum.roof_pct);
    if (p->conditions.quality != HY_QUALITY_OK)
        fprintf(to, "(%s: these times do not hold)\n", hy_quality_name(p->conditions.quality));
}
