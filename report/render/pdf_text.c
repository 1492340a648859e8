/* Paragraphs: short ones stay in one piece, of long ones no line stands alone on a page. */
#include "report/render/pdf_sheet.h"

/* What may stand behind the lines of a paragraph, and how far they keep from its edge. */
struct look {
    struct hy_setting text;
    float after; /* below the paragraph */
    float inset; /* left and right of its lines */
    float pad;   /* above and below them */
    bool ground; /* tinted */
    bool edge;   /* a stripe at the left of the ground */
    unsigned tint, stripe;
};

static struct look look_of(enum hy_paragraph kind)
{
    const struct hy_color ink = hy_ink(), grey = hy_grey();
    switch (kind) {
    case HY_LEAD:
        return (struct look){.text = {hy_style(HY_SANS, 11, ink, HY_LEFT), 15.5f}, .after = 8};
    case HY_CAPTION:
        return (struct look){.text = {hy_style(HY_SANS, 7.6f, grey, HY_LEFT), 10.6f}, .after = 8};
    case HY_MISSING:
        return (struct look){.text = {hy_style(HY_SANS, 9, grey, HY_LEFT), 13}, .after = 8};
    case HY_WARNING:
        return (struct look){.text = {hy_style(HY_SANS, 8.5f, ink, HY_LEFT), 12},
                             .after = 8,
                             .inset = 12,
                             .pad = 6,
                             .ground = true,
                             .edge = true,
                             .tint = 0xfff4e0,
                             .stripe = 0xe69f00};
    case HY_CODE:
        return (struct look){.text = {hy_style(HY_MONO, 7.4f, ink, HY_LEFT), 10.4f},
                             .after = 8,
                             .inset = 9,
                             .pad = 6,
                             .ground = true,
                             .tint = 0xf3f4f6};
    case HY_BODY:
        break;
    }
    return (struct look){.text = {hy_style(HY_SANS, 9, ink, HY_LEFT), 13}, .after = 6};
}

static size_t lines_of(struct hy_sheet *s, const struct look *l, const char *text)
{
    return hy_sheet_count(s, &l->text, text, HY_TEXT_WIDTH - 2 * l->inset, 0);
}

static float height_of(const struct look *l, size_t lines)
{
    return (float)lines * l->text.leading + 2 * l->pad;
}

/* Captions belong to what stands above them, and are short. */
float hy_sheet_paragraph_height(struct hy_sheet *s, const struct hy_block *b)
{
    const struct look l = look_of(b->paragraph);
    return height_of(&l, lines_of(s, &l, b->text));
}

static float lead_of(const struct look *l, size_t lines)
{
    const float whole = height_of(l, lines);
    const bool apart = lines >= 8 && !l->edge;
    return (apart || whole > HY_PAGE_ROOM) && lines > 3 ? height_of(l, 3) : whole;
}

/* A remark in small print stays with the sentence that it is about. */
float hy_sheet_paragraph_lead(struct hy_sheet *s, size_t i)
{
    const struct hy_block *b = &s->doc->block[i];
    const struct look l = look_of(b->paragraph);
    const size_t lines = lines_of(s, &l, b->text);
    const float lead = lead_of(&l, lines), tail = b->paragraph == HY_CAPTION ? 0 : hy_sheet_tail(s, i);
    return lead >= height_of(&l, lines) && tail > 0 && lead + tail < HY_PAGE_ROOM / 2 ? lead + l.after + tail : lead;
}

/* How many of the lines left go on this page: at least one, and not all but one. */
static size_t lines_here(const struct hy_sheet *s, const struct look *l, size_t left)
{
    const float room = hy_sheet_room(s) - 2 * l->pad;
    size_t fit = room < l->text.leading ? 1 : (size_t)((room + 0.01f) / l->text.leading);
    if (fit >= left)
        return left;
    return fit > 2 && left - fit == 1 ? fit - 1 : fit;
}

static void ground(struct hy_sheet *s, const struct look *l, size_t lines)
{
    const struct hy_color tint = hy_rgb(l->tint), stripe = hy_rgb(l->stripe);
    const float height = height_of(l, lines);
    if (l->ground)
        hy_canvas_rectangle(s->canvas, (struct hy_box){HY_MARGIN, s->y, HY_TEXT_WIDTH, height}, &tint, NULL);
    if (l->edge)
        hy_canvas_rectangle(s->canvas, (struct hy_box){HY_MARGIN, s->y, 3, height}, &stripe, NULL);
}

void hy_sheet_paragraph(struct hy_sheet *s, size_t number)
{
    const struct hy_block *b = &s->doc->block[number];
    const struct look l = look_of(b->paragraph);
    const char *text = b->text;
    size_t left = lines_of(s, &l, text);
    if (left == 0)
        return;
    hy_sheet_need(s, hy_sheet_paragraph_lead(s, number));
    for (;;) {
        const size_t here = lines_here(s, &l, left);
        hy_canvas_begin(s->canvas, "P", NULL);
        ground(s, &l, here);
        for (size_t i = 0; i < here; i++) {
            const struct hy_point at = {HY_MARGIN + l.inset, s->y + l.pad + (float)i * l.text.leading};
            text = hy_sheet_line(s, &l.text, text, at, HY_TEXT_WIDTH - 2 * l.inset);
        }
        hy_canvas_end(s->canvas, "P");
        s->y += height_of(&l, here);
        left -= here;
        if (left == 0)
            break;
        hy_sheet_new_page(s);
    }
    s->y += b->paragraph == HY_BODY && hy_sheet_tail(s, number) > 0 ? l.after / 2 : l.after;
}
