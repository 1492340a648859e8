/* What is not finite is left out and counted, on every kind of canvas. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/report/canvas/kinds.h"

static const struct hy_pen pen = {.width = 1};

static void draw_all(struct hy_canvas *c, float bad)
{
    const struct hy_color black = hy_rgb(0);
    const struct hy_text_style style = hy_style(HY_SANS, 10, black, HY_LEFT),
                               odd = hy_style(HY_SANS, bad, black, HY_LEFT);
    const struct hy_point three[] = {{1, 2}, {bad, 3}, {4, 5}}, four[] = {{1, 2}, {3, 4}, {5, bad}, {7, 8}};
    hy_canvas_line(c, 1, 2, bad, 4, &pen);
    hy_canvas_polygon(c, three, 3, black, 1);
    hy_canvas_polygon(c, four, 2, black, bad); /* too few points to be one at all */
    hy_canvas_curve(c, four, &pen);
    hy_canvas_rectangle(c, (struct hy_box){1, 2, 3, bad}, &black, NULL);
    hy_canvas_circle(c, 1, bad, 3, &black, NULL);
    hy_canvas_circle(c, 1, 2, bad, NULL, &pen);
    hy_canvas_text(c, bad, 2, &style, "text");
    hy_canvas_text_up(c, 1, bad, &style, "text");
    hy_canvas_text(c, 1, 2, &odd, "text");
    hy_canvas_clip(c, (struct hy_box){1, bad, 3, 4});
    hy_canvas_unclip(c);
    hy_canvas_anchor(c, "here", 1, bad);
    hy_canvas_link(c, (struct hy_box){bad, 2, 3, 4}, "here");
}

Test(canvas, what_is_not_finite_is_left_out)
{
    static const float bad[] = {NAN, INFINITY, -INFINITY, 1e30f, -20000};
    for (enum kind kind = 0; kind < KINDS; kind++) {
        struct hy_canvas *c = kind_open(kind);
        size_t texts;
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
            draw_all(c, bad[i]);
            cr_assert_eq(hy_canvas_left_out(c), 12 * (int)(i + 1), "kind %d, %g: %d", (int)kind, (double)bad[i],
                         hy_canvas_left_out(c));
        }
        hy_canvas_texts(c, &texts);
        cr_assert_eq(texts, 0);
        kind_close(c, kind);
    }
}

/* A gap is no mistake, and a point alone between gaps is seen. */
Test(canvas, gaps_of_a_line)
{
    const struct hy_point points[] = {{NAN, 1}, {10, 10},   {20, 20}, {30, NAN},
                                      {40, 40}, {NAN, NAN}, {50, 50}, {60, 60}};
    struct hy_canvas *c = kind_open(KIND_SVG);
    hy_canvas_polyline(c, points, sizeof points / sizeof *points, &pen);
    hy_canvas_polyline(c, NULL, 0, &pen);
    cr_assert_eq(hy_canvas_left_out(c), 0);
    char *svg = hy_svg_finish(c);
    cr_assert(strstr(svg, "points=\"10 10 20 20\"") && strstr(svg, "points=\"50 50 60 60\""), "%s", svg);
    cr_assert(strstr(svg, "cx=\"40\" cy=\"40\" r=\"1\""), "%s", svg);
    free(svg);
}

Test(canvas, colours)
{
    const struct hy_color blue = hy_rgb(0x1f77b4), pale = hy_tint(blue, 0.5f);
    cr_assert_float_eq(blue.r, 0x1f / 255.0, 1e-6);
    cr_assert_float_eq(blue.b, 0xb4 / 255.0, 1e-6);
    cr_assert_float_eq(pale.r, (1 + blue.r) / 2, 1e-6);
    cr_assert(hy_color_is_dark(blue) && !hy_color_is_dark(hy_rgb(0xffffff)));
    cr_assert_eq(hy_ink_on(blue).r, 1);
    cr_assert_lt(hy_ink_on(hy_rgb(0xffff00)).r, 0.1);
}
