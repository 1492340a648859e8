#include "datasets/tokenizer/utf8.h"

#include <string.h>

/* Bytes of the sequence that begins at s, 0 if it is malformed. */
static size_t sequence(const unsigned char *s, size_t left)
{
    if (s[0] < 0x80)
        return 1;
    size_t length = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4 || left < length)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xf0 && s[1] < 0x90);
    bool surrogate = s[0] == 0xed && s[1] > 0x9f;
    bool beyond = s[0] == 0xf4 && s[1] > 0x8f;
    return overlong || surrogate || beyond ? 0 : length;
}

bool hy_utf8_valid(const char *text, size_t bytes, size_t *offset)
{
    for (size_t at = 0; at < bytes;) {
        uint64_t eight;
        if (bytes - at >= 8) {
            memcpy(&eight, text + at, 8);
            if ((eight & 0x8080808080808080u) == 0) {
                at += 8;
                continue;
            }
        }
        size_t length = sequence((const unsigned char *)text + at, bytes - at);
        if (length == 0) {
            *offset = at;
            return false;
        }
        at += length;
    }
    return true;
}

hy_status hy_utf8_check(const char *text, size_t bytes, const char *what)
{
    size_t offset;
    if (hy_utf8_valid(text, bytes, &offset))
        return HY_OK;
    return hy_fail(HY_BAD_INPUT, "%s is not UTF-8: byte 0x%02x at offset %zu; convert it first (iconv -t UTF-8)", what,
                   (unsigned char)text[offset], offset);
}

int64_t hy_utf8_count(const char *text, size_t bytes)
{
    int64_t n = 0;
    for (size_t i = 0; i < bytes; i++)
        n += (text[i] & 0xc0) != 0x80;
    return n;
}

size_t hy_utf8_prefix(const char *text, size_t bytes, int64_t characters)
{
    size_t at = 0;
    for (; at < bytes; at++)
        if ((text[at] & 0xc0) != 0x80 && characters-- <= 0)
            break;
    return at;
}

size_t hy_utf8_put(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t length = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = length - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(lead[length] | c);
    return length;
}

uint32_t hy_utf8_next(const char *text, size_t *at)
{
    const unsigned char *s = (const unsigned char *)text + *at;
    size_t length = s[0] < 0x80 ? 1 : s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    uint32_t c = length == 1 ? s[0] : s[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++)
        c = c << 6 | (s[i] & 0x3f);
    *at += length;
    return c;
}

static bool stands_for_itself(unsigned byte)
{
    return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte != 0xad);
}

/* The others in byte order: 0x00-0x20, 0x7f-0xa0, 0xad. */
uint32_t hy_printable_of_byte(unsigned char byte)
{
    if (stands_for_itself(byte))
        return byte;
    if (byte <= 0x20)
        return 0x100u + byte;
    if (byte <= 0xa0)
        return 0x121u + (byte - 0x7fu);
    return 0x143u;
}

int hy_byte_of_printable(uint32_t c)
{
    if (c < 0x100)
        return stands_for_itself(c) ? (int)c : -1;
    if (c <= 0x120)
        return (int)(c - 0x100);
    if (c <= 0x142)
        return (int)(c - 0x121 + 0x7f);
    return c == 0x143 ? 0xad : -1;
}
