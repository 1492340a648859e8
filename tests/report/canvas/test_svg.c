/* A drawing as an SVG element. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/base/file.h"
#include "tests/report/canvas/kinds.h"

#define GOLDEN "tests/report/canvas/drawing.svg"

static struct hy_canvas *open_svg(const char *title)
{
    struct hy_canvas *c;
    cr_assert_eq(hy_svg_open(&c, 200, 120.5f, title), HY_OK, "%s", hy_error());
    return c;
}

/* One of everything. */
static char *drawing(void)
{
    const struct hy_color blue = hy_rgb(0x1f77b4), ink = hy_ink(), paper = hy_paper(), faint = hy_faint();
    const struct hy_pen axis = {ink, 0.6f, 0, 0}, grid = {faint, 0.4f, 2, 1.5f}, edge = {blue, 1.25f, 0, 0};
    const struct hy_point line[] = {{20, 90}, {60.126f, 40.004f}, {100, 70}, {180, 20}};
    const struct hy_text_style name = hy_style(HY_BOLD, 8, ink, HY_LEFT),
                               tick = hy_style(HY_SANS, 6.5f, hy_grey(), HY_CENTER),
                               white = hy_style(HY_SANS, 7, hy_ink_on(blue), HY_RIGHT),
                               code = hy_style(HY_MONO, 7, ink, HY_LEFT);
    struct hy_canvas *c = open_svg("Loss <by> position & \"seed\"");
    hy_canvas_begin(c, "Figure", "no structure here");
    hy_canvas_line(c, 20, 100, 190, 100, &axis);
    hy_canvas_line(c, 20, -0.001f, 190, 50, &grid);
    hy_canvas_clip(c, (struct hy_box){20, 10, 170, 90});
    hy_canvas_polygon(c, line, 4, hy_tint(blue, 0.5f), 0.25f);
    hy_canvas_polyline(c, line, 4, &edge);
    hy_canvas_unclip(c);
    hy_canvas_clip(c, (struct hy_box){20, 10, 170, 90});
    hy_canvas_curve(c, line, &edge);
    hy_canvas_unclip(c);
    hy_canvas_rectangle(c, (struct hy_box){120, 60, 40, -20}, &blue, NULL);
    hy_canvas_circle(c, 100, 70, 3, &paper, &axis);
    hy_canvas_text(c, 20, 8, &name, "Hybrid <Mine> & \"\xED\x95\x9C\"");
    hy_canvas_text(c, 100, 110, &tick,
                   "\xE2\x88\x92"
                   "0.5");
    hy_canvas_text(c, 158, 55, &white, "12 %");
    hy_canvas_text(c, 20, 118, &code, "a  b");
    hy_canvas_text_up(c, 10, 60, &tick, "loss (nats)");
    hy_canvas_end(c, "Figure");
    return hy_svg_finish(c);
}

/* The golden drawing was looked at; after a change on purpose look again:  HYMBENCH_GOLDEN=write build/tests/report */
Test(canvas_svg, golden)
{
    char *svg = drawing(), *golden;
    size_t bytes;
    if (getenv("HYMBENCH_GOLDEN"))
        cr_assert_eq(hy_write_file(GOLDEN, svg, strlen(svg)), HY_OK);
    cr_assert_eq(hy_read_file(GOLDEN, &golden, &bytes), HY_OK, "%s", hy_error());
    cr_assert_str_eq(svg, golden);
    char *again = drawing();
    cr_assert_str_eq(svg, again);
    free(again);
    free(golden);
    free(svg);
}

/* A page holds many drawings: what two of them name differs unless they are alike. */
Test(canvas_svg, clips_have_names_of_their_own)
{
    char name[3][40];
    for (int i = 0; i < 3; i++) {
        struct hy_canvas *c = open_svg(i == 1 ? "another" : "one");
        hy_canvas_clip(c, (struct hy_box){1, 2, i == 2 ? 30 : 3, 4});
        char *svg = hy_svg_finish(c), *at = strstr(svg, "id=\"");
        cr_assert(at && strstr(svg, "</g>\n</svg>"), "one left open is closed: %s", svg);
        snprintf(name[i], sizeof name[i], "%.*s", (int)strcspn(at + 4, "\""), at + 4);
        free(svg);
    }
    cr_assert(strcmp(name[0], name[1]) != 0 && strcmp(name[0], name[2]) != 0 && strcmp(name[1], name[2]) != 0);
}

/* Whatever the bytes of a name are, the drawing is XML. */
Test(canvas_svg, broken_bytes_stay_xml)
{
    struct hy_canvas *c = open_svg("broken \xFF\x01");
    const struct hy_text_style style = hy_style(HY_SANS, 10, hy_ink(), HY_LEFT);
    for (int i = 1; i < 256; i++) {
        const char text[] = {(char)i, '<', (char)(255 - i), '&', 0};
        hy_canvas_text(c, 1, 1, &style, text);
    }
    char *svg = hy_svg_finish(c), path[] = "/tmp/hymbench-svg-XXXXXX";
    for (const unsigned char *at = (unsigned char *)svg; *at; at++)
        cr_assert(*at >= ' ' || *at == '\n', "a control character");
    cr_assert(strstr(svg, "broken \xEF\xBF\xBD\xEF\xBF\xBD<"));
    close(mkstemp(path));
    cr_assert_eq(hy_write_file(path, svg, strlen(svg)), HY_OK);
    char *text = said("xmllint --noout %s", path);
    if (text)
        cr_assert_str_empty(text, "%s", text);
    free(text);
    unlink(path);
    free(svg);
}
