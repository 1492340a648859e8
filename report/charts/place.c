/* A place for each label beside its point: next to it where that is free, else further off with a line that leads
 * there, else none. Every label in turn takes the nearest free place; of a few such turns in different orders the best
 * stays. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/status.h"
#include "report/charts/axis.h"

enum { NEAR = 8, RINGS = 5, DIRECTIONS = 16, PLACES = NEAR + RINGS * DIRECTIONS };

#define CLEAR 1.5f /* points between a point's edge and its label */
#define RING  9.0f /* from ring to ring */

struct places {
    struct hy_label *label;
    size_t n;
    float radius;
    struct hy_box room;
    const struct hy_box *taken;
    size_t n_taken;
    const size_t *order;
    size_t done; /* of `order`: these have places */
};

/* ---- geometry ------------------------------------------------------------------------------ */
static bool overlap(struct hy_box a, struct hy_box b)
{
    return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

static bool within(struct hy_box a, struct hy_box outer)
{
    return a.x >= outer.x && a.y >= outer.y && a.x + a.width <= outer.x + outer.width &&
           a.y + a.height <= outer.y + outer.height;
}

static bool is_sound(struct hy_point p)
{
    return isfinite(p.x) && isfinite(p.y);
}

static struct hy_point nearest(struct hy_box b, struct hy_point p)
{
    return (struct hy_point){fmaxf(b.x, fminf(p.x, b.x + b.width)), fmaxf(b.y, fminf(p.y, b.y + b.height))};
}

static bool touches(struct hy_box b, struct hy_point p, float radius)
{
    const struct hy_point q = nearest(b, p);
    return hypotf(q.x - p.x, q.y - p.y) < radius;
}

static float distance_to_line(struct hy_point p, struct hy_point a, struct hy_point b)
{
    const float dx = b.x - a.x, dy = b.y - a.y, square = dx * dx + dy * dy;
    const float along = square > 0 ? fmaxf(0, fminf(1, ((p.x - a.x) * dx + (p.y - a.y) * dy) / square)) : 0;
    return hypotf(p.x - a.x - along * dx, p.y - a.y - along * dy);
}

/* Narrows [*from, *to] of a line from `a` along `d` to where it lies in [low, high]. */
static void narrow(float a, float d, float low, float high, float *from, float *to)
{
    if (d == 0) {
        if (a <= low || a >= high)
            *to = -1;
        return;
    }
    const float t0 = (low - a) / d, t1 = (high - a) / d;
    *from = fmaxf(*from, fminf(t0, t1));
    *to = fminf(*to, fmaxf(t0, t1));
}

static bool crosses(struct hy_box b, struct hy_point p, struct hy_point q)
{
    float from = 0, to = 1;
    narrow(p.x, q.x - p.x, b.x, b.x + b.width, &from, &to);
    narrow(p.y, q.y - p.y, b.y, b.y + b.height, &from, &to);
    return from < to;
}

static float side(struct hy_point a, struct hy_point b, struct hy_point p)
{
    return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
}

static bool lines_cross(struct hy_point a, struct hy_point b, struct hy_point p, struct hy_point q)
{
    return side(a, b, p) * side(a, b, q) < 0 && side(p, q, a) * side(p, q, b) < 0;
}

/* ---- places ----------------------------------------------------------------------------------- */
/* The k-th place, nearest and most readable first: right, left, above, below, the corners, then rings further off. */
static struct hy_box place(const struct hy_label *l, float radius, int k)
{
    static const float dx[NEAR] = {1, -1, 0, 0, 1, 1, -1, -1}, dy[NEAR] = {0, 0, -1, 1, -1, 1, -1, 1};
    float x, y, off = radius + CLEAR;
    if (k < NEAR) {
        const bool corner = k >= 4;
        off = corner ? 0.72f * off : off;
        x = dx[k];
        y = dy[k];
    } else {
        const int ring = 1 + (k - NEAR) / DIRECTIONS;
        const float angle = 6.2831853f * (float)((k - NEAR) % DIRECTIONS) / DIRECTIONS;
        off += RING * (float)ring;
        x = cosf(angle);
        y = sinf(angle);
    }
    const float middle_x = l->at.x + x * (off + l->width / 2), middle_y = l->at.y + y * (off + l->height / 2);
    return (struct hy_box){middle_x - l->width / 2, middle_y - l->height / 2, l->width, l->height};
}

struct hy_point hy_label_nearest(const struct hy_label *label)
{
    return nearest(label->box, label->at);
}

/* Neither the label nor the line to it touches another label or its line. */
static bool clear_of(const struct hy_label *l, const struct hy_label *other)
{
    const struct hy_point own = hy_label_nearest(l), others = hy_label_nearest(other);
    if (other->left_out)
        return true;
    if (overlap(l->box, other->box) || (l->away && crosses(other->box, l->at, own)) ||
        (other->away && crosses(l->box, other->at, others)))
        return false;
    return !(l->away && other->away && lines_cross(l->at, own, other->at, others));
}

/* The line to the label may cross a point that lies under its own, as it must. */
static bool meets_point(const struct hy_label *l, struct hy_point at, float radius, struct hy_point end)
{
    const bool under = hypotf(at.x - l->at.x, at.y - l->at.y) < radius;
    return touches(l->box, at, radius) || (l->away && !under && distance_to_line(at, l->at, end) < radius);
}

static bool is_free(const struct places *p, size_t i)
{
    const struct hy_label *l = &p->label[i];
    const struct hy_point end = hy_label_nearest(l);
    if (!within(l->box, p->room))
        return false;
    for (size_t k = 0; k < p->n_taken; k++)
        if (overlap(l->box, p->taken[k]))
            return false;
    for (size_t k = 0; k < p->n; k++)
        if (is_sound(p->label[k].at) && meets_point(l, p->label[k].at, p->radius, end))
            return false;
    for (size_t k = 0; k < p->done; k++)
        if (!clear_of(l, &p->label[p->order[k]]))
            return false;
    return true;
}

/* What is lost: labels first of all, then nearness. */
static long place_all(struct places *p)
{
    long cost = 0;
    for (p->done = 0; p->done < p->n; p->done++) {
        const size_t i = p->order[p->done];
        struct hy_label *l = &p->label[i];
        l->left_out = true;
        for (int k = 0; k < PLACES && l->left_out && is_sound(l->at); k++) {
            l->box = place(l, p->radius, k);
            l->away = k >= NEAR;
            l->left_out = !is_free(p, i);
            cost += l->left_out ? 0 : k;
        }
        cost += l->left_out ? 1000 : 0;
    }
    return cost;
}

/* ---- orders ------------------------------------------------------------------------------------- */
/* How many others are near, which decides who should choose early. */
static float crowd(const struct hy_label *labels, size_t n, size_t i)
{
    enum { NEARBY = 40 };
    float count = 0;
    for (size_t k = 0; k < n; k++)
        count += k != i && hypotf(labels[k].at.x - labels[i].at.x, labels[k].at.y - labels[i].at.y) < NEARBY;
    return count;
}

static void order_by(size_t *order, float *key, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = i;
        for (; k > 0 && key[order[k - 1]] > key[i]; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
}

void hy_place_labels(struct hy_label *labels, size_t n, float radius, struct hy_box room, const struct hy_box *taken,
                     size_t n_taken)
{
    enum { ORDERS = 4 };
    long least = -1;
    if (n == 0)
        return;
    struct hy_label *best = calloc(n, sizeof *best);
    size_t *order = calloc(n, sizeof *order);
    float *key = calloc(n, sizeof *key);
    HY_ASSERT(best && order && key, "out of memory for the labels of a chart");
    for (int turn = 0; turn < ORDERS && least != 0; turn++) {
        for (size_t i = 0; i < n; i++) {
            const float crowded = crowd(labels, n, i);
            const float keys[ORDERS] = {0, -crowded, crowded, labels[i].at.y};
            key[i] = keys[turn];
        }
        order_by(order, key, n);
        struct places p = {labels, n, radius, room, taken, n_taken, order, 0};
        const long cost = place_all(&p);
        if (least < 0 || cost < least) {
            least = cost;
            memcpy(best, labels, n * sizeof *best);
        }
    }
    memcpy(labels, best, n * sizeof *best);
    free(best);
    free(order);
    free(key);
}
