#include "report/canvas/utf8.h"

#include <stdbool.h>
#include <string.h>

/* One UTF-8 character: its length in bytes (0 when the bytes are no valid character). */
static size_t decode(const unsigned char *s, uint32_t *code)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = s[0] < 0x80             ? 1
                    : (s[0] & 0xE0) == 0xC0 ? 2
                    : (s[0] & 0xF0) == 0xE0 ? 3
                    : (s[0] & 0xF8) == 0xF0 ? 4
                                            : 0;
    if (length == 0)
        return 0;
    *code = length == 1 ? s[0] : s[0] & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xC0) != 0x80) /* also stops at the final NUL */
            return 0;
        *code = *code << 6 | (s[i] & 0x3Fu);
    }
    bool surrogate = *code >= 0xD800 && *code < 0xE000;
    return *code < smallest[length] || *code > 0x10FFFF || surrogate ? 0 : length;
}

static bool can_be_shown(uint32_t code)
{
    return code >= 0x20 && code <= 0xFFFD && code != 0x7F && !(code >= 0x80 && code < 0xA0) && code != 0xFEFF;
}

uint32_t hy_shown_next(const char **at)
{
    if (!**at)
        return 0;
    uint32_t code = HY_REPLACEMENT;
    size_t length = decode((const unsigned char *)*at, &code);
    *at += length ? length : 1;
    if (length && code == '\t')
        return ' ';
    return length && can_be_shown(code) ? code : HY_REPLACEMENT;
}

/* A character of the basic plane; returns its bytes. */
static size_t encode(uint32_t code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    out[0] = (char)(0xE0 | code >> 12);
    out[1] = (char)(0x80 | (code >> 6 & 0x3F));
    out[2] = (char)(0x80 | (code & 0x3F));
    return 3;
}

char *hy_shown_text(struct hy_arena *a, const char *text)
{
    const char *at = text ? text : "";
    char *clean = hy_arena_alloc(a, strlen(at) * 3 + 1), *out = clean; /* a broken byte becomes three */
    for (uint32_t code; (code = hy_shown_next(&at)) != 0;)
        out += encode(code, out);
    *out = '\0';
    return clean;
}
