#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/corpus.h"
#include "datasets/tokenizer/utf8.h"
#include "kernels/base/file.h"
#include "tests/datasets/data.h"

Test(bpe_train, unicode_text)
{
    size_t bytes, i;
    char *text = data_text(BPE_DATA "unicode.txt", &bytes);
    json_t *root = data_json("train.json"), *row;
    json_array_foreach(json_object_get(root, "unicode"), i, row)
    {
        char *name = hy_format("unicode %zu", i);
        check_training(row, text, bytes, name);
        free(name);
    }
    cr_assert_eq(i, 4u);
    json_decref(root);
    free(text);
}

Test(bpe_train, small_texts)
{
    size_t i, checked = 0;
    json_t *root = data_json("train.json"), *row;
    json_array_foreach(json_object_get(root, "inline"), i, row)
    {
        const json_t *text = json_object_get(row, "text");
        check_training(row, json_string_value(text), json_string_length(text),
                       json_string_value(json_object_get(row, "name")));
        checked++;
    }
    /* few letters, so that one token arises from different merges */
    json_array_foreach(json_object_get(root, "random"), i, row)
    {
        const json_t *text = json_object_get(row, "text");
        check_training(row, json_string_value(text), json_string_length(text), json_string_value(text));
        checked++;
    }
    cr_assert_gt(checked, 60u);
    json_decref(root);
}

Test(bpe_train, built_in_text)
{
    struct hy_corpus c;
    json_t *root = data_json("train.json");
    const json_t *figures = json_object_get(root, "synthetic");
    hy_corpus_synthetic(&c);
    cr_assert_str_eq(c.sha256, json_string_value(json_object_get(figures, "text_sha256")),
                     "the built-in text has changed: run make_bpe.py --synthetic");
    check_training(figures, c.text, c.bytes, "synthetic");
    json_decref(root);
    hy_corpus_fini(&c);
}

/* The figures of the protocol; the text itself is no part of the project. */
Test(bpe_train, the_study_s_text)
{
    size_t bytes, n;
    char *text = real_corpus(&bytes);
    if (!text)
        cr_skip("the real corpus is not at hand: datasets/fetch.sh fetches it");
    static const int32_t first[] = {453, 931, 12,  67, 2019, 144, 2436, 619, 1980, 8,
                                    490, 133, 434, 10, 67,   67,  1068, 12,  67,   2221};
    struct hy_tokenizer t;
    int32_t *ids;
    char hex[65];
    bytes = hy_utf8_prefix(text, bytes, 1003854);
    cr_assert_eq(hy_tokenizer_train(&t, text, bytes, &(struct hy_bpe_options){4096, 2}), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_tokenizer_encode(&t, text, bytes, &ids, &n), HY_OK, "%s", hy_error());
    cr_assert_eq(n, 305684u);
    cr_assert_arr_eq(ids, first, sizeof first);
    ids_sha256(ids, n, hex);
    cr_assert_str_eq(hex, "dd32716604b6888afb4aacb0c38e6025218462a99c58d6851443849a55eb15e7");

    char *back;
    size_t back_bytes;
    cr_assert_eq(hy_tokenizer_decode(&t, ids, n, true, &back, &back_bytes), HY_OK);
    cr_assert(back_bytes == bytes && memcmp(back, text, bytes) == 0);
    free(back);
    free(ids);
    free(text);
    hy_tokenizer_fini(&t);
}

Test(bpe_train, refuses_what_is_not_utf8)
{
    struct hy_tokenizer t;
    cr_assert_eq(hy_tokenizer_train(&t, "abc\xff", 4, &(struct hy_bpe_options){300, 2}), HY_BAD_INPUT);
    cr_expect_not_null(strstr(hy_error(), "offset 3"), "%s", hy_error());
    cr_expect_null(t.tokens);
    hy_tokenizer_fini(&t);
    hy_tokenizer_fini(NULL);
}
