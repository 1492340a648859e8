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

/* *out is made, of the mean times of the runs that `slots` heard of, all of them of `p`. */
static void rows_of(const struct hy_program *p, const struct hy_slots *slots, const struct hy_peaks *peaks,
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

void hy_profile_rounds(const struct hy_program *p, struct hy_listener *l, const struct hy_rounds *rounds,
                       const struct hy_peaks *peaks, struct hy_profile *out)
{
    rows_of(p, rounds->kept == rounds->asked ? &l->quiet : &l->all, peaks, out);
    out->conditions = hy_rounds_conditions(rounds, &l->watch, false);
}

void hy_profile_step(struct hy_trainer *t, const struct hy_peaks *peaks, struct hy_observer *observer,
                     struct hy_profile *out)
{
    const bool device = hy_on_device(t->train.p->backend);
    struct hy_rounds rounds = {.asked = HY_PROFILE_STEPS};
    struct hy_listener l;
    hy_listener_init(&l, t->train.p->n_steps, device ? NULL : observer);
    (void)hy_trainer_step(t, &l.one.trace); /* what it computes is thrown away */
    while (hy_rounds_more(&rounds)) {
        hy_listener_begin(&l);
        (void)hy_trainer_step(t, &l.one.trace);
        hy_rounds_end(&rounds, hy_listener_end(&l));
    }
    hy_profile_rounds(t->train.p, &l, &rounds, peaks, out);
    if (device) /* the host's timers saw launches and waits */
        hy_profile_device(t, HY_PROFILE_STEPS, out);
    hy_listener_fini(&l);
}
