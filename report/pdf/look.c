#include "report/pdf/look.h"

#include "report/pdf/pdf.h"

static struct hy_color edge_color(void)
{
    return hy_rgb(0x222222); /* the report's ink */
}

void hy_look_area(struct hy_pdf *pdf, float x, float y, float width, float height, struct hy_color color, size_t look,
                  float edge)
{
    const struct hy_color white = hy_rgb(0xffffff);
    const struct hy_pen pens[HY_LOOKS] = {
        {.width = 0}, {edge_color(), edge, 0, 0}, {edge_color(), edge, 2, 2}, {color, edge + 0.4f, 0, 0}};
    look %= HY_LOOKS;
    hy_pdf_rectangle(pdf, x, y, width, height, look == 3 ? &white : &color, look == 0 ? NULL : &pens[look]);
}

void hy_look_marker(struct hy_pdf *pdf, struct hy_point at, struct hy_color color, size_t look)
{
    struct hy_pen edge = {edge_color(), 0.8f, 0, 0};
    look %= HY_LOOKS;
    if (look == 0) {
        hy_pdf_circle(pdf, at.x, at.y, 4.4f, &color, &edge);
    } else if (look == 1) {
        hy_pdf_rectangle(pdf, at.x - 4, at.y - 4, 8, 8, &color, &edge);
    } else {
        const struct hy_point triangle[] = {
            {at.x, at.y - 5}, {at.x + 4.8f, at.y + 3.6f}, {at.x - 4.8f, at.y + 3.6f}, {at.x, at.y - 5}};
        const struct hy_point diamond[] = {
            {at.x, at.y - 5.4f}, {at.x + 5.4f, at.y}, {at.x, at.y + 5.4f}, {at.x - 5.4f, at.y}, {at.x, at.y - 5.4f}};
        hy_pdf_polygon(pdf, look == 2 ? triangle : diamond, look == 2 ? 3 : 4, color);
        hy_pdf_polyline(pdf, look == 2 ? triangle : diamond, look == 2 ? 4 : 5, &edge);
    }
}

struct hy_pen hy_look_pen(struct hy_color color, float width, size_t look)
{
    static const float on[HY_LOOKS] = {0, 4, 1, 9}, off[HY_LOOKS] = {0, 2, 2, 3};
    return (struct hy_pen){color, width, on[look % HY_LOOKS], off[look % HY_LOOKS]};
}

const char *hy_look_word(enum hy_look_kind kind, size_t look)
{
    static const char *const words[][HY_LOOKS] = {
        [HY_LOOK_AREA] = {"plain", "outlined", "outlined with dashes", "hollow"},
        [HY_LOOK_MARKER] = {"round", "square", "triangle", "diamond"},
        [HY_LOOK_LINE] = {"solid", "dashed", "dotted", "long dashes"},
    };
    return words[kind][look % HY_LOOKS];
}
