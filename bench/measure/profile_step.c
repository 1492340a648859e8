#include "bench/measure/profile_step.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure/profile_device.h"
#include "kernels/device.h"

/* The op a place of the program stands for: places name one node per layer. */
static enum hy_op_id op_of(const struct hy_program *p, const char *place, int layer)
{
    for (int i = 0; i < p->n_nodes; i++)
        if (p->nodes[i].layer == layer && strcmp(p->nodes[i].place, place) == 0)
            return p->nodes[i].op;
    return HY_OP_COUNT;
}

static struct hy_op_row *row_for(struct hy_record *r, const char *op, const char *pass, int layer)
{
    for (int i = 0; i < r->n_ops; i++)
        if (r->ops[i].layer == layer && strcmp(r->ops[i].op, op) == 0 && strcmp(r->ops[i].pass, pass) == 0)
            return &r->ops[i];
    struct hy_op_row *row = &r->ops[r->n_ops++];
    *row = (struct hy_op_row){.layer = layer, .device_ms = NAN};
    snprintf(row->op, sizeof row->op, "%s", op);
    snprintf(row->pass, sizeof row->pass, "%s", pass);
    return row;
}

/* The best time the roofs allow for all calls that went into a row. */
static double roof_ms(const struct hy_program *p, const struct hy_peaks *peaks, const struct hy_op_row *row)
{
    double ns = 0;
    for (int i = 0; i < p->n_steps; i++) {
        const struct hy_node *n = &p->nodes[p->steps[i].node];
        const char *pass = hy_program_section(p, i);
        if (n->layer != row->layer || strcmp(hy_ops[n->op].name, row->op) != 0 || strcmp(pass, row->pass) != 0)
            continue;
        enum hy_bound bound;
        ns += hy_roof_ns(peaks, hy_ops[n->op].flops(&n->sizes, p->steps[i].pass),
                         hy_op_bytes(n->op, &n->sizes, p->steps[i].pass),
                         hy_peak_of(peaks, n->op, p->backend.precision), false, &bound);
    }
    return ns * 1e-6;
}

static void count_work(const struct hy_program *p, struct hy_record *r)
{
    for (int i = 0; i < p->n_steps; i++) {
        const struct hy_node *n = &p->nodes[p->steps[i].node];
        const char *pass = hy_program_section(p, i);
        struct hy_op_row *row = row_for(r, hy_ops[n->op].name, pass, n->layer);
        row->flops += hy_ops[n->op].flops(&n->sizes, p->steps[i].pass);
        row->bytes += hy_op_bytes(n->op, &n->sizes, p->steps[i].pass);
        row->calls++;
    }
}

void hy_profile_rows(const struct hy_program *p, const struct hy_slots *slots, const struct hy_peaks *peaks,
                     struct hy_record *r)
{
    const double runs = (double)slots->steps;
    free(r->ops);
    r->ops = calloc((size_t)p->n_steps + 1, sizeof *r->ops);
    HY_ASSERT(r->ops, "out of memory for a profile's rows");
    r->n_ops = 0;
    count_work(p, r);
    for (size_t i = 0; i < slots->n; i++) {
        const struct hy_slot_time *s = &slots->slots[i];
        enum hy_op_id op = op_of(p, s->op, s->layer);
        HY_ASSERT(op != HY_OP_COUNT, "a traced place is a node of the program");
        row_for(r, hy_ops[op].name, s->pass, s->layer)->time_ms += (double)s->ns * 1e-6 / runs;
    }
    for (int i = 0; i < r->n_ops; i++) {
        struct hy_op_row *row = &r->ops[i];
        row->share_pct = 100 * row->time_ms / ((double)slots->step_ns * 1e-6 / runs);
        row->roof_pct = 100 * roof_ms(p, peaks, row) / row->time_ms;
    }
}

void hy_profile_step(struct hy_trainer *t, const struct hy_peaks *peaks, struct hy_record *r)
{
    struct hy_slots slots;
    hy_slots_init(&slots, (size_t)t->train.p->n_steps + 8);
    for (int i = 0; i < 1 + HY_PROFILE_STEPS; i++) {
        if (i == 1)
            hy_slots_reset(&slots);
        (void)hy_trainer_step(t, &slots.trace); /* what it computes is thrown away */
    }
    hy_profile_rows(t->train.p, &slots, peaks, r);
    if (hy_on_device(t->train.p->backend)) /* the host's timers saw launches and waits */
        hy_profile_device(t, HY_PROFILE_STEPS, r, t->train.p->n_steps + 1);
    hy_slots_fini(&slots);
}

/* The sums over all layers of the rows that share op and pass with row i; false when an earlier row had them. */
static bool sum_layers(const struct hy_record *r, int i, struct hy_op_row *sum)
{
    *sum = r->ops[i];
    double roof = sum->roof_pct * sum->time_ms;
    for (int k = 0; k < r->n_ops; k++) {
        const struct hy_op_row *o = &r->ops[k];
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

void hy_profile_print(const struct hy_record *r, FILE *to)
{
    struct hy_op_row sum;
    fprintf(to, "%-10s %-9s %6s %10s %7s %9s %8s %7s\n", "op", "pass", "calls", "time ms", "share", "GFLOP/s", "GB/s",
            "roof");
    for (int i = 0; i < r->n_ops; i++)
        if (sum_layers(r, i, &sum))
            fprintf(to, "%-10s %-9s %6ld %10.3f %6.1f%% %9.1f %8.1f %6.0f%%\n", sum.op, sum.pass, sum.calls,
                    sum.time_ms, sum.share_pct, sum.flops / sum.time_ms * 1e-6, sum.bytes / sum.time_ms * 1e-6,
                    sum.roof_pct);
}
