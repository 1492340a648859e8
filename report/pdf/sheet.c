#include "report/pdf/sheet.h"

#include <string.h>

struct hy_color hy_ink(void)
{
    return hy_rgb(0x222222);
}

struct hy_color hy_grey(void)
{
    return hy_rgb(0x666666);
}

struct hy_color hy_faint(void)
{
    return hy_rgb(0xd9d9d9);
}

struct hy_text_style hy_style(enum hy_font font, float size, struct hy_color color, enum hy_align align)
{
    return (struct hy_text_style){font, size, color, align};
}

static void new_page(struct hy_sheet *s)
{
    hy_pdf_add_page(s->pdf);
    s->y = HY_TOP_EDGE;
}

void hy_sheet_section(struct hy_sheet *s, const char *title, float room)
{
    struct hy_text_style style = hy_style(HY_BOLD, 16, hy_ink(), HY_LEFT);
    struct hy_pen rule = {hy_ink(), 0.8f, 0, 0};
    if (s->section_count == 0 || hy_sheet_room(s) < room + 54)
        new_page(s); /* the first one leaves the title page to the contents */
    else
        s->y += 20;
    HY_ASSERT(s->section_count < HY_MAX_SECTIONS, "more sections than the contents can hold");
    s->sections[s->section_count].title = title;
    s->sections[s->section_count++].page = hy_pdf_pages(s->pdf) - 1;
    hy_pdf_bookmark(s->pdf, 0, title, s->y < 100 ? 0 : s->y - 12);
    hy_pdf_text(s->pdf, HY_LEFT_EDGE, s->y + 10, &style, title);
    hy_pdf_line(s->pdf, HY_LEFT_EDGE, s->y + 19, HY_RIGHT_EDGE, s->y + 19, &rule);
    s->y += 34;
}

void hy_sheet_heading(struct hy_sheet *s, const char *title, float keep)
{
    struct hy_text_style style = hy_style(HY_BOLD, 10.5f, hy_ink(), HY_LEFT);
    hy_sheet_need(s, 19 + keep);
    hy_pdf_bookmark(s->pdf, 1, title, s->y - 4);
    hy_pdf_text(s->pdf, HY_LEFT_EDGE, s->y + 10, &style, title);
    s->y += 19;
}

float hy_sheet_room(const struct hy_sheet *s)
{
    return HY_LOW_EDGE - s->y;
}

void hy_sheet_need(struct hy_sheet *s, float height)
{
    if (hy_sheet_room(s) < height)
        new_page(s);
}

float hy_sheet_take(struct hy_sheet *s, float height)
{
    hy_sheet_need(s, height);
    float top = s->y;
    s->y += height;
    return top;
}

void hy_sheet_space(struct hy_sheet *s, float height)
{
    s->y += height;
}

float hy_sheet_wrapped(struct hy_sheet *s, float x, float y, float width, const struct hy_text_style *style,
                       float leading, const char *text, bool draw)
{
    float height = 0;
    while (*text) {
        const char *next;
        size_t bytes = hy_pdf_line_bytes(s->pdf, style, text, width, &next);
        if (draw)
            hy_pdf_text(s->pdf, x, y + height + style->size, style, hy_pdf_format(s->pdf, "%.*s", (int)bytes, text));
        height += leading;
        text = next;
    }
    return height;
}

/* Line by line, so that a long paragraph can go on to the next page. */
static void flow(struct hy_sheet *s, const struct hy_text_style *style, float leading, const char *text)
{
    float height = hy_sheet_wrapped(s, 0, 0, HY_TEXT_WIDTH, style, leading, text, false);
    if (height < 8 * leading) /* short ones stay in one piece */
        hy_sheet_need(s, height);
    while (*text) {
        const char *next;
        size_t bytes = hy_pdf_line_bytes(s->pdf, style, text, HY_TEXT_WIDTH, &next);
        float top = hy_sheet_take(s, leading);
        hy_pdf_text(s->pdf, HY_LEFT_EDGE, top + style->size, style, hy_pdf_format(s->pdf, "%.*s", (int)bytes, text));
        text = next;
    }
}

static void warning_box(struct hy_sheet *s, const char *text)
{
    struct hy_text_style style = hy_style(HY_SANS, 8.5f, hy_ink(), HY_LEFT);
    struct hy_color fill = hy_rgb(0xfff4e0), edge = hy_rgb(0xe69f00);
    float height = hy_sheet_wrapped(s, 0, 0, HY_TEXT_WIDTH - 22, &style, 12, text, false) + 12;
    float top = hy_sheet_take(s, height + 8);
    hy_pdf_rectangle(s->pdf, HY_LEFT_EDGE, top, HY_TEXT_WIDTH, height, &fill, NULL);
    hy_pdf_rectangle(s->pdf, HY_LEFT_EDGE, top, 3, height, &edge, NULL);
    hy_sheet_wrapped(s, HY_LEFT_EDGE + 12, top + 6, HY_TEXT_WIDTH - 22, &style, 12, text, true);
}

void hy_sheet_paragraph(struct hy_sheet *s, enum hy_paragraph kind, const char *text)
{
    struct hy_text_style body = hy_style(HY_SANS, 9, hy_ink(), HY_LEFT);
    struct hy_text_style caption = hy_style(HY_SANS, 7.6f, hy_grey(), HY_LEFT);
    switch (kind) {
    case HY_BODY:
        flow(s, &body, 13.2f, text);
        s->y += 6;
        break;
    case HY_CAPTION:
        flow(s, &caption, 10.8f, text);
        s->y += 9;
        break;
    case HY_MISSING:
        body.color = hy_grey();
        flow(s, &body, 13.2f, text);
        s->y += 8;
        break;
    case HY_WARNING:
        warning_box(s, text);
        break;
    }
}

/* ---- tables -------------------------------------------------------------------- */

static void grid_header(struct hy_grid *g)
{
    struct hy_pdf *pdf = g->sheet->pdf;
    struct hy_pen rule = {hy_ink(), 0.6f, 0, 0};
    int lines = 1;
    for (int i = 0; i < g->count; i++)
        if (strchr(g->columns[i].title, '\n'))
            lines = 2;
    float leading = g->size + 2.2f, height = leading * (float)lines + 6;
    float top = hy_sheet_take(g->sheet, height);
    for (int i = 0; i < g->count; i++) {
        struct hy_text_style style = hy_style(HY_BOLD, g->size, hy_ink(), g->columns[i].align);
        const char *title = g->columns[i].title, *second = strchr(title, '\n');
        float x = g->left[i] + (style.align == HY_RIGHT ? g->width[i] : style.align == HY_CENTER ? g->width[i] / 2 : 0);
        float last = top + height - 5.5f;
        if (second) {
            hy_pdf_text(pdf, x, last - leading, &style, hy_pdf_format(pdf, "%.*s", (int)(second - title), title));
            title = second + 1;
        }
        hy_pdf_text(pdf, x, last, &style, title);
    }
    hy_pdf_line(pdf, HY_LEFT_EDGE, top + height - 1, HY_RIGHT_EDGE, top + height - 1, &rule);
    g->sheet->y += 1.5f;
}

void hy_grid_begin(struct hy_grid *g, struct hy_sheet *s, const struct hy_grid_column *columns, int count, float size)
{
    const float gap = 7;
    float taken = 0;
    int sharing = 0;
    memset(g, 0, sizeof *g);
    HY_ASSERT(count > 0 && count <= (int)(sizeof g->left / sizeof *g->left), "a table has 1 to 24 columns");
    *g = (struct hy_grid){.sheet = s, .columns = columns, .count = count, .size = size, .row_height = size + 5.6f};
    for (int i = 0; i < count; i++) {
        taken += columns[i].width;
        sharing += columns[i].width <= 0;
    }
    float share = (HY_TEXT_WIDTH - taken - gap * (float)(count - 1)) / (float)(sharing ? sharing : 1);
    float x = HY_LEFT_EDGE;
    for (int i = 0; i < count; i++) {
        g->left[i] = x;
        g->width[i] = columns[i].width > 0 ? columns[i].width : share;
        x += g->width[i] + gap;
    }
    hy_sheet_need(s, size * 3 + 3 * g->row_height);
    grid_header(g);
}

void hy_grid_row(struct hy_grid *g, const char *const *cells, const struct hy_grid_look *look)
{
    struct hy_pdf *pdf = g->sheet->pdf;
    struct hy_grid_look plain = {0};
    if (!look)
        look = &plain;
    if (hy_sheet_room(g->sheet) < g->row_height + 2) {
        new_page(g->sheet);
        grid_header(g);
    }
    g->row_top = hy_sheet_take(g->sheet, g->row_height);
    if (look->rule_above) {
        struct hy_pen rule = {hy_faint(), 0.6f, 0, 0};
        hy_pdf_line(pdf, HY_LEFT_EDGE, g->row_top, HY_RIGHT_EDGE, g->row_top, &rule);
    }
    for (int i = 0; i < g->count; i++) {
        enum hy_align align = g->columns[i].align;
        struct hy_text_style style = hy_style(look->bold ? HY_BOLD : HY_SANS, g->size,
                                              look->muted || look->grey_cells >> i & 1 ? hy_grey() : hy_ink(), align);
        float x = g->left[i], width = g->width[i];
        if (i == 0 && look->swatch) {
            float side = g->size - 1.5f, top = g->row_top + (g->row_height - side) / 2;
            hy_look_area(pdf, x + 0.6f, top, side, side, *look->swatch, look->look, 1.1f);
            x += side + 5;
            width -= side + 5;
        }
        x += align == HY_RIGHT ? width : align == HY_CENTER ? width / 2 : 0;
        /* a shortened name is still a name; a shortened number would be a wrong one */
        const char *text = align == HY_LEFT ? hy_pdf_fit(pdf, &style, cells[i], width + 3) : cells[i];
        hy_pdf_text(pdf, x, g->row_top + g->size + 1.6f, &style, text);
    }
}

void hy_grid_end(struct hy_grid *g)
{
    struct hy_pen rule = {hy_ink(), 0.6f, 0, 0};
    hy_pdf_line(g->sheet->pdf, HY_LEFT_EDGE, g->sheet->y + 1, HY_RIGHT_EDGE, g->sheet->y + 1, &rule);
    g->sheet->y += 8;
}
