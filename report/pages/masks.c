/* Attention masks as pictures, from the real window, meta tokens and length. */
#include <math.h>
#include <string.h>

#include "report/pages/pages.h"

enum { CELLS = 40 };

struct mask {
    const char *title;
    int tokens, window, meta; /* window 0: global */
};

static bool allowed(const struct mask *m, int q, int k)
{
    return k <= q && (m->window == 0 || k >= q - m->window + 1 || k < m->meta);
}

/* Share of allowed (query, key) pairs in a block; sets *pairs to the block's allowed pairs. */
static float share(const struct mask *m, int row, int column, int block, double *pairs)
{
    int inside = 0, all = 0;
    for (int q = row * block; q < (row + 1) * block && q < m->tokens; q++)
        for (int k = column * block; k < (column + 1) * block && k < m->tokens; k++) {
            inside += allowed(m, q, k);
            all++;
        }
    *pairs += inside;
    return all ? (float)inside / (float)all : 0;
}

static void draw_mask(struct hy_sheet *s, float x, float y, float side, const struct mask *m, struct hy_color color)
{
    struct hy_text_style title = hy_style(HY_BOLD, 8, hy_ink(), HY_LEFT);
    struct hy_text_style small = hy_style(HY_SANS, 7, hy_grey(), HY_LEFT);
    struct hy_text_style middle = hy_style(HY_SANS, 7, hy_grey(), HY_CENTER);
    struct hy_pen edge = {hy_grey(), 0.6f, 0, 0}, meta = {hy_rgb(0xb35900), 0.8f, 2, 1};
    int block = (m->tokens + CELLS - 1) / CELLS;
    float cell = side * (float)block / (float)m->tokens;
    double pairs = 0;
    hy_pdf_text(s->pdf, x, y + 8, &title, m->title);
    y += 24;
    hy_pdf_clip(s->pdf, x, y, side, side);
    for (int row = 0; row * block < m->tokens; row++)
        for (int column = 0; column <= row; column++) {
            float part = share(m, row, column, block, &pairs);
            struct hy_color fill = hy_tint(color, part);
            if (part > 0)
                hy_pdf_rectangle(s->pdf, x + cell * (float)column, y + cell * (float)row, cell + 0.15f, cell + 0.15f,
                                 &fill, NULL);
        }
    hy_pdf_unclip(s->pdf);
    if (m->meta > 0) {
        float at = side * (float)m->meta / (float)m->tokens;
        hy_pdf_line(s->pdf, x + at, y, x + at, y + side, &meta);
        hy_pdf_line(s->pdf, x, y + at, x + side, y + at, &meta);
    }
    hy_pdf_rectangle(s->pdf, x, y, side, side, NULL, &edge);
    hy_pdf_text(s->pdf, x + side / 2, y + side + 9, &middle,
                hy_pdf_format(s->pdf, "key position 0 \xE2\x80\xA6 %d", m->tokens - 1));
    hy_pdf_text_up(s->pdf, x - 4, y + side / 2, &middle, "query position");
    double causal = (double)m->tokens * (m->tokens + 1) / 2;
    hy_pdf_text(s->pdf, x, y + side + 22, &small,
                hy_pdf_format(s->pdf, "%s of %s causal pairs (%s %%)", hy_cell_fixed(s, pairs, 0),
                              hy_cell_fixed(s, causal, 0), hy_cell_fixed(s, 100 * pairs / causal, 1)));
}

/* Whether a variant has layers that are not in its list of global ones. */
static bool has_local(const struct hy_csv *t, size_t row)
{
    const char *list = hy_csv_text_of(t, row, "global_layers");
    double count = strlen(list) > 2 ? 1 : 0;
    for (; *list; list++)
        count += *list == ',';
    return hy_csv_number_of(t, row, "layers") > count;
}

/* The numbers of the first variant with local layers, preferring one with meta tokens. */
static bool find(const struct hy_report *r, int *window, int *meta, int *tokens, const char **name)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_VARIANTS];
    for (int with_meta = 1; with_meta >= 0; with_meta--)
        for (size_t i = 0; i < t->rows; i++) {
            double w = hy_csv_number_of(t, i, "window"), m = hy_csv_number_of(t, i, "meta_tokens");
            double length = hy_csv_number_of(t, i, "seq_len");
            if (!has_local(t, i) || !(w > 0 && w < 1e5) || !(m >= 0 && m < 1e5) || !(length > 0 && length < 1e5) ||
                (with_meta && m == 0))
                continue;
            *window = (int)w;
            *meta = (int)m;
            *tokens = (int)(length + m);
            *name = hy_csv_text_of(t, i, "name");
            return true;
        }
    return false;
}

void hy_page_masks(struct hy_sheet *s, const struct hy_report *r)
{
    int window, meta, tokens;
    const char *name;
    hy_sheet_section(s, "Attention masks", 230);
    if (!hy_page_has(s, r, HY_TABLE_VARIANTS))
        return;
    if (!find(r, &window, &meta, &tokens, &name)) {
        hy_sheet_paragraph(s, HY_MISSING, HY_DASH " no variant with local layers is in variants.csv.");
        return;
    }
    const struct hy_variant *v = hy_run_data_find(&r->data, name);
    struct hy_color color = v ? v->color : hy_rgb(0x2ca02c);
    const float gap = 40, side = (HY_TEXT_WIDTH - 2 * gap) / 3 - 8;
    struct mask masks[] = {{"Global layer", tokens, 0, meta},
                           {"Local layer, with meta tokens", tokens, window, meta},
                           {"Local layer, no meta tokens", tokens - meta, window, 0}};
    int count = meta > 0 ? 3 : 2;
    if (meta == 0)
        masks[1].title = "Local layer";
    float top = hy_sheet_take(s, side + 62);
    for (int i = 0; i < count; i++)
        draw_mask(s, HY_LEFT_EDGE + 8 + (side + gap + 8) * (float)i, top, side, &masks[i], color);
    hy_sheet_paragraph(
        s, HY_CAPTION,
        hy_pdf_format(s->pdf,
                      "Which keys (across) each query (down) may look at: in a global layer key \xE2\x89\xA4 query; in "
                      "a local layer also key "
                      "\xE2\x89\xA5 query \xE2\x88\x92 window + 1 or key < meta tokens. Drawn with the sizes of %s: "
                      "window %d, %d meta tokens, %d "
                      "positions in all. Scaled down: each cell stands for a block of %d by %d positions, and its "
                      "shade is the share of the block's pairs that are allowed. %sFewer pairs cost less.",
                      name, window, meta, tokens, (tokens + CELLS - 1) / CELLS, (tokens + CELLS - 1) / CELLS,
                      meta > 0 ? "Dashed: the end of the meta tokens, which every query sees. " : ""));
}
