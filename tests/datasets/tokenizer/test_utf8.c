#include <criterion/criterion.h>
#include <string.h>

#include "datasets/tokenizer/utf8.h"

Test(utf8, finds_the_first_wrong_byte)
{
    static const struct {
        const char *text;
        long offset; /* -1: valid */
        const char *why;
    } cases[] = {
        {"", -1, "nothing"},
        {"plain text of some length", -1, "ASCII beyond one word of eight"},
        {"\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xef\xbf\xbf \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf", -1, "ends of each length"},
        {"\xed\x9f\xbf\xee\x80\x80", -1, "around the surrogates"},
        {"abc\x80", 3, "continuation without a beginning"},
        {"12345678\xff", 8, "no UTF-8 byte, behind a word of eight"},
        {"1234567\xff", 7, "the same, last of eight"},
        {"a\xc1\xbf", 1, "overlong, two bytes"},
        {"a\xe0\x9f\xbf", 1, "overlong, three bytes"},
        {"a\xf0\x8f\xbf\xbf", 1, "overlong, four bytes"},
        {"a\xed\xa0\x80", 1, "surrogate"},
        {"a\xf4\x90\x80\x80", 1, "beyond U+10FFFF"},
        {"a\xf5\x80\x80\x80", 1, "a byte that begins nothing"},
        {"ab\xe2\x82", 2, "cut off"},
        {"ab\xe2\x28\xa1", 2, "interrupted"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t offset = 999;
        bool valid = hy_utf8_valid(cases[i].text, strlen(cases[i].text), &offset);
        cr_expect_eq(valid, cases[i].offset < 0, "%s", cases[i].why);
        if (!valid)
            cr_expect_eq((long)offset, cases[i].offset, "%s: at %zu", cases[i].why, offset);
    }
    cr_expect_eq(hy_utf8_check("ab\xff", 3, "'x.txt'"), HY_BAD_INPUT);
    cr_expect_not_null(strstr(hy_error(), "'x.txt' is not UTF-8: byte 0xff at offset 2"), "%s", hy_error());
}

Test(utf8, writes_what_it_reads)
{
    for (uint32_t c = 0; c < 0x110000; c++) {
        char text[4];
        size_t offset, at = 0, bytes = hy_utf8_put(c, text);
        cr_assert_eq(hy_utf8_next(text, &at), c);
        cr_assert_eq(at, bytes);
        cr_assert_eq(hy_utf8_valid(text, bytes, &offset), c < 0xd800 || c >= 0xe000, "U+%04X", c);
    }
}

Test(utf8, counts_and_cuts_by_characters)
{
    const char text[] = "a\xc3\xa9\xed\x95\x9c\xf0\x9f\x98\x80z";
    cr_expect_eq(hy_utf8_count(text, sizeof text - 1), 5);
    static const size_t bytes_of[] = {0, 1, 3, 6, 10, 11, 11};
    for (int n = 0; n < 7; n++)
        cr_expect_eq(hy_utf8_prefix(text, sizeof text - 1, n), bytes_of[n], "%d characters", n);
}

Test(utf8, maps_bytes_to_printable_characters_and_back)
{
    bool used[0x144] = {false};
    for (int b = 0; b < 256; b++) {
        uint32_t c = hy_printable_of_byte((unsigned char)b);
        cr_assert(c > 0x20 && c < 0x144 && !used[c], "byte %d", b);
        used[c] = true;
        cr_assert_eq(hy_byte_of_printable(c), b);
    }
    cr_expect_eq(hy_printable_of_byte(' '), 0x120u); /* the well-known capital G with a dot */
    cr_expect_eq(hy_printable_of_byte('\n'), 0x10au);
    for (uint32_t c = 0; c < 0x400; c++)
        if (c >= 0x144 || !used[c])
            cr_assert_eq(hy_byte_of_printable(c), -1, "U+%04X", c);
}
