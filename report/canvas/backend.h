/* What a canvas is made of, for the files of this folder alone. What is common to all kinds stands here: the memory,
 * the fonts, what was drawn where, the structure. A kind draws, with the three functions of its backend; its own state
 * stands behind the canvas in a struct that begins with it. */
#ifndef HY_REPORT_CANVAS_BACKEND_H
#define HY_REPORT_CANVAS_BACKEND_H

#include "kernels/base/status.h"
#include "report/canvas/canvas.h"
#include "report/canvas/faces.h"

enum hy_shape_kind { HY_SHAPE_LINES, HY_SHAPE_POLYGON, HY_SHAPE_CURVE, HY_SHAPE_RECTANGLE, HY_SHAPE_CIRCLE };

/* All of its numbers are finite and near the canvas. */
struct hy_shape {
    enum hy_shape_kind kind;
    const struct hy_point *points; /* (count) of lines, a polygon, a curve; of a circle its centre */
    size_t count;
    struct hy_box box; /* of a rectangle */
    float radius;      /* of a circle */
};

struct hy_paint {
    const struct hy_color *fill; /* NULL: none */
    float alpha;                 /* of the fill */
    const struct hy_pen *pen;    /* NULL: none */
};

struct hy_words {
    const char *text;   /* clean, not empty */
    struct hy_point at; /* as the caller gave it */
    float shift;        /* from where the text begins to there */
    bool up;
    const struct hy_text_style *style;
};

/* Each may be NULL: nothing happens. */
struct hy_backend {
    void (*shape)(struct hy_canvas *c, const struct hy_shape *shape, const struct hy_paint *paint);
    void (*words)(struct hy_canvas *c, const struct hy_words *words);
    void (*clip)(struct hy_canvas *c, const struct hy_box *box); /* NULL: no longer */
    void (*tag)(struct hy_canvas *c, const char *tag, bool begins);
};

struct hy_anchor {
    const char *name;
    int page;
    float x, y;
};

struct hy_link {
    const char *anchor;
    int page;
    struct hy_box box;
    size_t element; /* the innermost one that was open; HY_NO_ELEMENT */
};
#define HY_NO_ELEMENT ((size_t)-1)

struct hy_element {
    const char *tag, *alt; /* alt may be NULL */
};

enum { HY_DEEPEST = 16 };

struct hy_canvas {
    const struct hy_backend *backend;
    struct hy_faces *faces;
    struct hy_arena arena;
    int page; /* the current one, from 0; -1 before the first */
    int left_out;
    bool clipped;

    struct hy_drawn_text *text; /* (texts) */
    size_t texts, text_room;
    struct hy_anchor *anchor; /* (anchors), the first of a name counts */
    size_t anchors, anchor_room;
    struct hy_link *link; /* (links) */
    size_t links, link_room;
    struct hy_element *element; /* (elements), in the order they began */
    size_t elements, element_room;
    size_t open[HY_DEEPEST]; /* (depth) the elements that have not ended */
    int depth;
};

/* Errors as hy_faces_open(); `page` is the first. hy_canvas_fini() frees what is there. */
hy_status hy_canvas_init(struct hy_canvas *c, const struct hy_backend *backend, int page);
void hy_canvas_fini(struct hy_canvas *c);

/* True when all are finite and near the canvas; else the draw is counted as left out. */
bool hy_canvas_drawable(struct hy_canvas *c, const float *values, size_t count);

/* Room for one more: `items` (count of *room), moved where it must be. */
void *hy_canvas_grow(void *items, size_t count, size_t *room, size_t bytes_each);

const struct hy_anchor *hy_canvas_find_anchor(const struct hy_canvas *c, const char *name); /* NULL */

#endif
