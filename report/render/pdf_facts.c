/* Facts: labels and values, two side by side where they are short. */
#include "report/render/pdf_sheet.h"

#define FACT_GAP    20.0f
#define FACT_WIDTH  ((HY_TEXT_WIDTH - FACT_GAP) / 2)
#define LABEL_WIDTH 88.0f

enum { LONG = 3 }; /* lines: what takes more in a column has the whole width */

static struct hy_setting label_setting(void)
{
    return (struct hy_setting){hy_style(HY_SANS, 7.6f, hy_grey(), HY_LEFT), 11};
}

static struct hy_setting value_setting(void)
{
    return (struct hy_setting){hy_style(HY_SANS, 8.2f, hy_ink(), HY_LEFT), 11};
}

static size_t lines_of(struct hy_sheet *s, const struct hy_fact *f, float width)
{
    const struct hy_setting label = label_setting(), value = value_setting();
    const size_t labels = hy_sheet_count(s, &label, f->label, LABEL_WIDTH - 6, 2);
    const size_t values = hy_sheet_count(s, &value, f->value, width - LABEL_WIDTH, 0);
    return labels > values ? labels : values;
}

/* The facts of a block, and whether all have the whole width because most need it. */
struct facts {
    const struct hy_block *block;
    bool wide;
};

static struct facts facts_of(struct hy_sheet *s, const struct hy_block *b)
{
    size_t long_ones = 0;
    for (size_t i = 0; i < b->count; i++)
        long_ones += lines_of(s, &b->fact[i], FACT_WIDTH) > LONG;
    return (struct facts){b, long_ones * 2 > b->count};
}

static bool is_wide(struct hy_sheet *s, const struct facts *f, size_t i)
{
    return f->wide || lines_of(s, &f->block->fact[i], FACT_WIDTH) > LONG;
}

/* Facts side by side from one on. */
struct row {
    size_t count;
    float width, height; /* of each */
};

static struct row row_of(struct hy_sheet *s, const struct facts *f, size_t i)
{
    const bool wide = is_wide(s, f, i), two = !wide && i + 1 < f->block->count && !is_wide(s, f, i + 1);
    struct row row = {two ? 2 : 1, wide ? HY_TEXT_WIDTH : FACT_WIDTH, 0};
    size_t most = 0;
    for (size_t k = 0; k < row.count; k++) {
        const size_t lines = lines_of(s, &f->block->fact[i + k], row.width);
        most = lines > most ? lines : most;
    }
    row.height = (float)most * value_setting().leading + 2.5f;
    return row;
}

/* A few stay in one piece, of many the first three rows. */
static float lead_of(struct hy_sheet *s, const struct facts *f)
{
    float whole = 0, begun = 0;
    size_t rows = 0;
    for (size_t i = 0; i < f->block->count && whole < HY_PAGE_ROOM; rows++) {
        const struct row row = row_of(s, f, i);
        whole += row.height;
        begun += rows < 3 ? row.height : 0;
        i += row.count;
    }
    const float lead = whole <= 110 ? whole : begun;
    return lead < HY_PAGE_ROOM ? lead : HY_PAGE_ROOM;
}

float hy_sheet_facts_lead(struct hy_sheet *s, const struct hy_block *b)
{
    const struct facts f = facts_of(s, b);
    return lead_of(s, &f);
}

static void fact(struct hy_sheet *s, const struct hy_fact *f, float x, float width)
{
    const struct hy_setting label = label_setting(), value = value_setting();
    /* on the baseline of the value's first line, which is larger */
    const struct hy_point at = {x, s->y + value.style.size - label.style.size};
    hy_canvas_begin(s->canvas, "P", NULL);
    hy_sheet_lines(s, &label, f->label, at, LABEL_WIDTH - 6, 2);
    hy_sheet_lines(s, &value, f->value, (struct hy_point){x + LABEL_WIDTH, s->y}, width - LABEL_WIDTH, 0);
    hy_canvas_end(s->canvas, "P");
}

void hy_sheet_facts(struct hy_sheet *s, const struct hy_block *b)
{
    const struct facts f = facts_of(s, b);
    hy_sheet_need(s, lead_of(s, &f));
    for (size_t i = 0; i < b->count;) {
        const struct row row = row_of(s, &f, i);
        hy_sheet_need(s, row.height);
        for (size_t k = 0; k < row.count; k++)
            fact(s, &b->fact[i + k], HY_MARGIN + (float)k * (FACT_WIDTH + FACT_GAP), row.width);
        s->y += row.height;
        i += row.count;
    }
    s->y += 6;
}
