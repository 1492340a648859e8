/* The names of ranges against the programs that make them. */
#include <criterion/criterion.h>
#include <string.h>

#include "bench/nsight/place_ops.h"
#include "models/decode/decode.h"
#include "models/lm.h"
#include "tests/models/tiny.h"

static int checked;

static void check(const struct hy_program *p, int continues)
{
    for (int i = 0; p && i < p->n_nodes; i++) {
        const struct hy_node *n = &p->nodes[i];
        cr_expect_str_eq(hy_place_op(n->place, continues), hy_ops[n->op].name, "program %s, place %s", p->name,
                         n->place);
        checked++;
    }
}

Test(place_ops, are_those_of_every_program)
{
    const struct hy_optimizer o = {.beta1 = 0.9f, .beta2 = 0.99f, .eps = 1e-8f, .clip = 1};
    const struct hy_decoder_options options = {.batch = 2, .context = 12, .chunk = 4};
    for (int kind = 0; kind < tiny_kinds(); kind++) {
        const struct hy_config c = tiny_config(kind, 0.1f);
        const struct hy_backend host = hy_backend(HY_WHERE_CPU, HY_F32);
        struct hy_weights w;
        struct hy_decoder d;
        cr_assert_eq(hy_weights_init(&w, &c, true), HY_OK, "%s", hy_error());
        struct hy_lm train = hy_lm_train(&c, &w, TINY_BATCH, &o),
                     eval = hy_lm_eval(&c, &w, TINY_BATCH, c.seq_len, HY_F32);
        check(train.p, 0);
        check(eval.p, 0);
        cr_assert_eq(hy_decoder_init(&d, &c, &w, &options, host), HY_OK, "%s", hy_error());
        check(d.prefix.p, 1);
        check(d.fill.p, 1);
        check(d.one.p, 1);
        hy_decoder_fini(&d);
        hy_lm_fini(&train);
        hy_lm_fini(&eval);
        hy_weights_fini(&w);
    }
    cr_assert_gt(checked, 300, "%d nodes", checked);
    cr_expect_str_eq(hy_place_op("somewhere", 0), "somewhere");
    cr_expect_str_eq(hy_place_op("attention", 1), "attention", "no place of a model");
}
