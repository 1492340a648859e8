#include "tests/datasets/data.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/corpus.h"
#include "kernels/base/file.h"

json_t *data_json(const char *name)
{
    json_error_t error;
    char *path = hy_format(BPE_DATA "%s", name);
    json_t *root = json_load_file(path, JSON_ALLOW_NUL, &error);
    cr_assert_not_null(root, "%s: %s (tests run from the checkout's root)", path, error.text);
    free(path);
    return root;
}

char *data_text(const char *path, size_t *bytes)
{
    char *text;
    cr_assert_eq(hy_read_file(path, &text, bytes), HY_OK, "%s", hy_error());
    return text;
}

void ids_sha256(const int32_t *ids, size_t n, char hex[65])
{
    unsigned char *bytes = malloc(2 * n + 1);
    for (size_t i = 0; i < n; i++) {
        bytes[2 * i] = (unsigned char)(ids[i] & 0xff);
        bytes[2 * i + 1] = (unsigned char)(ids[i] >> 8);
    }
    hy_sha256_hex(bytes, 2 * n, hex);
    free(bytes);
}

static long long number(const json_t *figures, const char *key)
{
    const json_t *value = json_object_get(figures, key);
    cr_assert(json_is_integer(value), "the reference data lacks %s", key);
    return (long long)json_integer_value(value);
}

static const char *string(const json_t *figures, const char *key)
{
    const char *value = json_string_value(json_object_get(figures, key));
    cr_assert_not_null(value, "the reference data lacks %s", key);
    return value;
}

void check_training(const json_t *figures, const char *text, size_t bytes, const char *name)
{
    struct hy_bpe_options options = {.vocab_size = (int32_t)number(figures, "vocab"),
                                     .min_frequency = number(figures, "min_frequency")};
    struct hy_tokenizer t;
    int32_t *ids;
    size_t n;
    char hex[65];
    cr_assert_eq(hy_tokenizer_train(&t, text, bytes, &options), HY_OK, "%s: %s", name, hy_error());
    cr_assert_eq(t.size, number(figures, "size"), "%s: %d tokens", name, (int)t.size);

    char *json = hy_tokenizer_dump(&t, true);
    hy_sha256_hex(json, strlen(json), hex);
    cr_assert_str_eq(hex, string(figures, "tokenizer_sha256"), "%s: another tokenizer.json", name);
    free(json);

    cr_assert_eq(hy_tokenizer_encode(&t, text, bytes, &ids, &n), HY_OK, "%s: %s", name, hy_error());
    cr_assert_eq(n, (size_t)number(figures, "n_ids"), "%s: %zu ids", name, n);
    const json_t *first = json_object_get(figures, "first_ids");
    for (size_t i = 0; i < json_array_size(first); i++)
        cr_assert_eq(ids[i], json_integer_value(json_array_get(first, i)), "%s: id %zu", name, i);
    ids_sha256(ids, n, hex);
    cr_assert_str_eq(hex, string(figures, "ids_sha256"), "%s: other ids", name);
    free(ids);
    hy_tokenizer_fini(&t);
}

char *real_corpus(size_t *bytes)
{
    static const char *const roots[] = {"."};
    struct hy_corpus c;
    cr_assert_eq(hy_corpus_search(&c, roots, 1), HY_OK, "%s", hy_error());
    char *text = NULL;
    if (!c.synthetic) {
        text = c.text;
        *bytes = c.bytes;
        c.text = NULL;
    }
    hy_corpus_fini(&c);
    return text;
}

void scratch_make(char path[64])
{
    snprintf(path, 64, "%s", "/tmp/hymbench-test-XXXXXX");
    cr_assert_not_null(mkdtemp(path));
}

void scratch_remove(const char *path)
{
    char *command = hy_format("rm -rf '%s'", path);
    cr_assert_eq(system(command), 0);
    free(command);
}
