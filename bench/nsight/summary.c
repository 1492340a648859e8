#include "bench/nsight/summary.h"

#include <stdlib.h>
#include <string.h>

static const double MS = 1e-6, US = 1e-3; /* per ns */
static const double BOUND = 0.1;          /* of a step: from here on it is said to be bound by what takes so much */
enum { MOST_PLACES = 20, MOST_PAIRS = 10, LABEL = 64 };

static double per_step(const struct hy_capture *c, int64_t ns)
{
    return (double)ns * MS / c->ranges.counted;
}

static void label(const struct hy_capture *c, const struct hy_total *p, char text[LABEL])
{
    const char *pass = hy_range_pass_name((enum hy_range_pass)p->pass);
    snprintf(text, LABEL, "%s%s%s", c->names.text[p->name], *pass ? " " : "", pass);
}

/* ---- what it is ------------------------------------------------------------------------------------------- */
static void print_head(const struct hy_capture *c, FILE *to)
{
    int64_t kernels = 0, copies = 0, sets = 0;
    for (uint32_t i = 0; i < c->ops.n; i++) {
        kernels += c->ops.rows[i].kernels;
        copies += c->ops.rows[i].copies;
        sets += c->ops.rows[i].sets;
    }
    fprintf(to, "%s: %u %s steps", c->file.path, c->ranges.counted, c->ranges.kind);
    fprintf(to, "%s%s", c->file.gpu[0] ? " on " : "", c->file.gpu);
    if (c->file.product[0] || c->file.schema[0])
        fprintf(to, "; nsys %s, schema %s", c->file.product[0] ? c->file.product : "?", c->file.schema);
    fprintf(to, "\na step: %.6g kernels, %.6g copies, %.6g sets\n", (double)kernels / c->ranges.counted,
            (double)copies / c->ranges.counted, (double)sets / c->ranges.counted);
    if (c->ranges.cut > 0)
        fprintf(to, "%u %s step%s left out: still open when the capture ended\n", c->ranges.cut, c->ranges.kind,
                c->ranges.cut > 1 ? "s" : "");
    if (c->outside > 0)
        fprintf(to, "%zu records left out: launched outside these steps%s\n", c->outside,
                c->unlaunched ? ", or by calls that are not in the file" : "");
    if (c->replayed > 0)
        fprintf(to,
                "%zu records were replayed from graphs: %zu belong to the ranges in which they were recorded, the "
                "others to their step%s\n",
                c->replayed, c->placed,
                c->nodes.there ? ""
                               : " (the file has no CUDA_GRAPH_NODE_EVENTS: profile with --cuda-graph-trace=node)");
    if (c->graphs > 0)
        fprintf(to,
                "%zu graphs were traced as a whole and belong to their step; profile with --cuda-graph-trace=node\n",
                c->graphs);
}

/* ---- where the time goes -------------------------------------------------------------------------------------- */
static int by_busy(const void *a, const void *b)
{
    const struct hy_total *x = a, *y = b;
    if (x->busy_ns != y->busy_ns)
        return x->busy_ns > y->busy_ns ? -1 : 1;
    return x->name != y->name ? (x->name > y->name) - (x->name < y->name) : x->pass - y->pass;
}

static struct hy_total *sorted(const struct hy_totals *t)
{
    struct hy_total *rows = malloc((t->n + 1) * sizeof *rows);
    HY_ASSERT(rows, "out of memory for a table of a capture");
    memcpy(rows, t->rows, t->n * sizeof *rows);
    qsort(rows, t->n, sizeof *rows, by_busy);
    return rows;
}

static double sum_of(const struct hy_totals *t)
{
    double ns = 0;
    for (uint32_t i = 0; i < t->n; i++)
        ns += (double)t->rows[i].busy_ns;
    return ns;
}

static void print_places(const struct hy_capture *c, FILE *to)
{
    struct hy_total *rows = sorted(&c->places);
    const double all = sum_of(&c->places);
    char text[LABEL];
    fprintf(to, "\n%-26s %8s %8s %11s %7s %11s\n", "range", "calls", "kernels", "device ms", "share", "host ms");
    for (uint32_t i = 0; i < c->places.n && i < MOST_PLACES; i++) {
        label(c, &rows[i], text);
        fprintf(to, "%-26s %8.6g %8.6g %11.4f %6.1f%% %11.4f\n", text,
                rows[i].is_op ? hy_total_calls(&rows[i], c->ranges.counted) : 1.0,
                (double)rows[i].kernels / c->ranges.counted, per_step(c, rows[i].busy_ns),
                100 * (double)rows[i].busy_ns / all, per_step(c, rows[i].host_ns));
    }
    if (c->places.n > MOST_PLACES)
        fprintf(to, "(%u more)\n", c->places.n - MOST_PLACES);
    free(rows);
}

/* Ops with their passes and layers together: the first two by the device's time. */
static void print_answer(const struct hy_capture *c, FILE *to)
{
    struct hy_totals by_op = {0};
    for (uint32_t i = 0; i < c->ops.n; i++) {
        const uint32_t row = hy_totals_row(&by_op, c->ops.rows[i].name, HY_PASS_NONE, -1);
        by_op.rows[row].busy_ns += c->ops.rows[i].busy_ns;
    }
    struct hy_total *rows = sorted(&by_op);
    const double all = sum_of(&by_op);
    fprintf(to, "\n%s takes most of the device's time: %.4f of %.4f ms of a step (%.1f %%)",
            c->names.text[rows[0].name], per_step(c, rows[0].busy_ns), all * MS / c->ranges.counted,
            100 * (double)rows[0].busy_ns / all);
    if (by_op.n > 1 && rows[1].busy_ns > 0)
        fprintf(to, ", then %s (%.1f %%)", c->names.text[rows[1].name], 100 * (double)rows[1].busy_ns / all);
    fprintf(to, ".\n");
    free(rows);
    hy_totals_fini(&by_op);
}

/* ---- between kernels -------------------------------------------------------------------------------------------- */
static void print_causes(const struct hy_capture *c, const struct hy_gaps *g, FILE *to)
{
    const double span = (double)g->span_ns;
    fprintf(to, "\nbetween two kernels of a step: %.4f of %.4f ms (%.1f %%); between steps: %.4f ms\n",
            per_step(c, hy_gap_sum(g->inside)), per_step(c, g->span_ns),
            span > 0 ? 100 * (double)hy_gap_sum(g->inside) / span : 0.0, per_step(c, hy_gap_sum(g->between)));
    for (int i = 0; i < HY_GAP_CAUSES; i++)
        if (g->inside[i] > 0)
            fprintf(to, "  %-22s %10.4f ms %6.1f%%\n", hy_gap_cause_name((enum hy_gap_cause)i),
                    per_step(c, g->inside[i]), 100 * (double)g->inside[i] / span);
}

static void print_pairs(const struct hy_capture *c, const struct hy_gaps *g, FILE *to)
{
    char before[LABEL], behind[LABEL];
    if (g->n == 0)
        return;
    fprintf(to, "\n%-24s %-24s %8s %10s %9s  %s\n", "behind", "before", "gaps", "ms", "mean us", "mostly");
    for (size_t i = 0; i < g->n && i < MOST_PAIRS; i++) {
        const struct hy_gap_pair *p = &g->pairs[i];
        label(c, &c->places.rows[p->before], before);
        label(c, &c->places.rows[p->behind], behind);
        fprintf(to, "%-24s %-24s %8.6g %10.4f %9.2f  %s\n", before, behind, (double)p->n / c->ranges.counted,
                per_step(c, hy_gap_sum(p->ns)), (double)hy_gap_sum(p->ns) * US / (double)p->n,
                hy_gap_cause_name(hy_gap_main(p->ns)));
    }
}

static void print_verdict(const struct hy_gaps *g, bool op_by_op, FILE *to)
{
    const double span = (double)g->span_ns, steps = g->steps;
    if (g->span_ns == 0)
        return;
    const double launch = (double)g->inside[HY_GAP_LAUNCH], wait = (double)g->inside[HY_GAP_WAIT];
    fprintf(to,
            "%s step is %slaunch-bound: the device idles %.4f of its %.4f ms (%.1f %%) for launches that the host has "
            "not ended.\n",
            op_by_op ? "Run op by op the" : "The", launch >= BOUND * span ? "" : "not ", launch * MS / steps,
            span * MS / steps, 100 * launch / span);
    if (wait >= BOUND * span)
        fprintf(to, "The host waits for the device before it goes on: %.4f ms of a step (%.1f %%).\n",
                wait * MS / steps, 100 * wait / span);
}

void hy_capture_print(struct hy_capture *c, const struct hy_gaps *counted, const struct hy_gaps *trained, FILE *to)
{
    print_head(c, to);
    print_places(c, to);
    print_causes(c, counted, to);
    print_pairs(c, counted, to);
    print_answer(c, to);
    if (trained && trained != counted)
        fprintf(to, "As it is trained (%u steps beside those above):\n", trained->steps);
    print_verdict(trained ? trained : counted, trained == NULL, to);
}
