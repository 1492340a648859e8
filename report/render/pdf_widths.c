/* The widths of a table's columns. Authors say what they would like; the numbers that stand in them have the last word,
 * because a number that is cut is another number. Texts have what is left, and may end in an ellipsis. */
#include <string.h>

#include "report/render/pdf_sheet.h"

#define LEAST_TEXT   44.0f /* of a column of texts, points */
#define MOST_STRETCH 1.6f  /* of a small table: its rows can still be followed */
#define AUTHOR_WIDTH 487.0f

/* What a column asks for. */
struct wish {
    bool number;  /* not cut: it is not aligned to the left */
    float wanted; /* by the author; 0: a share of the rest */
    float ideal;  /* everything in it fits one line */
    float least;
};

/* The widest piece of a title, where lines may end at `ends`. */
static float widest_piece(struct hy_sheet *s, const struct hy_text_style *style, const char *title, const char *ends)
{
    float widest = 0;
    while (*title) {
        size_t bytes = strcspn(title, ends);
        bytes += title[bytes] && title[bytes] != ' ' && title[bytes] != '\n'; /* it stays at the end of its line */
        const char *piece = hy_arena_format(hy_canvas_arena(s->canvas), "%.*s", (int)bytes, title);
        const float width = hy_canvas_text_width(s->canvas, style, piece);
        widest = width > widest ? width : widest;
        title += bytes;
        title += strspn(title, " \n");
    }
    return widest;
}

static struct wish wish_of(struct hy_sheet *s, const struct hy_grid *g, size_t column)
{
    const struct hy_block *b = g->block;
    const struct hy_text_style title = hy_style(HY_BOLD, g->size, hy_ink(), HY_LEFT);
    const float indent = column == 0 ? g->indent : 0;
    struct wish w = {.number = b->column[column].align != HY_LEFT, .wanted = b->column[column].width};
    float cells = 0;
    for (size_t i = 0; i < b->rows; i++) {
        const struct hy_text_style style =
            hy_style(b->row[i].look.bold ? HY_BOLD : HY_SANS, g->size, hy_ink(), HY_LEFT);
        const float width = hy_canvas_text_width(s->canvas, &style, b->row[i].cells[column].text) + indent;
        cells = width > cells ? width : cells;
    }
    const float words = widest_piece(s, &title, b->column[column].title, " \n");
    const float parts = widest_piece(s, &title, b->column[column].title, " \n-_/");
    /* what fits exactly is not to be cut for a rounding */
    w.ideal = 0.1f + (words > cells ? words : cells);
    w.least = w.number || cells < LEAST_TEXT ? cells : LEAST_TEXT;
    w.least = 0.1f + (parts > w.least ? parts : w.least);
    return w;
}

static float sum_of(const float *width, size_t n)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += width[i];
    return sum;
}

/* What the author would like, in points of this page. */
static void wished(float *width, const struct wish *w, size_t n, float room)
{
    float taken = 0;
    size_t sharing = 0;
    for (size_t i = 0; i < n; i++) {
        taken += w[i].wanted * HY_TEXT_WIDTH / AUTHOR_WIDTH;
        sharing += w[i].wanted <= 0;
    }
    const float share = sharing && room > taken ? (room - taken) / (float)sharing : 0;
    const float wider = sharing || taken <= 0 ? 1 : room / taken < MOST_STRETCH ? room / taken : MOST_STRETCH;
    for (size_t i = 0; i < n; i++)
        width[i] = w[i].wanted > 0 ? w[i].wanted * HY_TEXT_WIDTH / AUTHOR_WIDTH * wider : share;
}

/* Short names in a wide column stand far from their numbers: the others get some of its width. */
static void even_out(float *width, const struct wish *w, size_t n)
{
    float spare = 0;
    size_t others = 0;
    for (size_t i = 0; i < n; i++)
        others += w[i].wanted > 0;
    for (size_t i = 0; others > 0 && i < n; i++) {
        const float enough = w[i].ideal * 1.5f + 20;
        if (w[i].wanted > 0 || width[i] <= enough)
            continue;
        spare += width[i] - enough;
        width[i] = enough;
    }
    for (size_t i = 0; spare > 0 && i < n; i++)
        if (w[i].wanted > 0)
            width[i] += spare / (float)others;
}

/* No column is narrower than what it holds; what that takes comes from those that have more than they need. */
static void all_fit(float *width, const struct wish *w, size_t n, float room)
{
    float spare = 0;
    wished(width, w, n, room);
    even_out(width, w, n);
    for (size_t i = 0; i < n; i++) {
        width[i] = width[i] > w[i].ideal ? width[i] : w[i].ideal;
        spare += width[i] - w[i].ideal;
    }
    const float excess = sum_of(width, n) - room;
    for (size_t i = 0; excess > 0 && spare > 0 && i < n; i++)
        width[i] -= (width[i] - w[i].ideal) * (excess < spare ? excess / spare : 1);
}

/* Texts share `room`: those that need less than an even share have what they need, the others the rest evenly. */
static void share_out(float *width, const struct wish *w, size_t n, float room)
{
    size_t open = 0;
    for (size_t i = 0; i < n; i++) {
        width[i] = w[i].number ? width[i] : 0;
        open += !w[i].number;
    }
    for (bool changed = true; changed && open > 0;) {
        changed = false;
        const float even = room / (float)open;
        for (size_t i = 0; i < n; i++)
            if (!w[i].number && width[i] <= 0 && w[i].ideal <= even) {
                width[i] = w[i].ideal;
                room -= w[i].ideal;
                open--;
                changed = true;
            }
    }
    for (size_t i = 0; i < n; i++)
        if (!w[i].number && width[i] <= 0)
            width[i] = room / (float)open;
}

/* There is not room for everything: numbers stay whole, their titles are broken, texts are cut; where that does not
 * help, all become narrower and the rows smaller. */
static void some_cut(float *width, const struct wish *w, size_t n, float room)
{
    float numbers = 0, texts = 0, titles = 0;
    for (size_t i = 0; i < n; i++) {
        *(w[i].number ? &numbers : &texts) += w[i].least;
        titles += w[i].number ? w[i].ideal - w[i].least : 0;
    }
    const float shrink = numbers + texts > room ? room / (numbers + texts) : 1;
    for (size_t i = 0; i < n; i++)
        width[i] = w[i].least * shrink;
    if (shrink < 1)
        return;
    share_out(width, w, n, room - numbers);
    const float left = room - sum_of(width, n);
    for (size_t i = 0; left > 0 && titles > 0 && i < n; i++)
        if (w[i].number)
            width[i] += (w[i].ideal - w[i].least) * (left < titles ? left / titles : 1);
}

void hy_grid_place(struct hy_sheet *s, struct hy_grid *g, const struct hy_block *table)
{
    const size_t n = table->count;
    const float gap = n > 10 ? 4.5f : 7;
    struct hy_arena *arena = hy_canvas_arena(s->canvas);
    struct wish *w = hy_arena_alloc(arena, n * sizeof *w);
    float x = HY_MARGIN, ideal = 0;
    *g = (struct hy_grid){.block = table, .size = n > 9 ? 7.2f : 7.8f};
    g->left = hy_arena_alloc(arena, n * sizeof *g->left);
    g->column = hy_arena_alloc(arena, n * sizeof *g->column);
    for (size_t i = 0; i < table->rows; i++)
        if (table->row[i].look.swatch)
            g->indent = g->size + 4;
    for (size_t i = 0; i < n; i++) {
        w[i] = wish_of(s, g, i);
        ideal += w[i].ideal;
    }
    const float room = HY_TEXT_WIDTH - gap * (float)(n - 1);
    if (ideal <= room)
        all_fit(g->column, w, n, room);
    else
        some_cut(g->column, w, n, room);
    for (size_t i = 0; i < n; i++) {
        g->left[i] = x;
        x += g->column[i] + gap;
    }
    g->width = x - gap - HY_MARGIN;
}
