#include "report/render/pdf_sheet.h"

#include <string.h>

#include "kernels/base/status.h"
#include "report/canvas/pdf.h"
#include "report/canvas/plan.h"

/* ---- pages -------------------------------------------------------------------------- */
/* Run and corpus to the left, the page to the right; the number leads back to the first page. */
static void footer(struct hy_sheet *s)
{
    const struct hy_pen rule = {hy_faint(), 0.5f, 0, 0};
    const struct hy_text_style left = hy_style(HY_SANS, 7, hy_grey(), HY_LEFT);
    const struct hy_text_style right = hy_style(HY_SANS, 7, hy_grey(), HY_RIGHT);
    const float line = HY_PAGE_HEIGHT - 38;
    const char *number = hy_arena_format(hy_canvas_arena(s->canvas), "%d / %d", s->page + 1, s->pages);
    hy_canvas_line(s->canvas, HY_MARGIN, line, HY_RIGHT_EDGE, line, &rule);
    if (s->doc->footer && *s->doc->footer)
        hy_canvas_text(s->canvas, HY_MARGIN, line + 12, &left,
                       hy_canvas_fit(s->canvas, &left, s->doc->footer, HY_TEXT_WIDTH - 70));
    hy_canvas_text(s->canvas, HY_RIGHT_EDGE, line + 12, &right, number);
    if (s->page > 0 && s->doc->count > 0)
        hy_sheet_link(s, (struct hy_box){HY_RIGHT_EDGE - 44, line + 2, 44, 14}, s->doc->block[0].name);
}

void hy_sheet_end_page(struct hy_sheet *s)
{
    if (s->page >= 0)
        footer(s);
}

void hy_sheet_new_page(struct hy_sheet *s)
{
    hy_sheet_end_page(s);
    if (s->pdf)
        hy_pdf_page(s->canvas);
    else
        hy_plan_page(s->canvas);
    s->page++;
    s->y = s->top = HY_MARGIN;
}

float hy_sheet_room(const struct hy_sheet *s)
{
    return HY_LOW_EDGE - s->y;
}

void hy_sheet_need(struct hy_sheet *s, float height)
{
    if (hy_sheet_room(s) < height && s->y > HY_MARGIN)
        hy_sheet_new_page(s);
}

void hy_sheet_link(struct hy_sheet *s, struct hy_box box, const char *anchor)
{
    if (hy_doc_has_anchor(s->doc, anchor))
        hy_canvas_link(s->canvas, box, anchor);
}

void hy_sheet_bookmark(struct hy_sheet *s, int level, const char *title, const char *anchor)
{
    if (s->pdf && anchor)
        hy_pdf_bookmark(s->canvas, level, title, anchor);
}

/* ---- text ----------------------------------------------------------------------------- */
static size_t line_bytes(struct hy_sheet *s, const struct hy_setting *k, const char *text, float width,
                         const char **next)
{
    const size_t bytes = hy_canvas_line_bytes(s->canvas, &k->style, text, width, next);
    HY_ASSERT(*next > text, "a line takes something of its text");
    return bytes;
}

static void set(struct hy_sheet *s, const struct hy_setting *k, const char *line, struct hy_point at, float width)
{
    const float part = k->style.align == HY_RIGHT ? 1 : k->style.align == HY_CENTER ? 0.5f : 0;
    hy_canvas_text(s->canvas, at.x + part * width, at.y + k->style.size, &k->style, line);
}

const char *hy_sheet_line(struct hy_sheet *s, const struct hy_setting *k, const char *text, struct hy_point at,
                          float width)
{
    const char *next;
    const size_t bytes = line_bytes(s, k, text, width, &next);
    if (bytes)
        set(s, k, hy_arena_format(hy_canvas_arena(s->canvas), "%.*s", (int)bytes, text), at, width);
    return next;
}

/* What is left of a text for one line: the lines after it follow in it, and are cut. */
static void set_last(struct hy_sheet *s, const struct hy_setting *k, const char *text, struct hy_point at, float width)
{
    char *rest = hy_arena_copy(hy_canvas_arena(s->canvas), text);
    for (char *end = rest; (end = strchr(end, '\n'));)
        *end = ' ';
    set(s, k, hy_canvas_fit(s->canvas, &k->style, rest, width), at, width);
}

size_t hy_sheet_count(struct hy_sheet *s, const struct hy_setting *k, const char *text, float width, size_t most)
{
    size_t n = 0;
    while (*text && (most == 0 || n < most)) {
        line_bytes(s, k, text, width, &text);
        n++;
    }
    return n;
}

size_t hy_sheet_lines(struct hy_sheet *s, const struct hy_setting *k, const char *text, struct hy_point at, float width,
                      size_t most)
{
    size_t n = 0;
    while (*text && (most == 0 || n < most)) {
        n++;
        if (n == most) {
            set_last(s, k, text, at, width);
            break;
        }
        text = hy_sheet_line(s, k, text, at, width);
        at.y += k->leading;
    }
    return n;
}
