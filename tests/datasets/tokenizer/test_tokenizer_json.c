#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "tests/datasets/data.h"
#include "tests/seed.h"

/* A file of `tokenizers` goes through reading and writing without a changed byte. So theirs loads here, and
 * ours, which training compares byte for byte with theirs, loads there. */
Test(tokenizer_json, round_trip_is_byte_for_byte)
{
    size_t bytes;
    struct hy_tokenizer t;
    char *file = data_text(BPE_DATA "unicode.json", &bytes);
    cr_assert_eq(hy_tokenizer_load(&t, BPE_DATA "unicode.json"), HY_OK, "%s", hy_error());
    char *dump = hy_tokenizer_dump(&t, true);
    cr_assert_str_eq(dump, file);
    free(dump);

    char *compact = hy_tokenizer_dump(&t, false);
    hy_tokenizer_fini(&t);
    cr_assert_eq(hy_tokenizer_parse(&t, compact, strlen(compact), "memory"), HY_OK, "%s", hy_error());
    dump = hy_tokenizer_dump(&t, true);
    cr_assert_str_eq(dump, file, "compact and back");
    free(compact);
    free(dump);

    char folder[64];
    scratch_make(folder);
    char *path = hy_format("%s/t.json", folder);
    size_t saved_bytes;
    cr_assert_eq(hy_tokenizer_save(&t, path), HY_OK, "%s", hy_error());
    char *saved = data_text(path, &saved_bytes);
    cr_assert(saved_bytes == bytes && memcmp(saved, file, bytes) == 0);
    free(saved);
    free(path);
    scratch_remove(folder);
    free(file);
    hy_tokenizer_fini(&t);
}

/* Settings and added tokens survive writing and reading. */
Test(tokenizer_json, nothing_is_lost_on_the_way)
{
    size_t i;
    json_t *cases = data_json("added.json"), *one;
    json_array_foreach(cases, i, one)
    {
        struct hy_tokenizer t;
        json_t *given = json_object_get(one, "tokenizer");
        char *json = json_dumps(given, JSON_COMPACT);
        cr_assert_eq(hy_tokenizer_parse(&t, json, strlen(json), "case"), HY_OK, "%s", hy_error());
        free(json);
        json = hy_tokenizer_dump(&t, false);
        json_t *written = json_loads(json, 0, NULL);
        cr_assert_not_null(written);
        if (strcmp(json_string_value(json_object_get(one, "name")), "string_merges") != 0)
            cr_assert(json_equal(given, written), "case %zu", i);
        json_decref(written);
        free(json);
        hy_tokenizer_fini(&t);
    }
    cr_assert_eq(i, 5u);
    json_decref(cases);
}

#define HEAD \
    "{\"added_tokens\":[%s],\"pre_tokenizer\":%s,\"model\":{\"type\":\"BPE\",%s\"vocab\":{%s},\"merges\":[%s]}}"
#define CUT "{\"type\":\"ByteLevel\",\"add_prefix_space\":false}"
#define AB  "\"a\":0,\"b\":1,\"ab\":2"

/* Each is wrong in one way; the sentence names the file and what it is. */
Test(tokenizer_json, refuses_with_a_reason)
{
    static const struct {
        const char *added, *cut, *settings, *vocab, *merges, *says; /* says NULL: is fine */
    } cases[] = {
        {"", CUT, "", AB, "[\"a\",\"b\"]", NULL},
        {"", CUT, "", AB, "\"#version: 0.2\",\"a b\"", NULL},
        {"", CUT, "", AB, "", NULL},
        {"{\"id\":3,\"content\":\"<x>\"}", CUT, "", AB, "", NULL},
        {"", CUT, "", "\"a\":0,\"b\":0", "", "both have the id 0"},
        {"", CUT, "", "\"a\":0,\"b\":2", "", "without holes"},
        {"", CUT, "", "\"a\":0,\"b\":4294967296", "", "without holes"},
        {"", CUT, "", "\"a\":0,\"b\":-1", "", "without holes"},
        {"", CUT, "", "\"a\":0,\"b\":1.5", "", "without holes"},
        {"", CUT, "", "\"a\":0,\"b\":1e400", "", "no valid tokenizer.json"},
        {"", CUT, "", "\"a\":0,\"a\":1", "", "duplicate"},
        {"", CUT, "", AB, "[\"a\",\"x\"]", "that the vocabulary lacks"},
        {"", CUT, "", "\"a\":0,\"b\":1", "[\"a\",\"b\"]", "that the vocabulary lacks"},
        {"{\"id\":1,\"content\":\"x\"}", CUT, "", "\"a\":0", "[\"a\",\"x\"]", "that the vocabulary lacks"},
        {"", CUT, "", AB, "\"a  b\"", "neither a pair"},
        {"", CUT, "", AB, "\"ab\"", "neither a pair"},
        {"", CUT, "", AB, "[\"a\"]", "neither a pair"},
        {"", CUT, "", AB, "[\"a\",7]", "neither a pair"},
        {"", CUT, "", AB, "null", "neither a pair"},
        {"{\"id\":0,\"content\":\"<x>\"}", CUT, "", AB, "", "both have the id 0"},
        {"{\"id\":5,\"content\":\"<x>\"}", CUT, "", AB, "", "without holes"},
        {"{\"id\":1,\"content\":\"a\"}", CUT, "", AB, "", "another id"},
        {"{\"id\":3,\"content\":\"\"}", CUT, "", AB, "", "has no content"},
        {"7", CUT, "", AB, "", "has no content"},
        {"{\"id\":3,\"content\":\"x\"},{\"id\":3,\"content\":\"x\"}", CUT, "", AB, "", "twice"},
        {"{\"id\":3,\"content\":\"x\"},{\"id\":4,\"content\":\"x\"}", CUT, "", AB, "", "twice"},
        {"{\"id\":0,\"content\":\"a\"},{\"id\":0,\"content\":\"a\"}", CUT, "", AB, "", "twice"},
        {"{\"id\":3,\"content\":\"x\",\"lstrip\":true}", CUT, "", AB, "", "lstrip"},
        {"{\"id\":3,\"content\":\"x\",\"single_word\":true}", CUT, "", AB, "", "single_word"},
        {"", "null", "", AB, "", "only ByteLevel"},
        {"", "{\"type\":\"Whitespace\"}", "", AB, "", "only ByteLevel"},
        {"", "{\"type\":\"ByteLevel\",\"add_prefix_space\":true}", "", AB, "", "add_prefix_space"},
        {"", "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}", "", AB, "", "use_regex"},
        {"", CUT, "\"dropout\":0.1,", AB, "", "dropout"},
        {"", CUT, "\"byte_fallback\":true,", AB, "", "byte_fallback"},
        {"", CUT, "\"end_of_word_suffix\":\"</w>\",", AB, "", "end_of_word_suffix"},
        {"", CUT, "\"unk_token\":\"<unk>\",", AB, "", "unk_token"},
        {"", CUT "},\"normalizer\":{\"type\":\"NFC\"", "", AB, "", "no valid tokenizer.json"},
        {"", CUT ",\"normalizer\":{\"type\":\"NFC\"}", "", AB, "", "normalizer"},
        {"", CUT ",\"post_processor\":{\"type\":\"TemplateProcessing\"}", "", AB, "", "post_processor"},
        {"", CUT ",\"truncation\":{}", "", AB, "", "truncation"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hy_tokenizer t;
        char *json = hy_format(HEAD, cases[i].added, cases[i].cut, cases[i].settings, cases[i].vocab, cases[i].merges);
        hy_status status = hy_tokenizer_parse(&t, json, strlen(json), "t.json");
        if (!cases[i].says) {
            cr_expect_eq(status, HY_OK, "%s", hy_error());
        } else {
            cr_expect_eq(status, HY_BAD_INPUT, "case %zu is accepted: %s", i, json);
            cr_expect_not_null(strstr(hy_error(), cases[i].says), "case %zu: %s", i, hy_error());
            cr_expect_not_null(strstr(hy_error(), "'t.json'"), "case %zu: %s", i, hy_error());
            cr_expect_null(t.tokens);
        }
        free(json);
        hy_tokenizer_fini(&t);
    }
}

/* Cut anywhere it is refused; with any byte changed it is refused or read, never worse. */
Test(tokenizer_json, truncated_or_damaged)
{
    size_t bytes;
    struct hy_tokenizer t;
    char *file = data_text(BPE_DATA "unicode.json", &bytes);
    while (bytes > 0 && file[bytes - 1] == '\n')
        bytes--;
    cr_assert_gt(bytes, 1000u);
    for (size_t n = 0; n < bytes; n += 1 + bytes / 150)
        cr_assert_eq(hy_tokenizer_parse(&t, file, n, "cut"), HY_BAD_INPUT, "%zu bytes", n);
    unsigned state = 3 + (unsigned)test_seed();
    int refused = 0;
    for (int round = 0; round < 150; round++) {
        state = state * 1664525u + 1013904223u;
        size_t at = state % bytes;
        char kept = file[at];
        file[at] = (char)(state >> 24);
        hy_status status = hy_tokenizer_parse(&t, file, bytes, "damaged");
        cr_assert(status == HY_OK || status == HY_BAD_INPUT);
        refused += status != HY_OK;
        hy_tokenizer_fini(&t);
        file[at] = kept;
    }
    cr_assert_gt(refused, 50);
    free(file);
    static const char *const garbage[] = {"",
                                          "null",
                                          "[]",
                                          "{}",
                                          "7",
                                          "\"x\"",
                                          "{\"model\":7}",
                                          "{\"model\":{}}",
                                          "{\"model\":{\"type\":\"WordPiece\",\"vocab\":{},\"merges\":[]}}"};
    for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++)
        cr_assert_eq(hy_tokenizer_parse(&t, garbage[i], strlen(garbage[i]), "x"), HY_BAD_INPUT, "%s", garbage[i]);
    cr_assert_eq(hy_tokenizer_load(&t, "/nowhere/tokenizer.json"), HY_BAD_INPUT);
    cr_expect_not_null(strstr(hy_error(), "/nowhere/tokenizer.json"));
}

/* Files older than the key `type` are BPE all the same: they have merges. */
Test(tokenizer_json, a_model_without_a_type_is_taken_as_what_it_is)
{
    struct hy_tokenizer with, without;
    json_t *root = data_json("unicode.json");
    char *json = json_dumps(root, JSON_COMPACT);
    cr_assert_eq(hy_tokenizer_parse(&with, json, strlen(json), "with"), HY_OK, "%s", hy_error());
    free(json);
    json_object_del(json_object_get(root, "model"), "type");
    json = json_dumps(root, JSON_COMPACT);
    cr_assert_eq(hy_tokenizer_parse(&without, json, strlen(json), "without"), HY_OK, "%s", hy_error());
    free(json);

    static const char text[] = "Na\xC3\xAFve caf\xC3\xA9, 42 \xE4\xBD\xA0\xE5\xA5\xBD!";
    int32_t *a, *b;
    size_t n, m;
    cr_assert_eq(hy_tokenizer_encode(&with, text, sizeof text - 1, &a, &n), HY_OK);
    cr_assert_eq(hy_tokenizer_encode(&without, text, sizeof text - 1, &b, &m), HY_OK);
    cr_assert(n > 0 && n == m && memcmp(a, b, n * sizeof *a) == 0);
    free(a);
    free(b);
    hy_tokenizer_fini(&with);
    hy_tokenizer_fini(&without);

    json_object_set_new(json_object_get(root, "model"), "type", json_string("Unigram"));
    json = json_dumps(root, JSON_COMPACT);
    cr_assert_eq(hy_tokenizer_parse(&with, json, strlen(json), "another"), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), "BPE"), "%s", hy_error());
    free(json);
    json_decref(root);
}
