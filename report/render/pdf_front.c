/* The report's title, its contents, and the titles of sections. */
#include "report/canvas/plan.h"
#include "report/doc/say.h"
#include "report/render/pdf_sheet.h"

static void begin_title(struct hy_sheet *s, const char *tag, const char *anchor, float above)
{
    hy_canvas_begin(s->canvas, tag, NULL);
    if (anchor)
        hy_canvas_anchor(s->canvas, anchor, HY_MARGIN, s->y - above);
}

/* Lines of a text over the whole width from s->y on, which moves below them. */
static void title_lines(struct hy_sheet *s, const struct hy_setting *k, const char *text, size_t most)
{
    const struct hy_point at = {HY_MARGIN, s->y};
    s->y += (float)hy_sheet_lines(s, k, text, at, HY_TEXT_WIDTH, most) * k->leading;
}

/* As large as it may be on one line; two lines where it would become small. */
static struct hy_setting title_setting(struct hy_sheet *s)
{
    struct hy_setting k = {hy_style(HY_BOLD, 19, hy_ink(), HY_LEFT), 24};
    const float width = hy_canvas_text_width(s->canvas, &k.style, s->doc->title);
    if (width > HY_TEXT_WIDTH && width < HY_TEXT_WIDTH * 19 / 15)
        k.style.size = 19 * HY_TEXT_WIDTH / width - 0.02f;
    return k;
}

/* ---- the first page ------------------------------------------------------------------------ */
void hy_sheet_title(struct hy_sheet *s)
{
    const struct hy_setting above = {hy_style(HY_BOLD, 8, hy_grey(), HY_LEFT), 12};
    const struct hy_setting title = title_setting(s);
    const struct hy_setting below = {hy_style(HY_SANS, 8.5f, hy_grey(), HY_LEFT), 12};
    const struct hy_pen rule = {hy_ink(), 0.8f, 0, 0};
    const struct hy_doc *d = s->doc;
    if (d->count > 0) {
        begin_title(s, "P", d->block[0].name, 20);
        hy_sheet_bookmark(s, 0, d->block[0].text, d->block[0].name);
        title_lines(s, &above, d->block[0].text, 1);
        hy_canvas_end(s->canvas, "P");
    }
    begin_title(s, "H1", NULL, 0);
    title_lines(s, &title, d->title, 2);
    hy_canvas_end(s->canvas, "H1");
    if (d->subtitle && *d->subtitle) {
        hy_canvas_begin(s->canvas, "P", NULL);
        title_lines(s, &below, d->subtitle, 2);
        hy_canvas_end(s->canvas, "P");
    }
    s->y += 4;
    hy_canvas_line(s->canvas, HY_MARGIN, s->y, HY_RIGHT_EDGE, s->y, &rule);
    s->y += 10;
}

/* ---- contents --------------------------------------------------------------------------------- */
#define ENTRY_GAP 22.0f

/* As columns of entries below a title. */
struct contents {
    size_t columns, rows;
    float size, leading, height; /* of an entry's text, of an entry, of it all */
};

static size_t sections_behind_first(const struct hy_doc *d)
{
    size_t n = 0;
    for (size_t i = 1; i < d->count; i++)
        n += d->block[i].kind == HY_BLOCK_SECTION;
    return n;
}

static struct contents contents_of(size_t entries, size_t columns)
{
    struct contents c = {.columns = columns, .rows = (entries + columns - 1) / columns, .size = 8.6f, .leading = 13.5f};
    if (columns > 2) {
        c.size = 8;
        c.leading = 11.8f;
    }
    c.height = 19 + (float)c.rows * c.leading;
    return c;
}

/* A section's title and page with dots between them, in a column of `width`. */
static void entry(struct hy_sheet *s, const struct contents *c, const struct hy_block *b, struct hy_point at,
                  float width)
{
    const struct hy_text_style left = hy_style(HY_SANS, c->size, hy_ink(), HY_LEFT);
    const struct hy_text_style right = hy_style(HY_SANS, c->size, hy_ink(), HY_RIGHT);
    const struct hy_pen dots = {hy_grey(), 0.6f, 0.6f, 2.4f};
    const int page = s->plan ? hy_plan_page_of(s->plan, b->name) : 0;
    const float base = at.y + c->size + 0.9f;
    const char *number = hy_arena_format(hy_canvas_arena(s->canvas), "%d", page + 1);
    const float behind = at.x + width - hy_canvas_text_width(s->canvas, &right, "00") - 5; /* as wide in each pass */
    const char *title = hy_canvas_fit(s->canvas, &left, b->text, behind - at.x);
    const float from = at.x + hy_canvas_text_width(s->canvas, &left, title) + 5;
    const float to = at.x + width - hy_canvas_text_width(s->canvas, &right, number) - 5;
    hy_canvas_begin(s->canvas, "P", NULL);
    hy_canvas_text(s->canvas, at.x, base, &left, title);
    if (to > from)
        hy_canvas_line(s->canvas, from, base - 0.4f, to, base - 0.4f, &dots);
    hy_canvas_text(s->canvas, at.x + width, base, &right, number);
    hy_sheet_link(s, (struct hy_box){at.x, at.y, width, c->leading}, b->name);
    hy_canvas_end(s->canvas, "P");
}

static void entries(struct hy_sheet *s, const struct contents *c)
{
    const float width = (HY_TEXT_WIDTH - ENTRY_GAP * (float)(c->columns - 1)) / (float)c->columns;
    size_t n = 0;
    for (size_t i = 1; i < s->doc->count; i++) {
        const struct hy_block *b = &s->doc->block[i];
        if (b->kind != HY_BLOCK_SECTION)
            continue;
        const size_t column = n / c->rows, row = n % c->rows;
        const struct hy_point at = {HY_MARGIN + (float)column * (width + ENTRY_GAP), s->y + (float)row * c->leading};
        entry(s, c, b, at, width);
        n++;
    }
    s->y += (float)c->rows * c->leading;
}

/* At the foot of the first page, where there is room, in three columns if need be; else behind what stands on the
 * page. */
void hy_sheet_contents(struct hy_sheet *s)
{
    const struct hy_setting title = {hy_style(HY_BOLD, 8.6f, hy_grey(), HY_LEFT), 12.5f};
    const struct hy_pen rule = {hy_faint(), 0.6f, 0, 0};
    const size_t n = sections_behind_first(s->doc);
    struct contents c = contents_of(n, 2);
    if (n == 0)
        return;
    s->y -= 6; /* the rule above them takes the place of a gap */
    if (s->page == 0 && hy_sheet_room(s) < c.height)
        c = contents_of(n, 3);
    hy_sheet_need(s, c.height);
    const bool foot = s->page == 0;
    if (foot)
        s->y = HY_LOW_EDGE - c.height;
    else
        c = contents_of(n, 2);
    hy_canvas_line(s->canvas, HY_MARGIN, s->y, HY_RIGHT_EDGE, s->y, &rule);
    s->y += 6.5f;
    hy_canvas_begin(s->canvas, "P", NULL);
    title_lines(s, &title, _("Contents"), 1);
    hy_canvas_end(s->canvas, "P");
    entries(s, &c);
    if (foot)
        s->y = HY_LOW_EDGE;
    else
        s->top = s->y; /* the page counts as new for the section below them */
}

/* ---- sections and headings ------------------------------------------------------------------------- */
static struct hy_setting section_setting(void)
{
    return (struct hy_setting){hy_style(HY_BOLD, 16, hy_ink(), HY_LEFT), 20};
}

static struct hy_setting heading_setting(void)
{
    return (struct hy_setting){hy_style(HY_BOLD, 10.5f, hy_ink(), HY_LEFT), 14};
}

/* With the gap to what stands above it on its page. */
float hy_sheet_section_height(struct hy_sheet *s, const struct hy_block *b)
{
    const struct hy_setting k = section_setting();
    return 18 + (float)hy_sheet_count(s, &k, b->text, HY_TEXT_WIDTH, 2) * k.leading + 14;
}

void hy_sheet_section(struct hy_sheet *s, size_t i)
{
    const struct hy_block *b = &s->doc->block[i];
    const struct hy_setting k = section_setting();
    const struct hy_pen rule = {hy_ink(), 0.8f, 0, 0};
    if (b->new_page && s->y > s->top && hy_sheet_room(s) < HY_PAGE_ROOM * 0.4f)
        hy_sheet_new_page(s);
    hy_sheet_need(s, hy_sheet_lead(s, i));
    if (s->y > HY_MARGIN)
        s->y += 18;
    begin_title(s, "H1", b->name, 12);
    hy_sheet_bookmark(s, 0, b->text, b->name);
    title_lines(s, &k, b->text, 2);
    hy_canvas_end(s->canvas, "H1");
    hy_canvas_line(s->canvas, HY_MARGIN, s->y + 3, HY_RIGHT_EDGE, s->y + 3, &rule);
    s->y += 14;
}

float hy_sheet_heading_height(struct hy_sheet *s, const struct hy_block *b)
{
    const struct hy_setting k = heading_setting();
    return 6 + (float)hy_sheet_count(s, &k, b->text, HY_TEXT_WIDTH, 2) * k.leading + 4;
}

void hy_sheet_heading(struct hy_sheet *s, size_t i)
{
    const struct hy_block *b = &s->doc->block[i];
    const struct hy_setting k = heading_setting();
    hy_sheet_need(s, hy_sheet_lead(s, i));
    if (s->y > HY_MARGIN)
        s->y += 6;
    begin_title(s, "H2", b->name, 10);
    hy_sheet_bookmark(s, 1, b->text, b->name);
    title_lines(s, &k, b->text, 2);
    hy_canvas_end(s->canvas, "H2");
    s->y += 4;
}
