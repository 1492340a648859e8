#include "bench/measure/estimate.h"

#include <math.h>
#include <stdio.h>

#include "models/train/trainer.h"

struct sums {
    double ns, compute_ns, memory_ns, flops, bytes;
    int calls;
};

static void add(struct sums *s, const struct hy_peaks *peaks, const struct hy_node *n, enum hy_pass pass,
                enum hy_precision precision)
{
    const double flops = hy_ops[n->op].flops(&n->sizes, pass), bytes = hy_op_bytes(n->op, &n->sizes, pass);
    enum hy_bound bound;
    /* what is written goes to memory too, sooner or later */
    const struct hy_work work = {
        .flops = flops, .bytes = bytes, .compute = hy_peak_of(peaks, n->op, precision), .cold = true};
    const double ns = hy_roof_ns(peaks, &work, &bound);
    s->ns += ns;
    *(bound == HY_BOUND_COMPUTE ? &s->compute_ns : &s->memory_ns) += ns;
    s->flops += flops;
    s->bytes += bytes;
    s->calls++;
}

static void print_ops(const struct hy_program *p, const struct hy_peaks *peaks, enum hy_precision precision)
{
    printf("\n%-10s %-9s %6s %10s %10s %10s %9s\n", "op", "pass", "calls", "at least ms", "GFLOP", "MB", "bound by");
    for (int op = 0; op < HY_OP_COUNT; op++)
        for (int pass = 0; pass < HY_PASSES; pass++) {
            struct sums s = {0};
            for (int i = 0; i < p->n_steps; i++) {
                const struct hy_node *n = &p->nodes[p->steps[i].node];
                if ((int)n->op == op && (int)p->steps[i].pass == pass)
                    add(&s, peaks, n, p->steps[i].pass, precision);
            }
            if (s.calls)
                printf("%-10s %-9s %6d %10.4f %10.2f %10.1f %9s\n", hy_ops[op].name,
                       pass == HY_FORWARD ? "forward" : "backward", s.calls, s.ns * 1e-6, s.flops * 1e-9,
                       s.bytes * 1e-6, s.compute_ns > s.memory_ns ? "compute" : "memory");
        }
}

hy_status hy_estimate_print(const struct hy_config *variants, int n, const struct hy_training *training, long steps,
                            const char *gpu, const struct hy_peaks *peaks, enum hy_precision precision)
{
    const struct hy_backend gpu_backend = hy_backend(HY_WHERE_CUDA, precision);
    const struct hy_optimizer o = {.clip = (float)training->clip,
                                   .recompute = hy_trainer_recomputes(training, gpu_backend),
                                   .stored = hy_backend_stored(gpu_backend),
                                   .device = true};
    hy_status status = HY_OK;
    printf("variant,gpu,precision,batch,seq_len,step_ms_at_least,compute_bound_ms,memory_bound_ms,gflop,gbyte,"
           "train_tok_s_at_most,steps,run_s_at_least\n");
    for (int i = 0; i < n && status == HY_OK; i++) {
        const struct hy_config *c = &variants[i];
        struct hy_weights w;
        struct sums s = {0};
        status = hy_weights_init(&w, c, false);
        if (status != HY_OK)
            break;
        struct hy_lm m = hy_lm_train(c, &w, training->batch, &o);
        for (int k = 0; k < m.p->n_steps; k++)
            add(&s, peaks, &m.p->nodes[m.p->steps[k].node], m.p->steps[k].pass, precision);
        printf("%s,%s,%s,%d,%d,%.4f,%.4f,%.4f,%.2f,%.3f,%.0f,%ld,%.2f\n", c->name, gpu, hy_precision_name(precision),
               training->batch, c->seq_len, s.ns * 1e-6, s.compute_ns * 1e-6, s.memory_ns * 1e-6, s.flops * 1e-9,
               s.bytes * 1e-9, training->batch * c->seq_len / s.ns * 1e9, steps, (double)steps * s.ns * 1e-9);
        if (n == 1)
            print_ops(m.p, peaks, precision);
        hy_lm_fini(&m);
        hy_weights_fini(&w);
    }
    return status;
}
