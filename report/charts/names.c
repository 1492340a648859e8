#include "report/charts/names.h"

#include <math.h>
#include <string.h>

struct attempt {
    struct hy_label *label;
    const char **text;
    size_t lost;
};

static struct attempt attempt_of(struct hy_canvas *c, const struct hy_names *n, float width)
{
    struct hy_arena *a = hy_canvas_arena(c);
    const struct hy_text_style style = hy_style(HY_SANS, n->size, hy_ink(), HY_LEFT);
    struct attempt t = {.label = hy_arena_alloc(a, (n->count + 1) * sizeof *t.label),
                        .text = hy_arena_alloc(a, (n->count + 1) * sizeof *t.text)};
    for (size_t i = 0; i < n->count; i++) {
        t.text[i] = hy_text_name(c, &style, n->item[i].name ? n->item[i].name : "", width);
        t.label[i] = (struct hy_label){.at = n->item[i].at,
                                       .width = hy_canvas_text_width(c, &style, t.text[i]),
                                       .height = hy_text_height(n->size)};
    }
    return t;
}

static size_t lost(const struct hy_label *label, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += label[i].left_out;
    return n;
}

/* Ground of both kinds, the hard first. */
static struct hy_box *all_ground(struct hy_canvas *c, const struct hy_ground *g)
{
    struct hy_box *all = hy_arena_alloc(hy_canvas_arena(c), (g->n_hard + g->n_soft + 1) * sizeof *all);
    if (g->n_hard)
        memcpy(all, g->hard, g->n_hard * sizeof *all);
    if (g->n_soft)
        memcpy(all + g->n_hard, g->soft, g->n_soft * sizeof *all);
    return all;
}

/* The first attempt that loses no name, else the one that loses fewest. */
static struct attempt best_of(struct hy_canvas *c, const struct hy_names *n, const struct hy_ground *g)
{
    static const float parts[] = {1, 0.65f, 0.45f}; /* of the width */
    const float least = 6 * n->size;                /* shorter ones could be anybody's */
    const struct hy_box *ground = all_ground(c, g);
    struct attempt best = {.lost = n->count + 1};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        for (int soft = 1; soft >= 0 && best.lost > 0; soft--) {
            struct attempt t = attempt_of(c, n, fmaxf(parts[i] * n->width, fminf(n->width, least)));
            hy_place_labels(t.label, n->count, n->radius, n->room, ground, g->n_hard + (soft ? g->n_soft : 0));
            t.lost = lost(t.label, n->count);
            if (t.lost < best.lost)
                best = t;
        }
    return best;
}

void hy_names_draw(struct hy_canvas *c, const struct hy_names *n, const struct hy_ground *g)
{
    if (n->count == 0)
        return;
    const struct attempt best = best_of(c, n, g);
    for (size_t i = 0; i < n->count; i++) {
        const struct hy_label *label = &best.label[i];
        const struct hy_color color = n->item[i].color;
        const struct hy_pen leader = {color, 0.5f, 0, 0};
        const struct hy_text_style style = hy_style(HY_SANS, n->size, color, HY_LEFT);
        const struct hy_point end = hy_label_nearest(label);
        if (label->left_out || !*best.text[i])
            continue;
        if (label->away)
            hy_canvas_line(c, label->at.x, label->at.y, end.x, end.y, &leader);
        hy_text_on_paper(c, label->box, &style, best.text[i]);
    }
}
