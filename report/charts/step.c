#include "report/charts/step.h"

#include <math.h>

/* In points, turned so that less is better in both. */
struct corner {
    float x, y;
};

struct turn {
    float x, y; /* 1: less is better as it is drawn, -1: more is */
};

static bool is_on_plot(const struct hy_plot *p, const struct hy_spot *item)
{
    return !item->hollow && hy_axis_holds(&p->x, item->x) && hy_axis_holds(&p->y, item->y);
}

/* Those that no other beats, from left to right. */
static size_t front_of(const struct hy_plot *p, const struct hy_scatter *s, struct turn t, struct corner *front)
{
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++) {
        if (!is_on_plot(p, &s->item[i]))
            continue;
        const struct corner own = {t.x * hy_plot_x(p, s->item[i].x), t.y * hy_plot_y(p, s->item[i].y)};
        bool beaten = false;
        for (size_t k = 0; k < s->count && !beaten; k++) {
            if (k == i || !is_on_plot(p, &s->item[k]))
                continue;
            const struct corner other = {t.x * hy_plot_x(p, s->item[k].x), t.y * hy_plot_y(p, s->item[k].y)};
            const bool same = other.x == own.x && other.y == own.y;
            beaten = other.x <= own.x && other.y <= own.y && (!same || k < i);
        }
        if (beaten)
            continue;
        size_t at = n++;
        for (; at > 0 && front[at - 1].x > own.x; at--)
            front[at] = front[at - 1];
        front[at] = own;
    }
    return n;
}

static struct hy_box around(struct hy_point a, struct hy_point b)
{
    return (struct hy_box){fminf(a.x, b.x) - 0.5f, fminf(a.y, b.y) - 0.5f, fabsf(a.x - b.x) + 1, fabsf(a.y - b.y) + 1};
}

size_t hy_step_draw(const struct hy_plot *p, const struct hy_scatter *s, struct hy_box *taken)
{
    const struct hy_pen pen = {hy_grey(), 0.9f, 0, 0};
    const struct hy_box in = p->inside;
    const struct turn t = {s->better_x < 0 ? 1 : -1, s->better_y < 0 ? -1 : 1}; /* y grows downwards */
    struct hy_arena *a = hy_canvas_arena(p->canvas);
    if (!s->better_x || !s->better_y || s->count == 0)
        return 0;
    struct corner *front = hy_arena_alloc(a, s->count * sizeof *front);
    struct hy_point *way = hy_arena_alloc(a, (2 * s->count + 2) * sizeof *way);
    const size_t n = front_of(p, s, t, front);
    if (n == 0)
        return 0;
    const float worst_x = t.x > 0 ? in.x + in.width : in.x, worst_y = t.y > 0 ? in.y + in.height : in.y;
    size_t points = 0;
    way[points++] = (struct hy_point){t.x * front[0].x, worst_y};
    for (size_t i = 0; i < n; i++) {
        const float next = i + 1 < n ? t.x * front[i + 1].x : worst_x;
        way[points++] = (struct hy_point){t.x * front[i].x, t.y * front[i].y};
        way[points++] = (struct hy_point){next, t.y * front[i].y};
    }
    hy_canvas_polyline(p->canvas, way, points, &pen);
    for (size_t i = 0; i + 1 < points; i++)
        taken[i] = around(way[i], way[i + 1]);
    return points - 1;
}
