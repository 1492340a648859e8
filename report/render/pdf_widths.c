/* The widths of a table's columns. Authors say what they would like; the numbers that stand in them have the last word,
 * because a number that is cut is another number. Texts have what is left, and may end in an ellipsis. */
#include <string.h>

#include "report/render/pdf_sheet.h"

#define LEAST_NAME     44.0f /* of a column, points */
#define LEAST_SENTENCE 64.0f
#define MOST_STRETCH   1.6f /* of a small table: its rows can still be followed */
#define AUTHOR_WIDTH   487.0f

/* What gives way last, first: a number is not cut, a name is cut rather than broken, a sentence takes several lines. */
enum content { NUMBER, NAME, SENTENCE };

/* What a column asks for. */
struct wish {
    enum content content;
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

static enum content content_of(const struct hy_block *b, size_t column)
{
    if (b->column[column].align != HY_LEFT)
        return NUMBER;
    for (size_t i = 0; i < b->rows; i++)
        if (strchr(b->row[i].cells[column].text, ' '))
            return SENTENCE;
    return NAME;
}

static float widest_cell(struct hy_sheet *s, const struct hy_grid *g, size_t column)
{
    const struct hy_block *b = g->block;
    float widest = 0;
    for (size_t i = 0; i < b->rows; i++) {
        const struct hy_text_style style =
            hy_style(b->row[i].look.bold ? HY_BOLD : HY_SANS, g->size, hy_ink(), HY_LEFT);
        const float width = hy_canvas_text_width(s->canvas, &style, b->row[i].cells[column].text);
        widest = width > widest ? width : widest;
    }
    return widest + (column == 0 ? g->indent : 0);
}

static struct wish wish_of(struct hy_sheet *s, const struct hy_grid *g, size_t column)
{
    const struct hy_column *c = &g->block->column[column];
    const struct hy_text_style title = hy_style(HY_BOLD, g->size, hy_ink(), HY_LEFT);
    const float cells = widest_cell(s, g, column);
    const float words = widest_piece(s, &title, c->title, " \n"), parts = widest_piece(s, &title, c->title, " \n-_/");
    struct wish w = {.content = content_of(g->block, column), .wanted = c->width, .least = cells};
    if (w.content == NAME && cells > LEAST_NAME)
        w.least = LEAST_NAME;
    if (w.content == SENTENCE && cells > LEAST_SENTENCE)
        w.least = LEAST_SENTENCE;
    /* what fits exactly is not to be cut for a rounding */
    w.ideal = 0.1f + (words > cells ? words : cells);
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

/* Gives columns of one content of what is left, evenly, none more than it can use; returns the rest. */
static float give(float *width, const struct wish *w, size_t n, enum content content, float left)
{
    for (size_t round = 0; round < n && left > 0.01f; round++) {
        size_t open = 0;
        for (size_t i = 0; i < n; i++)
            open += w[i].content == content && width[i] < w[i].ideal;
        const float even = open ? left / (float)open : 0;
        for (size_t i = 0; i < n; i++) {
            if (w[i].content != content || width[i] >= w[i].ideal)
                continue;
            const float more = w[i].ideal - width[i] < even ? w[i].ideal - width[i] : even;
            width[i] += more;
            left -= more;
        }
    }
    return left;
}

/* There is not room for everything on one line. Where there is none for the least either, all become narrower and the
 * rows smaller. */
static void some_cut(float *width, const struct wish *w, size_t n, float room)
{
    float least = 0;
    for (size_t i = 0; i < n; i++)
        least += w[i].least;
    for (size_t i = 0; i < n; i++)
        width[i] = w[i].least * (least > room ? room / least : 1);
    float left = room - least;
    left = give(width, w, n, NAME, left);
    left = give(width, w, n, SENTENCE, left);
    give(width, w, n, NUMBER, left);
}

/* True when nothing but sentences would have to give way. */
static bool names_fit(const struct wish *w, size_t n, float room)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += w[i].content == NAME ? w[i].ideal : w[i].least;
    return sum <= room;
}

static void ask(struct hy_sheet *s, struct hy_grid *g, struct wish *w)
{
    g->indent = 0;
    for (size_t i = 0; i < g->block->rows; i++)
        if (g->block->row[i].look.swatch)
            g->indent = g->size + 4;
    for (size_t i = 0; i < g->block->count; i++)
        w[i] = wish_of(s, g, i);
}

void hy_grid_place(struct hy_sheet *s, struct hy_grid *g, const struct hy_block *table)
{
    static const float sizes[] = {7.8f, 7.4f, 7, 6.6f};
    const size_t n = table->count, most = sizeof sizes / sizeof *sizes;
    const float gap = n > 10 ? 4.5f : 7, room = HY_TEXT_WIDTH - gap * (float)(n - 1);
    struct hy_arena *arena = hy_canvas_arena(s->canvas);
    struct wish *w = hy_arena_alloc(arena, n * sizeof *w);
    float x = HY_MARGIN, ideal = 0;
    *g = (struct hy_grid){.block = table};
    g->left = hy_arena_alloc(arena, n * sizeof *g->left);
    g->column = hy_arena_alloc(arena, n * sizeof *g->column);
    for (size_t i = 0; i < most && (i == 0 || !names_fit(w, n, room)); i++) {
        g->size = sizes[i];
        ask(s, g, w);
    }
    for (size_t i = 0; i < n; i++)
        ideal += w[i].ideal;
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
