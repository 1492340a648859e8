/* Labels keep out of each other's way. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "report/charts/axis.h"

Test(labels, spread_keeps_order_and_distance)
{
    float y[] = {50, 50, 51, 49, 10, 99, 98, 99.5f};
    float before[8];
    for (int i = 0; i < 8; i++)
        before[i] = y[i];
    hy_spread_labels(y, 8, 10, 0, 100);
    for (int i = 0; i < 8; i++) {
        cr_assert(y[i] >= -1e-3f && y[i] <= 100.001f, "label %d at %g", i, (double)y[i]);
        for (int k = 0; k < 8; k++) {
            cr_assert(i == k || fabsf(y[i] - y[k]) >= 9.99f, "labels %d and %d touch", i, k);
            cr_assert(!(before[i] < before[k]) || y[i] < y[k], "labels %d and %d changed places", i, k);
        }
    }
}

Test(labels, spread_leaves_alone_what_is_apart)
{
    float y[] = {80, 20, 50};
    hy_spread_labels(y, 3, 10, 0, 100);
    cr_assert(y[0] == 80 && y[1] == 20 && y[2] == 50);
    hy_spread_labels(y, 0, 10, 0, 100);
}

Test(labels, spread_of_widths_fits_the_line)
{
    float x[] = {50, 52, 48, 99, 1}, width[] = {20, 8, 12, 14, 10};
    hy_spread_widths(x, width, 5, 4, 0, 100);
    for (int i = 0; i < 5; i++) {
        cr_assert(x[i] - width[i] / 2 >= -1e-3f && x[i] + width[i] / 2 <= 100.001f, "label %d at %g", i, (double)x[i]);
        for (int k = 0; k < i; k++)
            cr_assert_geq(fabsf(x[i] - x[k]), (width[i] + width[k]) / 2 + 3.99f, "labels %d and %d touch", i, k);
    }
    cr_assert(x[2] < x[0] && x[0] < x[1]);
}

/* ---- beside points -------------------------------------------------------------------------- */
#define RADIUS 4.0f

static bool overlap(struct hy_box a, struct hy_box b)
{
    return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

static float distance(struct hy_box b, struct hy_point p)
{
    const float x = fmaxf(b.x, fminf(p.x, b.x + b.width)), y = fmaxf(b.y, fminf(p.y, b.y + b.height));
    return hypotf(x - p.x, y - p.y);
}

static void check(const struct hy_label *label, size_t n, struct hy_box room, const struct hy_box *taken,
                  size_t n_taken)
{
    for (size_t i = 0; i < n; i++) {
        if (label[i].left_out)
            continue;
        const struct hy_box b = label[i].box;
        cr_assert(b.x >= room.x && b.y >= room.y && b.x + b.width <= room.x + room.width &&
                      b.y + b.height <= room.y + room.height,
                  "label %zu leaves the room", i);
        for (size_t k = 0; k < n; k++) {
            cr_assert(!isfinite(label[k].at.x) || distance(b, label[k].at) >= RADIUS, "label %zu covers point %zu", i,
                      k);
            cr_assert(k == i || label[k].left_out || !overlap(b, label[k].box), "labels %zu and %zu overlap", i, k);
        }
        for (size_t k = 0; k < n_taken; k++)
            cr_assert(!overlap(b, taken[k]), "label %zu covers what is taken", i);
    }
}

static size_t left_out(const struct hy_label *label, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += label[i].left_out;
    return count;
}

static float between(unsigned *seed, float low, float high)
{
    *seed = *seed * 1664525u + 1013904223u;
    return low + (high - low) * (float)(*seed >> 8) / (float)(1u << 24);
}

Test(labels, places_touch_nothing)
{
    const struct hy_box room = {10, 10, 300, 180}, taken[] = {{100, 60, 50, 10}, {10, 100, 300, 1}};
    struct hy_label label[30];
    unsigned seed = 7;
    size_t named = 0;
    for (int turn = 0; turn < 60; turn++) {
        const size_t n = 1 + (size_t)turn / 2;
        for (size_t i = 0; i < n; i++)
            label[i] = (struct hy_label){
                .at = {between(&seed, 10, 310), between(&seed, 10, 190)}, .width = between(&seed, 10, 90), .height = 8};
        hy_place_labels(label, n, RADIUS, room, taken, 2);
        check(label, n, room, taken, 2);
        named += n - left_out(label, n);
        cr_assert(n > 12 || left_out(label, n) == 0, "%zu of %zu labels were left out", left_out(label, n), n);
    }
    cr_assert_gt(named, 700);
}

/* Alone, a label stands at the right of its point; in a crowd some lead there by a line. */
Test(labels, places_are_near)
{
    const struct hy_box room = {0, 0, 200, 200};
    struct hy_label label[10] = {{.at = {100, 100}, .width = 40, .height = 8}};
    hy_place_labels(label, 1, RADIUS, room, NULL, 0);
    cr_assert(!label[0].left_out && !label[0].away && label[0].box.x > 100 && label[0].box.x < 108);
    for (int i = 0; i < 10; i++)
        label[i] = (struct hy_label){.at = {100 + (float)i, 100}, .width = 40, .height = 8};
    hy_place_labels(label, 10, RADIUS, room, NULL, 0);
    check(label, 10, room, NULL, 0);
    size_t away = 0;
    for (int i = 0; i < 10; i++)
        away += !label[i].left_out && label[i].away;
    cr_assert_gt(away, 0);
}

Test(labels, places_of_nonsense)
{
    const struct hy_box room = {0, 0, 50, 50};
    struct hy_label label[] = {{.at = {NAN, 10}, .width = 10, .height = 8},
                               {.at = {25, 25}, .width = 100, .height = 8}, /* wider than the room */
                               {.at = {25, 25}, .width = 10, .height = 8}};
    hy_place_labels(label, 3, RADIUS, room, NULL, 0);
    cr_assert(label[0].left_out && label[1].left_out && !label[2].left_out);
    hy_place_labels(NULL, 0, RADIUS, room, NULL, 0);
}
