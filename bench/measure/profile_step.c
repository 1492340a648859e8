#include "bench/measure/profile_step.h"

#include <math.h>
#include <string.h>

#include "bench/harness/rounds.h"
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

/* The times of one step more; all steps of a program meet the same places in the same order. */
static void add_step(struct hy_slots *sum, const struct hy_slots *one)
{
    if (sum->n == 0)
        memcpy(sum->slots, one->slots, one->n * sizeof *one->slots);
    HY_ASSERT(sum->n == 0 || sum->n == one->n, "two steps of one program met different places");
    for (size_t i = 0; sum->n > 0 && i < one->n; i++)
        sum->slots[i].ns += one->slots[i].ns;
    sum->n = one->n;
    sum->step_ns += one->step_ns;
    sum->steps += one->steps;
}

/* Times a step into *one and says whether it was disturbed. */
static bool time_step(struct hy_trainer *t, struct hy_slots *one, struct hy_watch *watch)
{
    hy_slots_reset(one);
    hy_watch_begin(watch);
    (void)hy_trainer_step(t, &one->trace); /* what it computes is thrown away */
    return hy_watch_end(watch, 1, (double)one->step_ns * 1e-9) | hy_watch_close(watch);
}

void hy_profile_step(struct hy_trainer *t, const struct hy_peaks *peaks, struct hy_observer *observer,
                     struct hy_profile *out)
{
    const size_t room = (size_t)t->train.p->n_steps + 8;
    const bool device = hy_on_device(t->train.p->backend);
    struct hy_slots one, quiet, all;
    struct hy_rounds rounds = {.asked = HY_PROFILE_STEPS};
    struct hy_watch watch = {.observer = device ? NULL : observer, .realtime = true};
    hy_slots_init(&one, room);
    hy_slots_init(&quiet, room);
    hy_slots_init(&all, room);
    (void)hy_trainer_step(t, &one.trace);
    while (hy_rounds_more(&rounds)) {
        const bool disturbed = time_step(t, &one, &watch);
        add_step(&all, &one);
        if (!disturbed)
            add_step(&quiet, &one);
        hy_rounds_end(&rounds, disturbed);
    }
    hy_profile_rows(t->train.p, rounds.kept == rounds.asked ? &quiet : &all, peaks, out);
    out->conditions = hy_rounds_conditions(&rounds, &watch, false);
    if (device) /* the host's timers saw launches and waits */
        hy_profile_device(t, HY_PROFILE_STEPS, out);
    hy_slots_fini(&one);
    hy_slots_fini(&quiet);
    hy_slots_fini(&all);
}
