#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "datasets/ngram.h"
#include "datasets/tokenizer/utf8.h"
#include "tests/datasets/data.h"

static const struct hy_split protocol = {0.9, 42, 0};

/* By hand: two training samples of two and one of validation, V = 4. */
Test(ngram, small_case_by_hand)
{
    const int32_t ids[] = {0, 1, 0, 2, 0, 1, 3};
    int order[] = {0, 1, 2};
    struct hy_samples s = {.ids = ids,
                           .n_ids = 7,
                           .seq_len = 2,
                           .n_train = 2,
                           .n_val = 1,
                           .order = order,
                           .train = order,
                           .val = order + 2};
    /* training pairs 0-1 1-0 0-2 2-0: targets 0 twice, 1 and 2 once; behind 0 two kinds in two, behind 1 one in one */
    double p1 = 2.0 / 8, p3 = 1.0 / 8; /* (1 + 1) / (4 + 4), (0 + 1) / (4 + 4) */
    double q01 = (1 + 2 * p1) / 4, q13 = (0 + 1 * p3) / 2;
    struct hy_ngram_loss r = hy_reference_lines(&s, 4);
    cr_expect_float_eq(r.uniform, log(4.0), 1e-15);
    cr_expect_float_eq(r.unigram, -(log(p1) + log(p3)) / 2, 1e-14);
    cr_expect_float_eq(r.bigram, -(log(q01) + log(q13)) / 2, 1e-14);
}

Test(ngram, unseen_input_falls_back_to_the_unigram)
{
    const int32_t ids[] = {0, 0, 0, 3, 1};
    int order[] = {0, 1};
    struct hy_samples s = {.ids = ids,
                           .n_ids = 5,
                           .seq_len = 2,
                           .n_train = 1,
                           .n_val = 1,
                           .order = order,
                           .train = order,
                           .val = order + 1};
    /* training 0-0 twice; validation 0-3 and 3-1 */
    double p = 1.0 / 6;
    struct hy_ngram_loss r = hy_reference_lines(&s, 4);
    cr_expect_float_eq(r.bigram, -(log((0 + p) / 3) + log(p)) / 2, 1e-14);
}

Test(ngram, figures_of_the_protocol)
{
    size_t bytes, n;
    char *text = real_corpus(&bytes);
    if (!text)
        cr_skip("the real corpus is not at hand: datasets/fetch.sh fetches it");
    struct hy_tokenizer t;
    struct hy_samples s;
    int32_t *ids;
    bytes = hy_utf8_prefix(text, bytes, 1003854);
    cr_assert_eq(hy_tokenizer_train(&t, text, bytes, &(struct hy_bpe_options){4096, 2}), HY_OK);
    cr_assert_eq(hy_tokenizer_encode(&t, text, bytes, &ids, &n), HY_OK);
    cr_assert_eq(hy_samples_make(&s, ids, n, 256, 16, &protocol), HY_OK);
    struct hy_ngram_loss r = hy_reference_lines(&s, t.size);
    cr_expect_float_eq(exp(r.uniform), 4096, 1e-6);
    cr_expect_float_eq(exp(r.unigram), 491, 0.5, "%g", exp(r.unigram));
    cr_expect_float_eq(exp(r.bigram), 118, 0.5, "%g", exp(r.bigram));
    hy_samples_fini(&s);
    hy_tokenizer_fini(&t);
    free(ids);
    free(text);
}
