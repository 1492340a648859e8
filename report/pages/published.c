/* Beside published numbers, where the quantity is the same; and why other numbers cannot stand beside ours. */
#include <math.h>
#include <string.h>

#include "report/findings/kv_structure.h"
#include "report/findings/published.h"
#include "report/pages/pages.h"

/* ---- caches ---------------------------------------------------------------------------------------------- */

static int decimals_of(const char *printed)
{
    const char *dot = strchr(printed, '.');
    return dot ? (int)strlen(dot + 1) : 0;
}

static const char *layers_of(struct hy_doc *d, const struct hy_published_cache *c)
{
    const int local = c->run[0] + c->run[1];
    return local ? hy_doc_format(d, "%d + %d", c->full, local) : hy_doc_format(d, "%d", c->full);
}

static void cache_row(struct hy_doc *d, const struct hy_published_cache *c, size_t *agree)
{
    const int decimals = decimals_of(c->printed);
    const struct hy_cell printed = hy_cell_fixed(d, hy_csv_to_number(c->printed), decimals),
                         ours = hy_cell_fixed(d, hy_published_bytes(c) / 1e6, decimals);
    const bool same = strcmp(printed.text, ours.text) == 0;
    *agree += same;
    const struct hy_row_look look = {.bold = !same};
    const struct hy_cell cells[] = {hy_cell_text(c->model), hy_cell_text(layers_of(d, c)), printed, ours,
                                    hy_cell_fixed(d, hy_published_buffers(c) / 1e6, decimals)};
    hy_doc_row(d, cells, &look);
}

static void caches(struct hy_doc *d)
{
    const struct hy_column columns[] = {{_("Model"), 0, HY_LEFT},
                                        {_("Layers,\nfull + local"), 70, HY_RIGHT},
                                        {_("Published\n(MB)"), 70, HY_RIGHT},
                                        {_("By our formula\n(MB)"), 76, HY_RIGHT},
                                        {_("As our buffers\n(MB)"), 76, HY_RIGHT}};
    size_t agree = 0;
    hy_doc_heading(d, "published-caches", _("Sizes of caches"));
    hy_doc_table(d, "published-cache-table", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < hy_published_cache_count; i++)
        cache_row(d, &hy_published_caches[i], &agree);
    const char *said[] = {
        hy_doc_format(d,
                      _("arXiv:2411.13676, tables 1, 2, 9 and 10; 8000 tokens of one sequence, 16 bit, MB of a million "
                        "bytes. Our formula by the paper's rules gives the printed digits of %zu of %zu models."),
                      agree, hy_published_cache_count),
        _("Its rules: layers that share count half each, meta tokens are counted in full-attention layers only, the "
          "state of the scan is counted and that of the convolution is not. As our buffers: whole caches, meta tokens "
          "in each, and both states.")};
    hy_doc_paragraph(d, HY_CAPTION, hy_page_sentences(d, said, 2));
}

/* ---- what sharing saves -------------------------------------------------------------------------------------- */
static void sharing_row(struct hy_doc *d, const char *model, double context, double caches, double bytes)
{
    const struct hy_cell cells[] = {hy_cell_text(model), hy_cell_fixed(d, context, 0), hy_cell_fixed(d, caches, 3),
                                    hy_cell_fixed(d, bytes, 1)};
    hy_doc_row(d, cells, NULL);
}

static const struct hy_published_cache *published(const char *mark)
{
    for (size_t i = 0; i < hy_published_cache_count; i++)
        if (strstr(hy_published_caches[i].model, mark))
            return &hy_published_caches[i];
    return NULL;
}

/* Percent that sharing saves of the caches of a variant after `context` tokens. */
static double saved_at(const struct hy_csv *t, size_t row, const struct hy_kv_structure *k, double context)
{
    const double meta = hy_csv_number_of(t, row, "meta_tokens"),
                 held = fmin(hy_csv_number_of(t, row, "window"), context) + meta;
    double whole = 0, windows = 0, owned = 0; /* layers that see everything, that have a window, and a cache of it */
    for (size_t i = 0; i < k->layers; i++) {
        const struct hy_kv_layer_of *l = &k->layer[i];
        whole += l->role != HY_ROLE_NONE && l->global;
        windows += l->role != HY_ROLE_NONE && !l->global;
        owned += l->role != HY_ROLE_NONE && !l->global && l->role != HY_ROLE_CONSUMER;
    }
    return 100 * (windows - owned) * held / (whole * (context + meta) + windows * held);
}

/* The best-ranked variant that shares: its row of variants.csv and its structure; -1 where none does. */
static long sharing_variant(const struct hy_report *r, struct hy_kv_structure *k, const char **name)
{
    for (size_t i = 0; i < r->data.variants; i++) {
        const struct hy_variant *v = &r->data.variant[r->data.ranked[i]];
        const long row = hy_run_data_configured(&r->data, v->name);
        hy_kv_structure_make(k, &r->data, v->name);
        *name = v->name;
        if (row >= 0 && k->caches < k->attention)
            return row;
    }
    return -1;
}

static void sharing(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_column columns[] = {{_("Model"), 0, HY_LEFT},
                                        {_("Context\n(tokens)"), 70, HY_RIGHT},
                                        {_("Layers over\ncaches"), 70, HY_RIGHT},
                                        {_("Bytes saved\n(%)"), 70, HY_RIGHT}};
    const struct hy_csv *t = &r->data.table[HY_TABLE_VARIANTS];
    const struct hy_published_cache *without = published("(C)"), *with = published("(D)");
    struct hy_kv_structure k;
    const char *name;
    hy_doc_heading(d, "published-sharing", _("What KV sharing saves"));
    hy_doc_table(d, "published-sharing-table", columns, sizeof columns / sizeof *columns);
    sharing_row(d, _("Hymba 300M, D against C"), HY_PUBLISHED_CONTEXT, 15.0 / 9,
                100 * (1 - hy_published_bytes(with) / hy_published_bytes(without)));
    const long row = sharing_variant(r, &k, &name);
    if (row >= 0) {
        const double length = hy_csv_number_of(t, (size_t)row, "seq_len"),
                     caches = (double)k.attention / (double)k.caches;
        sharing_row(d, name, length, caches, saved_at(t, (size_t)row, &k, length));
        sharing_row(d, name, HY_PUBLISHED_CONTEXT, caches, saved_at(t, (size_t)row, &k, HY_PUBLISHED_CONTEXT));
    }
    hy_doc_paragraph(d, HY_CAPTION,
                     _("Of the whole cache, the paper's with its state. The window bounds the caches that are shared, "
                       "so of a longer context sharing saves a smaller part. Ours is counted in whole caches, at the "
                       "sample length of the run and at the paper's."));
}

/* ---- bits per character -------------------------------------------------------------------------------------- */

/* Characters of a token of this run's tokenizer, from the model that knows nothing; NaN where the run does not tell. */
static double chars_per_token(const struct hy_run_data *data)
{
    const struct hy_csv *t = &data->table[HY_TABLE_REFERENCE];
    for (size_t i = 0; data->have[HY_TABLE_REFERENCE] && i < t->rows; i++)
        if (strcmp(hy_csv_text_of(t, i, "model"), "uniform") == 0)
            return log2(hy_csv_number_of(t, i, "ppl")) / hy_csv_number_of(t, i, "bits_per_char");
    return (double)NAN;
}

static bool bits_chart(struct hy_doc *d, const struct hy_report *r)
{
    struct hy_dots *dots = hy_doc_alloc(d, sizeof *dots);
    struct hy_dot *item = hy_doc_alloc(d, r->data.variants * sizeof *item);
    struct hy_mark *mark = hy_doc_alloc(d, sizeof *mark);
    size_t n = 0;
    for (size_t i = 0; i < r->data.variants; i++) {
        const struct hy_variant *v = &r->data.variant[r->data.ranked[i]];
        if (!isfinite(v->bits_per_char))
            continue;
        item[n] = hy_variant_dot(v);
        item[n].value = v->bits_per_char;
        item[n].text = hy_cell_fixed(d, v->bits_per_char, 3).text;
        item[n].low = item[n].high = (double)NAN;
        n++;
    }
    *mark = (struct hy_mark){"nanoGPT", hy_nanogpt_bits()};
    *dots = (struct hy_dots){
        .item = item, .count = n, .mark = mark, .marks = 1, .label = _("bits per character"), .centre = (double)NAN};
    const char *said[] = {_("Further left is better. The line is the published loss of a character-level model on the "
                            "same text."),
                          hy_page_hollow(r)};
    const struct hy_figure f = {"published-bits",
                                _("Bits per character beside nanoGPT's"),
                                hy_page_sentences(d, said, 2),
                                n ? hy_dots_height(dots) : 1,
                                hy_dots_draw,
                                dots};
    if (n > 0)
        hy_doc_figures(d, &f, 1);
    return n > 0;
}

static void bits(struct hy_doc *d, const struct hy_report *r)
{
    const double chars = chars_per_token(&r->data);
    struct hy_number b, p, c;
    hy_doc_heading(d, "published-bits-per-character", _("Bits per character"));
    if (strcasestr(r->data.corpus, "shakespeare") == NULL) {
        hy_page_missing(d, _("No published number is known here for this run's text."));
        return;
    }
    if (!bits_chart(d, r)) {
        hy_page_missing(d, _("No variant has a loss in bits per character."));
        return;
    }
    const char *said[] = {
        hy_doc_format(
            d,
            _("nanoGPT's model of characters reaches a validation loss of 1.4697 nats, %s bits per character, on "
              "Tiny Shakespeare. Its validation text is the contiguous end of the book, that of this run is "
              "drawn from all of it, and it was trained far longer than a short profile trains."),
            hy_show_fixed(&b, hy_nanogpt_bits(), 2)),
        isfinite(chars) ? hy_doc_format(d,
                                        _("At this run's tokenizer, of %s characters a token, that loss is a "
                                          "perplexity of %s."),
                                        hy_show_fixed(&c, chars, 2), hy_show_ppl(&p, exp2(hy_nanogpt_bits() * chars)))
                        : ""};
    hy_doc_paragraph(d, HY_BODY, hy_page_sentences(d, said, 2));
}

/* ---- what cannot be compared ------------------------------------------------------------------------------------ */
static void incomparable(struct hy_doc *d)
{
    const struct hy_column columns[] = {{_("Quantity"), 84, HY_LEFT},
                                        {_("Published, 300M models"), 170, HY_LEFT},
                                        {_("Why not beside ours"), 0, HY_LEFT}};
    const char *const rows[][3] = {
        {_("perplexity"), "Wiki / LMB: Hymba 28.53 / 15.45, Llama3 30.04 / 20.53, Mamba 30.78 / 19.95",
         _("A perplexity is the mean of a token. Another tokenizer cuts other tokens, so the same model has another "
           "one; and it was trained and read on other text.")},
        {_("recall"), "SQuAD-C and SWDE: Hymba 51.79, Llama 39.98, Mamba 19.23",
         _("Questions on natural text. The recall task here is made of random pairs of keys and values.")},
        {_("throughput"), "tok/s: Hymba 2695.8, Llama 721.1, Mamba 4720.8",
         _("At 8000 tokens on an A100, with batches. A rate is of a device, a length and a batch.")}};
    hy_doc_heading(d, "published-not", _("What cannot be set beside ours"));
    hy_doc_table(d, "published-not-table", columns, 3);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct hy_cell cells[] = {hy_cell_text(rows[i][0]), hy_cell_text(rows[i][1]), hy_cell_text(rows[i][2])};
        hy_doc_row(d, cells, NULL);
    }
}

void hy_page_published(struct hy_doc *d, const struct hy_report *r)
{
    hy_doc_section(d, "published", _("Beside published numbers"), false);
    caches(d);
    sharing(d, r);
    bits(d, r);
    incomparable(d);
}
