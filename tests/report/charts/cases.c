#include "tests/report/charts/cases.h"

#include <math.h>

#include "report/canvas/palette.h"
#include "report/charts/charts.h"

/* ---- names and values -------------------------------------------------------------------------- */
const char *name_of(struct hy_canvas *c, enum names names, size_t i)
{
    switch (names) {
    case NAMES_LONG:
        return hy_arena_format(hy_canvas_arena(c), "Hybrid-Official-without-Shared-Caches-%02zu", i);
    case NAMES_KOREAN: /* "hybrid model, no meta tokens" */
        return hy_arena_format(hy_canvas_arena(c),
                               "\xED\x98\xBC\xED\x95\xA9 \xEB\xAA\xA8\xEB\x8D\xB8 \xEB\xA9\x94\xED\x83\x80 "
                               "\xED\x86\xA0\xED\x81\xB0 \xEC\x97\x86\xEC\x9D\x8C %zu",
                               i);
    default:
        return hy_arena_format(hy_canvas_arena(c), "Hybrid-%zu", i);
    }
}

double value_of(enum values values, size_t i, size_t count)
{
    const double wave = 150 + 20 * sin((double)i * 2.4) + 3 * (double)i / (double)count;
    switch (values) {
    case VALUES_SOME_NAN:
        return i % 3 == 1 ? (double)NAN : wave;
    case VALUES_NAN:
        return (double)NAN;
    case VALUES_EQUAL:
        return 150;
    case VALUES_HUGE:
        return pow(10, -6 + 15 * (double)i / (double)count);
    case VALUES_NEGATIVE:
        return 150 - wave - 1;
    default:
        return wave;
    }
}

static void *room(struct hy_canvas *c, size_t bytes)
{
    return hy_arena_alloc(hy_canvas_arena(c), bytes);
}

static const struct hy_mark marks[] = {{"unigram", 491.2}, {"bigram", 141.5}, {"published", 168}, {"none", NAN}};
enum { MARKS = sizeof marks / sizeof *marks };

/* ---- dots ------------------------------------------------------------------------------------------- */
static struct hy_dot *dots_of(struct hy_canvas *c, const struct chart_case *k)
{
    static const char *const groups[] = {"own", "own", "as published", "as published"};
    struct hy_dot *item = room(c, (k->count + 1) * sizeof *item);
    for (size_t i = 0; i < k->count; i++) {
        const double v = value_of(k->values, i, k->count), half = 2 + (double)(i % 4) + fabs(v) * 0.01;
        item[i] = (struct hy_dot){.name = name_of(c, k->names, i),
                                  .group = k->count > 3 ? groups[4 * i / k->count] : NULL,
                                  .color = hy_palette(i, k->count),
                                  .look = i / 7,
                                  .value = v,
                                  .low = i % 5 == 4 ? (double)NAN : v - half,
                                  .high = i % 5 == 4 ? (double)NAN : v + (i == 2 ? 40 * half : half),
                                  .hollow = i % 4 == 3};
        if (i % 3 == 0) {
            item[i].also_low = v - 2 * half;
            item[i].also_high = v + 2 * half;
        }
    }
    return item;
}

static void draw_dots(struct hy_canvas *c, struct hy_box box, const struct chart_case *k)
{
    const struct hy_dots d = {.item = dots_of(c, k),
                              .count = k->count,
                              .mark = marks,
                              .marks = MARKS,
                              .label = "best validation perplexity",
                              .log = k->values == VALUES_HUGE,
                              .centre = NAN};
    hy_dots_draw(c, box, &d);
}

static void draw_forest(struct hy_canvas *c, struct hy_box box, const struct chart_case *k)
{
    struct hy_dot *item = dots_of(c, k);
    for (size_t i = 0; i < k->count; i++) {
        item[i].value -= 150;
        item[i].low -= 150;
        item[i].high -= 150;
        item[i].also_low = item[i].also_high = 0;
    }
    const struct hy_dots d = {.item = item,
                              .count = k->count,
                              .label = "change of perplexity (%)",
                              .centre = 0,
                              .left = "better without it",
                              .right = "worse without it"};
    hy_dots_draw(c, box, &d);
}

/* ---- points -------------------------------------------------------------------------------------------- */
static void draw_scatter(struct hy_canvas *c, struct hy_box box, const struct chart_case *k)
{
    struct hy_spot *item = room(c, (k->count + 1) * sizeof *item);
    for (size_t i = 0; i < k->count; i++) {
        const double y = value_of(k->values, i, k->count);
        item[i] = (struct hy_spot){.name = name_of(c, k->names, i),
                                   .color = hy_palette(i, k->count),
                                   .look = i / 7,
                                   .x = k->values == VALUES_EQUAL ? 3 : 1000 + 400 * cos((double)i * 1.7),
                                   .y = y,
                                   .y_low = i % 2 ? (double)NAN : y - 3,
                                   .y_high = i % 2 ? (double)NAN : y + 3,
                                   .hollow = i % 5 == 4};
    }
    const struct hy_scatter s = {.item = item,
                                 .count = k->count,
                                 .mark = marks,
                                 .marks = MARKS,
                                 .x_label = "training (tokens/s)",
                                 .y_label = "best validation perplexity",
                                 .log_y = k->values == VALUES_HUGE,
                                 .better_x = 1,
                                 .better_y = -1};
    hy_scatter_draw(c, box, &s);
}

/* ---- lines ------------------------------------------------------------------------------------------------ */
static struct hy_series series_of(struct hy_canvas *c, const struct chart_case *k, size_t s, size_t points)
{
    double *x = room(c, points * sizeof *x), *y = room(c, points * sizeof *y);
    double *low = room(c, points * sizeof *low), *high = room(c, points * sizeof *high);
    bool *hollow = room(c, points * sizeof *hollow);
    for (size_t i = 0; i < points; i++) {
        const double part = (double)(i + 1) / (double)points, v = value_of(k->values, s, k->count);
        x[i] = 100 * (double)(i + 1);
        y[i] = k->values == VALUES_EQUAL ? v : v * (1 + exp(-6 * part));
        low[i] = y[i] - 1 - 4 * part;
        high[i] = y[i] + 1 + 4 * part;
        hollow[i] = i % 17 == 5;
        if (k->values == VALUES_SOME_NAN && i % 11 == 3)
            y[i] = NAN;
    }
    return (struct hy_series){.name = name_of(c, k->names, s),
                              .color = hy_palette(s, k->count),
                              .look = s / 7,
                              .x = x,
                              .y = y,
                              .low = low,
                              .high = high,
                              .count = points,
                              .hollow = hollow};
}

static void draw_lines_of(struct hy_canvas *c, struct hy_box box, const struct chart_case *k, size_t points)
{
    struct hy_series *series = room(c, (k->count + 1) * sizeof *series);
    for (size_t s = 0; s < k->count; s++)
        series[s] = series_of(c, k, s, points);
    const struct hy_lines l = {.series = series,
                               .count = k->count,
                               .mark = marks,
                               .marks = MARKS,
                               .x_label = "step",
                               .y_label = "validation perplexity",
                               .log_y = k->values == VALUES_HUGE,
                               .y_cap = 260,
                               .points = points < 20};
    hy_lines_draw(c, box, &l);
}

static void draw_lines(struct hy_canvas *c, struct hy_box box, const struct chart_case *k)
{
    draw_lines_of(c, box, k, 12);
}

static void draw_curves(struct hy_canvas *c, struct hy_box box, const struct chart_case *k)
{
    draw_lines_of(c, box, k, 400);
}

/* ---- bars --------------------------------------------------------------------------------------------------- */
static void draw_bars_of(struct hy_canvas *c, struct hy_box box, const struct chart_case *k, size_t parts)
{
    struct hy_part *part = room(c, parts * sizeof *part);
    double *value = room(c, (k->count * parts + 1) * sizeof *value);
    const char **name = room(c, (k->count + 1) * sizeof *name);
    bool *hollow = room(c, (k->count + 1) * sizeof *hollow);
    struct hy_color *color = room(c, (k->count + 1) * sizeof *color);
    for (size_t p = 0; p < parts; p++)
        part[p] = (struct hy_part){name_of(c, k->names, p), hy_palette(p, parts)};
    for (size_t i = 0; i < k->count; i++) {
        name[i] = name_of(c, k->names, i);
        hollow[i] = i % 4 == 3;
        color[i] = hy_palette(i, k->count);
        for (size_t p = 0; p < parts; p++)
            value[i * parts + p] = value_of(k->values, i + p, k->count + parts) / (double)(1 + p);
    }
    const struct hy_bars b = {.name = name,
                              .count = k->count,
                              .hollow = hollow,
                              .part = part,
                              .parts = parts,
                              .color = parts == 1 ? color : NULL,
                              .value = value,
                              .label = "time of a step (ms)"};
    hy_bars_draw(c, box, &b);
}

static void draw_bars(struct hy_canvas *c, struct hy_box box, const struct chart_case *k)
{
    draw_bars_of(c, box, k, 1);
}

static void draw_stacks(struct hy_canvas *c, struct hy_box box, const struct chart_case *k)
{
    draw_bars_of(c, box, k, 6);
}

static void draw_shares(struct hy_canvas *c, struct hy_box box, const struct chart_case *k)
{
    struct hy_share *item = room(c, (k->count + 1) * sizeof *item);
    for (size_t i = 0; i < k->count; i++)
        item[i] = (struct hy_share){.name = name_of(c, k->names, i),
                                    .value = value_of(k->values, i, k->count) - (i % 2 ? 150 : 0),
                                    .color = hy_palette(i % 2, 2),
                                    .total = i + 1 == k->count,
                                    .hollow = i % 4 == 3};
    const struct hy_shares s = {.item = item,
                                .count = k->count,
                                .label = "time of a step (ms)",
                                .left = "fused is faster",
                                .right = "split is faster"};
    hy_shares_draw(c, box, &s);
}

/* ---- roofline ------------------------------------------------------------------------------------------------- */
static void draw_roofline(struct hy_canvas *c, struct hy_box box, const struct chart_case *k)
{
    static const struct hy_ceiling ceilings[] = {{"bf16 products", 2300, NAN},
                                                 {"f32 products", 118, NAN},
                                                 {"DRAM", NAN, 21},
                                                 {"L2", NAN, 240},
                                                 {"L1", NAN, 900}};
    struct hy_roofed *item = room(c, (k->count + 1) * sizeof *item);
    for (size_t i = 0; i < k->count; i++) {
        const double v = value_of(k->values, i, k->count);
        item[i] = (struct hy_roofed){.name = name_of(c, k->names, i),
                                     .color = hy_palette(i, k->count),
                                     .look = i / 7,
                                     .intensity = 0.2 * pow(1.5, (double)(i % 12)),
                                     .gflops = v / (double)(1 + i % 5),
                                     .weight = k->count == 7 ? (double)NAN : 1.0 / (double)(1 + i * i),
                                     .hollow = i % 4 == 3};
    }
    const struct hy_roofline r = {.ceiling = ceilings, .ceilings = 5, .item = item, .count = k->count};
    hy_roofline_draw(c, box, &r);
}

/* ---- tiles and diagrams ----------------------------------------------------------------------------------------- */
static void draw_tiles(struct hy_canvas *c, struct hy_box box, const struct chart_case *k)
{
    enum { PARTS = 4, ROWS = 8 };
    struct hy_part *part = room(c, PARTS * sizeof *part);
    const char **column = room(c, (k->count + 1) * sizeof *column), **row = room(c, ROWS * sizeof *row);
    const char **text = room(c, ROWS * (k->count + 1) * sizeof *text);
    unsigned char *kind = room(c, ROWS * k->count + 1);
    for (size_t p = 0; p < PARTS; p++)
        part[p] = (struct hy_part){name_of(c, k->names, p), hy_palette(p, PARTS)};
    for (size_t r = 0; r < ROWS; r++)
        row[r] = name_of(c, k->names, r);
    for (size_t i = 0; i < k->count; i++)
        column[i] =
            k->values == VALUES_FINITE ? hy_arena_format(hy_canvas_arena(c), "%zu", i) : name_of(c, k->names, i);
    for (size_t i = 0; i < ROWS * k->count; i++) {
        kind[i] = i % 7 == 6 || k->values == VALUES_NAN ? 255 : (unsigned char)(i * i % PARTS);
        text[i] = i % 3 ? "KV" : NULL;
    }
    const struct hy_tiles t = {.row = row,
                               .column = column,
                               .rows = ROWS,
                               .columns = k->count,
                               .kind = kind,
                               .text = text,
                               .part = part,
                               .parts = PARTS,
                               .x_label = "layer",
                               .y_label = "variant",
                               .square = k->values == VALUES_EQUAL};
    hy_tiles_draw(c, box, &t);
}

static void draw_diagram(struct hy_canvas *c, struct hy_box box, const struct chart_case *k)
{
    enum { COLUMNS = 4 };
    const size_t rows = (k->count + COLUMNS - 1) / COLUMNS;
    struct hy_node *node = room(c, (k->count + 1) * sizeof *node);
    struct hy_arrow *arrow = room(c, (k->count + 1) * sizeof *arrow);
    for (size_t i = 0; i < k->count; i++) {
        node[i] = (struct hy_node){.name = name_of(c, k->names, i),
                                   .x = (float)(i % COLUMNS) / COLUMNS + 0.01f,
                                   .y = ((float)(i / COLUMNS) + 0.1f) / (float)rows,
                                   .width = 0.8f / COLUMNS,
                                   .height = 0.55f / (float)rows,
                                   .color = hy_palette(i, k->count),
                                   .dashed = i % 3 == 2};
        arrow[i] = (struct hy_arrow){(int)i, (int)i + 1, i % 2 ? "heads" : NULL};
    }
    const struct hy_diagram d = {.node = node, .nodes = k->count, .arrow = arrow, .arrows = k->count};
    hy_diagram_draw(c, box, &d);
}

const struct chart_kind chart_kinds[] = {
    {"dots", draw_dots},         {"forest", draw_forest}, {"scatter", draw_scatter}, {"lines", draw_lines},
    {"curves", draw_curves},     {"bars", draw_bars},     {"stacks", draw_stacks},   {"shares", draw_shares},
    {"roofline", draw_roofline}, {"tiles", draw_tiles},   {"diagram", draw_diagram},
};
const size_t chart_kind_count = sizeof chart_kinds / sizeof *chart_kinds;
