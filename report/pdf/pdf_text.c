#include "report/pdf/pdf_text.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "report/pdf/memory.h"
#include "report/pdf/writer.h"

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

const char *hy_pdf_clean(struct hy_pdf *pdf, const char *text)
{
    const unsigned char *in = (const unsigned char *)(text ? text : "");
    char *clean = hy_pdf_alloc(pdf, strlen((const char *)in) * 3 + 1), *out = clean;
    while (*in) {
        uint32_t code = 0;
        size_t length = decode(in, &code);
        if (*in == '\t') {
            *out++ = ' ';
        } else if (length && can_be_shown(code)) {
            memcpy(out, in, length);
            out += length;
        } else {
            memcpy(out, "\xEF\xBF\xBD", 3); /* U+FFFD */
            out += 3;
        }
        in += length ? length : 1;
    }
    *out = '\0';
    return clean;
}

/* In thousandths of the font size. */
static float width_of(struct hy_pdf *pdf, enum hy_font font, uint32_t code)
{
    if (code > 0xFFFF || !can_be_shown(code))
        code = 0xFFFD;
    return (float)HPDF_Font_GetUnicodeWidth(pdf->fonts[font], (HPDF_UNICODE)code);
}

float hy_pdf_text_width(struct hy_pdf *pdf, const struct hy_text_style *style, const char *text)
{
    float width = 0;
    const unsigned char *in = (const unsigned char *)text;
    while (*in) {
        uint32_t code = 0xFFFD;
        size_t length = decode(in, &code);
        width += width_of(pdf, style->font, length ? (*in == '\t' ? ' ' : code) : 0xFFFD);
        in += length ? length : 1;
    }
    return width * style->size / 1000;
}

size_t hy_pdf_line_bytes(struct hy_pdf *pdf, const struct hy_text_style *style, const char *text, float width,
                         const char **next)
{
    float used = 0, room = width * 1000 / style->size;
    size_t at = 0, blank = 0;
    while (text[at] && text[at] != '\n') {
        uint32_t code = 0xFFFD;
        size_t length = decode((const unsigned char *)text + at, &code);
        used += width_of(pdf, style->font, length ? code : 0xFFFD);
        if (text[at] == ' ')
            blank = at;
        if (used > room && at > 0 && text[at] != ' ') {
            size_t end = blank ? blank : at;
            *next = text + end + (blank ? 1 : 0);
            return end;
        }
        at += length ? length : 1;
    }
    *next = text + at + (text[at] == '\n');
    return at;
}

const char *hy_pdf_fit(struct hy_pdf *pdf, const struct hy_text_style *style, const char *text, float width)
{
    const char *clean = hy_pdf_clean(pdf, text);
    if (hy_pdf_text_width(pdf, style, clean) <= width)
        return clean;
    float used = width_of(pdf, style->font, 0x2026), room = width * 1000 / style->size;
    size_t at = 0;
    while (clean[at]) {
        uint32_t code = 0xFFFD;
        size_t length = decode((const unsigned char *)clean + at, &code);
        used += width_of(pdf, style->font, code);
        if (used > room)
            break;
        at += length;
    }
    return hy_pdf_format(pdf, "%.*s\xE2\x80\xA6", (int)at, clean);
}

static float shift(struct hy_pdf *pdf, const struct hy_text_style *style, const char *text)
{
    if (style->align == HY_LEFT)
        return 0;
    return hy_pdf_text_width(pdf, style, text) * (style->align == HY_CENTER ? 0.5f : 1.0f);
}

static void show(struct hy_pdf *pdf, const struct hy_text_style *style, const float matrix[6], const char *text)
{
    HPDF_Page_SetRGBFill(pdf->page, style->color.r, style->color.g, style->color.b);
    HPDF_Page_BeginText(pdf->page);
    HPDF_Page_SetFontAndSize(pdf->page, pdf->fonts[style->font], style->size);
    HPDF_Page_SetTextMatrix(pdf->page, matrix[0], matrix[1], matrix[2], matrix[3], matrix[4], matrix[5]);
    HPDF_Page_ShowText(pdf->page, text);
    HPDF_Page_EndText(pdf->page);
}

void hy_pdf_text(struct hy_pdf *pdf, float x, float baseline, const struct hy_text_style *style, const char *text)
{
    float place[] = {x, baseline};
    const char *clean = hy_pdf_clean(pdf, text);
    if (!*clean || !hy_pdf_drawable(pdf, place, 2))
        return;
    float matrix[6] = {1, 0, 0, 1, x - shift(pdf, style, clean), HY_PAGE_HEIGHT - baseline};
    show(pdf, style, matrix, clean);
}

void hy_pdf_text_up(struct hy_pdf *pdf, float x, float y, const struct hy_text_style *style, const char *text)
{
    float place[] = {x, y};
    const char *clean = hy_pdf_clean(pdf, text);
    if (!*clean || !hy_pdf_drawable(pdf, place, 2))
        return;
    float matrix[6] = {0, 1, -1, 0, x, HY_PAGE_HEIGHT - y - shift(pdf, style, clean)};
    show(pdf, style, matrix, clean);
}
