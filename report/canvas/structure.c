/* What a canvas knows of a page beside its ink: tags, anchors, links. They are kept here for whoever finishes it. */
#include <string.h>

#include "report/canvas/backend.h"

/* Those that readers of PDF know and that a report has a use for. */
static const char *const tags[] = {"Document", "H1", "H2", "H3",  "P",    "Table",  "TR",      "TH",
                                   "TD",       "L",  "LI", "TOC", "TOCI", "Figure", "Caption", "Code"};

static bool is_tag(const char *tag)
{
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (strcmp(tags[i], tag) == 0)
            return true;
    return false;
}

void hy_canvas_begin(struct hy_canvas *c, const char *tag, const char *alt)
{
    HY_ASSERT(is_tag(tag), "there is no tag of this name");
    HY_ASSERT(c->page >= 0, "a page must begin before its structure");
    HY_ASSERT(c->depth < HY_DEEPEST, "tags are nested too deeply");
    c->element = hy_canvas_grow(c->element, c->elements, &c->element_room, sizeof *c->element);
    c->element[c->elements] = (struct hy_element){tag, alt ? hy_arena_copy(&c->arena, alt) : NULL};
    c->open[c->depth++] = c->elements++;
    if (c->backend->tag)
        c->backend->tag(c, tag, true);
}

void hy_canvas_end(struct hy_canvas *c, const char *tag)
{
    HY_ASSERT(c->depth > 0 && strcmp(c->element[c->open[c->depth - 1]].tag, tag) == 0,
              "the tag that began last ends first");
    c->depth--;
    if (c->backend->tag)
        c->backend->tag(c, tag, false);
}

void hy_canvas_anchor(struct hy_canvas *c, const char *name, float x, float y)
{
    const float place[] = {x, y};
    if (!hy_canvas_drawable(c, place, 2))
        return;
    c->anchor = hy_canvas_grow(c->anchor, c->anchors, &c->anchor_room, sizeof *c->anchor);
    c->anchor[c->anchors++] = (struct hy_anchor){hy_arena_copy(&c->arena, name), c->page, x, y};
}

void hy_canvas_link(struct hy_canvas *c, struct hy_box box, const char *anchor)
{
    const float place[] = {box.x, box.y, box.width, box.height};
    if (!hy_canvas_drawable(c, place, 4))
        return;
    c->link = hy_canvas_grow(c->link, c->links, &c->link_room, sizeof *c->link);
    c->link[c->links++] = (struct hy_link){hy_arena_copy(&c->arena, anchor), c->page, box,
                                           c->depth ? c->open[c->depth - 1] : HY_NO_ELEMENT};
}

const struct hy_anchor *hy_canvas_find_anchor(const struct hy_canvas *c, const char *name)
{
    for (size_t i = 0; i < c->anchors; i++)
        if (strcmp(c->anchor[i].name, name) == 0)
            return &c->anchor[i];
    return NULL;
}

const struct hy_drawn_text *hy_canvas_texts(const struct hy_canvas *c, size_t *count)
{
    *count = c->texts;
    return c->text;
}
