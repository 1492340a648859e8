/* Changing token t leaves all logits before t bit-identical, for every kind of model and every ISA level. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "models/lm.h"
#include "tests/models/tiny.h"
#include "tests/seed.h"

static void run(struct hy_lm *m, const int32_t *ids, float *logits)
{
    hy_program_put(m->p, m->ids, ids);
    hy_program_run(m->p, NULL);
    cr_assert_eq(hy_program_get(m->p, m->logits, logits), HY_OK);
}

static void check(int kind, int length)
{
    struct hy_config c = tiny_config(kind, 0);
    struct hy_weights w;
    cr_assert_eq(hy_weights_init(&w, &c, false), HY_OK);
    hy_weights_draw(&w, &c, 5 + test_seed());
    for (size_t i = 0; i < w.length; i++)
        w.data[HY_VALUES][i] *= 3; /* weights that matter */
    struct hy_lm m = hy_lm_logits(&c, &w, 2, length, HY_F32);
    cr_assert_eq(hy_program_open(m.p, hy_backend(HY_WHERE_CPU, HY_F32)), HY_OK, "%s", hy_error());
    int32_t *ids = malloc(2 * (size_t)length * sizeof *ids);
    size_t row = (size_t)c.vocab, bytes = 2 * (size_t)length * row * sizeof(float);
    float *before = malloc(bytes), *logits = malloc(bytes);
    for (int i = 0; i < 2 * length; i++)
        ids[i] = i * 7 % c.vocab;
    run(&m, ids, before);
    for (int t = 0; t < length; t++) {
        int32_t old = ids[t];
        ids[t] = (old + 1) % c.vocab;
        run(&m, ids, logits);
        cr_assert_eq(memcmp(before, logits, (size_t)t * row * sizeof(float)), 0,
                     "%s, %s: token %d changed an earlier logit", c.name, hy_isa_name(hy_isa()), t);
        cr_assert_neq(memcmp(before + (size_t)t * row, logits + (size_t)t * row, row * sizeof(float)), 0,
                      "%s: token %d does not change its own logits", c.name, t);
        cr_assert_eq(memcmp(before + (size_t)length * row, logits + (size_t)length * row, (size_t)length * row * 4), 0,
                     "%s: the other sequence changed", c.name);
        ids[t] = old;
    }
    free(before);
    free(logits);
    free(ids);
    hy_lm_fini(&m);
    hy_weights_fini(&w);
}

Test(causality, every_kind_and_isa)
{
    for (int isa = HY_ISA_ANY; isa <= (int)hy_isa_of_machine(); isa++) {
        cr_assert_eq(hy_isa_set(hy_isa_name((enum hy_isa)isa)), HY_OK);
        for (int kind = 0; kind < tiny_kinds(); kind++) {
            check(kind, 17);
            check(kind, 41); /* past a tile, and past a chunk of the scan */
        }
    }
}
