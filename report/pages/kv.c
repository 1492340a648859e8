/* Who keeps keys and values and who reads them: layers by role, bytes by what they are spent on and what is saved. */
#include "report/pages/kv.h"

#include <math.h>
#include <string.h>

#include "report/findings/kv_structure.h"
#include "report/pages/shades.h"

/* ---- layers by role ------------------------------------------------------------------------------------ */
enum { ROLES = 5, MOST_TEXTS = 24 /* layers that leave room for words in their cells */ };

/* In the order of enum hy_layer_role. */
static const struct {
    const char *name, *letter;
    enum hy_shade shade;
} roles[ROLES] = {{N_("no attention"), "", HY_SHADE_NONE},
                  {N_("global, with a cache"), "G", HY_SHADE_GLOBAL},
                  {N_("window, with a cache that others read"), "W", HY_SHADE_LOCAL},
                  {N_("window, with a cache of its own"), "W", HY_SHADE_ALONE},
                  {N_("window, reads the layer in the cell"), "", HY_SHADE_SHARED}};

static const char *cell_text(struct hy_doc *d, const struct hy_kv_layer_of *l)
{
    if (l->role == HY_ROLE_CONSUMER && l->producer >= 0)
        return hy_doc_format(d, "%d", l->producer);
    return roles[l->role].letter;
}

static size_t most_layers(const struct hy_kv_structure *k, size_t count)
{
    size_t most = 0;
    for (size_t i = 0; i < count; i++)
        most = k[i].layers > most ? k[i].layers : most;
    return most;
}

/* The roles that occur, as parts; *place is where a role's part stands. */
static size_t parts_of(struct hy_doc *d, const struct hy_kv_structure *k, size_t count, const struct hy_part **parts,
                       unsigned char place[ROLES])
{
    struct hy_part *part = hy_doc_alloc(d, ROLES * sizeof *part);
    bool there[ROLES] = {false};
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t l = 0; l < k[i].layers; l++)
            there[k[i].layer[l].role] = true;
    for (size_t i = 0; i < ROLES; i++) {
        place[i] = (unsigned char)n;
        if (there[i])
            part[n++] = (struct hy_part){_(roles[i].name), hy_shade_of(roles[i].shade)};
    }
    *parts = part;
    return n;
}

static void layers(struct hy_doc *d, const struct hy_report *r, const struct hy_kv_structure *k)
{
    const size_t rows = r->data.variants, columns = most_layers(k, rows);
    struct hy_tiles *tiles = hy_doc_alloc(d, sizeof *tiles);
    unsigned char place[ROLES], *kind = hy_doc_alloc(d, rows * columns);
    const char **name = hy_doc_alloc(d, rows * sizeof *name), **number = hy_doc_alloc(d, columns * sizeof *number);
    const char **text = hy_doc_alloc(d, rows * columns * sizeof *text);
    const struct hy_part *part;
    const size_t parts = parts_of(d, k, rows, &part, place);
    for (size_t c = 0; c < columns; c++)
        number[c] = hy_doc_format(d, "%zu", c);
    for (size_t i = 0; i < rows; i++) {
        name[i] = r->data.variant[i].name;
        for (size_t c = 0; c < columns; c++) {
            kind[i * columns + c] = c < k[i].layers ? place[k[i].layer[c].role] : 255;
            text[i * columns + c] = c < k[i].layers ? cell_text(d, &k[i].layer[c]) : "";
        }
    }
    *tiles = (struct hy_tiles){.row = name,
                               .column = number,
                               .rows = rows,
                               .columns = columns,
                               .kind = kind,
                               .text = columns <= MOST_TEXTS ? text : NULL,
                               .part = part,
                               .parts = parts,
                               .x_label = _("layer")};
    const struct hy_figure f = {"kv-layers",
                                _("Layers by what they keep"),
                                _("A row for each variant, a cell for each layer. A layer that reads another's keys "
                                  "and values has no cache: its cell names the layer that it reads."),
                                hy_tiles_height(tiles, 487),
                                hy_tiles_draw,
                                tiles};
    hy_doc_figures(d, &f, 1);
}

/* ---- bytes ------------------------------------------------------------------------------------------------- */
enum { GLOBAL, WINDOW, BY_SHARING, BY_WINDOW, PARTS };

static void bytes(struct hy_doc *d, const struct hy_report *r, const struct hy_kv_structure *k)
{
    const size_t n = r->data.variants;
    struct hy_bars *bars = hy_doc_alloc(d, sizeof *bars);
    struct hy_part *part = hy_doc_alloc(d, PARTS * sizeof *part);
    const char **name = hy_doc_alloc(d, n * sizeof *name), **text = hy_doc_alloc(d, n * sizeof *text);
    double *value = hy_doc_alloc(d, n * PARTS * sizeof *value);
    part[GLOBAL] = (struct hy_part){_("global layers"), hy_shade_of(HY_SHADE_GLOBAL)};
    part[WINDOW] = (struct hy_part){_("layers with a window"), hy_shade_of(HY_SHADE_LOCAL)};
    part[BY_SHARING] = (struct hy_part){_("saved by sharing"), hy_shade_of(HY_SHADE_SHARED)};
    part[BY_WINDOW] = (struct hy_part){_("saved by the window"), hy_shade_of(HY_SHADE_NONE)};
    for (size_t i = 0; i < n; i++) {
        const double plain = hy_kv_plain_bytes(&r->data, r->data.variant[i].name);
        double *v = &value[i * PARTS];
        name[i] = r->data.variant[i].name;
        v[GLOBAL] = k[i].global_bytes / 1024;
        v[WINDOW] = (k[i].bytes - k[i].global_bytes) / 1024;
        v[BY_SHARING] = (k[i].unshared_bytes - k[i].bytes) / 1024;
        v[BY_WINDOW] = plain > k[i].unshared_bytes ? (plain - k[i].unshared_bytes) / 1024 : 0;
        text[i] = k[i].layers == 0 ? HY_DASH : hy_cell_bytes(d, k[i].bytes).text;
    }
    *bars = (struct hy_bars){
        .name = name, .count = n, .part = part, .parts = PARTS, .value = value, .text = text, .label = _("KiB")};
    const struct hy_figure f = {
        "kv-bytes",
        _("Bytes of the caches of one sequence, and what is saved"),
        _("Dark: what is kept, as the number says. Light: what the same model would keep besides, if each layer had "
          "a cache of its own, and if each saw every position. Shorter dark bars are better."),
        hy_bars_height(bars),
        hy_bars_draw,
        bars};
    hy_doc_figures(d, &f, 1);
}

/* ---- the table --------------------------------------------------------------------------------------------------- */
static void row(struct hy_doc *d, const struct hy_report *r, size_t i, const struct hy_kv_structure *k)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_RESULTS];
    const struct hy_variant *v = &r->data.variant[i];
    const double plain = hy_kv_plain_bytes(&r->data, v->name);
    const bool known = k->layers > 0;
    struct hy_row_look look = hy_variant_row(v);
    look.anchor = hy_variant_anchor(d, r, "kv", v);
    const struct hy_cell cells[] = {hy_variant_cell(d, r, v),
                                    hy_cell_fixed(d, known ? (double)k->attention : (double)NAN, 0),
                                    hy_cell_fixed(d, known ? (double)k->caches : (double)NAN, 0),
                                    hy_cell_of(d, t, i, "KV reduction", 3),
                                    hy_cell_of(d, t, i, "KV cache measured (KiB)", 1),
                                    hy_cell_of(d, t, i, "KV cache (KiB)", 1),
                                    hy_cell_of(d, t, i, "KV cache plain (KiB)", 1),
                                    hy_cell_fixed(d, known && plain > 0 ? 100 * k->bytes / plain : (double)NAN, 1),
                                    hy_cell_of(d, t, i, "SSM state measured (KiB)", 1),
                                    hy_cell_of(d, t, i, "SSM state (KiB)", 1)};
    hy_doc_row(d, cells, &look);
}

static void table(struct hy_doc *d, const struct hy_report *r, const struct hy_kv_structure *k)
{
    const struct hy_column columns[] = {{_("Variant"), 106, HY_LEFT},         {_("Attend\n(layers)"), 0, HY_RIGHT},
                                        {_("Caches"), 0, HY_RIGHT},           {_("KV re-\nduction"), 0, HY_RIGHT},
                                        {_("Allocated\n(KiB)"), 0, HY_RIGHT}, {_("Formula\n(KiB)"), 0, HY_RIGHT},
                                        {_("Plain\n(KiB)"), 0, HY_RIGHT},     {_("Kept\n(%)"), 0, HY_RIGHT},
                                        {_("State,\nalloc."), 0, HY_RIGHT},   {_("State,\nformula"), 0, HY_RIGHT}};
    hy_doc_table(d, "kv-table", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < r->data.variants; i++)
        row(d, r, i, &k[i]);
    hy_doc_paragraph(d, HY_CAPTION,
                     _("KV reduction: layers that attend over layers that own a cache; larger is better. Allocated: "
                       "the buffers of one sequence that decoding really took, at the sample length; by the formula: "
                       "as counted; plain: the same model without sharing and without window; kept: of plain. State: "
                       "of the Mamba branches, in KiB, the same at every length. Fewer bytes are better."));
}

/* ---- sentences --------------------------------------------------------------------------------------------------- */

/* Of the best-ranked variant that shares. */
static void what_sharing_saves(struct hy_doc *d, const struct hy_report *r, const struct hy_kv_structure *k)
{
    for (size_t i = 0; i < r->data.variants; i++) {
        const struct hy_kv_structure *s = &k[r->data.ranked[i]];
        const char *name = r->data.variant[r->data.ranked[i]].name;
        struct hy_number caches, bytes;
        if (s->attention == s->caches || !(s->unshared_bytes > 0))
            continue;
        const double fewer = 100 - 100 * (double)s->caches / (double)s->attention,
                     saved = 100 - 100 * s->bytes / s->unshared_bytes;
        const char *said[] = {
            hy_doc_format(d,
                          _("Sharing leaves %s with %zu caches for %zu layers that attend: %s\xC2\xA0%% fewer caches, "
                            "and %s\xC2\xA0%% fewer bytes than without sharing."),
                          name, s->caches, s->attention, hy_show_fixed(&caches, fewer, 1),
                          hy_show_fixed(&bytes, saved, 1)),
            saved < fewer
                ? _("Only layers with a window share, and the window bounds their caches anyway: sharing saves "
                    "a smaller part of the bytes than of the caches, and less the longer the context.")
                : ""};
        hy_doc_paragraph(d, HY_BODY, hy_page_sentences(d, said, 2));
        return;
    }
}

/* Buffers are exact: any difference from the formula is a fault of one of the two. */
static void against_the_formula(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_RESULTS];
    size_t held = 0, unlike = 0;
    for (size_t i = 0; i < r->data.variants; i++) {
        const double taken = hy_csv_number_of(t, i, "KV cache measured (KiB)"),
                     counted = hy_csv_number_of(t, i, "KV cache (KiB)");
        if (!isfinite(taken) || !isfinite(counted))
            continue;
        held++;
        if (fabs(taken - counted) <= 1e-6 * counted)
            continue;
        unlike++;
        hy_doc_paragraph(d, HY_WARNING,
                         hy_doc_format(d, _("%s allocated %s KiB of keys and values where the formula counts %s KiB."),
                                       r->data.variant[i].name, hy_cell_fixed(d, taken, 1).text,
                                       hy_cell_fixed(d, counted, 1).text));
    }
    if (held > 0 && unlike == 0)
        hy_doc_paragraph(d, HY_BODY,
                         hy_doc_format(d,
                                       _("The buffers that decoding allocated hold exactly the bytes that the formula "
                                         "counts, in each of the %zu variants with both."),
                                       held));
}

void hy_page_kv(struct hy_doc *d, const struct hy_report *r)
{
    hy_doc_section(d, "kv", _("Keys and values"), true);
    hy_page_findings(d, r, HY_FINDING_KV);
    if (hy_page_has(d, r, HY_TABLE_KV)) {
        struct hy_kv_structure *k = hy_doc_alloc(d, r->data.variants * sizeof *k);
        for (size_t i = 0; i < r->data.variants; i++)
            hy_kv_structure_make(&k[i], &r->data, r->data.variant[i].name);
        what_sharing_saves(d, r, k);
        against_the_formula(d, r);
        if (most_layers(k, r->data.variants) > 0)
            layers(d, r, k);
        bytes(d, r, k);
        table(d, r, k);
    }
    hy_kv_masks(d, r);
}
