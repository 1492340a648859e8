/* Shapes of all canvases: what is not finite is left out here, so that no backend meets it. */
#include <math.h>
#include <stdlib.h>

#include "report/canvas/backend.h"

static const float far_off = 10000; /* points: no page and no chart is as large */

/* ---- the canvas itself ---------------------------------------------------------------- */

hy_status hy_canvas_init(struct hy_canvas *c, const struct hy_backend *backend, int page)
{
    *c = (struct hy_canvas){.backend = backend, .page = page};
    return hy_faces_open(&c->faces);
}

void hy_canvas_fini(struct hy_canvas *c)
{
    hy_faces_drop(c->faces);
    hy_arena_free(&c->arena);
    free(c->text);
    free(c->anchor);
    free(c->link);
    free(c->element);
}

bool hy_canvas_drawable(struct hy_canvas *c, const float *values, size_t count)
{
    HY_ASSERT(c->page >= 0, "a page must begin before anything is drawn on it");
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i]) || fabsf(values[i]) > far_off) {
            c->left_out++;
            return false;
        }
    }
    return true;
}

void *hy_canvas_grow(void *items, size_t count, size_t *room, size_t bytes_each)
{
    if (count < *room)
        return items;
    *room = *room ? *room * 2 : 64;
    items = realloc(items, *room * bytes_each);
    HY_ASSERT(items, "out of memory while drawing the report");
    return items;
}

struct hy_arena *hy_canvas_arena(struct hy_canvas *c)
{
    return &c->arena;
}

int hy_canvas_left_out(const struct hy_canvas *c)
{
    return c->left_out;
}

/* ---- shapes ------------------------------------------------------------------------------ */

static void show(struct hy_canvas *c, const struct hy_shape *shape, const struct hy_color *fill, float alpha,
                 const struct hy_pen *pen)
{
    const struct hy_paint paint = {fill, alpha, pen};
    if (c->backend->shape && (fill || pen))
        c->backend->shape(c, shape, &paint);
}

static bool points_drawable(struct hy_canvas *c, const struct hy_point *points, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const float both[] = {points[i].x, points[i].y};
        if (!hy_canvas_drawable(c, both, 2))
            return false;
    }
    return true;
}

void hy_canvas_line(struct hy_canvas *c, float x0, float y0, float x1, float y1, const struct hy_pen *pen)
{
    const struct hy_point points[] = {{x0, y0}, {x1, y1}};
    const struct hy_shape shape = {.kind = HY_SHAPE_LINES, .points = points, .count = 2};
    if (points_drawable(c, points, 2))
        show(c, &shape, NULL, 1, pen);
}

static bool is_gap(const struct hy_point *p)
{
    return !(isfinite(p->x) && isfinite(p->y) && fabsf(p->x) <= far_off && fabsf(p->y) <= far_off);
}

void hy_canvas_polyline(struct hy_canvas *c, const struct hy_point *points, size_t count, const struct hy_pen *pen)
{
    for (size_t i = 0; i < count;) {
        size_t end = i;
        while (end < count && !is_gap(&points[end]))
            end++;
        const struct hy_shape shape = {.kind = HY_SHAPE_LINES, .points = points + i, .count = end - i};
        if (end - i >= 2)
            show(c, &shape, NULL, 1, pen);
        else if (end - i == 1) /* a point between gaps would not be seen as a line */
            hy_canvas_circle(c, points[i].x, points[i].y, pen->width, &pen->color, NULL);
        i = end + 1;
    }
}

void hy_canvas_polygon(struct hy_canvas *c, const struct hy_point *points, size_t count, struct hy_color fill,
                       float alpha)
{
    const struct hy_shape shape = {.kind = HY_SHAPE_POLYGON, .points = points, .count = count};
    if (count >= 3 && points_drawable(c, points, count) && hy_canvas_drawable(c, &alpha, 1))
        show(c, &shape, &fill, fminf(fmaxf(alpha, 0), 1), NULL);
}

void hy_canvas_curve(struct hy_canvas *c, const struct hy_point p[4], const struct hy_pen *pen)
{
    const struct hy_shape shape = {.kind = HY_SHAPE_CURVE, .points = p, .count = 4};
    if (points_drawable(c, p, 4))
        show(c, &shape, NULL, 1, pen);
}

static struct hy_box upright(struct hy_box box)
{
    return (struct hy_box){box.x + fminf(box.width, 0), box.y + fminf(box.height, 0), fabsf(box.width),
                           fabsf(box.height)};
}

void hy_canvas_rectangle(struct hy_canvas *c, struct hy_box box, const struct hy_color *fill, const struct hy_pen *pen)
{
    const float all[] = {box.x, box.y, box.width, box.height};
    const struct hy_shape shape = {.kind = HY_SHAPE_RECTANGLE, .box = upright(box)};
    if (hy_canvas_drawable(c, all, 4))
        show(c, &shape, fill, 1, pen);
}

void hy_canvas_circle(struct hy_canvas *c, float x, float y, float radius, const struct hy_color *fill,
                      const struct hy_pen *pen)
{
    const float all[] = {x, y, radius};
    const struct hy_point centre = {x, y};
    const struct hy_shape shape = {.kind = HY_SHAPE_CIRCLE, .points = &centre, .count = 1, .radius = radius};
    if (hy_canvas_drawable(c, all, 3) && radius > 0)
        show(c, &shape, fill, 1, pen);
}

void hy_canvas_clip(struct hy_canvas *c, struct hy_box box)
{
    const float all[] = {box.x, box.y, box.width, box.height};
    HY_ASSERT(!c->clipped, "a clip ends before the next one begins");
    if (!hy_canvas_drawable(c, all, 4)) /* counted, and what follows is drawn whole */
        return;
    c->clipped = true;
    box = upright(box);
    if (c->backend->clip)
        c->backend->clip(c, &box);
}

void hy_canvas_unclip(struct hy_canvas *c)
{
    if (c->clipped && c->backend->clip)
        c->backend->clip(c, NULL);
    c->clipped = false;
}
