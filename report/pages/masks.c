/* Attention masks as pictures, from the real window, meta tokens and length. */
#include <math.h>
#include <string.h>

#include "report/pages/kv.h"
#include "report/pages/shades.h"

enum { CELLS = 36, MASKS = 3, META = 0, ALLOWED, PARTLY, PARTS, NEVER = 255 };

struct mask {
    const char *name, *title;
    int tokens, window, meta; /* window 0: global */
};

static int overlap(int from, int to, int low, int high)
{
    const int first = from > low ? from : low, end = to < high ? to : high;
    return end > first ? end - first : 0;
}

/* Keys from `from` up to before `to` that query q may look at: its window, and the meta tokens before that. */
static int keys_of(const struct mask *m, int q, int from, int to)
{
    const int first = m->window == 0 || q < m->window ? 0 : q - m->window + 1;
    return overlap(from, to, first, q + 1) + overlap(from, to, 0, m->meta < first ? m->meta : first);
}

/* Pairs of query and key in a block of the mask that are allowed, of `all`. */
static double allowed_in(const struct mask *m, int row, int column, int block, double *all)
{
    double inside = 0;
    *all = 0;
    for (int q = row * block; q < (row + 1) * block && q < m->tokens; q++) {
        inside += keys_of(m, q, column * block, (column + 1) * block);
        *all += overlap(column * block, (column + 1) * block, 0, m->tokens);
    }
    return inside;
}

static unsigned char kind_of(const struct mask *m, int column, int block, double inside, double all)
{
    if (inside <= 0)
        return NEVER;
    if (m->meta > 0 && (column + 1) * block <= m->meta)
        return META;
    return inside >= all ? ALLOWED : PARTLY;
}

/* Figures side by side are so wide, without the space between them. */
#define FIGURE_WIDTH 150

static struct hy_figure figure_of(struct hy_doc *d, const struct mask *m)
{
    const int block = (m->tokens + CELLS - 1) / CELLS, side = (m->tokens + block - 1) / block;
    struct hy_tiles *tiles = hy_doc_alloc(d, sizeof *tiles);
    struct hy_part *part = hy_doc_alloc(d, PARTS * sizeof *part);
    unsigned char *kind = hy_doc_alloc(d, (size_t)side * (size_t)side);
    double pairs = 0;
    for (int q = 0; q < side; q++)
        for (int k = 0; k < side; k++) {
            double all, inside = allowed_in(m, q, k, block, &all);
            kind[q * side + k] = kind_of(m, k, block, inside, all);
            pairs += inside;
        }
    part[META] = (struct hy_part){_("meta token"), hy_shade_of(HY_SHADE_ALONE)};
    part[ALLOWED] = (struct hy_part){_("allowed"), hy_shade_of(HY_SHADE_GLOBAL)};
    part[PARTLY] = (struct hy_part){_("in part"), hy_shade_of(HY_SHADE_SHARED)};
    *tiles = (struct hy_tiles){.rows = (size_t)side,
                               .columns = (size_t)side,
                               .kind = kind,
                               .part = part,
                               .parts = PARTS,
                               .x_label = _("key position"),
                               .y_label = _("query position"),
                               .square = true};
    const double causal = (double)m->tokens * (m->tokens + 1) / 2;
    return (struct hy_figure){m->name,
                              m->title,
                              hy_doc_format(d, _("%s of %s causal pairs: %s\xC2\xA0%%."),
                                            hy_cell_fixed(d, pairs, 0).text, hy_cell_fixed(d, causal, 0).text,
                                            hy_cell_fixed(d, 100 * pairs / causal, 1).text),
                              hy_tiles_height(tiles, FIGURE_WIDTH),
                              hy_tiles_draw,
                              tiles};
}

/* ---- the sizes: those of a variant of the run -------------------------------------------------------------- */

/* Whether a variant has layers that are not in its list of global ones. */
static bool has_local(const struct hy_csv *t, size_t row)
{
    const char *list = hy_csv_text_of(t, row, "global_layers");
    double count = strlen(list) > 2 ? 1 : 0;
    for (; *list; list++)
        count += *list == ',';
    return hy_csv_number_of(t, row, "layers") > count;
}

struct sizes {
    int window, meta, tokens;
    const char *variant;
};

/* The first variant with local layers, preferring one with meta tokens. */
static bool find(const struct hy_report *r, struct sizes *s)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_VARIANTS];
    for (int with_meta = 1; with_meta >= 0; with_meta--)
        for (size_t i = 0; i < t->rows; i++) {
            const double window = hy_csv_number_of(t, i, "window"), meta = hy_csv_number_of(t, i, "meta_tokens"),
                         length = hy_csv_number_of(t, i, "seq_len");
            if (!has_local(t, i) || !(window > 0 && window < 1e5) || !(meta >= 0 && meta < 1e5) ||
                !(length > 0 && length < 1e5) || (with_meta && meta == 0))
                continue;
            *s = (struct sizes){(int)window, (int)meta, (int)(length + meta), hy_csv_text_of(t, i, "name")};
            return true;
        }
    return false;
}

void hy_kv_masks(struct hy_doc *d, const struct hy_report *r)
{
    struct sizes s;
    struct hy_figure figure[MASKS];
    hy_doc_heading(d, "kv-masks", _("Attention masks"));
    if (!hy_page_has(d, r, HY_TABLE_VARIANTS))
        return;
    if (!find(r, &s)) {
        hy_page_missing(d, _("No variant of variants.csv has layers with a window, so every mask is causal."));
        return;
    }
    const struct mask masks[MASKS] = {
        {"mask-global", _("Global layer"), s.tokens, 0, s.meta},
        {"mask-window", s.meta > 0 ? _("Window, with meta tokens") : _("Window"), s.tokens, s.window, s.meta},
        {"mask-window-plain", _("Window, no meta tokens"), s.tokens - s.meta, s.window, 0}};
    const size_t n = s.meta > 0 ? MASKS : MASKS - 1;
    for (size_t i = 0; i < n; i++)
        figure[i] = figure_of(d, &masks[i]);
    hy_doc_figures(d, figure, n);
    const char *said[] = {
        _("Which keys (across) each query (down) may look at. In a global layer: every key up to the query. With a "
          "window: of those the last ones, and every meta token."),
        hy_doc_format(d, _("Drawn with the sizes of %s: window %d, meta tokens %d, positions %d in all."), s.variant,
                      s.window, s.meta, s.tokens),
        hy_doc_format(d, _("Each cell stands for a block of %d by %d positions. Fewer pairs cost less."),
                      (s.tokens + CELLS - 1) / CELLS, (s.tokens + CELLS - 1) / CELLS)};
    hy_doc_paragraph(d, HY_CAPTION, hy_page_sentences(d, said, 3));
}
