#include <math.h>
#include <string.h>

#include "report/pages/design.h"

enum { MOST_NODES = 12, MOST_ARROWS = 16, HEIGHT = 210 };

/* The first variant of a block that has both branches: its row of variants.csv, or -1. */
static long hybrid_of(const struct hy_csv *t, const char *block)
{
    for (size_t i = 0; i < t->rows; i++)
        if (strcmp(hy_csv_text_of(t, i, "arch"), "hybrid") == 0 &&
            strcmp(hy_csv_text_of(t, i, "implementation"), block) == 0)
            return (long)i;
    return -1;
}

struct drawing {
    struct hy_node *node;
    struct hy_arrow *arrow;
    size_t nodes, arrows;
};

static int box(struct drawing *g, const char *name, float x, float y, float width, struct hy_color color)
{
    g->node[g->nodes] = (struct hy_node){name, x, y, width, 0.095f, color, false};
    return (int)g->nodes++;
}

static int dashed(struct drawing *g, const char *name, float x, float y, float width, struct hy_color color)
{
    const int i = box(g, name, x, y, width, color);
    g->node[i].dashed = true;
    return i;
}

static void arrow(struct drawing *g, int from, int to, const char *name)
{
    g->arrow[g->arrows++] = (struct hy_arrow){from, to, name};
}

static struct hy_color plain(void)
{
    return hy_tint(hy_rgb(0x7f8c99), 0.25f);
}

static struct hy_color of_attention(void)
{
    return hy_tint(hy_rgb(HY_DESIGN_ATTENTION), 0.35f);
}

static struct hy_color of_mamba(void)
{
    return hy_tint(hy_rgb(HY_DESIGN_MAMBA), 0.35f);
}

/* What stands before the first layer, and the norm that every mixer begins with. */
static int entry(struct hy_doc *d, struct drawing *g, const struct hy_csv *t, size_t row)
{
    const double meta = hy_csv_number_of(t, row, "meta_tokens");
    const char *name = meta > 0 ? hy_doc_format(d, _("%.0f meta tokens, then the sample"), meta) : _("the sample");
    const int tokens = dashed(g, name, 0.14f, 0, 0.72f, plain());
    const int norm = box(g, _("RMS norm"), 0.3f, 0.17f, 0.4f, plain());
    arrow(g, tokens, norm, NULL);
    return norm;
}

/* Both branches from a projection each to where they meet. */
struct branches {
    int attention, mamba;
};

static struct branches middle(struct hy_doc *d, struct drawing *g, const struct hy_csv *t, size_t row)
{
    const double heads = hy_csv_number_of(t, row, "query_heads"), states = hy_csv_number_of(t, row, "d_state");
    const char *attention = isfinite(heads) ? hy_doc_format(d, _("attention, %.0f heads"), heads) : _("attention"),
               *scan = isfinite(states) ? hy_doc_format(d, _("conv, scan of %.0f states, gate"), states)
                                        : _("conv, scan, gate");
    return (struct branches){box(g, attention, 0, 0.51f, 0.47f, of_attention()),
                             box(g, scan, 0.53f, 0.51f, 0.47f, of_mamba())};
}

static const struct hy_diagram *finished(struct hy_doc *d, const struct drawing *g)
{
    struct hy_diagram *diagram = hy_doc_alloc(d, sizeof *diagram);
    *diagram = (struct hy_diagram){g->node, g->nodes, g->arrow, g->arrows};
    return diagram;
}

static struct drawing begun(struct hy_doc *d)
{
    return (struct drawing){.node = hy_doc_alloc(d, MOST_NODES * sizeof(struct hy_node)),
                            .arrow = hy_doc_alloc(d, MOST_ARROWS * sizeof(struct hy_arrow))};
}

/* Two projections in, two out, and a sum with learned weights. */
static const struct hy_diagram *split(struct hy_doc *d, const struct hy_csv *t, size_t row)
{
    struct drawing g = begun(d);
    const int norm = entry(d, &g, t, row);
    const int qkv = box(&g, _("q, k, v projections"), 0, 0.34f, 0.47f, of_attention()),
              in = box(&g, _("in_proj: x, z"), 0.53f, 0.34f, 0.47f, of_mamba());
    const struct branches b = middle(d, &g, t, row);
    const int o = box(&g, _("o_proj, norm, \xCE\xB2"), 0, 0.68f, 0.47f, of_attention()),
              out = box(&g, _("out_proj, norm, \xCE\xB2"), 0.53f, 0.68f, 0.47f, of_mamba());
    const int sum = box(&g, _("sum, to the residual stream"), 0.14f, 0.9f, 0.72f, plain());
    arrow(&g, norm, qkv, NULL);
    arrow(&g, norm, in, NULL);
    arrow(&g, qkv, b.attention, NULL);
    arrow(&g, in, b.mamba, NULL);
    arrow(&g, b.attention, o, NULL);
    arrow(&g, b.mamba, out, NULL);
    arrow(&g, o, sum, NULL);
    arrow(&g, out, sum, NULL);
    return finished(d, &g);
}

/* One projection in, the mean of both branches, one projection out. */
static const struct hy_diagram *fused(struct hy_doc *d, const struct hy_csv *t, size_t row)
{
    struct drawing g = begun(d);
    const int norm = entry(d, &g, t, row);
    const int in = box(&g, _("one in_proj: q, k, v, x, z"), 0, 0.34f, 1, plain());
    const struct branches b = middle(d, &g, t, row);
    const int mean = box(&g, _("mean of both branches, each normed"), 0, 0.68f, 1, plain());
    const int out = box(&g, _("one out_proj, to the residual stream"), 0.04f, 0.9f, 0.92f, plain());
    arrow(&g, norm, in, NULL);
    arrow(&g, in, b.attention, "q, k, v");
    arrow(&g, in, b.mamba, "x, z");
    arrow(&g, b.attention, mean, NULL);
    arrow(&g, b.mamba, mean, NULL);
    arrow(&g, mean, out, NULL);
    return finished(d, &g);
}

/* What the layers of one variant see, and share. */
static const char *layers(struct hy_doc *d, const struct hy_csv *t, size_t row)
{
    const char *global = hy_design_value(d, t, row, hy_csv_column(t, "global_layers")),
               *shared = hy_design_value(d, t, row, hy_csv_column(t, "kv_groups"));
    const double window = hy_csv_number_of(t, row, "window");
    const bool bounded = isfinite(window) && !hy_design_all_global(t, row);
    const char *said[] = {
        hy_doc_format(d, _("As in %s."), hy_csv_text_of(t, row, "name")),
        bounded ? hy_doc_format(d,
                                _("Layers %s see everything before, the others a window of %.0f tokens and the meta "
                                  "tokens."),
                                global, window)
                : _("Every layer sees everything before."),
        strcmp(hy_csv_text_of(t, row, "kv_groups"), "[]") == 0
            ? _("Each layer makes its own keys and values.")
            : hy_doc_format(d, _("These layers share the keys and values of the first of them: %s."), shared)};
    return hy_page_sentences(d, said, sizeof said / sizeof *said);
}

void hy_design_diagrams(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_VARIANTS];
    const long first = hybrid_of(t, "split"), second = hybrid_of(t, "fused");
    struct hy_figure figure[2];
    size_t n = 0;
    if (first >= 0)
        figure[n++] = (struct hy_figure){"block-split", _("Split block"), layers(d, t, (size_t)first),
                                         HEIGHT,        hy_diagram_draw,  split(d, t, (size_t)first)};
    if (second >= 0)
        figure[n++] = (struct hy_figure){"block-fused", _("Fused block"), layers(d, t, (size_t)second),
                                         HEIGHT,        hy_diagram_draw,  fused(d, t, (size_t)second)};
    if (n == 0)
        return;
    hy_doc_paragraph(
        d, HY_BODY,
        _("In a hybrid layer attention and Mamba heads read the same input side by side, and their results "
          "are merged. The split block gives each branch projections of its own and adds the results with "
          "learned weights \xCE\xB2; the fused one makes everything with one projection and takes the mean. "
          "A feed-forward layer (SwiGLU) follows either."));
    hy_doc_figures(d, figure, n);
}
