/* The KV-sharing map: each variant's layers as boxes, arrows from the layer that
 * makes K and V to the one that reads them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/pages/pages.h"

enum { MAP_HEIGHT = 46, NAME_WIDTH = 112, FIGURES_WIDTH = 92, BOX_HEIGHT = 20, MOST_LAYERS = 64 };

struct layer {
    const char *attention, *role;
    int producer;
};

/* The rows of one variant, by layer number; returns how many layers there are. */
static int layers_of(const struct hy_csv *t, const char *variant, struct layer layers[MOST_LAYERS], double *bytes)
{
    int count = 0;
    *bytes = 0;
    for (int i = 0; i < MOST_LAYERS; i++)
        layers[i] = (struct layer){"", "", -1};
    for (size_t i = 0; i < t->rows; i++) {
        double layer = hy_csv_number_of(t, i, "layer"), producer = hy_csv_number_of(t, i, "producer");
        if (strcmp(hy_csv_text_of(t, i, "variant"), variant) != 0 || !(layer >= 0 && layer < MOST_LAYERS))
            continue;
        struct layer *l = &layers[(int)layer];
        l->attention = hy_csv_text_of(t, i, "attention");
        l->role = hy_csv_text_of(t, i, "role");
        l->producer = producer >= 0 && producer < MOST_LAYERS ? (int)producer : -1;
        double own = hy_csv_number_of(t, i, "bytes"); /* empty for a layer without attention */
        *bytes += own > 0 ? own : 0;
        count = (int)layer + 1 > count ? (int)layer + 1 : count;
    }
    return count;
}

static bool is(const char *text, const char *word)
{
    return strcmp(text, word) == 0;
}

static void draw_box(struct hy_sheet *s, struct hy_box box, const struct layer *l, int index, struct hy_color color)
{
    bool global = is(l->attention, "global"), none = !global && !is(l->attention, "local");
    bool consumer = is(l->role, "consumer");
    struct hy_color fill = none       ? hy_rgb(0xf2f2f2)
                           : global   ? color
                           : consumer ? hy_rgb(0xffffff)
                                      : hy_tint(color, 0.35f);
    struct hy_pen edge = {none ? hy_faint() : color, 0.9f, consumer ? 2.0f : 0, consumer ? 2.0f : 0};
    struct hy_text_style letter = hy_style(HY_BOLD, 8,
                                           global && hy_color_is_dark(color) ? hy_rgb(0xffffff)
                                           : none                            ? hy_grey()
                                                                             : hy_ink(),
                                           HY_CENTER);
    struct hy_text_style number = hy_style(HY_SANS, 6.4f, hy_grey(), HY_CENTER);
    hy_pdf_rectangle(s->pdf, box.x, box.y, box.width, box.height, &fill, &edge);
    hy_pdf_text(s->pdf, box.x + box.width / 2, box.y + box.height / 2 + 2.9f, &letter,
                global ? "G"
                : none ? HY_DASH
                       : "L");
    hy_pdf_text(s->pdf, box.x + box.width / 2, box.y + box.height + 8, &number, hy_pdf_format(s->pdf, "%d", index));
}

/* An arc over the boxes with its head on the consumer. */
static void draw_arrow(struct hy_sheet *s, float from, float to, float y, struct hy_color color)
{
    struct hy_pen pen = {color, 1.1f, 0, 0};
    float rise = fminf(15, 8 + fabsf(to - from) / 12);
    struct hy_point arc[4] = {{from, y}, {from, y - rise}, {to, y - rise}, {to, y - 2.5f}};
    struct hy_point head[3] = {{to, y}, {to - 2.6f, y - 5}, {to + 2.6f, y - 5}};
    hy_pdf_curve(s->pdf, arc, &pen);
    hy_pdf_polygon(s->pdf, head, 3, color);
}

static void figures(struct hy_sheet *s, float y, const struct layer *layers, int count, double bytes)
{
    struct hy_text_style style = hy_style(HY_SANS, 7.4f, hy_ink(), HY_RIGHT);
    struct hy_number n;
    int attention = 0, owners = 0;
    for (int i = 0; i < count; i++) {
        bool has = is(layers[i].attention, "global") || is(layers[i].attention, "local");
        attention += has;
        owners += has && !is(layers[i].role, "consumer");
    }
    if (attention == 0) {
        hy_pdf_text(s->pdf, HY_RIGHT_EDGE, y + 6, &style, "no attention");
        hy_pdf_text(s->pdf, HY_RIGHT_EDGE, y + 16, &style, "no KV cache");
        return;
    }
    hy_pdf_text(s->pdf, HY_RIGHT_EDGE, y + 1, &style, hy_pdf_format(s->pdf, "%d caches, %d layers", owners, attention));
    hy_pdf_text(s->pdf, HY_RIGHT_EDGE, y + 11, &style,
                hy_pdf_format(s->pdf, "reduction %s\xC3\x97", hy_show_fixed(&n, (double)attention / owners, 3)));
    hy_pdf_text(s->pdf, HY_RIGHT_EDGE, y + 21, &style, hy_show_bytes(&n, bytes > 0 ? bytes : (double)NAN));
}

static void map(struct hy_sheet *s, const struct hy_variant *v, const struct hy_csv *t)
{
    struct layer layers[MOST_LAYERS];
    struct hy_text_style name = hy_style(HY_BOLD, 8, hy_ink(), HY_LEFT);
    struct hy_text_style small = hy_style(HY_SANS, 7.2f, hy_grey(), HY_LEFT);
    double bytes;
    int count = layers_of(t, v->name, layers, &bytes);
    float top = hy_sheet_take(s, MAP_HEIGHT), y = top + 17;
    hy_pdf_text(s->pdf, HY_LEFT_EDGE, y + 9, &name, hy_pdf_fit(s->pdf, &name, v->name, NAME_WIDTH - 6));
    if (count == 0) {
        hy_pdf_text(s->pdf, HY_LEFT_EDGE, y + 19, &small, "not in kv.csv");
        return;
    }
    hy_pdf_text(s->pdf, HY_LEFT_EDGE, y + 19, &small,
                hy_pdf_format(s->pdf, "%s, %d layers", hy_cell_or_dash(v->implementation), count));
    float room = HY_TEXT_WIDTH - NAME_WIDTH - FIGURES_WIDTH, pitch = fminf(room / (float)count, 30),
          side = pitch * 0.74f;
    float middle[MOST_LAYERS];
    for (int i = 0; i < count; i++) {
        struct hy_box box = {HY_LEFT_EDGE + NAME_WIDTH + pitch * (float)i, y, side, BOX_HEIGHT};
        middle[i] = box.x + side / 2;
        draw_box(s, box, &layers[i], i, v->color);
    }
    for (int i = 0; i < count; i++)
        if (is(layers[i].role, "consumer") && layers[i].producer >= 0 && layers[i].producer < count)
            draw_arrow(s, middle[layers[i].producer], middle[i], y - 1.5f, hy_ink());
    figures(s, y, layers, count, bytes);
}

void hy_page_kv(struct hy_sheet *s, const struct hy_report *r)
{
    hy_sheet_section(s, "KV sharing map", 420);
    if (!hy_page_has(s, r, HY_TABLE_KV))
        return;
    for (size_t i = 0; i < r->data.variants; i++)
        map(s, &r->data.variant[i], &r->data.table[HY_TABLE_KV]);
    hy_sheet_space(s, 6);
    hy_sheet_paragraph(
        s, HY_CAPTION,
        "One box per layer, numbered below. G, filled: global attention. L, tinted: local attention "
        "(window, and the meta tokens where there are any) with its own K and V; L, dashed: a consumer, which reads "
        "the K and V of the "
        "layer its arrow comes from and has no cache. " HY_DASH
        ": a layer without attention. At the right: KV caches over attention layers, their ratio (the KV "
        "reduction, larger is better), and the bytes of the caches for the context length of the run. The "
        "window already bounds local caches, so sharing saves fewer bytes than caches.");
}
