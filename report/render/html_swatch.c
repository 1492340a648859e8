#include <stdlib.h>
#include <string.h>

#include "report/canvas/svg.h"
#include "report/charts/look.h"
#include "report/render/html_page.h"

#define SIDE 10.0f
#define EDGE 1.0f

static hy_status draw(struct hy_color color, size_t look, char **svg)
{
    struct hy_canvas *canvas;
    const hy_status status = hy_svg_open(&canvas, SIDE, SIDE, "");
    if (status != HY_OK)
        return status;
    hy_look_area(canvas, (struct hy_box){EDGE, EDGE, SIDE - 2 * EDGE, SIDE - 2 * EDGE}, color, look, EDGE);
    *svg = hy_svg_finish(canvas);
    strrchr(*svg, '>')[1] = '\0'; /* its line end would be a blank before the name */
    return HY_OK;
}

static bool is(const struct hy_swatch *s, struct hy_color color, size_t look)
{
    return s->look == look && s->color.r == color.r && s->color.g == color.g && s->color.b == color.b;
}

hy_status hy_swatch_svg(struct hy_swatches *s, struct hy_color color, size_t look, const char **svg)
{
    size_t i = 0;
    while (i < s->count && !is(&s->item[i], color, look))
        i++;
    if (i == s->room) {
        s->room = 2 * s->room + 8;
        s->item = realloc(s->item, s->room * sizeof *s->item);
        HY_ASSERT(s->item, "out of memory for the swatches of a report");
    }
    if (i == s->count) {
        struct hy_swatch made = {.color = color, .look = look};
        const hy_status status = draw(color, look, &made.svg);
        if (status != HY_OK)
            return status;
        s->item[s->count++] = made;
    }
    *svg = s->item[i].svg;
    return HY_OK;
}

void hy_swatches_fini(struct hy_swatches *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->item[i].svg);
    free(s->item);
    *s = (struct hy_swatches){0};
}
