#include "report/charts/text.h"

#include <math.h>
#include <string.h>

/* Narrower or lower than this, a chart stands beside others. */
#define SMALL_WIDTH  200
#define SMALL_HEIGHT 130

/* Half of what capitals and digits are high, in em. */
#define LEVEL 0.34f

struct hy_type hy_type_of(struct hy_box box)
{
    if (box.width < SMALL_WIDTH || box.height < SMALL_HEIGHT)
        return (struct hy_type){.tick = 6.0f, .name = 6.4f, .title = 6.4f};
    return (struct hy_type){.tick = 6.8f, .name = 7.4f, .title = 7.2f};
}

float hy_text_ascent(float size)
{
    return 0.76f * size;
}

float hy_text_height(float size)
{
    return size;
}

float hy_text_pitch(float size)
{
    return 1.2f * size;
}

float hy_text_baseline(float middle, float size)
{
    return middle + LEVEL * size;
}

float hy_text_over(float size)
{
    return hy_text_ascent(size) - LEVEL * size;
}

float hy_text_under(float size)
{
    return hy_text_height(size) - hy_text_over(size);
}

float hy_text_widest(struct hy_canvas *c, const struct hy_text_style *style, const char *const *text, size_t count)
{
    float widest = 0;
    for (size_t i = 0; i < count; i++)
        widest = fmaxf(widest, text[i] ? hy_canvas_text_width(c, style, text[i]) : 0);
    return widest;
}

/* The longest end of `text` that fits `width`. */
static const char *end_of(struct hy_canvas *c, const struct hy_text_style *style, const char *text, float width)
{
    const char *end = text + strlen(text), *best = end;
    while (end > text) {
        do
            end--;
        while (end > text && ((unsigned char)*end & 0xC0) == 0x80); /* to where a character begins */
        if (hy_canvas_text_width(c, style, end) > width)
            break;
        best = end;
    }
    return best;
}

const char *hy_text_name(struct hy_canvas *c, const struct hy_text_style *style, const char *name, float width)
{
    const float end_share = 0.45f, whole = hy_canvas_text_width(c, style, name);
    if (whole <= width)
        return name;
    const char *end =
        end_of(c, style, name, fmaxf(0, width - hy_canvas_text_width(c, style, "\xE2\x80\xA6")) * end_share);
    const char *begin = hy_canvas_fit(c, style, name, width - hy_canvas_text_width(c, style, end));
    return hy_arena_format(hy_canvas_arena(c), "%s%s", begin, end);
}

void hy_text_within(struct hy_canvas *c, float x, float baseline, const struct hy_text_style *style, const char *text,
                    float left, float right)
{
    text = hy_canvas_fit(c, style, text, right - left);
    const float width = hy_canvas_text_width(c, style, text);
    const float before = style->align == HY_LEFT ? 0 : style->align == HY_RIGHT ? width : width / 2;
    const float begin = fmaxf(left, fminf(x - before, right - width));
    hy_canvas_text(c, begin + before, baseline, style, text);
}

void hy_text_on_paper(struct hy_canvas *c, struct hy_box box, const struct hy_text_style *style, const char *text)
{
    const struct hy_color paper = hy_paper();
    const struct hy_box ground = {box.x - 0.5f, box.y + 0.5f, box.width + 1, box.height - 1};
    hy_canvas_rectangle(c, ground, &paper, NULL);
    hy_canvas_text(c, box.x, box.y + hy_text_ascent(style->size), style, text);
}
