/* Whole training steps of every kind of model through the CUDA backend's own code, on the host
 * rig: they agree with the CPU, whether run step by step, recorded or replayed. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/config/resolve.h"
#include "models/train/checkpoint.h"
#include "models/train/trainer.h"
#include "tests/models/tiny.h"
#include "tests/rig/rig.h"
#include "tests/seed.h"

enum { STEPS = 4, CELLS = TINY_BATCH * 64 };

static uint64_t seed(void)
{
    return 7 + test_seed();
}

static void open_on(struct hy_trainer *t, const struct hy_config *c, struct hy_backend backend)
{
    const struct hy_training g = tiny_training(seed());
    cr_assert_eq(hy_trainer_init(t, c, &g, 40, backend), HY_OK, "%s", hy_error());
}

static double relative(double a, double b)
{
    return fabs(a - b) / fabs(b);
}

/* Loss and norm of every step, and a last evaluation, within `loss` and `norm` of the CPU's. */
static void trains_like_the_cpu(const struct hy_config *c, struct hy_backend backend, double loss, double norm)
{
    struct hy_trainer cpu, device;
    open_on(&cpu, c, hy_backend(HY_WHERE_CPU, HY_F32));
    open_on(&device, c, backend);
    for (int i = 0; i < STEPS; i++) {
        tiny_batch(&cpu, seed());
        tiny_batch(&device, seed());
        cr_assert_eq(hy_trainer_step(&cpu, NULL), HY_OK, "%s", hy_error());
        cr_assert_eq(hy_trainer_step(&device, NULL), HY_OK, "%s", hy_error());
        cr_expect_lt(relative(device.loss, cpu.loss), loss, "%s on %s, step %d: loss %g, the CPU has %g", c->name,
                     hy_backend_name(backend), i, (double)device.loss, (double)cpu.loss);
        cr_expect_lt(relative(device.norm, cpu.norm), norm, "%s on %s, step %d: norm %g, the CPU has %g", c->name,
                     hy_backend_name(backend), i, (double)device.norm, (double)cpu.norm);
    }
    int32_t ids[CELLS], targets[CELLS];
    double there, here;
    long valid;
    cr_assert_leq(TINY_BATCH * c->seq_len, CELLS);
    memcpy(ids, hy_trainer_ids(&cpu), sizeof(int32_t) * (size_t)(TINY_BATCH * c->seq_len));
    memcpy(targets, hy_trainer_targets(&cpu), sizeof(int32_t) * (size_t)(TINY_BATCH * c->seq_len));
    targets[3] = -1;
    cr_assert_eq(hy_trainer_eval(&cpu, ids, targets, &here, &valid, NULL), HY_OK);
    cr_assert_eq(hy_trainer_eval(&device, ids, targets, &there, &valid, NULL), HY_OK, "%s", hy_error());
    cr_expect_lt(relative(there, here), loss, "%s on %s: evaluated to %g, the CPU has %g", c->name,
                 hy_backend_name(backend), there, here);
    hy_trainer_fini(&cpu);
    hy_trainer_fini(&device);
}

Test(rig_train, every_kind_in_f32)
{
    rig_open();
    for (int kind = 0; kind < tiny_kinds(); kind++) {
        struct hy_config c = tiny_config(kind, 0.3f);
        trains_like_the_cpu(&c, hy_backend(HY_WHERE_CUDA, HY_F32), 1e-4, 1e-3);
    }
}

Test(rig_train, without_meta_tokens_and_sharing)
{
    rig_open();
    for (int kind = 0; kind < tiny_kinds(); kind++) {
        struct hy_config c = tiny_config(kind, 0.1f);
        c.meta_tokens = 0;
        c.n_groups = 0;
        hy_config_resolve(&c);
        trains_like_the_cpu(&c, hy_backend(HY_WHERE_CUDA, HY_F32), 1e-4, 1e-3);
    }
}

Test(rig_train, rounded_products)
{
    rig_open();
    for (int kind = 0; kind < tiny_kinds(); kind++) {
        struct hy_config c = tiny_config(kind, 0.3f);
        trains_like_the_cpu(&c, hy_backend(HY_WHERE_CUDA, HY_TF32), 2e-3, 2e-2);
        trains_like_the_cpu(&c, hy_backend(HY_WHERE_CUDA, HY_BF16), 2e-2, 1e-1);
    }
}

static void copy_gradients(const struct hy_weights *w, float *to)
{
    cr_assert_eq(hy_weights_pull(w), HY_OK, "%s", hy_error());
    memcpy(to, w->data[HY_GRADS], w->length * sizeof *to);
}

static void begin(void *ctx, const struct hy_trace_event *event)
{
    (void)event;
    ++*(int *)ctx;
}

static void end(void *ctx)
{
    (void)ctx;
}

/* Step by step, while recording, replayed, and with a listener: the same bits. */
Test(rig_train, recorded_runs_give_the_same_bits)
{
    rig_open();
    for (int kind = 0; kind < tiny_kinds(); kind++) {
        struct hy_config c = tiny_config(kind, 0);
        struct hy_weights w;
        int ranges = 0;
        const struct hy_trace trace = {&ranges, begin, end};
        int32_t cells[CELLS];
        cr_assert_eq(hy_weights_init(&w, &c, true), HY_OK);
        hy_weights_draw(&w, &c, seed());
        struct hy_lm lm = hy_lm_gradients(&c, &w, TINY_BATCH, c.seq_len, HY_RECOMPUTE_CHEAP, HY_F32);
        cr_assert_eq(hy_program_open(lm.p, hy_backend(HY_WHERE_CUDA, HY_F32)), HY_OK, "%s", hy_error());
        for (int i = 0; i < CELLS; i++)
            cells[i] = i * 7 % c.vocab;
        float *first = calloc(w.length, sizeof *first), *again = calloc(w.length, sizeof *again);
        for (int run = 0; run < 4; run++) {
            hy_program_put(lm.p, lm.ids, cells);
            hy_program_put(lm.p, lm.targets, cells);
            hy_program_run(lm.p, run == 3 ? &trace : NULL);
            copy_gradients(&w, run == 0 ? first : again);
            cr_assert_eq(lm.p->graph != NULL, run > 0, "recorded from the second run on");
            if (run > 0)
                cr_expect_eq(memcmp(first, again, w.length * sizeof *first), 0, "%s: run %d has other bits", c.name,
                             run);
        }
        cr_assert_gt(ranges, lm.p->n_steps);
        free(first);
        free(again);
        hy_lm_fini(&lm);
        hy_weights_fini(&w);
    }
}

/* Stopped, saved, loaded, continued: as if nothing had happened, and the CPU can go on with the file. */
Test(rig_train, resumes_bit_for_bit)
{
    rig_open();
    struct hy_config c = tiny_config(0, 0.2f);
    struct hy_trainer whole, first, second;
    char path[] = "/tmp/hymbench-rig-XXXXXX";
    json_t *notes = json_object(), *back = NULL;
    cr_assert_neq(mkstemp(path), -1);
    open_on(&whole, &c, hy_backend(HY_WHERE_CUDA, HY_F32));
    open_on(&first, &c, hy_backend(HY_WHERE_CUDA, HY_F32));
    open_on(&second, &c, hy_backend(HY_WHERE_CUDA, HY_F32));
    for (int i = 0; i < 4; i++) {
        struct hy_trainer *t = i < 2 ? &first : &second;
        if (i == 2) {
            cr_assert_eq(hy_trainer_save(&first, notes, path), HY_OK, "%s", hy_error());
            cr_assert_eq(hy_trainer_load(&second, path, &back), HY_OK, "%s", hy_error());
        }
        tiny_batch(&whole, seed());
        tiny_batch(t, seed());
        cr_assert_eq(hy_trainer_step(&whole, NULL), HY_OK);
        cr_assert_eq(hy_trainer_step(t, NULL), HY_OK);
        cr_assert_eq(whole.loss, t->loss, "step %d", i);
    }
    cr_assert_eq(hy_weights_pull(&whole.weights), HY_OK);
    cr_assert_eq(hy_weights_pull(&second.weights), HY_OK);
    cr_assert_eq(
        memcmp(whole.weights.data[HY_VALUES], second.weights.data[HY_VALUES], whole.weights.length * sizeof(float)), 0);
    json_decref(notes);
    json_decref(back);
    hy_trainer_fini(&whole);
    hy_trainer_fini(&first);
    hy_trainer_fini(&second);
    remove(path);
}

/* Batches that were queued give the steps that the same ones written one by one give. */
Test(rig_train, queued_batches)
{
    rig_open();
    const struct hy_config c = tiny_config(0, 0.2f);
    struct hy_trainer written, queued;
    const size_t cells = (size_t)(TINY_BATCH * c.seq_len);
    int32_t *ids = malloc(2 * STEPS * cells * sizeof *ids), *targets = ids + STEPS * cells;
    float losses[STEPS];
    open_on(&written, &c, hy_backend(HY_WHERE_CUDA, HY_F32));
    open_on(&queued, &c, hy_backend(HY_WHERE_CUDA, HY_F32));
    for (int i = 0; i < STEPS; i++) {
        tiny_batch(&written, seed());
        memcpy(ids + (size_t)i * cells, hy_trainer_ids(&written), cells * sizeof *ids);
        memcpy(targets + (size_t)i * cells, hy_trainer_targets(&written), cells * sizeof *targets);
        cr_assert_eq(hy_trainer_step(&written, NULL), HY_OK, "%s", hy_error());
        losses[i] = written.loss;
    }
    cr_assert_eq(hy_trainer_queue(&queued, ids, targets, STEPS), HY_OK, "%s", hy_error());
    memset(ids, 0, 2 * STEPS * cells * sizeof *ids); /* they were taken at once */
    for (int i = 0; i < STEPS; i++) {
        cr_assert_eq(hy_trainer_queued(&queued), STEPS - i);
        cr_assert_eq(hy_trainer_step(&queued, NULL), HY_OK, "%s", hy_error());
        cr_expect_eq(queued.loss, losses[i], "step %d", i);
    }
    cr_assert_eq(hy_trainer_queued(&queued), 0);
    free(ids);
    hy_trainer_fini(&written);
    hy_trainer_fini(&queued);
}

static void queue_random(struct hy_trainer *t, int n)
{
    const size_t cells = (size_t)(TINY_BATCH * t->config.seq_len);
    int32_t *ids = malloc(2 * (size_t)n * cells * sizeof *ids), *targets = ids + (size_t)n * cells;
    cr_assert_not_null(ids);
    for (int i = 0; i < n; i++, t->step++) {
        tiny_batch(t, seed());
        memcpy(ids + (size_t)i * cells, hy_trainer_ids(t), cells * sizeof *ids);
        memcpy(targets + (size_t)i * cells, hy_trainer_targets(t), cells * sizeof *targets);
    }
    t->step -= n;
    cr_assert_eq(hy_trainer_queue(t, ids, targets, n), HY_OK, "%s", hy_error());
    free(ids);
}

/* Once recorded, steps are launched without a wait, as many as there is room for; what they came to is the
 * same as if each had been waited for. */
Test(rig_train, steps_that_nobody_waits_for)
{
    enum { N = HY_STEPS_AHEAD + 3 };
    rig_open();
    struct hy_config c = tiny_config(0, 0.2f); /* smaller still: it takes many steps */
    c.n_layers = 1;
    c.n_groups = 0;
    c.seq_len = 4;
    hy_config_resolve(&c);
    struct hy_trainer ahead, single;
    const struct hy_step_result *results;
    int n, seen = 0;
    open_on(&ahead, &c, hy_backend(HY_WHERE_CUDA, HY_F32));
    open_on(&single, &c, hy_backend(HY_WHERE_CUDA, HY_F32));
    queue_random(&ahead, N);
    queue_random(&single, N);
    while (seen < N) {
        const long waits = simt_waits();
        while (!hy_trainer_full(&ahead) && ahead.step < N)
            hy_trainer_launch(&ahead, NULL);
        cr_expect_eq(simt_waits(), waits, "launching %d steps waits %ld times", ahead.launched, simt_waits() - waits);
        cr_assert_eq(hy_trainer_collect(&ahead, &results, &n), HY_OK, "%s", hy_error());
        cr_assert_eq(n, seen == 0 ? HY_STEPS_AHEAD : N - HY_STEPS_AHEAD);
        for (int i = 0; i < n; i++, seen++) {
            cr_assert_eq(hy_trainer_step(&single, NULL), HY_OK, "%s", hy_error());
            cr_expect_eq(results[i].step, single.step);
            cr_expect(results[i].loss == single.loss && results[i].norm == single.norm && results[i].lr == single.lr,
                      "step %ld: loss %g, one by one %g", single.step, (double)results[i].loss, (double)single.loss);
        }
        cr_assert(ahead.loss == single.loss && ahead.step == single.step);
    }
    cr_assert_eq(hy_trainer_collect(&ahead, &results, &n), HY_OK);
    cr_assert_eq(n, 0, "nothing was launched since");
    hy_trainer_fini(&ahead);
    hy_trainer_fini(&single);
}

/* The results end with the first step that is not finite, though later ones were launched. */
Test(rig_train, a_loss_that_is_not_finite_is_found_when_it_is_read)
{
    rig_open();
    const struct hy_config c = tiny_config(0, 0);
    struct hy_trainer t;
    const struct hy_step_result *results;
    int n;
    open_on(&t, &c, hy_backend(HY_WHERE_CUDA, HY_F32));
    queue_random(&t, 6);
    for (int i = 0; i < 6; i++) {
        if (i == 3)
            t.training.lr = INFINITY; /* the step that has it updates with it; the next one's loss shows */
        hy_trainer_launch(&t, NULL);
    }
    cr_assert_eq(t.step, 6);
    cr_assert_eq(hy_trainer_collect(&t, &results, &n), HY_RUN_FAILED);
    cr_assert(strstr(hy_error(), "the loss is not finite at step 5"), "%s", hy_error());
    cr_assert(n == 5 && t.step == 5 && isfinite(results[3].loss) && !isfinite(t.loss));
    hy_trainer_fini(&t);
}

/* ---- when the device fails ------------------------------------------------------------ */

static void step_until_it_fails(const char *fault, const char *part)
{
    struct hy_config c = tiny_config(0, 0);
    struct hy_trainer t;
    hy_status status = HY_OK;
    open_on(&t, &c, hy_backend(HY_WHERE_CUDA, HY_F32));
    simt_fail(fault);
    for (int i = 0; i < 5 && status == HY_OK; i++) {
        tiny_batch(&t, seed());
        status = hy_trainer_step(&t, NULL);
    }
    cr_assert_eq(status, HY_RUN_FAILED, "'%s' stops the training", fault);
    cr_assert(strstr(hy_error(), part), "'%s' is not in: %s", part, hy_error());
    cr_assert_null(strchr(hy_error(), '\n'));
    hy_trainer_fini(&t);
}

Test(rig_train, a_kernel_that_faults_stops_with_one_sentence)
{
    rig_open();
    step_until_it_fails("cudaGraphLaunch:2:700", "kept");
}

Test(rig_train, an_ecc_error_stops_with_one_sentence)
{
    rig_open();
    step_until_it_fails("cudaStreamSynchronize:3:214", "ECC");
}

Test(rig_train, a_recording_that_fails_stops_with_one_sentence)
{
    rig_open();
    step_until_it_fails("cudaGraphInstantiate:1:2", "recording a program");
}

Test(rig_train, no_memory_says_how_much)
{
    rig_open();
    struct hy_config c = tiny_config(0, 0);
    const struct hy_training g = tiny_training(seed());
    for (int call = 1; call <= 5; call++) { /* four vectors of weights, then the activations */
        struct hy_trainer t;
        char fault[64];
        snprintf(fault, sizeof fault, "cudaMalloc:%d:2", call);
        simt_fail(fault);
        cr_assert_eq(hy_trainer_init(&t, &c, &g, 40, hy_backend(HY_WHERE_CUDA, HY_F32)), HY_RUN_FAILED, "allocation %d",
                     call);
        cr_assert(strstr(hy_error(), "MiB are needed"), "%s", hy_error());
        cr_assert(strstr(hy_error(), c.name), "%s", hy_error());
    }
    simt_fail(NULL);
    struct hy_trainer t; /* the device goes on */
    open_on(&t, &c, hy_backend(HY_WHERE_CUDA, HY_F32));
    hy_trainer_fini(&t);
}

/* ---- memory that rows need while they run ----------------------------------------------- */

static size_t taken(void)
{
    size_t left, all;
    cr_assert_eq(cudaMemGetInfo(&left, &all), cudaSuccess);
    return all - left;
}

/* Nothing is taken by running, what is taken was planned, and it goes with the trainer. */
Test(rig_train, all_memory_is_planned)
{
    enum { ROUNDING = 7 * 256 }; /* blocks start on 256 bytes: five vectors of weights, activations, scratch */
    rig_open();
    const size_t before = taken(), results = 256; /* kept behind the arena */
    for (int kind = 0; kind < tiny_kinds(); kind++)
        for (int bf16 = 0; bf16 < 2; bf16++) {
            struct hy_config c = tiny_config(kind, 0);
            struct hy_trainer t;
            double nll;
            long valid;
            if (bf16)
                c.d_state = 24; /* more than a kernel takes at once: the scan adds up slabs, in f32 */
            open_on(&t, &c, bf16 ? hy_backend(HY_WHERE_CUDA, HY_BF16) : hy_backend(HY_WHERE_CUDA, HY_F32));
            cr_assert_eq(t.scratch_bytes > 0, bf16, "%s: %zu bytes of scratch", c.name, t.scratch_bytes);
            const size_t open = taken() - before, planned = hy_trainer_planned_bytes(&t) + results;
            cr_expect(open >= planned && open <= planned + ROUNDING, "%s: %zu bytes are taken, %zu planned", c.name,
                      open, planned);
            for (int i = 0; i < 3; i++) { /* the second one is recorded, the third one replayed */
                tiny_batch(&t, seed());
                cr_assert_eq(hy_trainer_step(&t, NULL), HY_OK, "%s", hy_error());
            }
            cr_assert_eq(hy_trainer_eval(&t, hy_trainer_ids(&t), hy_trainer_targets(&t), &nll, &valid, NULL), HY_OK,
                         "%s", hy_error());
            cr_expect_eq(taken() - before, open, "%s: running takes memory", c.name);
            hy_trainer_fini(&t);
            cr_expect_eq(taken(), before, "%s: memory stays behind", c.name);
        }
}

/* The run that finds none of it left fails with one sentence; the next one has the device. */
Test(rig_train, no_memory_for_rows_ends_one_run_only)
{
    rig_open();
    struct hy_config c = tiny_config(0, 0);
    const struct hy_training g = tiny_training(seed());
    struct hy_trainer t;
    simt_fail("cudaMalloc:7:2"); /* behind four vectors of weights, their copy in bf16, and the activations */
    cr_assert_eq(hy_trainer_init(&t, &c, &g, 40, hy_backend(HY_WHERE_CUDA, HY_BF16)), HY_RUN_FAILED);
    cr_assert(strstr(hy_error(), "MiB are needed") && strstr(hy_error(), c.name), "%s", hy_error());
    simt_fail(NULL);
    open_on(&t, &c, hy_backend(HY_WHERE_CUDA, HY_BF16));
    tiny_batch(&t, seed());
    cr_assert_eq(hy_trainer_step(&t, NULL), HY_OK, "%s", hy_error());
    hy_trainer_fini(&t);
}
