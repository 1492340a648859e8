/* Text of all canvases: measured, shortened, broken into lines and placed. */
#include <math.h>
#include <string.h>

#include "report/canvas/backend.h"
#include "report/canvas/utf8.h"

/* How far DejaVu's letters reach above and below their baseline, in em. */
static const float ascent = 0.76f, descent = 0.24f;

/* ---- widths ------------------------------------------------------------------------- */

float hy_canvas_text_width(struct hy_canvas *c, const struct hy_text_style *style, const char *text)
{
    double width = 0;
    const char *at = text ? text : "";
    for (uint32_t code; (code = hy_shown_next(&at)) != 0;)
        width += hy_faces_glyph(c->faces, style->font, code)->advance;
    return (float)(width * style->size);
}

const char *hy_canvas_fit(struct hy_canvas *c, const struct hy_text_style *style, const char *text, float width)
{
    const char *clean = hy_shown_text(&c->arena, text);
    if (hy_canvas_text_width(c, style, clean) <= width)
        return clean;
    double used = hy_faces_glyph(c->faces, style->font, 0x2026)->advance, room = width / style->size;
    const char *end = clean, *at = clean;
    for (uint32_t code; (code = hy_shown_next(&at)) != 0; end = at) {
        used += hy_faces_glyph(c->faces, style->font, code)->advance;
        if (used > room)
            break;
    }
    while (end > clean && end[-1] == ' ')
        end--;
    return hy_arena_format(&c->arena, "%.*s\xE2\x80\xA6", (int)(end - clean), clean);
}

/* ---- lines ---------------------------------------------------------------------------- */

/* Characters that are words of their own where a line must break. */
static bool is_ideograph(uint32_t code)
{
    return (code >= 0xAC00 && code <= 0xD7A3) || (code >= 0x1100 && code <= 0x11FF) ||
           (code >= 0x3130 && code <= 0x318F) || (code >= 0x3400 && code <= 0x9FFF) ||
           (code >= 0x3041 && code <= 0x30FA) || (code >= 0xF900 && code <= 0xFAFF);
}

/* What a word is rather broken behind than anywhere: names are made of parts. */
static bool ends_part(uint32_t code)
{
    return code == '-' || code == '_' || code == '/';
}

/* Where a line could end so far, in bytes; 0 is nowhere. */
struct breaks {
    size_t end, next; /* behind a word */
    size_t part;      /* inside one */
};

static void look_for_break(struct breaks *b, size_t here, uint32_t before, uint32_t code)
{
    if (code == ' ') {
        if (before != ' ')
            b->end = here;
        b->next = here + 1;
    } else if (is_ideograph(before) && is_ideograph(code)) {
        b->end = b->next = here;
    } else if (ends_part(before)) {
        b->part = here;
    }
}

size_t hy_canvas_line_bytes(struct hy_canvas *c, const struct hy_text_style *style, const char *text, float width,
                            const char **next)
{
    struct breaks b = {0};
    double used = 0, room = width / style->size;
    uint32_t before = 0;
    const char *at = text;
    while (*at && *at != '\n') {
        const char *behind = at;
        const uint32_t code = hy_shown_next(&behind);
        const size_t here = (size_t)(at - text);
        used += hy_faces_glyph(c->faces, style->font, code)->advance;
        look_for_break(&b, here, before, code);
        if (used > room && here > 0 && code != ' ') { /* blanks at its end need no room */
            const size_t inside = b.part ? b.part : here;
            *next = text + (b.end ? b.next : inside);
            return b.end ? b.end : inside;
        }
        before = code;
        at = behind;
    }
    *next = at + (*at == '\n');
    return (size_t)(at - text);
}

float hy_canvas_wrapped(struct hy_canvas *c, float x, float y, float width, const struct hy_text_style *style,
                        float leading, const char *text, bool draw)
{
    float height = 0;
    x += width * (style->align == HY_LEFT ? 0 : style->align == HY_CENTER ? 0.5f : 1);
    while (*text) {
        const char *next;
        size_t bytes = hy_canvas_line_bytes(c, style, text, width, &next);
        if (draw)
            hy_canvas_text(c, x, y + height + style->size, style, hy_arena_format(&c->arena, "%.*s", (int)bytes, text));
        height += leading;
        text = next;
    }
    return height;
}

/* ---- placing ----------------------------------------------------------------------------- */

static void remember(struct hy_canvas *c, const struct hy_words *w, float width)
{
    const float up = ascent * w->style->size, high = (ascent + descent) * w->style->size;
    struct hy_box box = {w->at.x - w->shift, w->at.y - up, width, high};
    if (w->up)
        box = (struct hy_box){w->at.x - up, w->at.y + w->shift - width, high, width};
    c->text = hy_canvas_grow(c->text, c->texts, &c->text_room, sizeof *c->text);
    c->text[c->texts++] = (struct hy_drawn_text){c->page, box, w->text};
}

static void place(struct hy_canvas *c, struct hy_point at, bool up, const struct hy_text_style *style, const char *text)
{
    const float all[] = {at.x, at.y, style->size};
    const char *clean = hy_shown_text(&c->arena, text);
    if (!*clean || !hy_canvas_drawable(c, all, 3))
        return;
    const float width = hy_canvas_text_width(c, style, clean);
    const float shift = width * (style->align == HY_LEFT ? 0 : style->align == HY_CENTER ? 0.5f : 1);
    const struct hy_words words = {clean, at, shift, up, style};
    remember(c, &words, width);
    if (c->backend->words)
        c->backend->words(c, &words);
}

void hy_canvas_text(struct hy_canvas *c, float x, float baseline, const struct hy_text_style *style, const char *text)
{
    place(c, (struct hy_point){x, baseline}, false, style, text);
}

void hy_canvas_text_up(struct hy_canvas *c, float x, float y, const struct hy_text_style *style, const char *text)
{
    place(c, (struct hy_point){x, y}, true, style, text);
}
