/* Throughput, memory and caches of each variant. */
#include <math.h>
#include <string.h>

#include "report/pages/pages.h"

static void table(struct hy_sheet *s, const struct hy_report *r)
{
    static const struct hy_grid_column columns[] = {
        {"Variant", 104, HY_LEFT},        {"Train\ntok/s", 0, HY_RIGHT},     {"Prefill\ntok/s", 0, HY_RIGHT},
        {"Decode\ntok/s", 0, HY_RIGHT},   {"Planned\n(MiB)", 0, HY_RIGHT},   {"Measured\n(MiB)", 0, HY_RIGHT},
        {"KV cache\n(KiB)", 0, HY_RIGHT}, {"SSM state\n(KiB)", 0, HY_RIGHT}, {"KV re-\nduction", 0, HY_RIGHT}};
    struct hy_grid g;
    hy_grid_begin(&g, s, columns, 9, 7.4f);
    for (size_t i = 0; i < r->data.variants; i++) {
        const struct hy_variant *v = &r->data.variant[i];
        struct hy_grid_look look = hy_variant_look(v);
        const char *cells[] = {v->name,
                               hy_cell_rate(s, v->train_rate, 0, hy_training_quality(&r->data, v->name)),
                               hy_cell_rate(s, v->prefill_rate, 0, hy_decoding_quality(&r->data, v->name)),
                               hy_cell_rate(s, v->decode_rate, 0, hy_decoding_quality(&r->data, v->name)),
                               hy_cell_fixed(s, v->planned_mib, 1),
                               hy_cell_fixed(s, v->peak_mib, 1),
                               hy_cell_fixed(s, v->kv_kib, 1),
                               hy_cell_fixed(s, v->ssm_kib, 1),
                               hy_cell_fixed(s, v->kv_reduction, 3)};
        hy_grid_row(&g, cells, &look);
    }
    hy_grid_end(&g);
    hy_sheet_paragraph(
        s, HY_CAPTION,
        "Planned: the peak memory that the memory plan computed before the first step. Measured: the peak of the "
        "whole process, program and libraries included, so it lies above the plan; of variants run "
        "one after the other in one process it can include what an earlier one left. Caches are those of one "
        "sequence. KV reduction: attention layers over layers that own a KV cache, 1 where nothing is shared. "
        "Fewer bytes and more tokens per second are better.");
    hy_page_explain_marks(s, &r->data);
}

static void bars(struct hy_sheet *s, const struct hy_report *r, bool memory)
{
    int count = (int)r->data.variants, known = 0;
    struct hy_chart_item *items = hy_pdf_alloc(s->pdf, sizeof *items * r->data.variants);
    for (int i = 0; i < count; i++) {
        const struct hy_variant *v = &r->data.variant[i];
        items[i] = (struct hy_chart_item){.name = v->name, .color = v->color, .look = v->group};
        items[i].value = !memory ? v->train_rate : isnan(v->peak_mib) ? v->planned_mib : v->peak_mib;
        items[i].text = hy_cell_fixed(s, items[i].value, memory ? 1 : 0);
        const enum hy_row_quality quality = memory ? HY_ROW_OK : hy_training_quality(&r->data, v->name);
        items[i].hollow = quality != HY_ROW_OK;
        items[i].note = items[i].hollow ? hy_row_mark(quality) : NULL;
        known += !isnan(items[i].value);
    }
    float height = hy_chart_bars_height(count, 0);
    hy_sheet_heading(s, memory ? "Peak memory while training" : "Training throughput", known ? height + 12 : 20);
    if (known == 0) {
        hy_sheet_paragraph(s, HY_MISSING, HY_DASH " not measured in this run.");
        return;
    }
    float top = hy_sheet_take(s, height);
    hy_chart_bars(s->pdf, (struct hy_box){HY_LEFT_EDGE, top, HY_TEXT_WIDTH, height}, items, count, NULL, 0,
                  memory ? "MiB, measured (planned where not measured)" : "tokens per second");
    hy_sheet_paragraph(s, HY_CAPTION, memory ? "Shorter is better." : "Longer is better.");
}

/* "timeout of 8 s after 12 of 64 prompt tokens" is "timeout": a cell's room; the table has the sentence. */
static const char *in_a_word(struct hy_sheet *s, const char *reason)
{
    static const char *const ends[] = {" of ", ":", ","};
    size_t length = strlen(reason);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const char *end = strstr(reason, ends[i]);
        if (end && (size_t)(end - reason) < length)
            length = (size_t)(end - reason);
    }
    return hy_pdf_format(s->pdf, "%.*s", (int)length, reason);
}

static void scaling(struct hy_sheet *s, const struct hy_report *r)
{
    static const struct hy_grid_column columns[] = {{"Variant", 104, HY_LEFT},      {"Context", 0, HY_RIGHT},
                                                    {"Batch", 0, HY_RIGHT},         {"Prefill\ntok/s", 0, HY_RIGHT},
                                                    {"Decode\ntok/s", 0, HY_RIGHT}, {"Cache", 0, HY_RIGHT},
                                                    {"Peak", 0, HY_RIGHT},          {"Stopped", 80, HY_LEFT}};
    const struct hy_csv *t = &r->data.table[HY_TABLE_SCALING];
    struct hy_grid g;
    struct hy_number n;
    const char *before = "";
    if (!r->data.have[HY_TABLE_SCALING])
        return;
    hy_sheet_heading(s, "With the context length", (float)(t->rows < 40 ? t->rows : 40) * 13.4f + 50);
    hy_grid_begin(&g, s, columns, 8, 7.8f);
    for (size_t i = 0; i < t->rows; i++) {
        const char *name = hy_csv_text_of(t, i, "variant");
        const struct hy_variant *v = hy_run_data_find(&r->data, name);
        bool first = strcmp(name, before) != 0;
        struct hy_grid_look look = {.rule_above = first && i > 0};
        if (first && v)
            look = (struct hy_grid_look){.rule_above = i > 0, .swatch = &v->color, .look = v->group};
        const char *cells[] = {first ? name : "",
                               hy_cell_fixed(s, hy_csv_number_of(t, i, "context"), 0),
                               hy_cell_fixed(s, hy_csv_number_of(t, i, "batch"), 0),
                               hy_cell_rate(s, hy_csv_number_of(t, i, "prefill_tok_s"), 0, hy_row_quality(t, i)),
                               hy_cell_rate(s, hy_csv_number_of(t, i, "decode_tok_s"), 1, hy_row_quality(t, i)),
                               hy_pdf_format(s->pdf, "%s", hy_show_bytes(&n, hy_csv_number_of(t, i, "cache_bytes"))),
                               hy_pdf_format(s->pdf, "%s", hy_show_bytes(&n, hy_csv_number_of(t, i, "peak_bytes"))),
                               in_a_word(s, hy_csv_text_of(t, i, "stop_reason"))};
        hy_grid_row(&g, cells, &look);
        before = name;
    }
    hy_grid_end(&g);
    hy_sheet_paragraph(s, HY_CAPTION,
                       "Prefill reads a whole prompt, decode makes one token after the other from the caches. More "
                       "tokens per second and smaller caches are better. Why a cell stopped early stands in full in "
                       "scaling.csv.");
}

/* Milliseconds per new token of one sequence by context, of variants measured at two contexts or more. */
static void flatness(struct hy_sheet *s, const struct hy_report *r)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_SCALING];
    struct hy_series *series = hy_pdf_alloc(s->pdf, sizeof *series * r->data.variants);
    size_t drawn = 0;
    for (size_t v = 0; r->data.have[HY_TABLE_SCALING] && v < r->data.variants; v++) {
        const struct hy_variant *variant = &r->data.variant[v];
        double *x = hy_pdf_alloc(s->pdf, sizeof *x * t->rows), *y = hy_pdf_alloc(s->pdf, sizeof *y * t->rows);
        bool *hollow = hy_pdf_alloc(s->pdf, sizeof *hollow * t->rows);
        size_t n = 0;
        for (size_t i = 0; i < t->rows; i++) {
            double rate = hy_csv_number_of(t, i, "decode_tok_s");
            if (strcmp(hy_csv_text_of(t, i, "variant"), variant->name) != 0 || hy_csv_number_of(t, i, "batch") != 1 ||
                !(rate > 0))
                continue;
            x[n] = hy_csv_number_of(t, i, "context");
            hollow[n] = hy_row_quality(t, i) != HY_ROW_OK;
            y[n++] = 1000 / rate;
        }
        if (n > 1)
            series[drawn++] = (struct hy_series){variant->name, variant->color, variant->group, x, y, n, hollow};
    }
    if (drawn == 0)
        return;
    hy_sheet_heading(s, "Cost of a token by context", 240);
    struct hy_lines_look look = {"content tokens held", "ms per new token, one sequence", false, 0};
    float top = hy_sheet_take(s, 205);
    hy_chart_lines(s->pdf, (struct hy_box){HY_LEFT_EDGE, top, HY_TEXT_WIDTH, 205}, series, (int)drawn, NULL, 0, &look);
    hy_sheet_paragraph(s, HY_CAPTION,
                       "Local, shared and state space layers cost the same at every context, so a variant's line rises "
                       "with its global layers alone. Lower and flatter is better. A hollow point is "
                       "a time that does not hold.");
}

void hy_page_memory(struct hy_sheet *s, const struct hy_report *r)
{
    hy_sheet_section(s, "Throughput and memory", 460);
    table(s, r);
    bars(s, r, false);
    bars(s, r, true);
    scaling(s, r);
    flatness(s, r);
}
