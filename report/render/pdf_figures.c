/* Drawings side by side: titles in line, drawings in line, a caption below each. */
#include "report/render/pdf_sheet.h"

/* A row of figures as it is set. */
struct strip {
    const struct hy_block *block;
    float gap, column; /* between the columns, and of one */
    struct hy_setting title, caption;
    float titles, height; /* of the highest title, of it all */
    float limit;          /* no drawing is higher, or it would not fit a page */
};

static float lines_height(struct hy_sheet *s, const struct hy_setting *k, const char *text, float width)
{
    return (float)hy_sheet_count(s, k, text, width, 0) * k->leading;
}

static struct strip strip_of(struct hy_sheet *s, const struct hy_block *b)
{
    const bool small = b->count > 2;
    struct strip r = {.block = b, .gap = small ? 14 : 18};
    float captions = 0;
    r.column = (HY_TEXT_WIDTH - r.gap * (float)(b->count - 1)) / (float)b->count;
    r.title = (struct hy_setting){hy_style(HY_BOLD, small ? 7.8f : 8.8f, hy_ink(), HY_LEFT), small ? 10.4f : 12};
    r.caption = (struct hy_setting){hy_style(HY_SANS, small ? 7.2f : 7.6f, hy_grey(), HY_LEFT), small ? 10 : 10.6f};
    for (size_t i = 0; i < b->count; i++) {
        const float title = lines_height(s, &r.title, b->figure[i].title, r.column);
        const float caption = lines_height(s, &r.caption, b->figure[i].caption, r.column);
        r.titles = title > r.titles ? title : r.titles;
        captions = caption > captions ? caption : captions;
    }
    r.limit = HY_PAGE_ROOM - 60 - r.titles - captions; /* with the title of a section above it */
    for (size_t i = 0; i < b->count; i++) {
        const float drawing = b->figure[i].height < r.limit ? b->figure[i].height : r.limit;
        const float here = r.titles + 3 + drawing + 4 + lines_height(s, &r.caption, b->figure[i].caption, r.column);
        r.height = here > r.height ? here : r.height;
    }
    return r;
}

static void figure(struct hy_sheet *s, const struct strip *r, size_t i)
{
    const struct hy_figure *f = &r->block->figure[i];
    const float x = HY_MARGIN + (float)i * (r->column + r->gap);
    const struct hy_box box = {x, s->y + r->titles + 3, r->column, f->height < r->limit ? f->height : r->limit};
    hy_canvas_begin(s->canvas, "P", NULL);
    hy_canvas_anchor(s->canvas, f->name, x, s->y - 8);
    hy_sheet_lines(s, &r->title, f->title, (struct hy_point){x, s->y}, r->column, 0);
    hy_canvas_end(s->canvas, "P");
    hy_canvas_begin(s->canvas, "Figure", *f->caption ? f->caption : f->title);
    f->draw(s->canvas, box, f->chart);
    hy_canvas_end(s->canvas, "Figure");
    if (!*f->caption)
        return;
    hy_canvas_begin(s->canvas, "Caption", NULL);
    hy_sheet_lines(s, &r->caption, f->caption, (struct hy_point){x, box.y + box.height + 4}, r->column, 0);
    hy_canvas_end(s->canvas, "Caption");
}

float hy_sheet_figures_lead(struct hy_sheet *s, size_t i)
{
    const struct strip r = strip_of(s, &s->doc->block[i]);
    const float tail = hy_sheet_tail(s, i);
    const float both = r.height + 6 + tail;
    return tail > 0 && both <= HY_PAGE_ROOM - 60 ? both : r.height;
}

void hy_sheet_figures(struct hy_sheet *s, size_t i)
{
    const struct strip r = strip_of(s, &s->doc->block[i]);
    hy_sheet_need(s, hy_sheet_figures_lead(s, i));
    for (size_t k = 0; k < r.block->count; k++)
        figure(s, &r, k);
    s->y += r.height + (hy_sheet_tail(s, i) > 0 ? 6 : 11);
}
