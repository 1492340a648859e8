/* The operands of a call at several places: the same operands, whichever op's they are, and taken in turns. */
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "bench/harness/cases.h"
#include "bench/harness/places.h"
#include "bench/harness/sample.h"
#include "kernels/base/threads.h"
#include "kernels/dispatch.h"
#include "kernels/sizes.h"
#include "kernels/trial/op_case.h"

static bool lies_in(const void *p, const void *from, size_t bytes)
{
    return (uintptr_t)p >= (uintptr_t)from && (uintptr_t)p < (uintptr_t)from + bytes;
}

/* Whether a kernel there touches what lies there and nothing of the first place. */
static void points_into(enum hy_op_id op, const union hy_args *args, const void *from, size_t bytes)
{
    for (const struct hy_slot *s = hy_ops[op].slots; s->name; s++) {
        const void *p;
        memcpy(&p, (const char *)args + s->offset, sizeof p); /* of in and out too it is what comes first */
        if (s->role == HY_ROLE_IDS || p == NULL)
            continue;
        cr_assert(lies_in(p, from, bytes), "%s of %s lies elsewhere", s->name, hy_ops[op].name);
    }
}

static void same_at_the_next_place(const struct hy_bench_case *c, enum hy_pass pass, enum hy_precision precision)
{
    const struct hy_kernel *k = hy_kernel_in(precision, c->op, pass);
    if (k == NULL || k->precision != precision)
        return;
    const struct op_case cut = {.op = c->op, .why = c->name, .sizes = hy_sizes_cut(c->op, &c->small)};
    const struct op_mode mode = {
        .name = "places", .seed = 3, .pass = pass, .p = c->p, .precision = precision, .either = ~0u};
    struct op_trial *trial = op_trial_open(&cut, &mode);
    struct op_operands *first = op_operands_open(trial, &c->small);
    struct hy_places p;
    size_t bytes, there;
    op_operands_unmask(trial, first);
    hy_places_open(&p, c->op, first);
    const void *at_first = hy_places_memory(&p, &bytes);
    const union hy_args *args = hy_places_args(&p);
    if (p.most > 1) {
        hy_places_next(&p);
        const void *at = hy_places_memory(&p, &there);
        cr_assert_eq(there, bytes);
        cr_assert_neq(at, at_first);
        cr_assert_eq(memcmp(at, at_first, bytes), 0);
        points_into(c->op, hy_places_args(&p), at, bytes);
        k->run(args);
        k->run(hy_places_args(&p));
        cr_assert_eq(memcmp(at, at_first, bytes), 0, "%s computes something else there", k->name);
    }
    hy_places_close(&p);
    op_trial_close(trial);
}

Test(places, hold_the_same_operands, .timeout = 100)
{
    hy_threads_set(1); /* whose scratch it was is nobody's business */
    for (const struct hy_bench_case *c = hy_bench_cases; c->name; c++)
        for (int pass = 0; pass < HY_PASSES; pass++) {
            same_at_the_next_place(c, (enum hy_pass)pass, HY_F32);
            if (hy_precision_check(HY_BF16) == HY_OK)
                same_at_the_next_place(c, (enum hy_pass)pass, HY_BF16);
        }
}

Test(places, as_many_as_fit)
{
    const union hy_args small = {.rmsnorm = {.rows = 200, .D = 64, .eps = 1e-6f}},
                        large = {.rmsnorm = {.rows = 400000, .D = 64, .eps = 1e-6f}};
    const struct op_case c = {.op = HY_OP_RMSNORM, .why = "t", .sizes = hy_sizes_cut(HY_OP_RMSNORM, &small)};
    const struct op_mode m = {.name = "t", .seed = 5, .pass = HY_FORWARD};
    struct op_trial *trial = op_trial_open(&c, &m);
    struct hy_places p;
    size_t bytes;
    hy_places_open(&p, HY_OP_RMSNORM, op_operands_open(trial, &small));
    const bool together = hy_places_memory(&p, &bytes) != NULL;
    cr_assert_eq(p.most, together ? HY_MOST_PLACES : 1);
    cr_assert_eq(p.n, 1, "copies are made when their turn comes");
    for (int i = 0; i < 2 * p.most; i++)
        hy_places_next(&p);
    cr_assert_eq(p.n, p.most);
    cr_assert_eq(p.now, 0);
    hy_places_close(&p);
    hy_places_open(&p, HY_OP_RMSNORM, op_operands_open(trial, &large));
    cr_assert_eq(p.most, 1, "of 200 MB");
    hy_places_next(&p);
    cr_assert_eq(p.n, 1);
    hy_places_close(&p);
    op_trial_close(trial);
}

/* A call that is slower at every second place. */
struct uneven {
    int place, places, moves;
    volatile double sum;
};

static void work(void *ctx)
{
    struct uneven *u = ctx;
    for (int i = 0; i < 20000 * (1 + u->place % 2); i++)
        u->sum += 1 / (double)(i + 1);
}

static void next(void *ctx)
{
    struct uneven *u = ctx;
    u->place = (u->place + 1) % u->places;
    u->moves++;
}

Test(places, samples_are_taken_at_all_of_them)
{
    struct uneven u = {.places = 8};
    const struct hy_sampling s = {
        .rule = {.min_samples = 40, .max_samples = 4000, .min_seconds = 0.05, .max_noise_pct = 1000, .timeout = 20},
        .name = "uneven",
        .next = next,
        .places = &u};
    struct hy_sampled out;
    hy_sample(&out, &s, work, &u);
    cr_assert_geq(u.moves, u.places, "%d moves in %zu samples", u.moves, out.ns.n);
    cr_assert_gt(out.ns.q3, 1.3 * out.ns.q1, "both kinds of places are among the samples: %g to %g", out.ns.q1,
                 out.ns.q3);
}
