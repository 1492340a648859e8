#include "report/canvas/plan.h"

#include <stdlib.h>

#include "report/canvas/backend.h"

static const struct hy_backend nothing = {0};

hy_status hy_plan_open(struct hy_canvas **out)
{
    struct hy_canvas *c = calloc(1, sizeof *c);
    HY_ASSERT(c, "out of memory for a plan of the pages");
    hy_status status = hy_canvas_init(c, &nothing, -1);
    *out = c;
    if (status != HY_OK) {
        hy_plan_close(c);
        *out = NULL;
    }
    return status;
}

void hy_plan_page(struct hy_canvas *c)
{
    HY_ASSERT(c->backend == &nothing, "this canvas is no plan");
    hy_canvas_unclip(c);
    c->page++;
}

int hy_plan_page_of(const struct hy_canvas *c, const char *anchor)
{
    const struct hy_anchor *found = hy_canvas_find_anchor(c, anchor);
    return found ? found->page : -1;
}

void hy_plan_close(struct hy_canvas *c)
{
    if (!c)
        return;
    hy_canvas_fini(c);
    free(c);
}
