#include "bench/measure/profile_step.h"

#include <math.h>
#include <string.h>

#include "bench/measure/profile_device.h"
#include "kernels/device.h"

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
        const struct hy_work work = {.flops = hy_ops[n->op].flops(&n->sizes, p->steps[i].pass),
                                     .bytes = hy_op_footprint(n->op, &n->sizes, p->steps[i].pass),
                                     .compute = hy_peak_of(peaks, n->op, p->backend.precision)};
        ns += hy_roof_ns(peaks, &work, &bound);
    }
    return ns * 1e-6;
}

static void count_work(const struct hy_program *p, struct hy_profile *out)
{
    for (int i = 0; i < p->n_steps; i++) {
        const struct hy_node *n = &p->nodes[p->steps[i].node];
        const char *pass = hy_program_section(p, i);
        struct hy_op_row *row = hy_profile_row(out, hy_ops[n->op].name, pass, n->layer);
        row->flops += hy_ops[n->op].flops(&n->sizes, p->steps[i].pass);
        row->bytes += hy_op_bytes(n->op, &n->sizes, p->steps[i].pass);
        row->calls++;
    }
}

void hy_profile_rows(const struct hy_program *p, const struct hy_slots *slots, const struct hy_peaks *peaks,
                     struct hy_profile *out)
{
    const double runs = (double)slots->steps;
    hy_profile_init(out, p->n_steps + 1);
    count_work(p, out);
    for (size_t i = 0; i < slots->n; i++) {
        const struct hy_slot_time *s = &slots->slots[i];
        hy_profile_row(out, hy_ops[s->node->op].name, s->pass, s->layer)->time_ms += (double)s->ns * 1e-6 / runs;
    }
    for (int i = 0; i < out->n; i++) {
        struct hy_op_row *row = &out->rows[i];
        row->share_pct = 100 * row->time_ms / ((double)slots->step_ns * 1e-6 / runs);
        row->roof_pct = 100 * roof_ms(p, peaks, row) / row->time_ms;
    }
}

void hy_profile_step(struct hy_trainer *t, const struct hy_peaks *peaks, struct hy_profile *out)
{
    struct hy_slots slots;
    hy_slots_init(&slots, (size_t)t->train.p->n_steps + 8);
    for (int i = 0; i < 1 + HY_PROFILE_STEPS; i++) {
        if (i == 1)
            hy_slots_reset(&slots);
        (void)hy_trainer_step(t, &slots.trace); /* what it computes is thrown away */
    }
    hy_profile_rows(t->train.p, &slots, peaks, out);
    if (hy_on_device(t->train.p->backend)) /* the host's timers saw launches and waits */
        hy_profile_device(t, HY_PROFILE_STEPS, out);
    hy_slots_fini(&slots);
}
