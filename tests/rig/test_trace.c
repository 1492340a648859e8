/* Device tracing from end to end on the rig: what a training step really launches, recorded by a libcupti that
 * needs no GPU, arrives in ops.csv at the op and layer that launched it. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/measure/profile_step.h"
#include "bench/run/tables.h"
#include "models/train/trainer.h"
#include "report/table/table_read.h"
#include "tests/bench/mock.h"
#include "tests/models/tiny.h"
#include "tests/rig/rig.h"
#include "tests/seed.h"

enum { MOST_STEPS = 4096 };

static uint64_t seed(void)
{
    return 7 + test_seed();
}

/* Work counted without CUPTI: by the op range that was open when it was launched, the last for none. */
struct work {
    long kernels, copies, sets;
};
static struct work counted[MOST_STEPS + 1];
static int ops, open_op = MOST_STEPS;

static void count(const char *what, const char *name, size_t bytes, bool again)
{
    (void)name;
    (void)bytes;
    cr_expect_not(again, "an op by op run launches no graph");
    counted[open_op].kernels += strcmp(what, "kernel") == 0;
    counted[open_op].copies += strcmp(what, "copy") == 0;
    counted[open_op].sets += strcmp(what, "memset") == 0;
}

/* An op range is the next step of the program. */
static int depth;
static bool is_op[16];

static void begin(void *ctx, const struct hy_trace_event *event)
{
    (void)ctx;
    is_op[depth] = event->kind == HY_TRACE_OP;
    cr_expect_eq(event->node != NULL, is_op[depth], "an op's range, and no other, has a node");
    if (is_op[depth++])
        open_op = ops++;
}

static void end(void *ctx)
{
    (void)ctx;
    if (is_op[--depth])
        open_op = MOST_STEPS;
}

static void count_a_step(struct hy_trainer *t)
{
    const struct hy_trace trace = {NULL, begin, end};
    simt_listen(count);
    cr_assert_eq(hy_trainer_step(t, &trace), HY_OK, "%s", hy_error());
    simt_listen(NULL);
    cr_assert(ops == t->train.p->n_steps && ops < MOST_STEPS);
}

static struct work expected(const struct hy_program *p, const char *op, const char *pass, int layer)
{
    struct work sum = {0};
    for (int i = 0; i < p->n_steps; i++) {
        const struct hy_node *n = &p->nodes[p->steps[i].node];
        if (n->layer != layer || strcmp(hy_ops[n->op].name, op) != 0 || strcmp(hy_program_section(p, i), pass) != 0)
            continue;
        sum.kernels += counted[i].kernels;
        sum.copies += counted[i].copies;
        sum.sets += counted[i].sets;
    }
    return strcmp(op, "step") == 0 ? counted[MOST_STEPS] : sum;
}

static const char *cell(const struct hy_csv *t, size_t row, const char *column)
{
    const char *text = hy_csv_text_of(t, row, column);
    cr_assert_not_null(text, "ops.csv has no %s", column);
    return text;
}

static void compare(const struct hy_program *p, const struct hy_csv *t)
{
    long kernels = 0, copies = 0, sets = 0;
    for (size_t i = 0; i < t->rows; i++) {
        const char *op = cell(t, i, "op"), *pass = cell(t, i, "pass"), *layer = cell(t, i, "layer");
        const struct work w = expected(p, op, pass, *layer ? atoi(layer) : -1);
        const long k = atol(cell(t, i, "kernels")), c = atol(cell(t, i, "copies")), s = atol(cell(t, i, "sets"));
        cr_expect(k == w.kernels && c == w.copies && s == w.sets,
                  "%s %s %s: %ld kernels, %ld copies, %ld sets; %ld, %ld, %ld were launched", op, pass, layer, k, c, s,
                  w.kernels, w.copies, w.sets);
        cr_expect_float_eq(atof(cell(t, i, "device_ms")), 1e-6 * MOCK_CUPTI_NS * (double)(k + c + s), 1e-9);
        cr_expect(k > 0 || strcmp(op, "step") == 0, "%s %s launches no kernel", op, pass);
        kernels += k;
        copies += c;
        sets += s;
    }
    cr_assert(kernels > p->n_steps && copies > 0 && sets > 0, "%ld kernels, %ld copies, %ld sets", kernels, copies,
              sets);
}

/* ops.csv of one variant, as a study writes it. */
static void write_tables(const char *dir, const struct hy_config *c, const struct hy_record *r)
{
    const struct hy_study study = {.variants = (struct hy_config *)(uintptr_t)c, .n_variants = 1};
    const struct hy_material material = {.corpus.name = (char *)(uintptr_t) "none"};
    const struct hy_tables tables = {.dir = dir,
                                     .run = "rig",
                                     .study = &study,
                                     .material = &material,
                                     .device = "cuda",
                                     .precision = "f32",
                                     .records = r,
                                     .n = 1};
    cr_assert_eq(hy_tables_of_records(&tables), HY_OK, "%s", hy_error());
}

Test(rig_trace, what_a_step_launches_arrives_in_ops_csv)
{
    static const struct hy_peaks peaks = {.rate = {[HY_PEAK_SGEMM] = 100,
                                                   [HY_PEAK_BF16] = 100,
                                                   [HY_PEAK_FMA] = 100,
                                                   [HY_PEAK_STREAMS + HY_MEMORY * HY_TRAFFICS] = 20,
                                                   [HY_PEAK_STREAMS + HY_LLC * HY_TRAFFICS] = 50},
                                          .holds = {[HY_LLC] = 32 << 20}};
    const struct hy_config c = tiny_config(0, 0.1f);
    const struct hy_training g = tiny_training(seed());
    struct mock_cupti mock;
    struct hy_trainer t;
    struct hy_profile profile;
    struct hy_record r;
    struct hy_csv csv;
    char dir[] = "/tmp/hymbench-trace-XXXXXX";
    rig_open();
    mock_cupti_use(&mock);
    cr_assert_not_null(mkdtemp(dir));
    cr_assert_eq(hy_trainer_init(&t, &c, &g, 40, hy_backend(HY_WHERE_CUDA, HY_F32)), HY_OK, "%s", hy_error());
    t.train.p->poison = true; /* so that memory is set, too */
    tiny_batch(&t, seed());
    count_a_step(&t);

    hy_record_init(&r, c.name, seed());
    hy_profile_step(&t, &peaks, NULL, &profile);
    hy_record_take_profile(&r, &profile);
    cr_assert_eq(mock.counts().subscribers, 0);
    write_tables(dir, &c, &r);
    cr_assert_eq(hy_table_read(&csv, HY_TABLE_OPS, dir), HY_OK, "%s", hy_error());
    compare(t.train.p, &csv);
    cr_assert_gt(r.busy_pct, 0, "what a replayed graph runs belongs to the step");
    cr_assert_gt(r.trace_ratio, 0);

    hy_csv_fini(&csv);
    hy_record_fini(&r);
    hy_trainer_fini(&t);
    char *remove = hy_format("rm -r %s", dir);
    cr_assert_eq(system(remove), 0);
    free(remove);
}
