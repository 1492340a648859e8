/* Training: reproducible bit for bit, resumable bit for bit, learning at all. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/base/file.h"
#include "models/config/resolve.h"
#include "models/train/checkpoint.h"
#include "tests/models/tiny.h"
#include "tests/seed.h"

static uint64_t seed(void)
{
    return 11 + test_seed();
}

static void open_trainer(struct hy_trainer *t, int kind, float dropout)
{
    struct hy_config c = tiny_config(kind, dropout);
    struct hy_training g = tiny_training(seed());
    cr_assert_eq(hy_config_check(&c), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_trainer_init(t, &c, &g, 40, hy_backend(HY_WHERE_CPU, HY_F32)), HY_OK, "%s", hy_error());
    t->train.p->poison = t->eval.p->poison = true;
}

static void steps(struct hy_trainer *t, int n)
{
    for (int i = 0; i < n; i++) {
        tiny_batch(t, seed());
        cr_assert_eq(hy_trainer_step(t, NULL), HY_OK, "%s", hy_error());
    }
}

static void assert_same(const struct hy_trainer *a, const struct hy_trainer *b, const char *what)
{
    static const enum hy_vector vectors[] = {HY_VALUES, HY_MOMENT1, HY_MOMENT2};
    for (int i = 0; i < 3; i++)
        cr_assert_eq(
            memcmp(a->weights.data[vectors[i]], b->weights.data[vectors[i]], a->weights.length * sizeof(float)), 0,
            "%s: %s, vector %d differs", a->config.name, what, i);
}

Test(trainer, same_seed_same_bits)
{
    for (int kind = 0; kind < tiny_kinds(); kind++) {
        struct hy_trainer a, b;
        open_trainer(&a, kind, 0.2f);
        open_trainer(&b, kind, 0.2f);
        steps(&a, 5);
        steps(&b, 5);
        assert_same(&a, &b, "two runs");
        hy_trainer_fini(&a);
        hy_trainer_fini(&b);
    }
}

Test(trainer, resumes_bit_for_bit)
{
    for (int kind = 0; kind < tiny_kinds(); kind++) {
        struct hy_trainer whole, first, second;
        char path[] = "/tmp/hymbench-state-XXXXXX";
        close(mkstemp(path));
        open_trainer(&whole, kind, 0.1f);
        steps(&whole, 9);

        open_trainer(&first, kind, 0.1f);
        steps(&first, 4);
        json_t *notes = json_pack("{si}", "answer", 42), *back = NULL;
        cr_assert_eq(hy_trainer_save(&first, notes, path), HY_OK, "%s", hy_error());
        open_trainer(&second, kind, 0.1f);
        cr_assert_eq(hy_trainer_load(&second, path, &back), HY_OK, "%s", hy_error());
        cr_assert_eq(second.step, 4);
        cr_assert(json_equal(notes, back));
        steps(&second, 5);
        assert_same(&whole, &second, "uninterrupted and resumed");

        json_decref(notes);
        json_decref(back);
        unlink(path);
        hy_trainer_fini(&whole);
        hy_trainer_fini(&first);
        hy_trainer_fini(&second);
    }
}

Test(trainer, state_of_another_variant_is_refused)
{
    struct hy_trainer a, b;
    char path[] = "/tmp/hymbench-state-XXXXXX";
    json_t *notes = json_object(), *back = NULL;
    close(mkstemp(path));
    open_trainer(&a, 0, 0);
    open_trainer(&b, 2, 0);
    cr_assert_eq(hy_trainer_save(&a, notes, path), HY_OK);
    cr_assert_eq(hy_trainer_load(&b, path, &back), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), "another configuration"), "%s", hy_error());
    unlink(path);
    json_decref(notes);
    hy_trainer_fini(&a);
    hy_trainer_fini(&b);
}

/* The same batch again and again is learnt by heart. */
Test(trainer, learns)
{
    for (int kind = 0; kind < tiny_kinds(); kind++) {
        struct hy_trainer t;
        open_trainer(&t, kind, 0);
        float first = 0;
        for (int i = 0; i < 40; i++) {
            long step = t.step;
            t.step = 0; /* the batch of step 0 */
            tiny_batch(&t, seed());
            t.step = step;
            cr_assert_eq(hy_trainer_step(&t, NULL), HY_OK, "%s", hy_error());
            first = i == 0 ? t.loss : first;
        }
        cr_expect_lt(t.loss, first - 0.3f, "%s: from %g to %g", t.config.name, (double)first, (double)t.loss);
        hy_trainer_fini(&t);
    }
}

Test(trainer, a_loss_that_is_not_finite_stops)
{
    struct hy_trainer t;
    open_trainer(&t, 0, 0);
    *hy_weights_at(&t.weights, HY_VALUES, 0) = NAN;
    tiny_batch(&t, seed());
    hy_trainer_ids(&t)[0] = 0;
    cr_assert_eq(hy_trainer_step(&t, NULL), HY_RUN_FAILED);
    cr_assert(strstr(hy_error(), "not finite"), "%s", hy_error());
    hy_trainer_fini(&t);
}

Test(trainer, evaluation_ignores_padding_and_dropout)
{
    for (int kind = 0; kind < tiny_kinds(); kind++) {
        struct hy_trainer t;
        open_trainer(&t, kind, 0.5f);
        tiny_batch(&t, seed());
        int n = TINY_BATCH * t.config.seq_len;
        int32_t ids[TINY_BATCH * 32], targets[TINY_BATCH * 32];
        memcpy(ids, hy_trainer_ids(&t), (size_t)n * sizeof *ids);
        memcpy(targets, hy_trainer_targets(&t), (size_t)n * sizeof *targets);
        double all, again, part;
        long valid, fewer;
        hy_trainer_eval(&t, ids, targets, &all, &valid, NULL);
        hy_trainer_eval(&t, ids, targets, &again, &valid, NULL);
        cr_assert_eq(all, again, "evaluation draws no dropout");
        cr_assert_eq(valid, n);
        for (int i = t.config.seq_len; i < n; i++)
            targets[i] = -1;
        hy_trainer_eval(&t, ids, targets, &part, &fewer, NULL);
        cr_assert_eq(fewer, t.config.seq_len);
        cr_assert_lt(part, all);
        cr_assert(isfinite(part) && part > 0);
        hy_trainer_fini(&t);
    }
}

/* Backends draw the same masks: a step with dropout agrees to rounding. */
Test(trainer, backends_agree_under_dropout)
{
    for (int kind = 0; kind < tiny_kinds(); kind++) {
        struct hy_config c = tiny_config(kind, 0.3f);
        struct hy_training g = tiny_training(seed());
        struct hy_trainer cpu, ref;
        cr_assert_eq(hy_trainer_init(&cpu, &c, &g, 40, hy_backend(HY_WHERE_CPU, HY_F32)), HY_OK);
        cr_assert_eq(hy_trainer_init(&ref, &c, &g, 40, hy_backend(HY_WHERE_REF, HY_F32)), HY_OK);
        for (int i = 0; i < 3; i++) {
            tiny_batch(&cpu, seed());
            tiny_batch(&ref, seed());
            cr_assert_eq(hy_trainer_step(&cpu, NULL), HY_OK);
            cr_assert_eq(hy_trainer_step(&ref, NULL), HY_OK);
            cr_expect_float_eq(cpu.loss, ref.loss, 1e-4f, "%s step %d: %g and %g", c.name, i, (double)cpu.loss,
                               (double)ref.loss);
            cr_expect_float_eq(cpu.norm, ref.norm, 1e-3f * ref.norm, "%s step %d: norms", c.name, i);
        }
        hy_trainer_fini(&cpu);
        hy_trainer_fini(&ref);
    }
}
