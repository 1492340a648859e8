#include "bench/measure/launches.h"

#include <string.h>

#include "models/train/trainer.h"
#include "report/table/csv.h"

static const char *const passes[] = {"forward", "backward", "update", ""};
enum { PASSES = sizeof passes / sizeof *passes };

/* What is running while work is told of. */
struct counter {
    struct hy_launches *to;
    const char *pass, *op;
    enum hy_trace_kind open[HY_TRACE_KINDS];
    int depth;
};

static bool is_launch(const char *kernel)
{
    return strcmp(kernel, "copy") != 0 && strcmp(kernel, "fill") != 0;
}

static void told(void *ctx, const char *what)
{
    const struct counter *c = ctx;
    struct hy_launches *l = c->to;
    int i = 0;
    while (i < l->n && (strcmp(l->rows[i].kernel, what) != 0 || l->rows[i].pass != c->pass || l->rows[i].op != c->op))
        i++;
    HY_ASSERT(i < HY_MOST_LAUNCH_ROWS, "a step has fewer kinds of launches");
    if (i == l->n)
        l->rows[l->n++] = (struct hy_launch_row){c->pass, c->op, what, 0};
    l->rows[i].n++;
    *(is_launch(what) ? &l->launches : &l->copies) += 1;
}

static void begin(void *ctx, const struct hy_trace_event *event)
{
    struct counter *c = ctx;
    c->open[c->depth++] = event->kind;
    if (event->kind == HY_TRACE_PASS)
        c->pass = event->name;
    if (event->kind == HY_TRACE_OP)
        c->op = hy_ops[event->node->op].name;
}

static void end(void *ctx)
{
    struct counter *c = ctx;
    const enum hy_trace_kind ended = c->open[--c->depth];
    if (ended == HY_TRACE_PASS)
        c->pass = "";
    if (ended == HY_TRACE_OP)
        c->op = "step";
}

hy_status hy_launches_count(struct hy_launches *l, const struct hy_config *c, const struct hy_training *training,
                            enum hy_precision precision)
{
    struct counter counter = {.to = l, .pass = "", .op = "step"};
    const struct hy_trace trace = {&counter, begin, end};
    struct hy_trainer t = {0};
    *l = (struct hy_launches){.n = 0};
    hy_status status = hy_cuda_count_begin(told, &counter);
    if (status != HY_OK)
        return status;
    status = hy_trainer_init(&t, c, training, 1, hy_backend(HY_WHERE_CUDA, precision));
    *l = (struct hy_launches){.n = 0}; /* what came before is of a run, not of a step */
    if (status == HY_OK) {
        t.train.p->trace_pairs = true;
        hy_trainer_launch(&t, &trace);
    }
    hy_trainer_fini(&t);
    hy_cuda_count_end();
    return status;
}

/* ---- as text, as CSV ------------------------------------------------------------------- */

static long count_of(const struct hy_launches *l, const char *pass, const char *op, const char *kernel)
{
    long n = 0;
    for (int i = 0; i < l->n; i++) {
        const struct hy_launch_row *r = &l->rows[i];
        if (strcmp(r->pass, pass) == 0 && (!op || strcmp(r->op, op) == 0) &&
            (kernel ? strcmp(r->kernel, kernel) == 0 : is_launch(r->kernel)))
            n += r->n;
    }
    return n;
}

static bool is_first_of_its_kind(const struct hy_launches *l, int row)
{
    for (int i = 0; i < row; i++)
        if (strcmp(l->rows[i].op, l->rows[row].op) == 0 && strcmp(l->rows[i].kernel, l->rows[row].kernel) == 0)
            return false;
    return true;
}

void hy_launches_print(const struct hy_launches *l, const char *variant, enum hy_precision precision, FILE *to)
{
    fprintf(to, "%s, %s: %ld launches a step and %ld copies\n", variant, hy_precision_name(precision), l->launches,
            l->copies);
    fprintf(to, "%-10s %-18s %8s %8s %8s %8s\n", "op", "kernel", passes[0], passes[1], passes[2], "all");
    for (int i = 0; i < l->n; i++) {
        const struct hy_launch_row *r = &l->rows[i];
        long all = 0;
        if (!is_first_of_its_kind(l, i))
            continue;
        fprintf(to, "%-10s %-18s", r->op, r->kernel);
        for (int k = 0; k < PASSES; k++) {
            const long n = count_of(l, passes[k], r->op, r->kernel);
            all += n;
            if (*passes[k])
                fprintf(to, " %8ld", n);
        }
        fprintf(to, " %8ld\n", all);
    }
    fprintf(to, "%-29s", "launches");
    for (int k = 0; k < PASSES; k++)
        if (*passes[k])
            fprintf(to, " %8ld", count_of(l, passes[k], NULL, NULL));
    fprintf(to, " %8ld\n", l->launches);
}

void hy_launches_put(const struct hy_launches *l, const char *variant, enum hy_precision precision, bool header,
                     FILE *to)
{
    struct hy_csv_writer w;
    hy_csv_writer_init(&w, to);
    if (header)
        fprintf(to, "variant,precision,pass,op,kernel,n\n");
    for (int i = 0; i < l->n; i++) {
        hy_csv_put_text(&w, variant);
        hy_csv_put_text(&w, hy_precision_name(precision));
        hy_csv_put_text(&w, l->rows[i].pass);
        hy_csv_put_text(&w, l->rows[i].op);
        hy_csv_put_text(&w, l->rows[i].kernel);
        hy_csv_put_integer(&w, l->rows[i].n);
        hy_csv_end_row(&w);
    }
}
