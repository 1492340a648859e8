#include "report/charts/look.h"

#include "report/doc/say.h"

void hy_look_area(struct hy_canvas *c, struct hy_box box, struct hy_color color, size_t look, float edge)
{
    const struct hy_color paper = hy_paper();
    const struct hy_pen pens[HY_LOOKS] = {
        {.width = 0}, {hy_ink(), edge, 0, 0}, {hy_ink(), edge, 2, 2}, {color, edge + 0.4f, 0, 0}};
    look %= HY_LOOKS;
    hy_canvas_rectangle(c, box, look == 3 ? &paper : &color, look == 0 ? NULL : &pens[look]);
}

/* Corners as far from the middle as makes the markers look alike in size; the first one comes again at the end. */
static size_t corners(struct hy_point at, size_t look, float scale, struct hy_point *to)
{
    static const struct hy_point square[] = {{-3.1f, -3.1f}, {3.1f, -3.1f}, {3.1f, 3.1f}, {-3.1f, 3.1f}};
    static const struct hy_point triangle[] = {{0, -4.1f}, {3.9f, 2.9f}, {-3.9f, 2.9f}};
    static const struct hy_point diamond[] = {{0, -4.2f}, {4.2f, 0}, {0, 4.2f}, {-4.2f, 0}};
    const struct hy_point *from = look == 1 ? square : look == 2 ? triangle : diamond;
    const size_t count = look == 2 ? 3 : 4;
    for (size_t i = 0; i <= count; i++)
        to[i] = (struct hy_point){at.x + scale * from[i % count].x, at.y + scale * from[i % count].y};
    return count;
}

void hy_look_marker(struct hy_canvas *c, struct hy_point at, struct hy_color color, size_t look, bool hollow)
{
    hy_look_marker_scaled(c, at, color, look, hollow, 1);
}

void hy_look_marker_scaled(struct hy_canvas *c, struct hy_point at, struct hy_color color, size_t look, bool hollow,
                           float scale)
{
    const struct hy_color paper = hy_paper(), inside = hollow ? paper : color;
    const struct hy_pen edge = {hollow ? color : paper, hollow ? 1.2f : scale < 1 ? 0.4f : 0.6f, 0, 0};
    struct hy_point way[5];
    look %= HY_LOOKS;
    if (look == 0) {
        hy_canvas_circle(c, at.x, at.y, 3.4f * scale, &inside, &edge);
        return;
    }
    const size_t count = corners(at, look, scale, way);
    hy_canvas_polygon(c, way, count, inside, 1);
    hy_canvas_polyline(c, way, count + 1, &edge);
}

struct hy_pen hy_look_pen(struct hy_color color, float width, size_t look)
{
    static const float on[HY_LOOKS] = {0, 4, 1, 9}, off[HY_LOOKS] = {0, 2, 2, 3};
    return (struct hy_pen){color, width, on[look % HY_LOOKS], off[look % HY_LOOKS]};
}

const char *hy_look_word(enum hy_look_kind kind, size_t look)
{
    static const char *const words[][HY_LOOKS] = {
        [HY_LOOK_AREA] = {N_("plain"), N_("outlined"), N_("outlined with dashes"), N_("hollow")},
        [HY_LOOK_MARKER] = {N_("round"), N_("square"), N_("triangle"), N_("diamond")},
        [HY_LOOK_LINE] = {N_("solid"), N_("dashed"), N_("dotted"), N_("long dashes")},
    };
    return _(words[kind][look % HY_LOOKS]);
}
