/* Headline figures in tinted boxes. */
#include "report/render/pdf_sheet.h"

#define CARD_GAP   10.0f
#define CARD_INSET 9.0f
#define VALUE_SIZE 17.0f
#define VALUE_ROOM 23.0f

/* The cards of one row: how wide they are, and the lines that the longest of each of their texts takes. */
struct hand {
    const struct hy_card *card;
    size_t count;
    float width; /* of a card */
    size_t label, range, note;
};

static struct hy_setting label_setting(void)
{
    return (struct hy_setting){hy_style(HY_BOLD, 7.4f, hy_grey(), HY_LEFT), 10};
}

static struct hy_setting range_setting(void)
{
    return (struct hy_setting){hy_style(HY_SANS, 8, hy_ink(), HY_LEFT), 11};
}

static struct hy_setting note_setting(void)
{
    return (struct hy_setting){hy_style(HY_SANS, 7.2f, hy_grey(), HY_LEFT), 10};
}

/* Rows of as equal a length as may be, no more than four to a row. */
static size_t to_a_row(size_t count)
{
    const size_t rows = (count + 3) / 4, most = (count + rows - 1) / rows;
    return most < 2 ? 2 : most;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static struct hand hand_of(struct hy_sheet *s, const struct hy_block *b, size_t first)
{
    const size_t row = to_a_row(b->count), left = b->count - first;
    const struct hy_setting label = label_setting(), range = range_setting(), note = note_setting();
    struct hand h = {.card = b->card + first, .count = left < row ? left : row};
    h.width = (HY_TEXT_WIDTH - CARD_GAP * (float)(row - 1)) / (float)row;
    const float inside = h.width - 2 * CARD_INSET;
    for (size_t i = 0; i < h.count; i++) {
        h.label = larger(h.label, hy_sheet_count(s, &label, h.card[i].label, inside, 2));
        h.range = larger(h.range, hy_sheet_count(s, &range, h.card[i].range, inside, 3));
        h.note = larger(h.note, hy_sheet_count(s, &note, h.card[i].note, inside, 6));
    }
    return h;
}

static float hand_height(const struct hand *h)
{
    const float texts = (float)h->label * label_setting().leading + (float)h->range * range_setting().leading +
                        (float)h->note * note_setting().leading;
    return 6 + texts + VALUE_ROOM + (h->note ? 3 : 0) + 6;
}

/* As large as its width allows; a long name takes two lines of the same height. */
static void value(struct hy_sheet *s, const char *text, struct hy_point at, float width)
{
    struct hy_text_style style = hy_style(HY_BOLD, VALUE_SIZE, hy_ink(), HY_LEFT);
    const float full = hy_canvas_text_width(s->canvas, &style, text);
    if (full > width)
        style.size = VALUE_SIZE * width / full - 0.02f;
    if (style.size >= 9) {
        hy_canvas_text(s->canvas, at.x, at.y + VALUE_SIZE, &style, text);
        return;
    }
    const struct hy_setting two = {hy_style(HY_BOLD, 9, hy_ink(), HY_LEFT), 11};
    hy_sheet_lines(s, &two, text, at, width, 2);
}

static void card(struct hy_sheet *s, const struct hand *h, size_t i, float x)
{
    const struct hy_setting label = label_setting(), range = range_setting(), note = note_setting();
    const struct hy_color tint = hy_rgb(0xf1f4f8);
    const struct hy_card *c = &h->card[i];
    const struct hy_box box = {x, s->y, h->width, hand_height(h)};
    const float inside = h->width - 2 * CARD_INSET;
    struct hy_point at = {x + CARD_INSET, s->y + 6};
    hy_canvas_begin(s->canvas, "P", NULL);
    hy_canvas_rectangle(s->canvas, box, &tint, NULL);
    hy_sheet_lines(s, &label, c->label, at, inside, 2);
    at.y += (float)h->label * label.leading;
    value(s, c->value, at, inside);
    at.y += VALUE_ROOM;
    hy_sheet_lines(s, &range, c->range, at, inside, 3);
    at.y += (float)h->range * range.leading + 3;
    hy_sheet_lines(s, &note, c->note, at, inside, 6);
    hy_sheet_link(s, box, c->link);
    hy_canvas_end(s->canvas, "P");
}

float hy_sheet_cards_lead(struct hy_sheet *s, const struct hy_block *b)
{
    const struct hand h = hand_of(s, b, 0);
    return hand_height(&h);
}

void hy_sheet_cards(struct hy_sheet *s, const struct hy_block *b)
{
    for (size_t first = 0; first < b->count;) {
        const struct hand h = hand_of(s, b, first);
        hy_sheet_need(s, hand_height(&h));
        for (size_t i = 0; i < h.count; i++)
            card(s, &h, i, HY_MARGIN + (float)i * (h.width + CARD_GAP));
        s->y += hand_height(&h) + CARD_GAP;
        first += h.count;
    }
    s->y += 2;
}
