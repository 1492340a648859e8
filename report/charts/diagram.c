/* What a block does: boxes with names, and arrows between them. */
#include <math.h>

#include "report/charts/charts.h"

#define FILL  0.14f /* how much of its colour a box shows */
#define HEAD  4.5f  /* points of an arrow's head */
#define INSET 2.5f  /* between a box's edge and its text */

static struct hy_box place_of(struct hy_box box, const struct hy_node *n)
{
    return (struct hy_box){box.x + n->x * box.width, box.y + n->y * box.height, n->width * box.width,
                           n->height * box.height};
}

/* ---- boxes -------------------------------------------------------------------------------------- */
enum { MOST_LINES = 6 };

struct lines {
    size_t count;
    bool cut; /* there was more */
    const char *line[MOST_LINES];
};

/* Lines of a text in a box; the last one keeps the text's end where there was more. */
static struct lines break_lines(struct hy_canvas *c, const struct hy_text_style *style, const char *text,
                                struct hy_box at)
{
    const float width = fmaxf(1, at.width - 2 * INSET);
    const size_t room = (size_t)fmaxf(1, fminf(MOST_LINES, at.height / hy_text_pitch(style->size)));
    struct lines l = {.count = 0};
    while (*text && l.count < room) {
        const char *next;
        const size_t bytes = hy_canvas_line_bytes(c, style, text, width, &next);
        l.cut = l.count + 1 == room && *next;
        l.line[l.count++] =
            l.cut ? hy_text_name(c, style, text, width) : hy_arena_format(hy_canvas_arena(c), "%.*s", (int)bytes, text);
        text = next;
    }
    return l;
}

/* Letters shrink before words are cut. */
static struct lines fit_lines(struct hy_canvas *c, struct hy_text_style *style, const char *text, struct hy_box at)
{
    const float smallest = 5.4f;
    struct lines l = break_lines(c, style, text, at);
    while (l.cut && style->size - 0.4f >= smallest) {
        style->size -= 0.4f;
        l = break_lines(c, style, text, at);
    }
    return l;
}

static void draw_node(struct hy_canvas *c, struct hy_type type, struct hy_box at, const struct hy_node *n)
{
    struct hy_text_style style = hy_style(HY_SANS, type.name, hy_ink(), HY_CENTER);
    const struct hy_pen edge = {n->color, 0.9f, n->dashed ? 3 : 0, n->dashed ? 2 : 0};
    const struct hy_point corners[] = {
        {at.x, at.y}, {at.x + at.width, at.y}, {at.x + at.width, at.y + at.height}, {at.x, at.y + at.height}};
    const struct hy_color paper = hy_paper();
    hy_canvas_rectangle(c, at, &paper, NULL);
    hy_canvas_polygon(c, corners, 4, n->color, FILL);
    hy_canvas_rectangle(c, at, NULL, &edge);
    if (!n->name || hy_text_height(style.size) > at.height + 1)
        return;
    const struct lines l = fit_lines(c, &style, n->name, at);
    const float pitch = hy_text_pitch(style.size);
    for (size_t i = 0; i < l.count; i++) {
        const float middle = at.y + at.height / 2 + ((float)i - (float)(l.count - 1) / 2) * pitch;
        hy_canvas_text(c, at.x + at.width / 2, hy_text_baseline(middle, style.size), &style,
                       hy_canvas_fit(c, &style, l.line[i], at.width - 1));
    }
}

/* ---- arrows --------------------------------------------------------------------------------------- */
/* A Bezier segment: straight where the boxes face each other, bent where not. */
struct way {
    struct hy_point p[4];
};

static float right_of(struct hy_box b)
{
    return b.x + b.width;
}

static float below(struct hy_box b)
{
    return b.y + b.height;
}

static struct way straight(float x0, float y0, float x1, float y1)
{
    const float dx = (x1 - x0) / 3, dy = (y1 - y0) / 3;
    return (struct way){{{x0, y0}, {x0 + dx, y0 + dy}, {x1 - dx, y1 - dy}, {x1, y1}}};
}

static struct way way_of(struct hy_box a, struct hy_box b)
{
    const float left = fmaxf(a.x, b.x), right = fminf(right_of(a), right_of(b));
    const float top = fmaxf(a.y, b.y), low = fminf(below(a), below(b));
    const bool down = a.y + a.height / 2 < b.y + b.height / 2, rightwards = a.x + a.width / 2 < b.x + b.width / 2;
    if (right > left && low <= top) { /* one above the other */
        const float x = (left + right) / 2;
        return straight(x, down ? below(a) : a.y, x, down ? b.y : below(b));
    }
    if (low > top) { /* side by side */
        const float y = (top + low) / 2;
        return straight(rightwards ? right_of(a) : a.x, y, rightwards ? b.x : right_of(b), y);
    }
    const struct hy_point from = {a.x + a.width / 2, down ? below(a) : a.y};
    const struct hy_point to = {b.x + b.width / 2, down ? b.y : below(b)};
    const float bend = (to.y - from.y) / 2;
    return (struct way){{from, {from.x, from.y + bend}, {to.x, to.y - bend}, to}};
}

static void draw_arrow(struct hy_canvas *c, const struct way *w)
{
    const struct hy_pen pen = {hy_grey(), 0.9f, 0, 0};
    const struct hy_point tip = w->p[3], before = w->p[2];
    const float length = hypotf(tip.x - before.x, tip.y - before.y);
    if (length <= 0)
        return;
    const float x = (tip.x - before.x) / length, y = (tip.y - before.y) / length, half = HEAD * 0.42f;
    const struct hy_point base = {tip.x - x * HEAD, tip.y - y * HEAD};
    const struct hy_point head[] = {
        tip, {base.x - y * half, base.y + x * half}, {base.x + y * half, base.y - x * half}};
    const struct hy_point shaft[] = {w->p[0], w->p[1], {before.x - x * HEAD / 2, before.y - y * HEAD / 2}, base};
    hy_canvas_curve(c, shaft, &pen);
    hy_canvas_polygon(c, head, 3, hy_grey(), 1);
}

static struct hy_point middle_of(const struct way *w)
{
    const struct hy_point *p = w->p;
    return (struct hy_point){(p[0].x + 3 * p[1].x + 3 * p[2].x + p[3].x) / 8,
                             (p[0].y + 3 * p[1].y + 3 * p[2].y + p[3].y) / 8};
}

static bool is_there(const struct hy_diagram *d, int node)
{
    return node >= 0 && (size_t)node < d->nodes;
}

enum { SAMPLES = 12 }; /* of an arrow, which names keep off */

/* Small boxes along the way, the ends of which lie at the nodes. */
static size_t take_way(const struct way *w, struct hy_box *taken)
{
    for (int i = 0; i < SAMPLES; i++) {
        const float t = ((float)i + 0.5f) / SAMPLES, u = 1 - t;
        const float part[] = {u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t};
        float x = 0, y = 0;
        for (int k = 0; k < 4; k++) {
            x += part[k] * w->p[k].x;
            y += part[k] * w->p[k].y;
        }
        taken[i] = (struct hy_box){x - 1, y - 1, 2, 2};
    }
    return SAMPLES;
}

static void draw_names(struct hy_canvas *c, const struct hy_text_style *style, const struct hy_label *label, size_t n,
                       const char *const *text)
{
    enum { FARTHEST = 22 };
    for (size_t i = 0; i < n; i++) {
        const struct hy_point end = hy_label_nearest(&label[i]);
        if (label[i].left_out || hypotf(end.x - label[i].at.x, end.y - label[i].at.y) > FARTHEST)
            continue;
        hy_text_on_paper(c, label[i].box, style, text[i]);
    }
}

static void name_arrows(struct hy_canvas *c, struct hy_box box, struct hy_type type, const struct hy_diagram *d,
                        const struct way *way)
{
    struct hy_arena *a = hy_canvas_arena(c);
    const struct hy_text_style style = hy_style(HY_SANS, type.tick, hy_grey(), HY_LEFT);
    struct hy_label *label = hy_arena_alloc(a, (d->arrows + 1) * sizeof *label);
    struct hy_box *taken = hy_arena_alloc(a, (d->nodes + SAMPLES * d->arrows + 1) * sizeof *taken);
    const char **text = hy_arena_alloc(a, (d->arrows + 1) * sizeof *text);
    size_t n = 0, n_taken = 0;
    for (size_t i = 0; i < d->nodes; i++)
        taken[n_taken++] = place_of(box, &d->node[i]);
    for (size_t i = 0; i < d->arrows; i++) {
        if (!is_there(d, d->arrow[i].from) || !is_there(d, d->arrow[i].to))
            continue;
        n_taken += take_way(&way[i], taken + n_taken);
        if (!d->arrow[i].name)
            continue;
        text[n] = hy_canvas_fit(c, &style, d->arrow[i].name, 0.4f * box.width);
        label[n] = (struct hy_label){.at = middle_of(&way[i]),
                                     .width = hy_canvas_text_width(c, &style, text[n]),
                                     .height = hy_text_height(style.size)};
        n++;
    }
    hy_place_labels(label, n, 1.5f, box, taken, n_taken);
    draw_names(c, &style, label, n, text);
}

void hy_diagram_draw(struct hy_canvas *c, struct hy_box box, const void *diagram)
{
    const struct hy_diagram *d = diagram;
    const struct hy_type type = hy_type_of(box);
    struct way *way = hy_arena_alloc(hy_canvas_arena(c), (d->arrows + 1) * sizeof *way);
    for (size_t i = 0; i < d->arrows; i++) {
        const struct hy_arrow *arrow = &d->arrow[i];
        if (!is_there(d, arrow->from) || !is_there(d, arrow->to))
            continue;
        way[i] = way_of(place_of(box, &d->node[arrow->from]), place_of(box, &d->node[arrow->to]));
        draw_arrow(c, &way[i]);
    }
    for (size_t i = 0; i < d->nodes; i++)
        draw_node(c, type, place_of(box, &d->node[i]), &d->node[i]);
    name_arrows(c, box, type, d, way);
}
