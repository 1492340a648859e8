/* A matrix of coloured cells: which layer has which role, what a token may look at. */
#include <math.h>

#include "report/charts/charts.h"
#include "report/charts/legend.h"

enum { EMPTY = 255 };

#define NAME_SHARE   0.35f /* of the box's width; of its height where names are turned */
#define LEGEND_SHARE 0.30f
#define ROW          13.0f /* points of a row where cells need not be square */
#define GAP          4.0f

struct tiles {
    struct hy_canvas *canvas;
    const struct hy_tiles *tiles;
    struct hy_box box;
    struct hy_type type;
    float cell_width, cell_height;
    struct hy_box cells; /* all of them */
    bool turned;         /* the columns' names stand upright */
    float legend;        /* its height */
};

/* ---- layout -------------------------------------------------------------------------------------- */
static struct hy_text_style name_style(const struct tiles *t, enum hy_align align)
{
    return hy_style(HY_SANS, t->type.name, hy_ink(), align);
}

static float widest(const struct tiles *t, const char *const *text, size_t count)
{
    const struct hy_text_style style = name_style(t, HY_LEFT);
    return text ? hy_text_widest(t->canvas, &style, text, count) : 0;
}

static float left_of(const struct tiles *t)
{
    const float names = fminf(widest(t, t->tiles->row, t->tiles->rows), NAME_SHARE * t->box.width);
    return (names > 0 ? names + GAP : 0) + (t->tiles->y_label ? hy_text_pitch(t->type.title) + 1 : 0);
}

/* Numbers may be left out where they would touch, names are turned. */
static float below_of(struct tiles *t, float cell_width)
{
    const float wide = widest(t, t->tiles->column, t->tiles->columns), line = hy_text_pitch(t->type.name);
    float below = t->tiles->x_label ? hy_text_pitch(t->type.title) : 0;
    t->turned = wide > cell_width && wide > 3 * t->type.name;
    if (wide > 0)
        below += GAP / 2 + (t->turned ? fminf(wide, NAME_SHARE * t->box.height) + 1 : line);
    return below + (t->legend > 0 ? t->legend + GAP : 0);
}

static void lay_out(struct tiles *t)
{
    const struct hy_tiles *s = t->tiles;
    const float left = left_of(t), columns = (float)(s->columns ? s->columns : 1),
                rows = (float)(s->rows ? s->rows : 1);
    t->legend = hy_legend_height(t->canvas, t->type, t->box.width, s->part, s->parts, LEGEND_SHARE * t->box.height);
    t->cell_width = fmaxf(0.2f, (t->box.width - left) / columns);
    t->cell_height = fmaxf(0.2f, (t->box.height - below_of(t, t->cell_width)) / rows);
    if (s->square && t->cell_width > t->cell_height) {
        t->cell_width = t->cell_height;
        const float again = (t->box.height - below_of(t, t->cell_width)) / rows; /* names may have been turned */
        t->cell_width = t->cell_height = fmaxf(0.2f, fminf(again, t->cell_height));
    } else if (s->square) {
        t->cell_height = t->cell_width;
    }
    t->cells = (struct hy_box){t->box.x + left, t->box.y, columns * t->cell_width, rows * t->cell_height};
}

float hy_tiles_height(const struct hy_tiles *t, float width)
{
    const struct hy_type type = hy_type_of((struct hy_box){0, 0, width, HY_PAGE_HEIGHT});
    float names = 0, columns = 0;
    for (size_t i = 0; t->row && i < t->rows; i++)
        names = fmaxf(names, hy_text_guess(type.name, t->row[i]));
    for (size_t i = 0; t->column && i < t->columns; i++)
        columns = fmaxf(columns, hy_text_guess(type.name, t->column[i]));
    const float left = fminf(names, NAME_SHARE * width) + GAP + (t->y_label ? hy_text_pitch(type.title) : 0);
    const float cell = (width - left) / (float)(t->columns ? t->columns : 1);
    const bool turned = columns > cell && columns > 3 * type.name;
    float height = (float)t->rows * (t->square ? cell : ROW);
    if (columns > 0)
        height += GAP / 2 + (turned ? fminf(columns, 60) : hy_text_pitch(type.name));
    if (t->x_label)
        height += hy_text_pitch(type.title);
    return height + (t->parts ? hy_legend_guess(type, width, t->part, t->parts) + GAP : 0);
}

/* ---- cells ------------------------------------------------------------------------------------------ */
static const struct hy_part *part_of(const struct hy_tiles *s, size_t row, size_t column)
{
    const unsigned char kind = s->kind[row * s->columns + column];
    return kind == EMPTY || kind >= s->parts ? NULL : &s->part[kind];
}

/* Cells of one kind in a row are one rectangle where they are too small to stand apart: masks have thousands. */
static void draw_cells(const struct tiles *t)
{
    const struct hy_tiles *s = t->tiles;
    const bool apart = fminf(t->cell_width, t->cell_height) >= 6;
    const float gap = apart ? 1 : 0;
    for (size_t row = 0; row < s->rows; row++)
        for (size_t from = 0; from < s->columns;) {
            const struct hy_part *part = part_of(s, row, from);
            size_t end = from + 1;
            while (!apart && end < s->columns && part_of(s, row, end) == part)
                end++;
            const struct hy_box cell = {t->cells.x + (float)from * t->cell_width,
                                        t->cells.y + (float)row * t->cell_height,
                                        (float)(end - from) * t->cell_width - gap, t->cell_height - gap};
            if (part)
                hy_canvas_rectangle(t->canvas, cell, &part->color, NULL);
            from = end;
        }
}

static void draw_texts(const struct tiles *t)
{
    const struct hy_tiles *s = t->tiles;
    for (size_t i = 0; s->text && i < s->rows * s->columns; i++) {
        const size_t row = i / s->columns, column = i % s->columns;
        const struct hy_part *part = part_of(s, row, column);
        const struct hy_text_style style =
            hy_style(HY_SANS, t->type.tick, part ? hy_ink_on(part->color) : hy_ink(), HY_CENTER);
        if (!s->text[i] || hy_canvas_text_width(t->canvas, &style, s->text[i]) + 2 > t->cell_width ||
            hy_text_height(style.size) > t->cell_height)
            continue;
        const float middle = t->cells.y + ((float)row + 0.5f) * t->cell_height;
        hy_canvas_text(t->canvas, t->cells.x + ((float)column + 0.5f) * t->cell_width,
                       hy_text_baseline(middle, style.size), &style, s->text[i]);
    }
}

/* Around all, so that empty cells at the edge are seen to be there. */
static void draw_edge(const struct tiles *t)
{
    const struct hy_pen edge = {hy_faint(), 0.5f, 0, 0};
    hy_canvas_rectangle(t->canvas, t->cells, NULL, &edge);
}

/* ---- names --------------------------------------------------------------------------------------------- */
/* Every how many-th is named so that no two touch. */
static size_t stride_of(float cell, float need)
{
    static const size_t strides[] = {1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100};
    for (size_t i = 0; i < sizeof strides / sizeof *strides; i++)
        if ((float)strides[i] * cell >= need)
            return strides[i];
    return (size_t)ceilf(need / cell);
}

static void draw_row_names(const struct tiles *t)
{
    const struct hy_tiles *s = t->tiles;
    const struct hy_text_style style = name_style(t, HY_RIGHT);
    const float left = t->box.x + (s->y_label ? hy_text_pitch(t->type.title) + 1 : 0);
    const size_t stride = stride_of(t->cell_height, hy_text_height(t->type.name) +
                                                        fmaxf(0, hy_text_over(t->type.name) - t->cell_height / 2));
    for (size_t i = 0; s->row && i < s->rows; i += stride) {
        const float half = t->cell_height / 2, y = t->cells.y + (float)i * t->cell_height + half;
        const float middle = fmaxf(t->box.y + hy_text_over(t->type.name), y);
        if (i > 0 && middle + hy_text_under(t->type.name) > t->cells.y + t->cells.height + 1)
            break;
        hy_canvas_text(t->canvas, t->cells.x - GAP, hy_text_baseline(middle, t->type.name), &style,
                       hy_text_name(t->canvas, &style, s->row[i], t->cells.x - GAP - left));
    }
}

static void draw_column_names(const struct tiles *t, float *y)
{
    const struct hy_tiles *s = t->tiles;
    const struct hy_text_style level = name_style(t, HY_CENTER), upright = name_style(t, HY_RIGHT);
    const float wide = widest(t, s->column, s->columns), size = t->type.name;
    if (wide <= 0)
        return;
    *y += GAP / 2;
    const float high = fminf(wide, NAME_SHARE * t->box.height);
    const float need = t->turned ? hy_text_height(size) : s->columns > 1 ? wide + 3 : 0;
    const size_t stride = stride_of(t->cell_width, need);
    for (size_t i = 0; i < s->columns; i += stride) {
        const float x = t->cells.x + ((float)i + 0.5f) * t->cell_width;
        if (t->turned)
            hy_canvas_text_up(t->canvas, fminf(hy_text_baseline(x, size), t->box.x + t->box.width - 0.24f * size), *y,
                              &upright, hy_text_name(t->canvas, &upright, s->column[i], high));
        else
            hy_text_within(t->canvas, x, *y + hy_text_ascent(size), &level, s->column[i], t->box.x,
                           t->box.x + t->box.width);
    }
    *y += t->turned ? high + 1 : hy_text_pitch(size);
}

static void draw_titles(const struct tiles *t, float y)
{
    const struct hy_tiles *s = t->tiles;
    const struct hy_text_style style = hy_style(HY_SANS, t->type.title, hy_ink(), HY_CENTER);
    const struct hy_box box = t->box;
    const float ascent = hy_text_ascent(t->type.title);
    if (s->x_label)
        hy_text_within(t->canvas, t->cells.x + t->cells.width / 2, y + ascent, &style, s->x_label, box.x,
                       box.x + box.width);
    if (!s->y_label)
        return;
    const char *text = hy_canvas_fit(t->canvas, &style, s->y_label, box.height);
    const float half = hy_canvas_text_width(t->canvas, &style, text) / 2;
    hy_canvas_text_up(t->canvas, box.x + ascent,
                      fmaxf(box.y + half, fminf(t->cells.y + t->cells.height / 2, box.y + box.height - half)), &style,
                      text);
}

void hy_tiles_draw(struct hy_canvas *c, struct hy_box box, const void *tiles)
{
    struct tiles t = {.canvas = c, .tiles = tiles, .box = box, .type = hy_type_of(box)};
    lay_out(&t);
    draw_cells(&t);
    draw_edge(&t);
    draw_texts(&t);
    draw_row_names(&t);
    float y = t.cells.y + t.cells.height;
    draw_column_names(&t, &y);
    draw_titles(&t, y);
    const float under = y + (t.tiles->x_label ? hy_text_pitch(t.type.title) : 0) + GAP;
    const float top = fminf(under, box.y + box.height - t.legend);
    if (t.legend > 0)
        hy_legend_draw(c, (struct hy_box){box.x, top, box.width, t.legend}, t.type, t.tiles->part, t.tiles->parts);
}
