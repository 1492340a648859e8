/* The recall task: every query has exactly one answer, shown before, and the rest has none. */
#include <criterion/criterion.h>
#include <string.h>

#include "datasets/batches.h"
#include "datasets/mqar.h"

static const struct hy_split protocol = {0.9, 42, 0};

static const struct hy_mqar_options USUAL = {
    .samples = 60, .seq_len = 40, .vocab = 33, .least_pairs = 2, .most_pairs = 12, .seed = 7};

Test(mqar, every_query_can_be_answered)
{
    struct hy_mqar m;
    const int n = hy_mqar_values(USUAL.vocab);
    int of_size[16] = {0}, value_seen[64] = {0};
    cr_assert_eq(hy_mqar_make(&m, &USUAL), HY_OK, "%s", hy_error());
    cr_assert_eq(n, 16);
    for (int k = 0; k < USUAL.samples; k++) {
        const int32_t *x = m.ids + k * USUAL.seq_len, *y = m.targets + k * USUAL.seq_len;
        const int pairs = m.pairs[k];
        int32_t value[64] = {0};
        int queries = 0;
        for (int i = 0; i < pairs; i++) {
            cr_assert(x[2 * i] >= 1 && x[2 * i] <= n, "keys are ids 1 to n");
            cr_assert(x[2 * i + 1] > n && x[2 * i + 1] <= 2 * n, "values are the n ids behind");
            cr_assert_eq(value[x[2 * i]], 0, "a key stands for one value");
            value[x[2 * i]] = x[2 * i + 1];
            value_seen[x[2 * i + 1]]++;
        }
        for (int i = 0; i < USUAL.seq_len; i++) {
            if (i < 2 * pairs || x[i] == 0) {
                cr_assert_eq(y[i], -1, "nothing is asked here");
                continue;
            }
            cr_assert_eq(y[i], value[x[i]], "sample %d, place %d", k, i);
            value[x[i]] = -2; /* asked once */
            queries++;
        }
        cr_assert_eq(queries, pairs);
        of_size[pairs]++;
    }
    cr_assert_eq(of_size[2] + of_size[4] + of_size[8], USUAL.samples);
    cr_assert_eq(of_size[2], 20);
    cr_assert_eq(of_size[8], 20);
    for (int v = n + 1; v <= 2 * n; v++)
        cr_assert_gt(value_seen[v], 0, "value %d is never drawn", v);
    hy_mqar_fini(&m);
    hy_mqar_fini(NULL);
}

Test(mqar, seeds_decide)
{
    struct hy_mqar a, b, c;
    struct hy_mqar_options other = USUAL, more = USUAL;
    const size_t bytes = sizeof(int32_t) * (size_t)USUAL.samples * (size_t)USUAL.seq_len;
    other.seed++;
    more.samples *= 2;
    cr_assert_eq(hy_mqar_make(&a, &USUAL), HY_OK);
    cr_assert_eq(hy_mqar_make(&b, &other), HY_OK);
    cr_assert_eq(hy_mqar_make(&c, &more), HY_OK);
    cr_assert_neq(memcmp(a.ids, b.ids, bytes), 0);
    cr_assert_eq(memcmp(a.ids, c.ids, bytes), 0, "a sample does not depend on how many there are");
    cr_assert_eq(memcmp(a.targets, c.targets, bytes), 0);
    hy_mqar_fini(&a);
    hy_mqar_fini(&b);
    hy_mqar_fini(&c);
}

Test(mqar, refuses_what_does_not_fit)
{
    struct hy_mqar m;
    struct hy_mqar_options o = USUAL;
    o.most_pairs = 14;
    cr_assert_eq(hy_mqar_make(&m, &o), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), "42 places"), "%s", hy_error());
    o = USUAL;
    o.vocab = 23;
    cr_assert_eq(hy_mqar_make(&m, &o), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), "11 keys"), "%s", hy_error());
    o = USUAL;
    o.least_pairs = 0;
    cr_assert_eq(hy_mqar_make(&m, &o), HY_BAD_INPUT);
    o = USUAL;
    o.samples = 0;
    cr_assert_eq(hy_mqar_make(&m, &o), HY_BAD_INPUT);
}

Test(mqar, samples_bring_their_targets)
{
    struct hy_mqar m;
    struct hy_samples s;
    struct hy_batches b;
    int32_t x[4 * 40], y[4 * 40];
    cr_assert_eq(hy_mqar_make(&m, &USUAL), HY_OK);
    cr_assert_eq(hy_samples_make_labelled(&s, m.ids, m.targets, 60, 40, 4, &protocol), HY_OK, "%s", hy_error());
    cr_assert_eq(s.n_train, 54);
    cr_assert_eq(s.n_val, 6);
    hy_batches_init(&b, &s, 4, 1);
    cr_assert_eq(hy_batches_held(&b, HY_PART_VAL, 1, 0, x, y), 2);
    cr_assert_eq(memcmp(x, m.ids + s.val[4] * 40, sizeof(int32_t) * 40), 0);
    cr_assert_eq(memcmp(y, m.targets + s.val[4] * 40, sizeof(int32_t) * 40), 0);
    cr_assert_eq(hy_samples_coverage(&s, HY_PART_VAL, NULL, 0).characters, 0, "labels are no text");
    hy_batches_fini(&b);
    hy_samples_fini(&s);
    cr_assert_eq(hy_samples_make_labelled(&s, m.ids, m.targets, 60, 40, 55, &protocol), HY_BAD_INPUT);
    cr_assert_not_null(strstr(hy_error(), "train_fraction 0.9 of 60 samples leaves 54"), "%s", hy_error());
    cr_assert_eq(hy_samples_make_labelled(&s, m.ids, m.targets, 60, 40, 4, &(struct hy_split){0.35, 42, 0}), HY_OK);
    cr_assert_eq(s.n_train, 21);
    cr_assert_eq(s.n_val, 39);
    hy_samples_fini(&s);
    hy_mqar_fini(&m);
}
