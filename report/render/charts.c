/* Each figure of a document as a file of its own. */
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/render/drawing.h"
#include "report/render/render.h"

#define MARGIN 8.0f

static hy_status write_figure(const char *dir, const struct hy_figure *f, float width)
{
    char *drawing;
    hy_status status = hy_drawing_svg(f, width, MARGIN, &drawing);
    if (status != HY_OK)
        return status;
    HY_ASSERT(f->name && *f->name && !strchr(f->name, '/'), "a figure's name is the name of its file");
    char *path = hy_format("%s/%s.svg", dir, f->name);
    status = hy_write_file(path, drawing, strlen(drawing));
    free(path);
    free(drawing);
    return status;
}

hy_status hy_render_charts(const struct hy_doc *d, const char *dir)
{
    hy_status status = hy_make_folders(dir);
    if (status == HY_OK)
        hy_new_files_sweep(dir);
    for (size_t i = 0; status == HY_OK && i < d->count; i++) {
        const struct hy_block *b = &d->block[i];
        if (b->kind != HY_BLOCK_FIGURES)
            continue;
        for (size_t k = 0; status == HY_OK && k < b->count; k++)
            status = write_figure(dir, &b->figure[k], hy_drawing_width(b->count));
    }
    return status;
}
