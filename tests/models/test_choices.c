/* fusion and in_proj: what a hybrid may do in another way than its implementation. The kinds of tiny.h have both the
 * other way in every test of this folder; here against formulas, and against the ways that the oracle has proved. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/config/block.h"
#include "models/config/resolve.h"
#include "models/lm.h"
#include "tests/models/tiny.h"
#include "tests/seed.h"

enum { BATCH = 2, LENGTH = 17 };

/* A program for the loss and its gradients, with inputs and weights that matter. */
struct model {
    struct hy_config c;
    struct hy_weights w;
    struct hy_lm lm;
};

static void open_model(struct model *m, const struct hy_config *c, struct hy_backend backend, uint64_t seed)
{
    int32_t ids[BATCH * LENGTH], targets[BATCH * LENGTH];
    *m = (struct model){.c = *c};
    cr_assert_eq(hy_config_check(c), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_weights_init(&m->w, c, true), HY_OK, "%s", hy_error());
    hy_weights_draw(&m->w, c, seed);
    for (size_t i = 0; i < m->w.length; i++)
        m->w.data[HY_VALUES][i] *= 3;
    m->lm = hy_lm_gradients(&m->c, &m->w, BATCH, LENGTH, HY_RECOMPUTE_NOTHING, HY_F32);
    m->lm.p->poison = true;
    cr_assert_eq(hy_program_open(m->lm.p, backend), HY_OK, "%s", hy_error());
    for (int i = 0; i < BATCH * LENGTH; i++) {
        ids[i] = i * 7 % c->vocab;
        targets[i] = i * 11 % c->vocab;
    }
    hy_program_put(m->lm.p, m->lm.ids, ids);
    hy_program_put(m->lm.p, m->lm.targets, targets);
}

static void close_model(struct model *m)
{
    hy_lm_fini(&m->lm);
    hy_weights_fini(&m->w);
}

static double loss_of(struct model *m)
{
    float loss;
    hy_program_run(m->lm.p, NULL);
    cr_assert_eq(hy_program_get(m->lm.p, m->lm.loss, &loss), HY_OK, "%s", hy_error());
    return (double)loss;
}

/* ---- gradients against differences --------------------------------------------------- */

/* Along its own gradient a parameter's loss rises by the gradient's length: differences of fourth order, as the
 * oracle's own proof takes. The reference backend sums in double and stores in f32, so that the loss is rounded by some
 * 5e-7: steps change it by some 1e-3, and gradients too short for that are left to parity. */
static void check_gradient(struct model *m, int i, int *checked)
{
    static const struct {
        int steps, weight;
    } points[] = {{1, 8}, {-1, -8}, {2, -1}, {-2, 1}};
    const struct hy_param *q = &m->w.params.items[i];
    const size_t n = (size_t)q->count;
    float *values = hy_weights_at(&m->w, HY_VALUES, i), *kept = malloc(2 * n * sizeof *kept), *along = kept + n;
    double length = 0, slope = 0;
    loss_of(m);
    memcpy(kept, values, n * sizeof *kept);
    memcpy(along, hy_weights_at(&m->w, HY_GRADS, i), n * sizeof *along);
    for (size_t k = 0; k < n; k++)
        length += (double)along[k] * (double)along[k];
    length = sqrt(length);
    const double step = 1e-3 / fmax(length, 1);
    for (int p = 0; p < 4 && length > 0.05; p++) {
        for (size_t k = 0; k < n; k++)
            values[k] = (float)((double)kept[k] + points[p].steps * step * (double)along[k] / length);
        slope += points[p].weight * loss_of(m) / (12 * step);
    }
    if (length > 0.05) {
        cr_expect_float_eq(slope / length, 1, 0.03, "%s, %s: slope %g, gradient %g", m->c.name, q->name, slope, length);
        (*checked)++;
    }
    memcpy(values, kept, n * sizeof *kept);
    free(kept);
}

Test(choices, gradients_are_slopes)
{
    int kinds = 0;
    for (int kind = 0; kind < tiny_kinds(); kind++) {
        struct hy_config c = tiny_config(kind, 0);
        struct model m;
        int checked = 0;
        if (c.arch != HY_HYBRID)
            continue;
        /* one draw for all runs: with others a norm over small channels may be too curved for these steps */
        open_model(&m, &c, hy_backend(HY_WHERE_REF, HY_F32), 7);
        for (int i = 0; i < m.w.params.n; i++)
            if (m.w.params.items[i].layer == 1 || m.w.params.items[i].layer == 2) /* an owner and its consumer */
                check_gradient(&m, i, &checked);
        cr_expect_geq(checked, 16, "%s: %d gradients are large enough", c.name, checked);
        close_model(&m);
        kinds++;
    }
    cr_assert_geq(kinds, 4, "split and fused, each both ways");
}

/* ---- one way against the other --------------------------------------------------------- */

/* Every parameter of `from` that `to` has too, by name. */
static void copy_values(struct model *to, const struct model *from)
{
    for (int i = 0; i < to->w.params.n; i++) {
        const struct hy_param *q = &to->w.params.items[i], *p = hy_params_find(&from->w.params, q->name);
        if (p)
            memcpy(hy_weights_at(&to->w, HY_VALUES, i),
                   hy_weights_at(&from->w, HY_VALUES, (int)(p - from->w.params.items)),
                   (size_t)q->count * sizeof(float));
    }
}

/* Relative distance of what two models say of a vector, by its squares. */
static double apart(const float *a, const float *b, size_t n)
{
    double distance = 0, length = 0;
    for (size_t i = 0; i < n; i++) {
        cr_assert(isfinite(a[i]) && isfinite(b[i]));
        distance += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
        length += (double)b[i] * b[i];
    }
    return length > 0 ? sqrt(distance / length) : sqrt(distance);
}

/* Logits and the gradients of every parameter both have. */
static void expect_alike(struct model *a, struct model *b, const char *what)
{
    int shared = 0;
    cr_expect_float_eq(loss_of(a), loss_of(b), 1e-5, "%s", what);
    for (int i = 0; i < a->w.params.n; i++) {
        const struct hy_param *q = &a->w.params.items[i], *p = hy_params_find(&b->w.params, q->name);
        if (!p)
            continue;
        const double d = apart(hy_weights_at(&a->w, HY_GRADS, i),
                               hy_weights_at(&b->w, HY_GRADS, (int)(p - b->w.params.items)), (size_t)q->count);
        cr_expect_lt(d, 2e-4, "%s: %s differs by %g", what, q->name, d);
        shared++;
    }
    cr_assert_gt(shared, 40);
}

/* A mean is betas of a half; the oracle knows split with betas and fused without. */
Test(choices, a_mean_is_betas_of_a_half)
{
    for (int isa = HY_ISA_ANY; isa <= (int)hy_isa_of_machine(); isa++) {
        cr_assert_eq(hy_isa_set(hy_isa_name((enum hy_isa)isa)), HY_OK);
        for (int i = 0; i < hy_implementation_names.n; i++) {
            struct hy_config beta = tiny_config(0, 0), mean = beta;
            struct model a, b;
            if (hy_block_of((enum hy_implementation)i)->fusion == HY_FUSE_AUTO)
                continue; /* a block without the choice */
            beta.implementation = mean.implementation = (enum hy_implementation)i;
            beta.in_proj = mean.in_proj = HY_IN_PROJ_AUTO;
            beta.fusion = HY_FUSE_BETA;
            mean.fusion = HY_FUSE_MEAN;
            hy_config_resolve(&beta);
            hy_config_resolve(&mean);
            open_model(&a, &beta, hy_backend(HY_WHERE_CPU, HY_F32), 7 + test_seed());
            open_model(&b, &mean, hy_backend(HY_WHERE_CPU, HY_F32), 7 + test_seed());
            copy_values(&b, &a);
            int halved = 0;
            for (int k = 0; k < a.w.params.n; k++)
                for (int64_t e = 0; strstr(a.w.params.items[k].name, "beta_") && e < a.w.params.items[k].count; e++) {
                    hy_weights_at(&a.w, HY_VALUES, k)[e] = 0.5f;
                    halved++;
                }
            cr_assert_eq(halved, 2 * 5 * (i == HY_FUSED ? beta.d_inner : beta.d_model));
            cr_assert_eq(a.w.params.count - b.w.params.count, halved, "the mean has no betas");
            expect_alike(&b, &a, hy_implementation_name((enum hy_implementation)i));
            close_model(&a);
            close_model(&b);
        }
    }
}

/* One product or two: the same parameters under the same names, the same first values, the same model. */
Test(choices, products_change_no_formula)
{
    for (int i = 0; i < hy_implementation_names.n; i++) {
        struct hy_config separate = tiny_config(0, 0), shared;
        struct model a, b;
        if (hy_block_of((enum hy_implementation)i)->in_proj == HY_IN_PROJ_AUTO)
            continue;
        separate.implementation = (enum hy_implementation)i;
        separate.fusion = HY_FUSE_AUTO;
        shared = separate;
        separate.in_proj = HY_IN_PROJ_SEPARATE;
        shared.in_proj = HY_IN_PROJ_SHARED;
        hy_config_resolve(&separate);
        hy_config_resolve(&shared);
        open_model(&a, &separate, hy_backend(HY_WHERE_CPU, HY_F32), 7 + test_seed());
        open_model(&b, &shared, hy_backend(HY_WHERE_CPU, HY_F32), 7 + test_seed());
        cr_assert_eq(a.w.params.n, b.w.params.n);
        for (int k = 0; k < a.w.params.n; k++) {
            const struct hy_param *q = &a.w.params.items[k], *p = hy_params_find(&b.w.params, q->name);
            cr_assert_not_null(p, "%s", q->name);
            cr_assert_eq(memcmp(hy_weights_at(&a.w, HY_VALUES, k),
                                hy_weights_at(&b.w, HY_VALUES, (int)(p - b.w.params.items)),
                                (size_t)q->count * sizeof(float)),
                         0, "%s starts equal", q->name);
        }
        cr_expect_eq(a.lm.p->n_nodes, b.lm.p->n_nodes + separate.n_layers, "a product more in each layer");
        expect_alike(&a, &b, hy_implementation_name((enum hy_implementation)i));
        close_model(&a);
        close_model(&b);
    }
}

Test(choices, count_of_flops_is_the_programs)
{
    for (int kind = 0; kind < tiny_kinds(); kind++) {
        struct hy_config c = tiny_config(kind, 0.1f);
        struct hy_weights w;
        cr_assert_eq(hy_weights_init(&w, &c, true), HY_OK, "%s", hy_error());
        struct hy_lm m = hy_lm_gradients(&c, &w, 1, c.seq_len, HY_RECOMPUTE_NOTHING, HY_F32);
        cr_assert_eq(hy_lm_flops_per_token(&c), hy_program_flops(m.p) / c.seq_len, "%s", c.name);
        hy_lm_fini(&m);
        hy_weights_fini(&w);
    }
}
