/* Changing token t leaves all logits before t bit-identical, for every kind of model and every rung. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "models/lm.h"
#include "tests/models/tiny.h"

static void check(int kind, int length)
{
    struct hy_config c = tiny_config(kind, 0);
    struct hy_weights w;
    cr_assert_eq(hy_weights_init(&w, &c, false), HY_OK);
    hy_weights_draw(&w, &c, 5);
    for (size_t i = 0; i < w.length; i++)
        w.data[HY_VALUES][i] *= 3; /* weights that matter */
    struct hy_lm m = hy_lm_logits(&c, &w, 2, length);
    char *arena = aligned_alloc(64, m.p->arena_bytes);
    hy_program_bind(m.p, arena, HY_BACKEND_CPU);
    int32_t *ids = hy_tensor_data(m.p, m.ids);
    size_t row = (size_t)c.vocab, bytes = 2 * (size_t)length * row * sizeof(float);
    const float *logits = hy_tensor_data(m.p, m.logits);
    float *before = malloc(bytes);
    for (int i = 0; i < 2 * length; i++)
        ids[i] = i * 7 % c.vocab;
    hy_program_run(m.p, NULL);
    memcpy(before, logits, bytes);
    for (int t = 0; t < length; t++) {
        int32_t old = ids[t];
        ids[t] = (old + 1) % c.vocab;
        hy_program_run(m.p, NULL);
        cr_assert_eq(memcmp(before, logits, (size_t)t * row * sizeof(float)), 0,
                     "%s, %s: token %d changed an earlier logit", c.name, hy_isa_name(hy_isa()), t);
        cr_assert_neq(memcmp(before + (size_t)t * row, logits + (size_t)t * row, row * sizeof(float)), 0,
                      "%s: token %d does not change its own logits", c.name, t);
        cr_assert_eq(memcmp(before + (size_t)length * row, logits + (size_t)length * row, (size_t)length * row * 4), 0,
                     "%s: the other sequence changed", c.name);
        ids[t] = old;
    }
    free(before);
    free(arena);
    hy_lm_fini(&m);
    hy_weights_fini(&w);
}

Test(causality, every_kind_and_rung)
{
    for (int isa = HY_ISA_ANY; isa <= (int)hy_isa_of_machine(); isa++) {
        cr_assert_eq(hy_isa_set(hy_isa_name((enum hy_isa)isa)), HY_OK);
        for (int kind = 0; kind < TINY_KINDS; kind++) {
            check(kind, 17);
            check(kind, 41); /* past a tile, and past a chunk of the scan */
        }
    }
}
