#include "report/doc/doc.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void hy_doc_fini(struct hy_doc *d)
{
    hy_arena_free(&d->arena);
    *d = (struct hy_doc){0};
}

void *hy_doc_alloc(struct hy_doc *d, size_t bytes)
{
    return hy_arena_alloc(&d->arena, bytes);
}

const char *hy_doc_format(struct hy_doc *d, const char *format, ...)
{
    va_list again, list;
    va_start(list, format);
    va_copy(again, list);
    const int length = vsnprintf(NULL, 0, format, list);
    va_end(list);
    HY_ASSERT(length >= 0, "a report's text can be formatted");
    char *text = hy_doc_alloc(d, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

/* ---- memory: all in the arena, what was outgrown too ----------------------------------------------- */
static const void *copied(struct hy_doc *d, const void *items, size_t count, size_t size)
{
    void *copy = hy_doc_alloc(d, count * size);
    if (count)
        memcpy(copy, items, count * size);
    return copy;
}

/* Room for one item more. */
static void *grown(struct hy_doc *d, void *items, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return items;
    *room = *room ? *room * 2 : 16;
    void *larger = hy_doc_alloc(d, *room * size);
    if (count)
        memcpy(larger, items, count * size);
    return larger;
}

/* ---- anchors ------------------------------------------------------------------------------------------ */
static bool well_formed(const char *anchor)
{
    return *anchor && anchor[strspn(anchor, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

/* Where it stands among the others, or would. */
static size_t place_of(const struct hy_doc *d, const char *anchor)
{
    size_t low = 0, high = d->anchors;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (strcmp(d->anchor[middle], anchor) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool hy_doc_has_anchor(const struct hy_doc *d, const char *anchor)
{
    const size_t i = anchor ? place_of(d, anchor) : d->anchors;
    return i < d->anchors && strcmp(d->anchor[i], anchor) == 0;
}

static void take_anchor(struct hy_doc *d, const char *anchor)
{
    if (!anchor)
        return;
    HY_ASSERT(well_formed(anchor), "an anchor is one or more of [a-z0-9-]");
    HY_ASSERT(!hy_doc_has_anchor(d, anchor), "an anchor is given once in a document");
    const size_t i = place_of(d, anchor);
    d->anchor = grown(d, d->anchor, d->anchors, &d->anchor_room, sizeof *d->anchor);
    memmove(d->anchor + i + 1, d->anchor + i, (d->anchors - i) * sizeof *d->anchor);
    d->anchor[i] = anchor;
    d->anchors++;
}

/* ---- blocks --------------------------------------------------------------------------------------------- */
static struct hy_block *next_block(struct hy_doc *d, enum hy_block_kind kind)
{
    HY_ASSERT(kind == HY_BLOCK_SECTION || d->count > 0, "a document begins with a section");
    d->block = grown(d, d->block, d->count, &d->room, sizeof *d->block);
    struct hy_block *b = &d->block[d->count++];
    *b = (struct hy_block){.kind = kind};
    return b;
}

void hy_doc_section(struct hy_doc *d, const char *anchor, const char *title, bool new_page)
{
    HY_ASSERT(anchor && title, "a section has an anchor and a title");
    struct hy_block *b = next_block(d, HY_BLOCK_SECTION);
    take_anchor(d, anchor);
    b->name = anchor;
    b->text = title;
    b->new_page = new_page;
}

void hy_doc_heading(struct hy_doc *d, const char *anchor, const char *title)
{
    HY_ASSERT(title, "a heading has a title");
    struct hy_block *b = next_block(d, HY_BLOCK_HEADING);
    take_anchor(d, anchor);
    b->name = anchor;
    b->text = title;
}

void hy_doc_paragraph(struct hy_doc *d, enum hy_paragraph kind, const char *text)
{
    HY_ASSERT(text, "a paragraph has a text");
    struct hy_block *b = next_block(d, HY_BLOCK_PARAGRAPH);
    b->paragraph = kind;
    b->text = text;
}

void hy_doc_cards(struct hy_doc *d, const struct hy_card *cards, size_t count)
{
    HY_ASSERT(count > 0, "a row of cards has one at least");
    for (size_t i = 0; i < count; i++)
        HY_ASSERT(cards[i].label && cards[i].value && cards[i].range && cards[i].note,
                  "a card's texts are there, empty if need be");
    struct hy_block *b = next_block(d, HY_BLOCK_CARDS);
    b->card = copied(d, cards, count, sizeof *cards);
    b->count = count;
}

void hy_doc_figures(struct hy_doc *d, const struct hy_figure *figures, size_t count)
{
    HY_ASSERT(count >= 1 && count <= 4, "one to four figures stand side by side");
    struct hy_block *b = next_block(d, HY_BLOCK_FIGURES);
    for (size_t i = 0; i < count; i++) {
        const struct hy_figure *f = &figures[i];
        HY_ASSERT(f->name && f->title && f->caption && f->draw && f->height > 0,
                  "a figure has a name, a title, a caption, a height and what draws it");
        take_anchor(d, f->name);
    }
    b->figure = copied(d, figures, count, sizeof *figures);
    b->count = count;
}

void hy_doc_facts(struct hy_doc *d, const struct hy_fact *facts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        HY_ASSERT(facts[i].label && facts[i].value, "a fact has a label and a value");
    struct hy_block *b = next_block(d, HY_BLOCK_FACTS);
    b->fact = copied(d, facts, count, sizeof *facts);
    b->count = count;
}

/* ---- tables ------------------------------------------------------------------------------------------------ */
void hy_doc_table(struct hy_doc *d, const char *anchor, const struct hy_column *columns, size_t count)
{
    HY_ASSERT(count > 0, "a table has a column at least");
    for (size_t i = 0; i < count; i++)
        HY_ASSERT(columns[i].title && columns[i].width >= 0, "a column has a title and no negative width");
    struct hy_block *b = next_block(d, HY_BLOCK_TABLE);
    take_anchor(d, anchor);
    b->name = anchor;
    b->column = copied(d, columns, count, sizeof *columns);
    b->count = count;
}

void hy_doc_row(struct hy_doc *d, const struct hy_cell *cells, const struct hy_row_look *look)
{
    HY_ASSERT(d->count > 0 && d->block[d->count - 1].kind == HY_BLOCK_TABLE,
              "a row belongs to the table that was begun last");
    struct hy_block *b = &d->block[d->count - 1];
    for (size_t i = 0; i < b->count; i++)
        HY_ASSERT(cells[i].text, "a row has as many cells as its table has columns, each with a text");
    b->row = grown(d, b->row, b->rows, &b->room, sizeof *b->row);
    struct hy_row *row = &b->row[b->rows++];
    *row = (struct hy_row){.cells = copied(d, cells, b->count, sizeof *cells)};
    if (!look)
        return;
    row->look = *look;
    if (look->swatch)
        row->look.swatch = copied(d, look->swatch, 1, sizeof *look->swatch);
    take_anchor(d, look->anchor);
}
