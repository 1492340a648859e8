/* Memory: what lives together does not overlap, and the peak is what the pieces need. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "models/lm.h"
#include "tests/models/tiny.h"

struct piece {
    size_t at, bytes;
    int first, last;
};

static int collect(const struct hy_program *p, struct piece *out)
{
    int n = 0;
    for (int i = 0; i < p->n_tensors; i++) {
        const struct hy_tensor *t = &p->tensors[i];
        size_t bytes = t->rows * (size_t)t->ld * (size_t)t->bytes_per_element;
        if (t->home != HY_HOME_ARENA)
            continue;
        if (t->value_last >= 0)
            out[n++] =
                (struct piece){t->value_at, bytes, t->keep ? 0 : t->value_first, t->keep ? p->n_steps : t->value_last};
        if (t->gradient_last >= 0 && !t->gradient_in_place)
            out[n++] = (struct piece){t->gradient_at, bytes, t->gradient_first, t->gradient_last};
    }
    return n;
}

static void check(const struct hy_program *p, const char *name)
{
    static struct piece pieces[4096];
    int n = collect(p, pieces);
    size_t busiest = 0;
    cr_assert_gt(n, 20);
    for (int i = 0; i < n; i++) {
        cr_assert_leq(pieces[i].at + pieces[i].bytes, p->arena_bytes, "%s: inside the arena", name);
        for (int k = 0; k < i; k++) {
            bool together = pieces[i].first <= pieces[k].last && pieces[k].first <= pieces[i].last;
            bool overlap =
                pieces[i].at < pieces[k].at + pieces[k].bytes && pieces[k].at < pieces[i].at + pieces[i].bytes;
            cr_assert(!(together && overlap), "%s: pieces %d and %d overlap", name, i, k);
        }
    }
    for (int s = 0; s < p->n_steps; s++) {
        size_t live = 0;
        for (int i = 0; i < n; i++)
            live += pieces[i].first <= s && s <= pieces[i].last ? (pieces[i].bytes + 63) / 64 * 64 : 0;
        busiest = live > busiest ? live : busiest;
    }
    cr_assert_geq(p->arena_bytes, busiest, "%s: the peak holds the busiest moment", name);
    cr_assert_leq((double)p->arena_bytes, 1.25 * (double)busiest, "%s: %zu bytes planned for %zu", name, p->arena_bytes,
                  busiest);
}

static void pieces_are_apart(enum hy_precision stored)
{
    const struct hy_optimizer o = {.stored = stored};
    for (int kind = 0; kind < tiny_kinds(); kind++) {
        struct hy_config c = tiny_config(kind, 0.1f);
        struct hy_weights w;
        cr_assert_eq(hy_weights_init(&w, &c, true), HY_OK);
        struct hy_lm train = hy_lm_train(&c, &w, TINY_BATCH, &o),
                     eval = hy_lm_eval(&c, &w, TINY_BATCH, c.seq_len, stored);
        check(train.p, "train");
        check(eval.p, "eval");
        cr_assert_lt(eval.p->arena_bytes, train.p->arena_bytes, "evaluation keeps less");
        hy_lm_fini(&train);
        hy_lm_fini(&eval);
        hy_weights_fini(&w);
    }
}

Test(plan, pieces_that_live_together_are_apart)
{
    pieces_are_apart(HY_F32);
    pieces_are_apart(HY_BF16);
}

/* Half the bytes for an activation, and for nothing that must stay f32: what is named here, parameters, sums. */
Test(plan, activations_in_bf16)
{
    for (int kind = 0; kind < tiny_kinds(); kind++) {
        struct hy_config c = tiny_config(kind, 0.1f);
        struct hy_weights w;
        int narrow = 0;
        cr_assert_eq(hy_weights_init(&w, &c, true), HY_OK);
        const struct hy_optimizer f32 = {.stored = HY_F32}, bf16 = {.stored = HY_BF16};
        struct hy_lm in_f32 = hy_lm_train(&c, &w, TINY_BATCH, &f32), m = hy_lm_train(&c, &w, TINY_BATCH, &bf16);
        for (int i = 0; i < m.p->n_nodes; i++) {
            const struct hy_node *n = &m.p->nodes[i];
            for (int k = 0; hy_ops[n->op].slots[k].name; k++) {
                const struct hy_slot *s = &hy_ops[n->op].slots[k];
                if (n->slot[k] == HY_NONE || (s->role != HY_ROLE_IN && s->role != HY_ROLE_OUT))
                    continue;
                int bytes = m.p->tensors[n->slot[k]].bytes_per_element;
                cr_assert_eq((size_t)bytes, hy_slot_element(s, &n->sizes));
                narrow += bytes == 2;
                if (n->op == HY_OP_SCAN && strchr("dBCA", s->name[0]))
                    cr_expect_eq(bytes, 4, "%s: the scan's %s", c.name, s->name);
            }
        }
        cr_expect_gt(narrow, 5 * c.n_layers);
        cr_expect_eq(m.p->tensors[m.logits].bytes_per_element, 4);
        cr_expect_lt((double)m.p->arena_bytes, 0.85 * (double)in_f32.p->arena_bytes, "%s", c.name);
        hy_lm_fini(&in_f32);
        hy_lm_fini(&m);
        hy_weights_fini(&w);
    }
}

/* Every parameter gets a gradient written by some step, and exactly one first writer. */
Test(plan, every_parameter_has_one_first_writer)
{
    const struct hy_optimizer o = {0};
    for (int kind = 0; kind < tiny_kinds(); kind++) {
        struct hy_config c = tiny_config(kind, 0);
        struct hy_weights w;
        cr_assert_eq(hy_weights_init(&w, &c, true), HY_OK);
        struct hy_lm m = hy_lm_train(&c, &w, TINY_BATCH, &o);
        size_t covered = 0;
        for (hy_t t = 0; t < m.p->n_tensors; t++) {
            int writers = 0, first = 0;
            const struct hy_tensor *x = &m.p->tensors[t];
            if (x->home != HY_HOME_WEIGHTS || x->vector != HY_VALUES || x->cols == w.length)
                continue;
            for (int i = m.p->first_backward; i < m.p->first_update; i++) {
                const struct hy_step *s = &m.p->steps[i];
                for (int k = 0; hy_ops[m.p->nodes[s->node].op].slots[k].name; k++)
                    if (m.p->nodes[s->node].slot[k] == t && (s->wants >> k & 1)) {
                        writers++;
                        first += !(s->adds >> k & 1);
                    }
            }
            cr_assert_geq(writers, 1);
            cr_assert_eq(first, 1);
            covered += x->rows * x->cols;
        }
        cr_assert_eq(covered, (size_t)w.params.count, "%s: the tensors are all parameters", c.name);
        hy_lm_fini(&m);
        hy_weights_fini(&w);
    }
}
