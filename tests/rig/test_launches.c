/* Fewer launches: they are counted as the rig is told of them, and what saves some leaves the results as they were. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure/launches.h"
#include "kernels/bf16.h"
#include "models/train/checkpoint.h"
#include "models/train/trainer.h"
#include "tests/models/tiny.h"
#include "tests/rig/rig.h"
#include "tests/seed.h"

static uint64_t seed(void)
{
    return 11 + test_seed();
}

/* ---- counting ------------------------------------------------------------------------- */

enum { MOST_NAMES = 64 };
static struct {
    const char *name;
    long n;
} seen[MOST_NAMES];
static int n_seen;

static long *seen_of(const char *name)
{
    int i = 0;
    while (i < n_seen && strcmp(seen[i].name, name) != 0)
        i++;
    cr_assert_lt(i, MOST_NAMES);
    if (i == n_seen) {
        seen[n_seen].name = name;
        seen[n_seen++].n = 0;
    }
    return &seen[i].n;
}

/* As a count names them: the rig's products are a kernel. */
static void see(const char *what, const char *name, size_t bytes, bool again)
{
    (void)bytes;
    (void)again;
    ++*seen_of(strcmp(what, "memset") == 0       ? "fill"
               : strcmp(what, "kernel") != 0     ? what
               : strcmp(name, "plain_gemm") == 0 ? "product"
                                                 : name);
}

static void begin(void *ctx, const struct hy_trace_event *event)
{
    (void)ctx;
    (void)event;
}

static void end(void *ctx)
{
    (void)ctx;
}

static void count_agrees(const struct hy_config *c, enum hy_precision precision)
{
    const struct hy_training g = tiny_training(seed());
    const struct hy_trace trace = {NULL, begin, end};
    struct hy_launches l;
    struct hy_trainer t;
    hy_cuda_close();
    cr_assert_eq(hy_launches_count(&l, c, &g, precision), HY_OK, "%s", hy_error());
    rig_open();
    cr_assert_eq(hy_trainer_init(&t, c, &g, 40, hy_backend(HY_WHERE_CUDA, precision)), HY_OK, "%s", hy_error());
    tiny_batch(&t, seed());
    t.train.p->trace_pairs = true;
    n_seen = 0;
    simt_listen(see);
    hy_trainer_launch(&t, &trace);
    simt_listen(NULL);
    long launches = 0;
    for (int i = 0; i < n_seen; i++) {
        long counted = 0;
        for (int k = 0; k < l.n; k++)
            counted += strcmp(l.rows[k].kernel, seen[i].name) == 0 ? l.rows[k].n : 0;
        cr_expect_eq(counted, seen[i].n, "%s in %s: %ld %s were launched, %ld counted", c->name,
                     hy_precision_name(precision), seen[i].n, seen[i].name, counted);
        launches += strcmp(seen[i].name, "copy") == 0 ? 0 : seen[i].n;
    }
    cr_expect_eq(launches, l.launches, "%s: nothing else was counted", c->name);
    cr_assert_gt(launches, t.train.p->n_steps / 2);
    hy_trainer_fini(&t);
}

Test(rig_launches, a_count_is_what_a_step_launches)
{
    for (int kind = 0; kind < tiny_kinds(); kind++) {
        const struct hy_config c = tiny_config(kind, 0.1f);
        count_agrees(&c, HY_F32);
        count_agrees(&c, HY_BF16);
    }
}

static long of(const struct hy_launches *l, const char *kernel)
{
    long n = 0;
    for (int i = 0; i < l->n; i++)
        n += strcmp(l->rows[i].kernel, kernel) == 0 ? l->rows[i].n : 0;
    return n;
}

Test(rig_launches, two_products_of_one_input_are_one)
{
    const struct hy_config c = tiny_config(0, 0);
    struct hy_training g = tiny_training(seed());
    struct hy_launches joined, apart;
    cr_assert_eq(c.in_proj, HY_IN_PROJ_SEPARATE);
    cr_assert_eq(hy_launches_count(&joined, &c, &g, HY_BF16), HY_OK, "%s", hy_error());
    g.apart = true; /* where that is what a study looks at */
    cr_assert_eq(hy_launches_count(&apart, &c, &g, HY_BF16), HY_OK, "%s", hy_error());
    cr_expect_eq(of(&apart, "product") - of(&joined, "product"), 3L * c.n_layers, "one forward and two back, a layer");
    cr_expect_eq(of(&joined, "give_sums"), 1, "sums over rows of all layers are one launch");
    cr_expect_eq(of(&joined, "scan_add_up"), c.n_layers, "and those of a scan");
    cr_expect_eq(of(&joined, "round_rows"), 1,
                 "of weights none is rounded, dy of x_proj on the way; dy of the logits is");
}

/* ---- the results ---------------------------------------------------------------------- */

static void open_on(struct hy_trainer *t, const struct hy_config *c, enum hy_precision precision)
{
    const struct hy_training g = tiny_training(seed());
    cr_assert_eq(hy_trainer_init(t, c, &g, 40, hy_backend(HY_WHERE_CUDA, precision)), HY_OK, "%s", hy_error());
}

static void step(struct hy_trainer *t)
{
    tiny_batch(t, seed());
    cr_assert_eq(hy_trainer_step(t, NULL), HY_OK, "%s", hy_error());
}

static void same_values(const struct hy_weights *a, const struct hy_weights *b, const char *why)
{
    cr_assert_eq(hy_weights_pull(a), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_weights_pull(b), HY_OK, "%s", hy_error());
    cr_expect_eq(memcmp(a->data[HY_VALUES], b->data[HY_VALUES], a->length * sizeof(float)), 0, "%s", why);
}

static uint16_t nearest_bf16(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return (uint16_t)((u + 0x7fffu + (u >> 16 & 1u)) >> 16);
}

/* Whether the copy in bf16 is the values'. */
static void copy_is_fresh(const struct hy_trainer *t, const char *when)
{
    const struct hy_weights *w = &t->weights;
    uint16_t *copy = malloc(w->length * sizeof *copy);
    size_t stale = 0;
    cr_assert(copy && w->rounded);
    cr_assert_eq(hy_memory_get(t->backend, copy, w->rounded, w->length * sizeof *copy), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_weights_pull(w), HY_OK, "%s", hy_error());
    for (size_t i = 0; i < w->length; i++)
        stale += copy[i] != nearest_bf16(w->data[HY_VALUES][i]);
    cr_expect_eq(stale, 0, "%s: %zu of %zu weights have another copy", when, stale, w->length);
    free(copy);
}

Test(rig_launches, adamw_keeps_the_copy_of_the_weights)
{
    rig_open();
    for (int kind = 0; kind < tiny_kinds(); kind++) {
        const struct hy_config c = tiny_config(kind, 0.1f);
        struct hy_trainer t, f32;
        open_on(&t, &c, HY_BF16);
        copy_is_fresh(&t, "at the start");
        for (int i = 0; i < 3; i++) {
            step(&t);
            copy_is_fresh(&t, "behind a step");
        }
        for (size_t i = 0; i < t.weights.length; i++)
            t.weights.data[HY_VALUES][i] *= 1.1f;
        hy_weights_push(&t.weights);
        copy_is_fresh(&t, "behind a push");
        open_on(&f32, &c, HY_F32);
        cr_expect_eq(f32.weights.rounded, 0, "f32 has none");
        hy_trainer_fini(&t);
        hy_trainer_fini(&f32);
    }
}

/* Gradients of a program whose products read the copy, or round for themselves; the caller frees them. */
static float *gradients(const struct hy_config *c, bool with_copy, size_t *scratch, size_t *n)
{
    const struct hy_backend backend = hy_backend(HY_WHERE_CUDA, HY_BF16);
    struct hy_weights w;
    int32_t cells[TINY_BATCH * 64];
    hy_address arena = 0, room = 0;
    cr_assert_eq(hy_weights_init(&w, c, true), HY_OK);
    hy_weights_draw(&w, c, seed());
    cr_assert_eq(hy_weights_place(&w, backend), HY_OK, "%s", hy_error());
    const hy_address copy = w.rounded;
    w.rounded = with_copy ? copy : 0;
    struct hy_lm lm = hy_lm_gradients(c, &w, TINY_BATCH, c->seq_len, HY_RECOMPUTE_NOTHING, HY_BF16);
    *scratch = hy_program_scratch_bytes(lm.p, backend);
    cr_assert_eq(hy_memory_open(backend, lm.p->arena_bytes, &arena), HY_OK);
    cr_assert_eq(hy_memory_open(backend, *scratch, &room), HY_OK);
    hy_program_bind(lm.p, arena, backend);
    lm.p->scratch = room;
    lm.p->scratch_bytes = *scratch;
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        cells[i] = (int32_t)(i * 7 % (size_t)c->vocab);
    hy_program_put(lm.p, lm.ids, cells);
    hy_program_put(lm.p, lm.targets, cells);
    hy_program_run(lm.p, NULL);
    cr_assert_eq(hy_weights_pull(&w), HY_OK, "%s", hy_error());
    *n = w.length;
    float *all = malloc(w.length * sizeof *all);
    memcpy(all, w.data[HY_GRADS], w.length * sizeof *all);
    hy_lm_fini(&lm);
    hy_memory_close(backend, arena);
    hy_memory_close(backend, room);
    w.rounded = copy;
    hy_weights_fini(&w);
    return all;
}

Test(rig_launches, the_copy_gives_what_rounding_gives)
{
    rig_open();
    for (int kind = 0; kind < tiny_kinds(); kind++) {
        const struct hy_config c = tiny_config(kind, 0);
        size_t scratch[2], n;
        float *with = gradients(&c, true, &scratch[0], &n), *without = gradients(&c, false, &scratch[1], &n);
        cr_expect_eq(memcmp(with, without, n * sizeof *with), 0, "%s", c.name);
        cr_expect_lt(scratch[0], scratch[1], "what is not rounded needs no room");
        free(with);
        free(without);
    }
}

/* Sums left for the end of the backward, and a scan's that x_proj's backward adds up, are the sums. */
static int sums_agree(const struct hy_config *c, enum hy_precision precision)
{
    struct hy_trainer later, at_once;
    int held = 0;
    open_on(&later, c, precision);
    open_on(&at_once, c, precision);
    cr_assert(later.train.p->sums_later && at_once.train.p->sums_later);
    at_once.train.p->sums_later = false; /* its memory lives longer than it must */
    for (int i = 0; i < at_once.train.p->n_steps; i++) {
        held += at_once.train.p->steps[i].held_for != 0;
        at_once.train.p->steps[i].held_for = 0;
    }
    later.train.p->poison = true; /* and nothing of this one's is read too late */
    for (int i = 0; i < 3; i++) {
        step(&later);
        step(&at_once);
        cr_expect_eq(later.norm, at_once.norm, "%s in %s, step %d", c->name, hy_precision_name(precision), i);
    }
    same_values(&later.weights, &at_once.weights, c->name);
    hy_trainer_fini(&later);
    hy_trainer_fini(&at_once);
    return held;
}

Test(rig_launches, sums_of_all_rows_together)
{
    rig_open();
    int held = 0;
    for (int kind = 0; kind < tiny_kinds(); kind++) {
        const struct hy_config c = tiny_config(kind, 0.2f);
        cr_expect_eq(sums_agree(&c, HY_F32), 0, "f32 rounds nothing");
        held += sums_agree(&c, HY_BF16);
    }
    cr_assert_gt(held, 0);
}

/* Two steps as one, and each by itself. */
Test(rig_launches, pairs_give_what_both_steps_give)
{
    rig_open();
    int found = 0;
    for (int kind = 0; kind < tiny_kinds(); kind++)
        for (int bf16 = 0; bf16 < 2; bf16++) {
            const struct hy_config c = tiny_config(kind, 0.2f);
            struct hy_trainer one, two;
            open_on(&one, &c, bf16 ? HY_BF16 : HY_F32);
            open_on(&two, &c, bf16 ? HY_BF16 : HY_F32);
            one.train.p->poison = true;
            for (int i = 0; i < two.train.p->n_steps; i++) {
                found += two.train.p->steps[i].pair != NULL;
                two.train.p->steps[i].pair = NULL;
            }
            for (int i = 0; i < 3; i++) {
                step(&one);
                step(&two);
                cr_expect(one.loss == two.loss && one.norm == two.norm, "%s, step %d", c.name, i);
            }
            same_values(&one.weights, &two.weights, c.name);
            hy_trainer_fini(&one);
            hy_trainer_fini(&two);
        }
    cr_assert_gt(found, 0);
}

/* Where memory is short, cheap outputs are computed again: fewer bytes, the same bits. */
Test(rig_launches, a_full_device_computes_again)
{
    const struct hy_config c = tiny_config(0, 0.2f);
    struct hy_trainer roomy, tight;
    rig_open();
    open_on(&roomy, &c, HY_F32);
    const size_t needs = roomy.arena_bytes, weights = 4 * roomy.weights.length * sizeof(float);
    cr_assert_eq(roomy.train.p->recompute, HY_RECOMPUTE_NOTHING);
    for (int i = 0; i < 3; i++)
        step(&roomy);
    cr_assert_eq(hy_weights_pull(&roomy.weights), HY_OK);
    float *values = malloc(roomy.weights.length * sizeof *values);
    memcpy(values, roomy.weights.data[HY_VALUES], roomy.weights.length * sizeof *values);
    hy_trainer_fini(&roomy);

    char mib[32];
    hy_address rest = 0;
    snprintf(mib, sizeof mib, "%zu", (needs + weights) / (1 << 20) + 2);
    cr_assert_eq(setenv("SIMT_MEMORY", mib, 1), 0);
    const size_t left = hy_cuda_room(), leave = weights + needs + needs / 20;
    cr_assert_gt(left, leave);
    cr_assert_eq(hy_cuda_alloc(left - leave, &rest), HY_OK, "%s", hy_error());
    open_on(&tight, &c, HY_F32);
    cr_expect_eq(tight.train.p->recompute, HY_RECOMPUTE_CHEAP);
    cr_expect_lt(tight.arena_bytes, needs);
    for (int i = 0; i < 3; i++)
        step(&tight);
    cr_assert_eq(hy_weights_pull(&tight.weights), HY_OK);
    cr_expect_eq(memcmp(values, tight.weights.data[HY_VALUES], tight.weights.length * sizeof *values), 0);
    hy_trainer_fini(&tight);
    hy_cuda_free(rest);
    free(values);
}

/* A file from weights that lie side by side is one of weights that lie in their list's order. */
Test(rig_launches, the_cpu_goes_on_where_joined_weights_stopped)
{
    rig_open();
    const struct hy_config c = tiny_config(0, 0.2f);
    const struct hy_training g = tiny_training(seed());
    struct hy_trainer device, cpu;
    char path[] = "/tmp/hymbench-joined-XXXXXX";
    json_t *notes = json_object(), *back = NULL;
    cr_assert_neq(mkstemp(path), -1);
    open_on(&device, &c, HY_F32);
    cr_assert_eq(hy_trainer_init(&cpu, &c, &g, 40, hy_backend(HY_WHERE_CPU, HY_F32)), HY_OK, "%s", hy_error());
    step(&device);
    cr_assert_eq(hy_trainer_save(&device, notes, path), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_trainer_load(&cpu, path, &back), HY_OK, "%s", hy_error());
    bool moved = false;
    for (int i = 0; i < device.weights.params.n; i++) {
        const struct hy_param *q = &device.weights.params.items[i];
        moved = moved || device.weights.offset[i] != cpu.weights.offset[i];
        for (int v = 0; v < HY_VECTORS; v++)
            if (v != HY_GRADS)
                cr_expect_eq(memcmp(hy_weights_at(&device.weights, (enum hy_vector)v, i),
                                    hy_weights_at(&cpu.weights, (enum hy_vector)v, i),
                                    (size_t)q->count * sizeof(float)),
                             0, "%s", q->name);
    }
    cr_assert(moved, "the device's lie elsewhere");
    step(&device);
    step(&cpu);
    cr_expect_float_eq(device.loss, cpu.loss, 1e-4);
    json_decref(notes);
    json_decref(back);
    hy_trainer_fini(&device);
    hy_trainer_fini(&cpu);
    remove(path);
}

/* A place of the ring is not written while its copy is under way, however many are. */
Test(rig_launches, small_copies_keep_their_order)
{
    enum { N = 1000 };
    rig_open();
    hy_address at;
    int got[N];
    cr_assert_eq(hy_cuda_alloc(sizeof got, &at), HY_OK);
    for (int i = 0; i < N; i++)
        hy_cuda_put_small(at + (size_t)i * sizeof i, &i, sizeof i);
    cr_assert_eq(hy_cuda_get(got, at, sizeof got), HY_OK);
    for (int i = 0; i < N; i++)
        cr_assert_eq(got[i], i);
    hy_cuda_free(at);
}
