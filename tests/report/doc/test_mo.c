/* Compiled tables of translations: found, not found, of either byte order, and damaged in every way. */
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/doc/mo.h"
#include "report/doc/say.h"
#include "tests/seed.h"

enum { PAIRS = 5, ROOM = 512 };
static const char *const pairs[PAIRS][2] = {/* sorted, as msgfmt sorts them */
                                            {"", "Language: ko\n"},
                                            {"%s reaches %s.", "%2$s by %1$s"},
                                            {"better", "+"},
                                            {"better still", "++"},
                                            {"caf\xC3\xA9", "tea"}};

struct table {
    unsigned char data[ROOM];
    size_t bytes;
};

static void put(struct table *t, size_t at, uint32_t value, bool big)
{
    for (int i = 0; i < 4; i++)
        t->data[at + (size_t)i] = (unsigned char)(value >> 8 * (big ? 3 - i : i));
}

static struct table make(bool big)
{
    struct table t = {.bytes = 28 + 16 * PAIRS};
    put(&t, 0, 0x950412de, big);
    put(&t, 8, PAIRS, big);
    put(&t, 12, 28, big);
    put(&t, 16, 28 + 8 * PAIRS, big);
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < PAIRS; i++) {
            const size_t row = 28 + 8 * PAIRS * side + 8 * i, length = strlen(pairs[i][side]);
            put(&t, row, (uint32_t)length, big);
            put(&t, row + 4, (uint32_t)t.bytes, big);
            memcpy(t.data + t.bytes, pairs[i][side], length + 1);
            t.bytes += length + 1;
        }
    cr_assert_leq(t.bytes, ROOM);
    return t;
}

Test(mo, texts_are_found)
{
    for (int big = 0; big < 2; big++) {
        const struct table t = make(big);
        for (size_t i = 0; i < PAIRS; i++) {
            const char *found = hy_mo_find(t.data, t.bytes, pairs[i][0]);
            cr_assert(found, "'%s' of byte order %d", pairs[i][0], big);
            cr_assert_str_eq(found, pairs[i][1]);
        }
        static const char *const others[] = {"a", "bette", "better s", "zz", "\xFF"};
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
            cr_assert_null(hy_mo_find(t.data, t.bytes, others[i]), "'%s'", others[i]);
    }
    cr_assert_null(hy_mo_find("", 0, "a"));
    cr_assert_null(hy_mo_find("no table, but as long as the header of one", 42, "a"));
}

/* Whatever comes back lies within the table and ends there. The table has memory of its own, for the sanitizers. */
static void look_everywhere(const struct table *t, size_t bytes)
{
    unsigned char *data = malloc(bytes ? bytes : 1);
    cr_assert(data);
    memcpy(data, t->data, bytes);
    for (size_t i = 0; i <= PAIRS; i++) {
        const char *found = hy_mo_find(data, bytes, i < PAIRS ? pairs[i][0] : "none");
        if (!found)
            continue;
        const size_t at = (size_t)((const unsigned char *)found - data);
        cr_assert(at < bytes && memchr(found, 0, bytes - at));
    }
    free(data);
}

Test(mo, damaged_tables)
{
    const struct table whole = make(false);
    for (size_t bytes = 0; bytes <= whole.bytes; bytes++)
        look_everywhere(&whole, bytes);
    uint64_t state = test_seed() + 1;
    for (int round = 0; round < 20000; round++) {
        struct table t = whole;
        for (int k = 0; k < 1 + round % 4; k++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            t.data[(state >> 33) % t.bytes] = (unsigned char)(state >> 24);
        }
        look_everywhere(&t, t.bytes);
    }
}

/* ---- the table in the program --------------------------------------------------------------------- */

Test(say, languages)
{
    cr_assert_str_eq(hy_say_language(), "en");
    cr_assert_str_eq(hy_say("better"), "better");
    cr_assert_eq(hy_say_in("ko"), HY_OK);
    cr_assert_str_eq(hy_say_language(), "ko");
    cr_assert_str_eq(hy_say("better"), "\xEB\x8D\x94 \xEC\xA2\x8B\xEC\x9D\x8C");
    cr_assert_str_eq(hy_say("a sentence of no report"), "a sentence of no report");
    cr_assert_str_eq(hy_say(""), "", "the table's own header is nobody's translation");
    cr_assert_eq(hy_say_in("tlh"), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), "'tlh'") && strstr(hy_error(), "ko"), "%s", hy_error());
    cr_assert_str_eq(hy_say_language(), "ko", "the language stays");
    cr_assert_eq(hy_say_in("en"), HY_OK);
    cr_assert_str_eq(hy_say("better"), "better");
}

/* Every sentence has its translation, and every translation its sentence: ci/translations.sh names those that do not.
 */
Test(say, translations_are_complete, .timeout = 60)
{
    if (system("command -v xgettext >/dev/null && command -v msgmerge >/dev/null") != 0)
        cr_skip("no gettext here");
    char text[20000] = "";
    FILE *in = popen("ci/translations.sh 2>&1 | head -n 100", "r");
    cr_assert(in);
    text[fread(text, 1, sizeof text - 1, in)] = '\0';
    pclose(in);
    cr_assert_str_empty(text, "%s", text);
}
