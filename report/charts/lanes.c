#include "report/charts/lanes.h"

#include <math.h>
#include <string.h>

#include "report/doc/say.h"

#define EASE        13.0f /* points from lane to lane where the height is free */
#define MOST        40.0f /* more would tear them apart */
#define SMALLEST    6.0f  /* letters where lanes are many */
#define NAME_SHARE  0.40f
#define TEXT_SHARE  0.30f
#define RULE        0.4f /* of a lane, above one with a rule */
#define HEADING_GAP 0.25f

/* ---- what the lanes take --------------------------------------------------------------------- */
static bool begins_group(const struct hy_lane *lane, size_t i)
{
    if (!lane[i].group)
        return false;
    return i == 0 || !lane[i - 1].group || strcmp(lane[i - 1].group, lane[i].group) != 0;
}

/* In lanes: itself, its heading, the gap of its rule. */
static float cost(const struct hy_lane *lane, size_t i)
{
    const float heading = begins_group(lane, i) ? 1 + (i ? HEADING_GAP : 0) : 0;
    return 1 + heading + (lane[i].rule && i ? RULE : 0);
}

static float cost_of_all(const struct hy_lane *lane, size_t count)
{
    float sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += cost(lane, i);
    return sum;
}

float hy_lanes_height(const struct hy_lane *lane, size_t count)
{
    return EASE * cost_of_all(lane, count);
}

/* The letters shrink before a lane is left out. */
static float least_pitch(const struct hy_lanes *l)
{
    return fmaxf(hy_text_pitch(l->type.name), 7.2f);
}

/* Sets how many lanes have room and how high each is. */
static void fit_rows(struct hy_lanes *l)
{
    const float room = fmaxf(0, l->box.height - l->top - l->below), all = cost_of_all(l->lane, l->count);
    l->shown = l->count;
    l->pitch = all > 0 ? fminf(MOST, room / all) : 0;
    if (l->pitch < least_pitch(l))
        l->type.name = fmaxf(fminf(SMALLEST, l->type.name), l->pitch / hy_text_pitch(1));
    const float least = least_pitch(l);
    if (l->pitch >= least || l->count == 0)
        return;
    float used = 1; /* for the line that says how many are left out */
    for (l->shown = 0; l->shown < l->count; l->shown++) {
        const float more = cost(l->lane, l->shown);
        if ((used + more) * least > room)
            break;
        used += more;
    }
    l->pitch = room / fmaxf(used, 1);
}

static float column(struct hy_lanes *l, const struct hy_text_style *style, bool names)
{
    float widest = 0;
    for (size_t i = 0; i < l->shown; i++) {
        const char *text = names ? l->lane[i].name : l->lane[i].text;
        widest = fmaxf(widest, text ? hy_canvas_text_width(l->canvas, style, text) : 0);
    }
    return fminf(widest + 1, (names ? NAME_SHARE : TEXT_SHARE) * l->box.width);
}

void hy_lanes_fit(struct hy_lanes *l)
{
    const struct hy_text_style style = hy_style(HY_SANS, l->type.name, hy_ink(), HY_LEFT);
    fit_rows(l);
    const float names = column(l, &style, true), texts = column(l, &style, false);
    const float left = names > 1 ? names + 6 : 0, right = texts > 1 ? texts + 6 : 0;
    float y = l->box.y + l->top;
    l->middle = hy_arena_alloc(hy_canvas_arena(l->canvas), (l->count + 1) * sizeof *l->middle);
    for (size_t i = 0; i < l->shown; i++) {
        y += l->pitch * cost(l->lane, i);
        l->middle[i] = y - l->pitch / 2;
    }
    const float extra = l->shown < l->count ? l->pitch : 0;
    l->inside = (struct hy_box){l->box.x + left, l->box.y + l->top, fmaxf(8, l->box.width - left - right),
                                fmaxf(1, y + extra - l->box.y - l->top)};
}

/* ---- drawing ------------------------------------------------------------------------------------ */
static void draw_heading(const struct hy_lanes *l, size_t i)
{
    const struct hy_text_style style = hy_style(HY_BOLD, l->type.name, hy_ink(), HY_LEFT);
    const float middle = l->middle[i] - l->pitch * (1 + (l->lane[i].rule && i ? RULE : 0));
    hy_canvas_text(l->canvas, l->box.x, hy_text_baseline(middle, l->type.name), &style,
                   hy_canvas_fit(l->canvas, &style, l->lane[i].group, l->box.width));
}

static void draw_rule(const struct hy_lanes *l, size_t i)
{
    const struct hy_pen pen = {hy_grey(), 0.5f, 0, 0};
    const float y = l->middle[i] - l->pitch * (0.5f + RULE / 2);
    hy_canvas_line(l->canvas, l->box.x, y, l->box.x + l->box.width, y, &pen);
}

void hy_lanes_draw(const struct hy_lanes *l)
{
    const struct hy_text_style name = hy_style(HY_SANS, l->type.name, hy_ink(), HY_LEFT);
    const struct hy_text_style value = hy_style(HY_SANS, l->type.name, hy_ink(), HY_RIGHT);
    const struct hy_text_style more = hy_style(HY_SANS, l->type.name, hy_grey(), HY_LEFT);
    const float names = l->inside.x - l->box.x - 5;
    const float texts = l->box.x + l->box.width - l->inside.x - l->inside.width - 5;
    for (size_t i = 0; i < l->shown; i++) {
        const struct hy_lane *lane = &l->lane[i];
        const float baseline = hy_text_baseline(l->middle[i], l->type.name);
        if (begins_group(l->lane, i))
            draw_heading(l, i);
        if (lane->rule && i)
            draw_rule(l, i);
        if (lane->name && *lane->name)
            hy_canvas_text(l->canvas, l->box.x, baseline, &name, hy_text_name(l->canvas, &name, lane->name, names));
        if (lane->text && *lane->text && !l->texts_elsewhere)
            hy_canvas_text(l->canvas, l->box.x + l->box.width, baseline, &value,
                           hy_canvas_fit(l->canvas, &value, lane->text, texts));
    }
    if (l->shown < l->count) {
        const float middle = l->inside.y + l->inside.height - l->pitch / 2;
        hy_canvas_text(l->canvas, l->box.x, hy_text_baseline(middle, l->type.name), &more,
                       hy_arena_format(hy_canvas_arena(l->canvas), _("+ %zu more"), l->count - l->shown));
    }
}

/* ---- the axis beneath ------------------------------------------------------------------------------ */
float hy_lanes_axis_height(struct hy_type type, const char *label, const char *left, const char *right)
{
    const float ticks = HY_TICK + 1 + hy_text_pitch(type.tick), line = hy_text_pitch(type.title);
    return ticks + (left || right ? line : 0) + (label ? line : 0);
}

struct hy_plot hy_lanes_plot(const struct hy_lanes *l, const struct hy_axis *x)
{
    return (struct hy_plot){
        .canvas = l->canvas, .box = l->box, .type = l->type, .inside = l->inside, .x = *x, .y = {.low = 0, .high = 1}};
}

/* The sides' words share a line with the axis's label where all three fit. */
void hy_lanes_axis_draw(const struct hy_plot *p, const char *label, const char *left, const char *right)
{
    struct hy_canvas *c = p->canvas;
    struct hy_text_style style = hy_style(HY_SANS, p->type.title, hy_grey(), HY_LEFT);
    const struct hy_text_style title = hy_style(HY_SANS, p->type.title, hy_ink(), HY_CENTER);
    const struct hy_box in = p->inside, box = p->box;
    struct hy_arena *a = hy_canvas_arena(c);
    const char *less = left ? hy_arena_format(a, "\xE2\x86\x90 %s", left) : "";
    const char *more = right ? hy_arena_format(a, "%s \xE2\x86\x92", right) : "";
    float baseline = in.y + in.height + HY_TICK + 1 + hy_text_pitch(p->type.tick) + hy_text_ascent(p->type.title);
    const float middle = in.x + in.width / 2, half = label ? hy_canvas_text_width(c, &title, label) / 2 : 0;
    const float widest = fmaxf(hy_canvas_text_width(c, &style, less), hy_canvas_text_width(c, &style, more));
    const bool together = half + widest + 8 <= in.width / 2;
    hy_plot_frame(p, true, false);
    if (*less)
        hy_text_within(c, in.x, baseline, &style, less, box.x, middle - (together ? half : 3));
    style.align = HY_RIGHT;
    if (*more)
        hy_text_within(c, in.x + in.width, baseline, &style, more, middle + (together ? half : 3), box.x + box.width);
    if (label && (*less || *more) && !together)
        baseline += hy_text_pitch(p->type.title);
    if (label)
        hy_text_within(c, middle, baseline, &title, label, box.x, box.x + box.width);
}
