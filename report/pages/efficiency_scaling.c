/* What a longer context costs: scaling.csv as lines and as a table. */
#include <math.h>
#include <string.h>

#include "report/pages/efficiency.h"

/* ---- lines, one for each variant ------------------------------------------------------------------------ */
struct measure {
    const char *name, *title, *label, *caption;
    const char *column;
    double (*from)(double cell);
    bool log, timed; /* timed: a ring where the row does not hold */
};

static double as_ms(double rate)
{
    return rate > 0 ? 1000 / rate : (double)NAN;
}

static double as_it_is(double value)
{
    return value;
}

static double as_kib(double bytes)
{
    return bytes > 0 ? bytes / 1024 : (double)NAN; /* a logarithmic axis has no zero */
}

static const struct measure measures[] = {
    {"context-token", N_("Cost of a token by context"), N_("ms per new token"),
     N_("One sequence. Layers with a window, with another layer's keys and values or with a state cost the same at "
        "every context, so a line rises with its global layers alone. Lower and flatter is better."),
     "decode_tok_s", as_ms, false, true},
    {"context-prefill", N_("Prefill by context"), N_("tokens per second"),
     N_("One prompt of the whole context. Higher is better."), "prefill_tok_s", as_it_is, false, true},
    {"context-cache", N_("KV cache by context"), N_("KiB"),
     N_("As allocated. Lower is better; a variant without attention has none."), "cache_bytes", as_kib, true, false}};

/* Batches of the charts over context: the smallest that was measured. */
static double least_batch(const struct hy_csv *t)
{
    double least = (double)INFINITY;
    for (size_t i = 0; i < t->rows; i++)
        least = fmin(least, hy_csv_number_of(t, i, "batch"));
    return least;
}

static size_t points_of(const struct hy_csv *t, const char *variant, const struct measure *m, double batch, double *x,
                        double *y, bool *hollow)
{
    size_t n = 0;
    for (size_t i = 0; i < t->rows; i++) {
        const double value = m->from(hy_csv_number_of(t, i, m->column));
        if (strcmp(hy_csv_text_of(t, i, "variant"), variant) != 0 || hy_csv_number_of(t, i, "batch") != batch ||
            !isfinite(value))
            continue;
        x[n] = hy_csv_number_of(t, i, "context");
        hollow[n] = m->timed && hy_row_quality(t, i) != HY_ROW_OK;
        y[n++] = value;
    }
    return n;
}

/* False where no variant has two points. */
static bool lines_of(struct hy_doc *d, const struct hy_report *r, const struct measure *m, struct hy_figure *f)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_SCALING];
    struct hy_lines *lines = hy_doc_alloc(d, sizeof *lines);
    struct hy_series *series = hy_doc_alloc(d, r->data.variants * sizeof *series);
    size_t drawn = 0;
    for (size_t i = 0; i < r->data.variants; i++) {
        const struct hy_variant *v = &r->data.variant[i];
        double *x = hy_doc_alloc(d, t->rows * sizeof *x), *y = hy_doc_alloc(d, t->rows * sizeof *y);
        bool *hollow = hy_doc_alloc(d, t->rows * sizeof *hollow);
        const size_t n = points_of(t, v->name, m, least_batch(t), x, y, hollow);
        if (n < 2)
            continue;
        series[drawn] = hy_variant_series(v, x, y, n);
        series[drawn++].hollow = hollow;
    }
    *lines = (struct hy_lines){.series = series,
                               .count = drawn,
                               .x_label = _("context (tokens)"),
                               .y_label = _(m->label),
                               .log_x = true,
                               .log_y = m->log,
                               .points = true};
    *f = (struct hy_figure){m->name, _(m->title), _(m->caption), 165, hy_lines_draw, lines};
    return drawn > 0;
}

/* ---- the cost of a layer by its kind ------------------------------------------------------------------------ */
enum { KINDS = 4 };
static const struct {
    const char *column, *name;
    unsigned color;
} kinds[KINDS] = {{"global_layer_us", N_("global"), 0x35576b},
                  {"local_layer_us", N_("window"), 0x1f8a7d},
                  {"shared_layer_us", N_("shared"), 0xb8860b},
                  {"ssm_layer_us", N_("state space"), 0xc1440e}};

static struct measure of_kind(int kind)
{
    return (struct measure){.column = kinds[kind].column, .from = as_it_is, .timed = true};
}

/* Kinds of which the variant has a line of two points at least. */
static int kinds_of(struct hy_doc *d, const struct hy_csv *t, const char *variant)
{
    double *x = hy_doc_alloc(d, t->rows * sizeof *x), *y = hy_doc_alloc(d, t->rows * sizeof *y);
    bool *hollow = hy_doc_alloc(d, t->rows * sizeof *hollow);
    int n = 0;
    for (int k = 0; k < KINDS; k++) {
        const struct measure m = of_kind(k);
        n += points_of(t, variant, &m, least_batch(t), x, y, hollow) > 1;
    }
    return n;
}

static const struct hy_variant *richest(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_variant *found = NULL;
    int most = 0;
    for (size_t i = 0; i < r->data.variants; i++) {
        const struct hy_variant *v = &r->data.variant[r->data.ranked[i]];
        const int n = kinds_of(d, &r->data.table[HY_TABLE_SCALING], v->name);
        if (n > most) {
            most = n;
            found = v;
        }
    }
    return found;
}

static bool layers(struct hy_doc *d, const struct hy_report *r, struct hy_figure *f)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_SCALING];
    const struct hy_variant *v = richest(d, r);
    struct hy_lines *lines = hy_doc_alloc(d, sizeof *lines);
    struct hy_series *series = hy_doc_alloc(d, KINDS * sizeof *series);
    size_t drawn = 0;
    if (!v)
        return false;
    for (int k = 0; k < KINDS; k++) {
        const struct measure m = of_kind(k);
        double *x = hy_doc_alloc(d, t->rows * sizeof *x), *y = hy_doc_alloc(d, t->rows * sizeof *y);
        bool *hollow = hy_doc_alloc(d, t->rows * sizeof *hollow);
        const size_t n = points_of(t, v->name, &m, least_batch(t), x, y, hollow);
        if (n > 1)
            series[drawn++] = (struct hy_series){.name = _(kinds[k].name),
                                                 .color = hy_rgb(kinds[k].color),
                                                 .look = (size_t)k,
                                                 .x = x,
                                                 .y = y,
                                                 .count = n,
                                                 .hollow = hollow};
    }
    *lines = (struct hy_lines){.series = series,
                               .count = drawn,
                               .x_label = _("context (tokens)"),
                               .y_label = _("\xC2\xB5s per token and layer"),
                               .log_x = true,
                               .points = true};
    *f = (struct hy_figure){"context-layers",
                            hy_doc_format(d, _("Cost of a layer by its kind: %s"), v->name),
                            _("One token in one layer: attention over everything, over a window, over a window with "
                              "another layer's keys and values; convolution and scan. Lower and flatter is better."),
                            165,
                            hy_lines_draw,
                            lines};
    return drawn > 0;
}

static size_t charts(struct hy_doc *d, const struct hy_report *r)
{
    enum { MEASURES = sizeof measures / sizeof *measures };
    struct hy_figure figure[MEASURES + 1];
    size_t n = 0;
    for (size_t i = 0; i < MEASURES; i++)
        n += lines_of(d, r, &measures[i], &figure[n]);
    n += layers(d, r, &figure[n]);
    for (size_t i = 0; i < n; i += 2)
        hy_doc_figures(d, &figure[i], n - i < 2 ? 1 : 2);
    return n;
}

/* ---- the table -------------------------------------------------------------------------------------------------- */

/* "timeout of 8 s after 12 of 64 prompt tokens" is "timeout": a cell's room; the table has the sentence. */
static const char *in_a_word(struct hy_doc *d, const char *reason)
{
    static const char *const ends[] = {" of ", ":", ","};
    size_t length = strlen(reason);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const char *end = strstr(reason, ends[i]);
        if (end && (size_t)(end - reason) < length)
            length = (size_t)(end - reason);
    }
    return hy_doc_format(d, "%.*s", (int)length, reason);
}

static struct hy_cell rate(struct hy_doc *d, const struct hy_csv *t, size_t i, const char *column, int decimals)
{
    return hy_cell_from(hy_cell_rate(d, hy_csv_number_of(t, i, column), decimals, hy_row_quality(t, i)), t, i, column);
}

static struct hy_cell bytes(struct hy_doc *d, const struct hy_csv *t, size_t i, const char *column)
{
    return hy_cell_from(hy_cell_bytes(d, hy_csv_number_of(t, i, column)), t, i, column);
}

static void table(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_column columns[] = {{_("Variant"), 110, HY_LEFT},        {_("Context"), 0, HY_RIGHT},
                                        {_("Batch"), 0, HY_RIGHT},           {_("Prefill\n(tok/s)"), 0, HY_RIGHT},
                                        {_("Decode\n(tok/s)"), 0, HY_RIGHT}, {_("KV cache"), 0, HY_RIGHT},
                                        {_("SSM state"), 0, HY_RIGHT},       {_("Peak"), 0, HY_RIGHT},
                                        {_("Stopped"), 58, HY_LEFT}};
    const struct hy_csv *t = &r->data.table[HY_TABLE_SCALING];
    const char *before = "";
    hy_doc_table(d, "scaling", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < t->rows; i++) {
        const char *name = hy_csv_text_of(t, i, "variant");
        const struct hy_variant *v = hy_run_data_find(&r->data, name);
        const bool first = strcmp(name, before) != 0;
        struct hy_row_look look = first && v ? hy_variant_row(v) : (struct hy_row_look){0};
        look.rule_above = first && i > 0;
        const struct hy_cell cells[] = {!first ? hy_cell_greyed(hy_cell_text(name))
                                        : v    ? hy_variant_cell(d, r, v)
                                               : hy_cell_text(name),
                                        hy_cell_of(d, t, i, "context", 0),
                                        hy_cell_of(d, t, i, "batch", 0),
                                        rate(d, t, i, "prefill_tok_s", 0),
                                        rate(d, t, i, "decode_tok_s", 1),
                                        bytes(d, t, i, "cache_bytes"),
                                        bytes(d, t, i, "state_bytes"),
                                        bytes(d, t, i, "peak_bytes"),
                                        hy_cell_shown(in_a_word(d, hy_csv_text_of(t, i, "stop_reason")), (double)NAN)};
        hy_doc_row(d, cells, &look);
        before = name;
    }
    hy_doc_paragraph(d, HY_CAPTION,
                     _("Prefill reads a whole prompt, decode makes one token after the other from the caches; rates "
                       "are of all sequences of the batch. More tokens per second and smaller caches are better. Peak "
                       "is that of the process. Why a cell stopped early stands in full in scaling.csv."));
}

void hy_efficiency_scaling(struct hy_doc *d, const struct hy_report *r)
{
    hy_doc_heading(d, "efficiency-context", _("With the context length"));
    if (!hy_page_has(d, r, HY_TABLE_SCALING))
        return;
    if (charts(d, r) == 0)
        hy_page_missing(d, _("No variant was measured at two contexts, so there is no line to draw."));
    table(d, r);
}
