#include "bench/measure/profile_perf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/instrument/perf_dram.h"
#include "bench/instrument/perf_ops.h"
#include "kernels/base/status.h"
#include "kernels/base/threads.h"

static struct hy_perf_row *row_of(struct hy_perf_profile *p, const char *op, const char *pass)
{
    for (int i = 0; i < p->n; i++)
        if (strcmp(p->rows[i].op, op) == 0 && strcmp(p->rows[i].pass, pass) == 0)
            return &p->rows[i];
    struct hy_perf_row *row = &p->rows[p->n++];
    *row = (struct hy_perf_row){0};
    snprintf(row->op, sizeof row->op, "%s", op);
    snprintf(row->pass, sizeof row->pass, "%s", pass);
    return row;
}

void hy_profile_perf(struct hy_trainer *t, int steps, struct hy_perf_profile *out)
{
    const size_t room = (size_t)t->train.p->n_steps + 8;
    struct hy_perf perf;
    struct hy_perf_ops ops;
    *out = (struct hy_perf_profile){.rows = calloc(room, sizeof *out->rows), .steps = steps};
    HY_ASSERT(out->rows, "out of memory for a profile's rows");
    (void)hy_trainer_step(t, NULL); /* what it computes is thrown away; the team runs afterwards */
    hy_perf_open(&perf, NULL);
    hy_perf_add_dram(&perf);
    memcpy(out->have, perf.have, sizeof out->have);
    memcpy(out->why, perf.why, sizeof out->why);
    hy_perf_ops_init(&ops, &perf, room);
    for (int i = 0; i < steps; i++)
        (void)hy_trainer_step(t, &ops.trace);
    for (size_t i = 0; i < ops.n; i++) {
        struct hy_perf_row *row = row_of(out, hy_ops[ops.slots[i].node->op].name, ops.slots[i].pass);
        for (int e = 0; e < HY_PERF_EVENTS; e++)
            row->counts[e] += ops.slots[i].counts[e] / (double)ops.steps;
    }
    hy_perf_ops_fini(&ops);
    hy_perf_close(&perf);
}

void hy_perf_profile_fini(struct hy_perf_profile *p)
{
    if (!p)
        return;
    free(p->rows);
    *p = (struct hy_perf_profile){0};
}

/* What a column shows of a row; NaN where it cannot. */
static double cycles(const struct hy_perf_row *r)
{
    return r->counts[HY_PERF_CYCLES] * 1e-6;
}

static double instructions(const struct hy_perf_row *r)
{
    return r->counts[HY_PERF_INSTRUCTIONS] * 1e-6;
}

static double per_cycle(const struct hy_perf_row *r)
{
    return r->counts[HY_PERF_INSTRUCTIONS] / r->counts[HY_PERF_CYCLES];
}

static double misses(const struct hy_perf_row *r)
{
    return r->counts[HY_PERF_CACHE_MISSES] * 1e-3;
}

static double dram(const struct hy_perf_row *r)
{
    return (r->counts[HY_PERF_DRAM_READ] + r->counts[HY_PERF_DRAM_WRITE]) * 1e-6;
}

static double cpu_ms(const struct hy_perf_row *r)
{
    return r->counts[HY_PERF_CPU_NS] * 1e-6;
}

static double faults(const struct hy_perf_row *r)
{
    return r->counts[HY_PERF_FAULTS];
}

static double switches(const struct hy_perf_row *r)
{
    return r->counts[HY_PERF_SWITCHES];
}

static const struct {
    const char *title;
    enum hy_perf_event needs;
    double (*value)(const struct hy_perf_row *r);
    int decimals;
} columns[] = {
    {"Mcycles", HY_PERF_CYCLES, cycles, 2},      {"Minstr", HY_PERF_INSTRUCTIONS, instructions, 2},
    {"IPC", HY_PERF_INSTRUCTIONS, per_cycle, 2}, {"kmisses", HY_PERF_CACHE_MISSES, misses, 1},
    {"DRAM MB", HY_PERF_DRAM_READ, dram, 2},     {"CPU ms", HY_PERF_CPU_NS, cpu_ms, 3},
    {"faults", HY_PERF_FAULTS, faults, 1},       {"switches", HY_PERF_SWITCHES, switches, 1},
};

void hy_perf_profile_print(const struct hy_perf_profile *p, FILE *to)
{
    const size_t n = sizeof columns / sizeof *columns;
    fprintf(to, "%-10s %-9s", "op", "pass");
    for (size_t c = 0; c < n; c++)
        if (p->have[columns[c].needs])
            fprintf(to, " %10s", columns[c].title);
    fprintf(to, "\n");
    for (int i = 0; i < p->n; i++) {
        fprintf(to, "%-10s %-9s", p->rows[i].op, p->rows[i].pass);
        for (size_t c = 0; c < n; c++) {
            if (!p->have[columns[c].needs])
                continue;
            const double value = columns[c].value(&p->rows[i]);
            if (isfinite(value))
                fprintf(to, " %10.*f", columns[c].decimals, value);
            else
                fprintf(to, " %10s", "-");
        }
        fprintf(to, "\n");
    }
}
