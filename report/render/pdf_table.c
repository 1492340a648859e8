/* Tables: the header again on each page, and no page with one or two rows of it alone. */
#include <string.h>

#include "report/charts/look.h"
#include "report/render/pdf_sheet.h"

enum { MOST_LINES = 8 }; /* of a text in a row */

#define LEADING     1.3f   /* of rows, in sizes of their text */
#define RULE_HEIGHT 4.0f   /* the rule below a table */
#define ONE_PIECE   130.0f /* a table no higher is not parted */

/* ---- headers ------------------------------------------------------------------------------ */
static struct hy_setting header_setting(const struct hy_grid *g, size_t column)
{
    return (struct hy_setting){hy_style(HY_BOLD, g->size, hy_ink(), g->block->column[column].align), g->size + 2};
}

static float header_height(struct hy_sheet *s, const struct hy_grid *g)
{
    size_t most = 1;
    for (size_t i = 0; i < g->block->count; i++) {
        const struct hy_setting k = header_setting(g, i);
        const size_t lines = hy_sheet_count(s, &k, g->block->column[i].title, g->column[i] + 0.1f, 0);
        most = lines > most ? lines : most;
    }
    return (float)most * (g->size + 2) + 6;
}

static const struct hy_grid *grid_of(struct hy_sheet *s, const struct hy_block *table)
{
    if (s->grid.block != table) {
        hy_grid_place(s, &s->grid, table);
        s->grid.header = header_height(s, &s->grid);
    }
    return &s->grid;
}

static void rule(struct hy_sheet *s, const struct hy_grid *g, float y, struct hy_color color)
{
    const struct hy_pen pen = {color, 0.6f, 0, 0};
    hy_canvas_line(s->canvas, HY_MARGIN, y, HY_MARGIN + g->width, y, &pen);
}

/* Titles of fewer lines stand at the foot. */
static void header(struct hy_sheet *s, const struct hy_grid *g)
{
    const float foot = s->y + g->header - 6;
    hy_canvas_begin(s->canvas, "TR", NULL);
    for (size_t i = 0; i < g->block->count; i++) {
        const struct hy_setting k = header_setting(g, i);
        const char *title = g->block->column[i].title;
        const float width = g->column[i] + 0.1f;
        const float height = (float)hy_sheet_count(s, &k, title, width, 0) * k.leading;
        hy_canvas_begin(s->canvas, "TH", NULL);
        hy_sheet_lines(s, &k, title, (struct hy_point){g->left[i], foot - height}, width, 0);
        hy_canvas_end(s->canvas, "TH");
    }
    hy_canvas_end(s->canvas, "TR");
    rule(s, g, s->y + g->header - 2.5f, hy_ink());
    s->y += g->header;
}

/* ---- rows ----------------------------------------------------------------------------------- */
struct shape {
    float size, height; /* of its text, of it all */
};

static struct hy_setting cell_setting(const struct hy_grid *g, const struct hy_row *row, size_t column, float size)
{
    const bool grey = row->look.muted || row->cells[column].grey;
    return (struct hy_setting){
        hy_style(row->look.bold ? HY_BOLD : HY_SANS, size, grey ? hy_grey() : hy_ink(), g->block->column[column].align),
        size * LEADING};
}

static float inside(const struct hy_grid *g, size_t column)
{
    return g->column[column] - (column == 0 ? g->indent : 0);
}

/* A sentence goes on in further lines, a name of parts in a second one. */
static size_t most_lines(const char *text)
{
    return strchr(text, ' ') ? MOST_LINES : strpbrk(text, "-_/") ? 2 : 1;
}

/* Numbers have the size that the narrowest place for one allows. */
static struct shape shape_of(struct hy_sheet *s, const struct hy_grid *g, const struct hy_row *row)
{
    struct shape h = {.size = g->size};
    size_t lines = 1;
    for (size_t i = 0; i < g->block->count; i++) {
        const struct hy_setting k = cell_setting(g, row, i, g->size);
        if (k.style.align == HY_LEFT)
            continue;
        const float width = hy_canvas_text_width(s->canvas, &k.style, row->cells[i].text);
        if (width > inside(g, i) && g->size * inside(g, i) / width < h.size)
            h.size = g->size * inside(g, i) / width;
    }
    for (size_t i = 0; i < g->block->count; i++) {
        const struct hy_setting k = cell_setting(g, row, i, h.size);
        if (k.style.align != HY_LEFT)
            continue;
        const size_t here = hy_sheet_count(s, &k, row->cells[i].text, inside(g, i), most_lines(row->cells[i].text));
        lines = here > lines ? here : lines;
    }
    h.height = (float)lines * g->size * LEADING + 3.4f;
    return h;
}

static void swatch(struct hy_sheet *s, const struct hy_grid *g, const struct hy_row *row)
{
    const float side = g->size - 1.6f;
    const struct hy_box box = {HY_MARGIN + 0.6f, s->y + 3.4f, side, side};
    hy_look_area(s->canvas, box, *row->look.swatch, row->look.look, 1);
}

/* Where it leads to lies under its text. */
static void lead_on(struct hy_sheet *s, const struct hy_setting *k, const struct hy_cell *cell, struct hy_box box)
{
    const float full = hy_canvas_text_width(s->canvas, &k->style, cell->text);
    const float width = full < box.width ? full : box.width;
    const float part = k->style.align == HY_RIGHT ? 1 : k->style.align == HY_CENTER ? 0.5f : 0;
    hy_sheet_link(s, (struct hy_box){box.x + part * (box.width - width), box.y, width, box.height}, cell->link);
}

static void one_cell(struct hy_sheet *s, const struct hy_grid *g, const struct hy_row *row, size_t i, struct shape h)
{
    const struct hy_cell *cell = &row->cells[i];
    struct hy_setting k = cell_setting(g, row, i, h.size);
    const float x = g->left[i] + (i == 0 ? g->indent : 0), width = inside(g, i);
    if (hy_doc_has_anchor(s->doc, cell->link) && !row->look.muted && !cell->grey)
        k.style.color = hy_rgb(0x1d4f91);
    hy_canvas_begin(s->canvas, "TD", NULL);
    if (i == 0 && row->look.swatch)
        swatch(s, g, row);
    const struct hy_point at = {x, s->y + 2.2f + (g->size - h.size)};
    if (k.style.align == HY_LEFT) {
        hy_sheet_lines(s, &k, cell->text, at, width, most_lines(cell->text));
    } else {
        const float part = k.style.align == HY_RIGHT ? 1 : 0.5f;
        hy_canvas_text(s->canvas, x + part * width, at.y + h.size, &k.style, cell->text);
    }
    if (cell->link)
        lead_on(s, &k, cell, (struct hy_box){x, s->y, width, h.height});
    hy_canvas_end(s->canvas, "TD");
}

static void one_row(struct hy_sheet *s, const struct hy_grid *g, const struct hy_row *row, struct shape h)
{
    hy_canvas_begin(s->canvas, "TR", NULL);
    if (row->look.anchor)
        hy_canvas_anchor(s->canvas, row->look.anchor, HY_MARGIN, s->y - 24);
    for (size_t i = 0; i < g->block->count; i++)
        one_cell(s, g, row, i, h);
    hy_canvas_end(s->canvas, "TR");
    s->y += h.height;
}

/* ---- the whole --------------------------------------------------------------------------------- */
static float rows_height(struct hy_sheet *s, const struct hy_grid *g, size_t first, size_t end)
{
    float height = 0;
    for (size_t n = first; n < end; n++)
        height += shape_of(s, g, &g->block->row[n]).height;
    return height;
}

/* The caption behind a table stands on the page of its last rows. */
static float with_tail(struct hy_sheet *s, size_t i, float height)
{
    const float tail = hy_sheet_tail(s, i);
    return tail > 0 && height + tail < HY_PAGE_ROOM / 2 ? height + tail + 6 : height;
}

float hy_sheet_table_lead(struct hy_sheet *s, size_t i)
{
    const struct hy_grid *g = grid_of(s, &s->doc->block[i]);
    const size_t rows = g->block->rows, few = rows < 10 ? rows : 10;
    const float some = g->header + rows_height(s, g, 0, few) + RULE_HEIGHT;
    if (few == rows && (some <= ONE_PIECE || rows <= 3))
        return with_tail(s, i, some);
    return g->header + rows_height(s, g, 0, few < 3 ? few : 3) + RULE_HEIGHT;
}

static void begin(struct hy_sheet *s, const struct hy_grid *g)
{
    hy_canvas_begin(s->canvas, "Table", NULL);
    header(s, g);
}

static void go_on(struct hy_sheet *s, const struct hy_grid *g)
{
    rule(s, g, s->y + 1, hy_faint());
    hy_canvas_end(s->canvas, "Table");
    hy_sheet_new_page(s);
    begin(s, g);
}

/* What must be free for a row: the last three stay together where they are not long, the last one and its caption. */
static float row_room(struct hy_sheet *s, const struct hy_grid *g, size_t i, size_t row, float height)
{
    const size_t left = g->block->rows - row;
    const float three = left == 3 && row > 0 ? rows_height(s, g, row, row + 3) : 0;
    if (three > 0 && three <= ONE_PIECE / 2)
        return with_tail(s, i, three);
    return left == 1 ? with_tail(s, i, height) : height;
}

void hy_sheet_table(struct hy_sheet *s, size_t i)
{
    const struct hy_block *b = &s->doc->block[i];
    const float lead = hy_sheet_table_lead(s, i);
    const struct hy_grid *g = grid_of(s, b);
    hy_sheet_need(s, lead);
    if (b->name)
        hy_canvas_anchor(s->canvas, b->name, HY_MARGIN, s->y - 8);
    begin(s, g);
    for (size_t r = 0; r < b->rows; r++) {
        const struct shape h = shape_of(s, g, &b->row[r]);
        if (hy_sheet_room(s) < row_room(s, g, i, r, h.height) + RULE_HEIGHT)
            go_on(s, g);
        else if (b->row[r].look.rule_above && r > 0)
            rule(s, g, s->y, hy_faint());
        one_row(s, g, &b->row[r], h);
    }
    rule(s, g, s->y + 1, hy_ink());
    hy_canvas_end(s->canvas, "Table");
    s->y += hy_sheet_tail(s, i) > 0 ? RULE_HEIGHT + 2 : RULE_HEIGHT + 8;
}
