#include "bench/history/html_json.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>

/* The character that begins at `s` and its bytes; 0 bytes where there is none: cut off, too long a form, a surrogate,
 * or beyond U+10FFFF. */
static size_t character_at(const unsigned char *s, uint32_t *c)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const size_t bytes = s[0] < 0x80 ? 1 : s[0] < 0xc0 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf8 ? 4 : 0;
    *c = bytes < 2 ? s[0] : s[0] & (0xffU >> (bytes + 1));
    for (size_t i = 1; i < bytes; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        *c = *c << 6 | (s[i] & 0x3f);
    }
    if (*c < least[bytes] || (*c >= 0xd800 && *c < 0xe000) || *c > 0x10ffff)
        return 0;
    return bytes;
}

void hy_json_text(FILE *out, const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    fputc('"', out);
    while (*s) {
        uint32_t c;
        const size_t bytes = character_at(s, &c);
        if (bytes == 0)
            fputs("\\ufffd", out);
        else if (c == '"' || c == '\\')
            fprintf(out, "\\%c", (int)c);
        else if (c < 0x20 || c == 0x7f || c == '<' || c == 0x2028 || c == 0x2029)
            fprintf(out, "\\u%04x", c);
        else
            fwrite(s, 1, bytes, out);
        s += bytes ? bytes : 1;
    }
    fputc('"', out);
}

void hy_json_number(FILE *out, double x)
{
    if (isfinite(x))
        fprintf(out, "%.9g", x);
    else
        fputs("null", out);
}
