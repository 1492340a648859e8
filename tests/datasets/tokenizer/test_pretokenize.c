#define PCRE2_CODE_UNIT_WIDTH 8
#include <criterion/criterion.h>
#include <openssl/evp.h>
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/tokenizer/pretokenize.h"
#include "datasets/tokenizer/utf8.h"
#include "tests/datasets/data.h"

/* Words of `text`, one at a time, by the expression alone. */
static void expect_same_as_regex(const char *text, size_t bytes, const char *name)
{
    struct hy_pretokenizer p = {.text = text, .bytes = bytes};
    while (p.at < bytes) {
        size_t by_hand = hy_pretoken_ascii(text + p.at, bytes - p.at), by_regex;
        cr_assert_eq(hy_pretoken_regex(&p, &by_regex), HY_OK, "%s", hy_error());
        if (by_hand > 0)
            cr_assert_eq(by_hand, by_regex, "%s: at byte %zu %zu and %zu bytes: '%.20s'", name, p.at, by_hand, by_regex,
                         text + p.at);
        p.at += by_regex;
    }
    hy_pretokenizer_fini(&p);
}

/* Every string of up to six of these, which stand for all kinds there are: 8^6 texts and the shorter ones. */
Test(pretokenize, ascii_by_hand_equals_the_expression_on_all_short_texts)
{
    static const char *const parts[] = {" ", "\n", "s", "l", "7", "'", ".", "\xc3\xa9"};
    char text[16];
    long checked = 0;
    for (int length = 1; length <= 6; length++)
        for (long code = 0; code < 1L << (3 * length); code++, checked++) {
            size_t bytes = 0;
            for (int i = 0; i < length; i++) {
                const char *part = parts[code >> (3 * i) & 7];
                for (; *part; part++)
                    text[bytes++] = *part;
            }
            size_t by_hand = hy_pretoken_ascii(text, bytes);
            if (by_hand == 0) {
                cr_assert(memchr(text, 0xc3, bytes), "plain ASCII is always decided: '%.*s'", (int)bytes, text);
                continue;
            }
            static struct hy_pretokenizer p;
            size_t by_regex;
            p.text = text;
            p.bytes = bytes;
            cr_assert_eq(hy_pretoken_regex(&p, &by_regex), HY_OK);
            cr_assert_eq(by_hand, by_regex, "'%.*s': %zu and %zu bytes", (int)bytes, text, by_hand, by_regex);
        }
    cr_assert_eq(checked, 8 + 64 + 512 + 4096 + 32768 + 262144);
}

/* The classes of all 128 ASCII characters, behind and before each other. */
Test(pretokenize, ascii_by_hand_equals_the_expression_on_all_pairs)
{
    char text[3];
    for (int a = 0; a < 128; a++)
        for (int b = 0; b < 128; b++) {
            text[0] = (char)a;
            text[1] = (char)b;
            expect_same_as_regex(text, 2, "pair");
            text[0] = ' ';
            text[1] = (char)a;
            text[2] = (char)b;
            expect_same_as_regex(text, 3, "space and pair");
        }
}

Test(pretokenize, cuts_as_tokenizers_does)
{
    json_t *rows = data_json("strings.json"), *row;
    size_t i, checked = 0;
    json_array_foreach(rows, i, row)
    {
        const json_t *text = json_array_get(row, 0), *cuts = json_array_get(row, 2);
        struct hy_pretokenizer p = {.text = json_string_value(text), .bytes = json_string_length(text)};
        const char *word;
        size_t bytes, n = 0;
        while (hy_pretokenizer_next(&p, &word, &bytes) == HY_OK && bytes > 0) {
            cr_assert_lt(n, json_array_size(cuts), "string %zu: too many words", i);
            cr_assert_eq(bytes, (size_t)json_integer_value(json_array_get(cuts, n)), "string %zu, word %zu", i, n);
            n++;
            checked++;
        }
        cr_assert_eq(n, json_array_size(cuts), "string %zu", i);
        hy_pretokenizer_fini(&p);
    }
    json_decref(rows);
    cr_assert_gt(checked, 300u);
}

/* Is `word` with c behind it still one word? */
static bool joins(struct hy_pretokenizer *p, char before, uint32_t c)
{
    char text[5] = {before};
    size_t bytes;
    p->text = text;
    p->bytes = 1 + hy_utf8_put(c, text + 1);
    p->at = 0;
    cr_assert_eq(hy_pretoken_regex(p, &bytes), HY_OK, "%s", hy_error());
    return bytes == p->bytes;
}

/* All characters assigned in Unicode 14, against one hash made with `tokenizers`. */
Test(pretokenize, classes_of_all_characters)
{
    char version[24];
    pcre2_config(PCRE2_CONFIG_UNICODE_VERSION, version);
    if (strncmp(version, "14.", 3) != 0)
        cr_skip("this PCRE2 has Unicode %s, the reference data Unicode 14", version);

    int error;
    size_t where;
    pcre2_code *unassigned =
        pcre2_compile((PCRE2_SPTR) "\\p{Cn}", PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_UCP, &error, &where, NULL);
    cr_assert_not_null(unassigned);
    pcre2_jit_compile(unassigned, PCRE2_JIT_COMPLETE);
    pcre2_match_data *match = pcre2_match_data_create(1, NULL);
    struct hy_pretokenizer p = {0};
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    EVP_DigestInit_ex(digest, EVP_sha256(), NULL);
    for (uint32_t c = 0; c < 0x110000; c++) {
        char text[4];
        size_t bytes = hy_utf8_put(c, text);
        if ((c >= 0xd800 && c < 0xe000) ||
            pcre2_match(unassigned, (PCRE2_SPTR)text, bytes, 0, PCRE2_NO_UTF_CHECK, match, NULL) >= 0)
            continue;
        unsigned char record[5] = {c & 0xff, c >> 8 & 0xff, c >> 16, 0,
                                   joins(&p, 'a', c)   ? 'L'
                                   : joins(&p, '1', c) ? 'N'
                                   : joins(&p, '.', c) ? 'O'
                                                       : 'S'};
        EVP_DigestUpdate(digest, record, sizeof record);
    }
    unsigned char sum[32];
    char hex[65];
    EVP_DigestFinal_ex(digest, sum, NULL);
    for (int i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", sum[i]);
    json_t *expected = data_json("classes.json");
    cr_assert_str_eq(hex, json_string_value(json_object_get(expected, "sha256")));
    json_decref(expected);
    EVP_MD_CTX_free(digest);
    pcre2_match_data_free(match);
    pcre2_code_free(unassigned);
    hy_pretokenizer_fini(&p);
}

/* Runs far beyond what a matcher keeps on its stack. */
Test(pretokenize, long_runs)
{
    static const char *const parts[] = {"a", " ", "\xc3\xa9", "\xe3\x80\x80", "\xef\xbc\x91", "\xe2\x80\x94", "'"};
    enum { REPEATS = 300000 };
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        size_t unit = strlen(parts[k]), bytes, whole = unit * REPEATS;
        const char *word;
        char *text = malloc(whole + 1);
        for (size_t i = 0; i < REPEATS; i++)
            memcpy(text + i * unit, parts[k], unit);
        text[whole] = 'x'; /* a run of spaces leaves one of its own before a letter */
        struct hy_pretokenizer p = {.text = text, .bytes = whole + 1};
        cr_assert_eq(hy_pretokenizer_next(&p, &word, &bytes), HY_OK, "%s", hy_error());
        bool space = k == 1 || k == 3, letter = k == 0 || k == 2;
        cr_expect_eq(bytes, space ? whole - unit : letter ? whole + 1 : whole, "run of '%s': %zu", parts[k], bytes);
        hy_pretokenizer_fini(&p);
        free(text);
    }
}
