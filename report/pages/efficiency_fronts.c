/* Quality against each cost: a scatter per cost, and a table of who is on which Pareto front. */
#include <math.h>
#include <string.h>

#include "report/pages/efficiency.h"
#include "report/statistics/pareto.h"

struct cost {
    const char *name, *title, *label, *caption;
    int better; /* -1: less is, 1: more is */
    /* Of the variant with that number; *holds is false for a time that was disturbed or drifted. */
    double (*of)(const struct hy_run_data *data, size_t variant, bool *holds);
};

static double parameters(const struct hy_run_data *data, size_t i, bool *holds)
{
    (void)holds;
    return data->variant[i].params_m;
}

static double configured(const struct hy_run_data *data, size_t i, const char *column)
{
    const long row = hy_run_data_configured(data, data->variant[i].name);
    return row < 0 ? (double)NAN : hy_csv_number_of(&data->table[HY_TABLE_VARIANTS], (size_t)row, column);
}

static double operations(const struct hy_run_data *data, size_t i, bool *holds)
{
    (void)holds;
    return configured(data, i, "flops_per_token") / 1e6;
}

static double training(const struct hy_run_data *data, size_t i, bool *holds)
{
    *holds = hy_training_quality(data, data->variant[i].name) == HY_ROW_OK;
    return data->variant[i].train_rate;
}

static double decoding(const struct hy_run_data *data, size_t i, bool *holds)
{
    *holds = hy_decoding_quality(data, data->variant[i].name) == HY_ROW_OK;
    return data->variant[i].decode_rate;
}

/* A model without attention keeps no keys and values: its empty cell is a zero. */
static double caches(const struct hy_run_data *data, size_t i, bool *holds)
{
    const struct hy_variant *v = &data->variant[i];
    const long row = hy_run_data_configured(data, v->name);
    (void)holds;
    if (!isfinite(v->kv_kib) && row >= 0 &&
        strcmp(hy_csv_text_of(&data->table[HY_TABLE_VARIANTS], (size_t)row, "arch"), "mamba") == 0)
        return 0;
    return v->kv_kib;
}

static double memory(const struct hy_run_data *data, size_t i, bool *holds)
{
    (void)holds;
    return data->variant[i].planned_mib;
}

enum { COSTS = 6, IN_A_ROW = 3 };
static const struct cost costs[COSTS] = {
    {"front-parameters", N_("Parameters"), N_("million parameters"), N_("Further left is smaller."), -1, parameters},
    {"front-flops", N_("Arithmetic"), N_("MFLOP per trained token"), N_("Further left takes less work."), -1,
     operations},
    {"front-memory", N_("Memory of training"), N_("MiB as planned"), N_("Further left takes less."), -1, memory},
    {"front-training", N_("Training"), N_("training (tokens/s)"), N_("Further right is faster."), 1, training},
    {"front-decode", N_("Decode"), N_("decode (tokens/s)"), N_("Further right is faster."), 1, decoding},
    {"front-kv", N_("KV cache"), N_("KV cache of a sequence (KiB)"), N_("Further left is smaller."), -1, caches}};

/* ---- the charts ------------------------------------------------------------------------------------- */
static bool known(const struct hy_run_data *data, const struct cost *c)
{
    bool holds;
    size_t n = 0;
    for (size_t i = 0; i < data->variants; i++)
        n += isfinite(c->of(data, i, &holds)) && isfinite(data->variant[i].best_ppl);
    return n > 1;
}

static struct hy_figure figure_of(struct hy_doc *d, const struct hy_report *r, const struct cost *c)
{
    const struct hy_run_data *data = &r->data;
    struct hy_scatter *s = hy_doc_alloc(d, sizeof *s);
    struct hy_spot *item = hy_doc_alloc(d, data->variants * sizeof *item);
    for (size_t i = 0; i < data->variants; i++) {
        bool holds = true;
        const double x = c->of(data, i, &holds);
        item[i] = hy_variant_spot(&data->variant[i], x, holds);
        item[i].hollow = !holds || !data->variant[i].sound; /* one seed is measured too: only its interval is missing */
    }
    *s = (struct hy_scatter){.item = item,
                             .count = data->variants,
                             .x_label = _(c->label),
                             .y_label = _("best perplexity"),
                             .better_x = c->better,
                             .better_y = -1};
    return (struct hy_figure){c->name, _(c->title), _(c->caption), 165, hy_scatter_draw, s};
}

static size_t charts(struct hy_doc *d, const struct hy_report *r)
{
    struct hy_figure figure[COSTS];
    size_t n = 0;
    for (size_t i = 0; i < COSTS; i++)
        if (known(&r->data, &costs[i]))
            figure[n++] = figure_of(d, r, &costs[i]);
    for (size_t i = 0; i < n; i += IN_A_ROW)
        hy_doc_figures(d, &figure[i], n - i < IN_A_ROW ? n - i : IN_A_ROW);
    return n;
}

/* ---- the table ------------------------------------------------------------------------------------------ */

/* "yes" on the front, "no" off it, a dash where the variant takes no part: no result, or a time that does not hold. */
static void judge(const struct hy_report *r, const struct cost *c, const char **words, struct hy_doc *d)
{
    const size_t n = r->data.variants;
    double *x = hy_doc_alloc(d, n * sizeof *x), *y = hy_doc_alloc(d, n * sizeof *y);
    bool *front = hy_doc_alloc(d, n * sizeof *front);
    for (size_t i = 0; i < n; i++) {
        const struct hy_variant *v = &r->data.variant[i];
        bool holds = true;
        x[i] = c->of(&r->data, i, &holds);
        y[i] = v->sound && holds ? v->best_ppl : (double)NAN;
    }
    hy_pareto_front(x, y, n, c->better, -1, front);
    for (size_t i = 0; i < n; i++)
        words[i] = !isfinite(x[i]) || !isfinite(y[i]) ? HY_DASH : front[i] ? _("yes") : _("no");
}

static void table(struct hy_doc *d, const struct hy_report *r)
{
    struct hy_column columns[COSTS + 1] = {{_("On the front of"), 140, HY_LEFT}};
    const size_t n = r->data.variants;
    const char **words = hy_doc_alloc(d, COSTS * n * sizeof *words);
    for (size_t k = 0; k < COSTS; k++) {
        columns[k + 1] = (struct hy_column){_(costs[k].title), 0, HY_CENTER};
        judge(r, &costs[k], words + k * n, d);
    }
    hy_doc_table(d, "fronts", columns, COSTS + 1);
    for (size_t i = 0; i < n; i++) {
        const struct hy_variant *v = &r->data.variant[i];
        const struct hy_row_look look = hy_variant_row(v);
        struct hy_cell cells[COSTS + 1] = {hy_variant_cell(d, r, v)};
        for (size_t k = 0; k < COSTS; k++) {
            cells[k + 1] = hy_cell_text(words[k * n + i]);
            cells[k + 1].grey = strcmp(words[k * n + i], _("yes")) != 0;
        }
        hy_doc_row(d, cells, &look);
    }
}

void hy_efficiency_fronts(struct hy_doc *d, const struct hy_report *r)
{
    hy_doc_heading(d, "efficiency-fronts", _("Quality against cost"));
    if (charts(d, r) == 0) {
        hy_page_missing(d, _("Fewer than two variants have a perplexity: there is nothing to weigh against a cost."));
        return;
    }
    const char *said[] = {
        _("Lower is better in each chart. The line joins the variants that no other beats in both: the Pareto front."),
        _("Hollow, and on no front: a time that does not hold, or a variant that did not finish."),
        hy_page_looks(d, &r->data, HY_LOOK_MARKER)};
    hy_doc_paragraph(d, HY_CAPTION, hy_page_sentences(d, said, 3));
    table(d, r);
    hy_doc_paragraph(d, HY_CAPTION,
                     _("yes: no other variant is at least as good in both and better in one. Variants that did not "
                       "finish and times that do not hold take no part. Perplexities of few seeds differ by chance "
                       "too: a variant just off the line may be on it."));
}
