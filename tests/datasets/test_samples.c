#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/batches.h"
#include "datasets/split.h"

static const struct hy_split protocol = {0.9, 42, 0};

static int32_t *counting(size_t n)
{
    int32_t *ids = malloc((n + 1) * sizeof *ids);
    for (size_t i = 0; i < n; i++)
        ids[i] = (int32_t)i;
    return ids;
}

Test(samples, cut_and_split)
{
    int32_t *ids = counting(305684);
    struct hy_samples s;
    cr_assert_eq(hy_samples_make(&s, ids, 305684, 256, 16, &protocol), HY_OK, "%s", hy_error());
    cr_assert_eq(s.n_train, 1074);
    cr_assert_eq(s.n_val, 120);
    cr_assert_eq(s.train[0], 744);
    cr_assert_eq(s.val[0], 1053);
    cr_assert_eq(hy_sample_inputs(&s, 744)[3], 744 * 256 + 3);
    cr_assert_eq(hy_sample_targets(&s, 744)[255], 744 * 256 + 256);
    hy_samples_fini(&s);
    hy_samples_fini(NULL);
    free(ids);
}

/* One id more or less than a sample needs, and one sample more or less than a batch. */
Test(samples, too_short_says_how_much_is_needed)
{
    static const struct {
        size_t n_ids;
        int batch, n_train; /* 0: refused */
        const char *needs;
    } cases[] = {
        {0, 1, 0, "needs 17"},     {16, 1, 0, "needs 17"},    {17, 1, 1, NULL}, /* 2 samples of 8 */
        {152, 16, 0, "needs 145"}, {144, 16, 0, "needs 145"}, {145, 16, 16, NULL},
        {80, 9, 0, "needs 81"},    {81, 9, 9, NULL},
    };
    int32_t *ids = counting(200);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hy_samples s;
        hy_status status = hy_samples_make(&s, ids, cases[i].n_ids, 8, cases[i].batch, &protocol);
        if (i == 3) { /* 18 samples suffice for 16: the row shows that more than needed is fine */
            cr_expect_eq(status, HY_OK);
            cr_expect_eq(s.n_train, 16);
            hy_samples_fini(&s);
            continue;
        }
        cr_expect_eq(status, cases[i].n_train ? HY_OK : HY_BAD_INPUT, "case %zu", i);
        if (cases[i].n_train) {
            cr_expect_eq(s.n_train, cases[i].n_train, "case %zu: %d", i, s.n_train);
            cr_expect_gt(s.n_val, 0, "case %zu", i);
        } else {
            cr_expect_not_null(strstr(hy_error(), cases[i].needs), "case %zu: %s", i, hy_error());
        }
        hy_samples_fini(&s);
    }
    free(ids);
}

/* The study's share decides, whatever it is; one that leaves nothing to train on is refused by its name. */
Test(samples, train_fraction_acts)
{
    static const struct {
        double fraction;
        int batch, n_train, n_val; /* of 1194 samples; n_train 0: refused */
    } cases[] = {{0.5, 16, 597, 597},  {0.8, 16, 955, 239}, {0.25, 16, 298, 896},
                 {0.999, 16, 1192, 2}, {0.001, 1, 1, 1193}, {0.001, 2, 0, 0}},
      extreme[] = {{0.001, 1, 0, 0}, {0.999, 1, 998, 1}}; /* of 999 */
    int32_t *ids = counting(305684);
    struct hy_samples s;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct hy_split split = {cases[i].fraction, 42, 0};
        hy_status status = hy_samples_make(&s, ids, 305684, 256, cases[i].batch, &split);
        cr_expect_eq(status, cases[i].n_train ? HY_OK : HY_BAD_INPUT, "%g", split.train_fraction);
        cr_expect_eq(s.n_train, cases[i].n_train, "%g: %d", split.train_fraction, s.n_train);
        cr_expect_eq(s.n_val, cases[i].n_val, "%g: %d", split.train_fraction, s.n_val);
        if (status == HY_OK) {
            cr_expect_eq(s.train[0], 744, "the permutation does not depend on the share");
            cr_expect_eq(s.val, s.train + s.n_train);
        } else {
            cr_expect_not_null(strstr(hy_error(), "train_fraction 0.001 leaves 1 samples"), "%s", hy_error());
        }
        hy_samples_fini(&s);
    }
    for (size_t i = 0; i < sizeof extreme / sizeof *extreme; i++) {
        const struct hy_split split = {extreme[i].fraction, 42, 0};
        hy_status status = hy_samples_make(&s, ids, 999 * 8 + 1, 8, 1, &split);
        cr_expect_eq(status, extreme[i].n_train ? HY_OK : HY_BAD_INPUT);
        cr_expect_eq(s.n_train, extreme[i].n_train);
        cr_expect_eq(s.n_val, extreme[i].n_val);
        if (status != HY_OK)
            cr_expect_not_null(strstr(hy_error(), "train_fraction 0.001 leaves 0 samples"), "%s", hy_error());
        hy_samples_fini(&s);
    }
    free(ids);
}

/* Testing takes from validation: what is trained on, and its order, is the same with and without it; without it all of
 * the permutation behind the training samples is for validation, as it was before there were any test samples. */
Test(samples, testing_is_kept_apart)
{
    static const struct {
        double fraction;
        int n_val, n_test; /* of 1194 samples, 1074 of them for training */
    } cases[] = {{0, 120, 0}, {0.05, 61, 59}, {0.001, 119, 1}, {0.1, 1, 119}};
    static int whole[1194], seen[1194];
    int32_t *ids = counting(305684);
    hy_torch_randperm(42, 1194, whole);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct hy_split split = {0.9, 42, cases[i].fraction};
        struct hy_samples s;
        int n = 0, m = 0;
        cr_assert_eq(hy_samples_make(&s, ids, 305684, 256, 16, &split), HY_OK, "%s", hy_error());
        cr_assert_eq(s.n_train, 1074);
        cr_assert_eq(s.n_val, cases[i].n_val, "%g: %d", split.test_fraction, s.n_val);
        cr_assert_eq(s.n_test, cases[i].n_test, "%g: %d", split.test_fraction, s.n_test);
        cr_assert_eq(memcmp(s.train, whole, 1074 * sizeof *whole), 0, "training samples stay what they are");
        cr_assert_eq(memcmp(s.val, whole + 1074, (size_t)s.n_val * sizeof *whole), 0, "in the permutation's order");
        memset(seen, 0, sizeof seen);
        for (int k = 0; k < s.n_train; k++)
            seen[s.train[k]]++;
        const int *val = hy_samples_of(&s, HY_PART_VAL, &n), *test = hy_samples_of(&s, HY_PART_TEST, &m);
        cr_assert(n == s.n_val && m == s.n_test);
        for (int k = 0; k < n; k++)
            seen[val[k]]++;
        for (int k = 0; k < m; k++)
            seen[test[k]]++;
        for (int k = 0; k < 1194; k++)
            cr_assert_eq(seen[k], 1, "sample %d is in %d parts", k, seen[k]);
        cr_assert_eq(hy_samples_reported(&s), m ? HY_PART_TEST : HY_PART_VAL);
        hy_samples_fini(&s);
    }
    free(ids);
}

Test(samples, testing_that_leaves_nothing_is_refused)
{
    static const double fractions[] = {0.0001, 0.101, 0.5};
    int32_t *ids = counting(305684);
    for (size_t i = 0; i < sizeof fractions / sizeof *fractions; i++) {
        const struct hy_split split = {0.9, 42, fractions[i]};
        struct hy_samples s;
        cr_expect_eq(hy_samples_make(&s, ids, 305684, 256, 16, &split), HY_BAD_INPUT, "%g", fractions[i]);
        cr_expect_not_null(strstr(hy_error(), "test_fraction"), "%s", hy_error());
        cr_expect_not_null(strstr(hy_error(), "of the 120 that do not train"), "%s", hy_error());
        hy_samples_fini(&s);
    }
    free(ids);
}

enum { L = 4, B = 3, N = 4 * 25 + 1 }; /* 25 samples: 22 for training, 3 for validation, 7 batches */

Test(batches, an_epoch_visits_every_sample_once)
{
    int32_t *ids = counting(N), x[B * L], y[B * L];
    struct hy_samples s;
    struct hy_batches b;
    cr_assert_eq(hy_samples_make(&s, ids, N, L, B, &protocol), HY_OK);
    cr_assert_eq(s.n_train, 22);
    hy_batches_init(&b, &s, B, 7);
    cr_assert_eq(b.per_epoch, 7);
    bool in_training[25] = {false};
    for (int i = 0; i < s.n_train; i++)
        in_training[s.train[i]] = true;
    for (int epoch = 0; epoch < 3; epoch++) {
        int seen[25] = {0}, total = 0;
        for (int k = 0; k < b.per_epoch; k++) {
            hy_batches_train(&b, epoch * b.per_epoch + k, x, y);
            for (int r = 0; r < B; r++) {
                cr_assert_eq(x[r * L] % L, 0);
                for (int i = 0; i < L; i++) {
                    cr_assert_eq(x[r * L + i], x[r * L] + i);
                    cr_assert_eq(y[r * L + i], x[r * L + i] + 1);
                }
                seen[x[r * L] / L]++;
            }
        }
        for (int k = 0; k < 25; k++) {
            cr_assert_leq(seen[k], in_training[k] ? 1 : 0, "epoch %d, sample %d", epoch, k);
            total += seen[k];
        }
        cr_assert_eq(total, 21); /* the partial batch is dropped */
    }
    hy_batches_fini(&b);
    hy_batches_fini(NULL);
    hy_samples_fini(&s);
    free(ids);
}

/* A resume asks for any step first; the order must not depend on what was asked before. */
Test(batches, a_step_is_a_function_of_seed_and_step)
{
    int32_t *ids = counting(N), forward[30][B * L], x[B * L], y[B * L];
    struct hy_samples s;
    struct hy_batches b, other;
    cr_assert_eq(hy_samples_make(&s, ids, N, L, B, &protocol), HY_OK);
    hy_batches_init(&b, &s, B, 7);
    for (int step = 0; step < 30; step++)
        hy_batches_train(&b, step, forward[step], y);
    for (int step = 29; step >= 0; step--) {
        hy_batches_init(&other, &s, B, 7);
        hy_batches_train(&other, step, x, y);
        cr_assert_arr_eq(x, forward[step], sizeof x, "step %d", step);
        hy_batches_train(&b, step, x, y);
        cr_assert_arr_eq(x, forward[step], sizeof x, "step %d, backwards", step);
        hy_batches_fini(&other);
    }
    cr_assert_arr_neq(forward[0], forward[7], sizeof x, "the next epoch has another order");
    hy_batches_init(&other, &s, B, 8);
    hy_batches_train(&other, 0, x, y);
    cr_assert_arr_neq(x, forward[0], sizeof x, "another seed has another order");
    hy_batches_fini(&other);
    hy_batches_fini(&b);
    hy_samples_fini(&s);
    free(ids);
}

Test(batches, validation_is_in_order_and_padded)
{
    enum { SAMPLES = 51, VAL = 6, LENGTH = SAMPLES * L + 1, ROWS = 4 };
    int32_t *ids = counting(LENGTH), x[ROWS * L], y[ROWS * L];
    struct hy_samples s;
    struct hy_batches b;
    cr_assert_eq(hy_samples_make(&s, ids, LENGTH, L, ROWS, &protocol), HY_OK);
    cr_assert_eq(s.n_val, VAL);
    hy_batches_init(&b, &s, ROWS, 1);
    static const struct {
        int count, batches, last_rows;
    } cases[] = {{0, 2, 2}, {-1, 2, 2}, {6, 2, 2}, {99, 2, 2}, {4, 1, 4}, {5, 2, 1}, {1, 1, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int n = hy_batches_held_count(&b, HY_PART_VAL, cases[i].count);
        cr_assert_eq(n, cases[i].batches, "count %d", cases[i].count);
        for (int k = 0; k < n; k++) {
            int rows = hy_batches_held(&b, HY_PART_VAL, k, cases[i].count, x, y);
            cr_assert_eq(rows, k == n - 1 ? cases[i].last_rows : ROWS, "count %d", cases[i].count);
            for (int r = 0; r < ROWS; r++)
                for (int j = 0; j < L; j++) {
                    int first = r < rows ? s.val[k * ROWS + r] * L + j : 0;
                    cr_assert_eq(x[r * L + j], first);
                    cr_assert_eq(y[r * L + j], r < rows ? first + 1 : -1);
                }
        }
    }
    hy_batches_fini(&b);
    hy_samples_fini(&s);
    free(ids);
}

/* The same of the samples that are kept for testing, which begin where validation ends. */
Test(batches, testing_is_in_order_and_padded)
{
    enum { SAMPLES = 51, LENGTH = SAMPLES * L + 1, ROWS = 2 };
    int32_t *ids = counting(LENGTH), x[ROWS * L], y[ROWS * L];
    struct hy_samples s;
    struct hy_batches b;
    cr_assert_eq(hy_samples_make(&s, ids, LENGTH, L, ROWS, &(struct hy_split){0.9, 42, 0.06}), HY_OK);
    cr_assert(s.n_val == 3 && s.n_test == 3);
    hy_batches_init(&b, &s, ROWS, 1);
    cr_assert_eq(hy_batches_held_count(&b, HY_PART_TEST, 0), 2);
    cr_assert_eq(hy_batches_held_count(&b, HY_PART_TEST, 2), 1);
    for (int k = 0; k < 2; k++) {
        const int rows = hy_batches_held(&b, HY_PART_TEST, k, 0, x, y);
        cr_assert_eq(rows, 2 - k);
        for (int r = 0; r < ROWS; r++)
            cr_assert_eq(y[r * L], r < rows ? s.order[48 + 2 * k + r] * L + 1 : -1);
    }
    hy_batches_fini(&b);
    hy_samples_fini(&s);
    free(ids);
}

Test(samples, bits_per_character)
{
    struct hy_tokenizer t;
    int32_t *ids;
    size_t n;
    const char text[] =
        "h\xc3\xa9llo h\xc3\xa9llo h\xc3\xa9llo h\xc3\xa9llo h\xc3\xa9llo h\xc3\xa9llo h\xc3\xa9llo h\xc3\xa9llo ";
    cr_assert_eq(hy_tokenizer_train(&t, text, sizeof text - 1, &(struct hy_bpe_options){5, 2}), HY_OK);
    cr_assert_eq(hy_tokenizer_encode(&t, text, sizeof text - 1, &ids, &n), HY_OK);
    cr_assert_eq(n, 56u); /* bytes */
    struct hy_samples s;
    cr_assert_eq(hy_samples_make(&s, ids, n, 7, 1, &protocol), HY_OK);
    struct hy_coverage c = hy_samples_coverage(&s, HY_PART_VAL, &t, 1);
    cr_expect_eq(c.tokens, 7);
    cr_expect_eq(c.bytes, 7);
    cr_expect_eq(c.characters, 6); /* one of the seven bytes continues a character */
    cr_expect_float_eq(hy_bits_per_char(log(2.0), c), 7.0 / 6.0, 1e-15);
    cr_expect(isnan(hy_bits_per_char(1.0, (struct hy_coverage){.tokens = 3})));
    hy_samples_fini(&s);
    free(ids);
    hy_tokenizer_fini(&t);
}
