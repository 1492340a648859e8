#include "report/render/drawing.h"

#include "report/canvas/svg.h"

#define TEXT_WIDTH 487.0f
#define GAP        14.0f

float hy_drawing_width(size_t count)
{
    HY_ASSERT(count > 0, "a row of figures has one");
    return (TEXT_WIDTH - GAP * (float)(count - 1)) / (float)count;
}

hy_status hy_drawing_svg(const struct hy_figure *f, float width, float margin, char **svg)
{
    struct hy_canvas *canvas;
    const struct hy_box whole = {0, 0, width + 2 * margin, f->height + 2 * margin};
    *svg = NULL;
    const hy_status status = hy_svg_open(&canvas, whole.width, whole.height, f->title);
    if (status != HY_OK)
        return status;
    const struct hy_color paper = hy_paper();
    if (margin > 0)
        hy_canvas_rectangle(canvas, whole, &paper, NULL);
    f->draw(canvas, (struct hy_box){margin, margin, width, f->height}, f->chart);
    *svg = hy_svg_finish(canvas);
    return HY_OK;
}
