#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/datasets/data.h"
#include "tests/seed.h"

static void expect_ids(const struct hy_tokenizer *t, const json_t *text, const json_t *expected, const char *name,
                       size_t row)
{
    int32_t *ids;
    size_t n;
    cr_assert_eq(hy_tokenizer_encode(t, json_string_value(text), json_string_length(text), &ids, &n), HY_OK, "%s",
                 hy_error());
    cr_assert_not_null(ids);
    cr_assert_eq(n, json_array_size(expected), "%s, text %zu: %zu ids for %zu", name, row, n,
                 json_array_size(expected));
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(ids[i], json_integer_value(json_array_get(expected, i)), "%s, text %zu, id %zu: %d", name, row, i,
                     (int)ids[i]);
    free(ids);
}

Test(bpe_encode, random_strings)
{
    struct hy_tokenizer t;
    size_t i;
    json_t *rows = data_json("strings.json"), *row;
    cr_assert_eq(hy_tokenizer_load(&t, BPE_DATA "unicode.json"), HY_OK, "%s", hy_error());
    json_array_foreach(rows, i, row) expect_ids(&t, json_array_get(row, 0), json_array_get(row, 1), "strings", i);
    cr_assert_eq(i, 100u);
    json_decref(rows);
    hy_tokenizer_fini(&t);
}

/* Added tokens in two passes, no unk, fused unk, ignored merges, merges as strings; decoding too. */
Test(bpe_encode, other_tokenizers)
{
    size_t i, k, checked = 0;
    json_t *cases = data_json("added.json"), *one, *row;
    json_array_foreach(cases, i, one)
    {
        struct hy_tokenizer t;
        const char *name = json_string_value(json_object_get(one, "name"));
        char *json = json_dumps(json_object_get(one, "tokenizer"), JSON_COMPACT);
        cr_assert_eq(hy_tokenizer_parse(&t, json, strlen(json), name), HY_OK, "%s", hy_error());
        json_array_foreach(json_object_get(one, "texts"), k, row)
        {
            const json_t *expected = json_array_get(row, 1), *decoded = json_array_get(row, 2);
            expect_ids(&t, json_array_get(row, 0), expected, name, k);
            int32_t ids[64];
            size_t n = json_array_size(expected), bytes;
            char *text;
            cr_assert_leq(n, 64u);
            for (size_t j = 0; j < n; j++)
                ids[j] = (int32_t)json_integer_value(json_array_get(expected, j));
            cr_assert_eq(hy_tokenizer_decode(&t, ids, n, false, &text, &bytes), HY_OK);
            /* where ids cut characters `tokenizers` writes U+FFFD; bytes are bytes here */
            if (!memmem(json_string_value(decoded), json_string_length(decoded), "\xef\xbf\xbd", 3))
                cr_assert(bytes == json_string_length(decoded) && memcmp(text, json_string_value(decoded), bytes) == 0,
                          "%s, text %zu: '%s'", name, k, text);
            free(text);
            checked++;
        }
        free(json);
        hy_tokenizer_fini(&t);
    }
    cr_assert_gt(checked, 80u);
    json_decref(cases);
}

/* The definition, without a queue: the lowest rank, leftmost, again and again. */
static size_t merge_plainly(const struct hy_tokenizer *t, int32_t *ids, size_t n)
{
    for (;;) {
        size_t best = n;
        int32_t best_rank = INT32_MAX;
        for (size_t i = 0; i + 1 < n; i++) {
            int32_t rank = hy_tokenizer_rank(t, ids[i], ids[i + 1]);
            if (rank >= 0 && rank < best_rank) {
                best_rank = rank;
                best = i;
            }
        }
        if (best == n)
            return n;
        ids[best] = t->merges[best_rank].result;
        memmove(ids + best + 1, ids + best + 2, (n - best - 2) * sizeof *ids);
        n--;
    }
}

/* Long words of few letters meet every kind of overtaken candidate in the queue; beyond 256 bytes none is kept. */
Test(bpe_encode, long_words_merge_by_the_definition)
{
    struct hy_tokenizer t;
    const char learn[] = "abab abba aabb baba bbaa aaaa bbbb ababab aabaab abbabb aaabbb abababab";
    cr_assert_eq(hy_tokenizer_train(&t, learn, sizeof learn - 1, &(struct hy_bpe_options){60, 1}), HY_OK);
    cr_assert_gt(t.n_merges, 20);
    unsigned state = 1 + (unsigned)test_seed();
    for (int round = 0; round < 200; round++) {
        char word[400];
        int32_t plain[400], *ids;
        size_t n, length = 1 + (size_t)(round * 7) % 400;
        for (size_t i = 0; i < length; i++) {
            state = state * 1664525u + 1013904223u;
            word[i] = state >> 31 ? 'a' : 'b';
            plain[i] = t.byte_id[(unsigned char)word[i]];
        }
        size_t expected = merge_plainly(&t, plain, length);
        cr_assert_eq(hy_tokenizer_encode(&t, word, length, &ids, &n), HY_OK);
        cr_assert_eq(n, expected, "round %d", round);
        cr_assert_arr_eq(ids, plain, n * sizeof *ids, "round %d", round);
        free(ids);
    }
    hy_tokenizer_fini(&t);
}

/* A word of a megabyte must not take time by the square of its length. */
Test(bpe_encode, one_endless_word, .timeout = 60)
{
    struct hy_tokenizer t;
    enum { LENGTH = 1 << 20 };
    char *text = malloc(LENGTH);
    memset(text, 'a', LENGTH);
    cr_assert_eq(hy_tokenizer_train(&t, "aaaaaaaa aaaa aa", 16, &(struct hy_bpe_options){60, 1}), HY_OK);
    int32_t *ids;
    size_t n, bytes;
    char *back;
    cr_assert_eq(hy_tokenizer_encode(&t, text, LENGTH, &ids, &n), HY_OK);
    cr_assert_eq(n, (size_t)LENGTH / 8);
    cr_assert_eq(hy_tokenizer_decode(&t, ids, n, false, &back, &bytes), HY_OK);
    cr_assert(bytes == LENGTH && memcmp(back, text, LENGTH) == 0);
    free(back);
    free(ids);
    free(text);
    hy_tokenizer_fini(&t);
}

Test(bpe_encode, refuses_what_it_cannot_take)
{
    struct hy_tokenizer t;
    int32_t *ids, wrong[] = {4, 99999}, negative[] = {-1};
    size_t n, bytes;
    char *text;
    cr_assert_eq(hy_tokenizer_load(&t, BPE_DATA "unicode.json"), HY_OK, "%s", hy_error());
    cr_expect_eq(hy_tokenizer_encode(&t, "caf\xe9", 4, &ids, &n), HY_BAD_INPUT);
    cr_expect_not_null(strstr(hy_error(), "0xe9 at offset 3"), "%s", hy_error());
    cr_expect_eq(hy_tokenizer_decode(&t, wrong, 2, false, &text, &bytes), HY_BAD_INPUT);
    cr_expect_not_null(strstr(hy_error(), "id 99999 at place 1"), "%s", hy_error());
    cr_expect_eq(hy_tokenizer_decode(&t, negative, 1, false, &text, &bytes), HY_BAD_INPUT);
    hy_tokenizer_fini(&t);
}

Test(bpe_encode, decoding_can_leave_specials_out)
{
    struct hy_tokenizer t;
    char *text;
    size_t bytes;
    cr_assert_eq(hy_tokenizer_train(&t, "ab", 2, &(struct hy_bpe_options){6, 9}), HY_OK);
    const int32_t ids[] = {HY_ID_BOS, 4, 5, HY_ID_EOS};
    cr_assert_eq(hy_tokenizer_decode(&t, ids, 4, true, &text, &bytes), HY_OK);
    cr_expect_str_eq(text, "ab");
    free(text);
    cr_assert_eq(hy_tokenizer_decode(&t, ids, 4, false, &text, &bytes), HY_OK);
    cr_expect_str_eq(text, "<bos>ab<eos>");
    free(text);
    hy_tokenizer_fini(&t);
}

/* What the characters of a text are, an unk stands for; a first token is predicted by nobody. */
Test(bpe_encode, counts_the_characters_that_are_predicted)
{
    static const struct {
        const char *text;
        int64_t predicted;
        const char *why;
    } cases[] = {
        {"abab", 2, "the first token is ab"},
        {"ba", 1, "the first token is b"},
        {"\xC3\xA9"
         "ab",
         3, "the first byte of a character is no token, its last one is predicted"},
        {"?ab", 2, "a character of one byte that is no token"},
        {"ab\xE4\xBD\xA0", 1, "three unknown bytes are one character"},
        {"b", 0, "nothing follows"},
    };
    struct hy_tokenizer t;
    hy_tokenizer_init(&t);
    t.unk = hy_tokenizer_add_token(&t, "<unk>", 5, true);
    const int32_t a = hy_tokenizer_add_token(&t, "a", 1, true), b = hy_tokenizer_add_token(&t, "b", 1, true);
    hy_tokenizer_add_merge(&t, a, b, hy_tokenizer_add_token(&t, "ab", 2, true));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int32_t *ids;
        size_t n;
        cr_assert_eq(hy_tokenizer_encode(&t, cases[i].text, strlen(cases[i].text), &ids, &n), HY_OK, "%s", hy_error());
        cr_assert_eq(hy_tokenizer_predicted(&t, cases[i].text, strlen(cases[i].text), ids, n), cases[i].predicted, "%s",
                     cases[i].why);
        free(ids);
    }
    /* fused, the three bytes in front are one token */
    t.fuse_unk = true;
    int32_t *ids;
    size_t n;
    cr_assert_eq(hy_tokenizer_encode(&t, "\xE4\xBD\xA0\x61\x62", 5, &ids, &n), HY_OK);
    cr_assert_eq(n, 2);
    cr_assert_eq(hy_tokenizer_predicted(&t, "\xE4\xBD\xA0\x61\x62", 5, ids, n), 2);
    free(ids);
    hy_tokenizer_fini(&t);
}
