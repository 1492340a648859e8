/* What the variants cost: rates, memory, energy; then quality against each cost, and what context length does. */
#include "report/pages/efficiency.h"

#include <math.h>
#include <string.h>

#include "report/pages/shades.h"

/* A column of ablation_results.csv as a chart of dots. */
struct quantity {
    const char *name; /* of its figure */
    const char *column, *title, *label, *caption;
    enum hy_row_quality (*quality)(const struct hy_run_data *d, const char *variant);
};

static enum hy_row_quality always(const struct hy_run_data *d, const char *variant)
{
    (void)d;
    (void)variant;
    return HY_ROW_OK; /* a counter's value, not a time */
}

static const struct quantity training = {"rate-training",
                                         "Train tok/s",
                                         N_("Training"),
                                         N_("tokens per second"),
                                         N_("Content tokens trained on. Further right is faster."),
                                         hy_training_quality};
static const struct quantity prefill = {"rate-prefill",
                                        "Prefill tok/s",
                                        N_("Prefill"),
                                        N_("tokens per second"),
                                        N_("Prompt tokens read, one sequence at the sample length. Further right is "
                                           "faster."),
                                        hy_decoding_quality};
static const struct quantity decode = {"rate-decode",
                                       "Decode tok/s",
                                       N_("Decode"),
                                       N_("tokens per second"),
                                       N_("Tokens made one after the other, one sequence. Further right is faster."),
                                       hy_decoding_quality};
static const struct quantity energy = {"energy",
                                       "Joules per 1000 tok",
                                       N_("Energy of training"),
                                       N_("joules per 1000 tokens"),
                                       N_("By the GPU's own counter. Further left is better."),
                                       always};
static const struct quantity decode_energy = {"energy-decode",
                                              "Decode joules per 1000 tok",
                                              N_("Energy of decoding"),
                                              N_("joules per 1000 tokens"),
                                              N_("Tokens made one after the other, one sequence, by the GPU's own "
                                                 "counter. Further left is better."),
                                              always};

/* ---- rates and energy ------------------------------------------------------------------------------- */

/* The least and the most of the seeds whose value holds, as the interval of a dot: none of fewer than two. */
static void take_seeds(struct hy_dot *dot, const struct hy_run_data *data, const char *column)
{
    const struct hy_csv *t = &data->table[HY_TABLE_RUNS];
    size_t n = 0;
    dot->low = (double)INFINITY;
    dot->high = -(double)INFINITY;
    for (size_t i = 0; data->have[HY_TABLE_RUNS] && i < t->rows; i++) {
        const double value = hy_csv_number_of(t, i, column);
        if (strcmp(hy_csv_text_of(t, i, "Model"), dot->name) != 0 || !isfinite(value) ||
            hy_row_quality(t, i) != HY_ROW_OK)
            continue;
        dot->low = fmin(dot->low, value);
        dot->high = fmax(dot->high, value);
        n++;
    }
    if (n < 2 || dot->hollow)
        dot->low = dot->high = (double)NAN;
}

static bool measured(const struct hy_run_data *data, const char *column)
{
    for (size_t i = 0; i < data->variants; i++)
        if (isfinite(hy_csv_number_of(&data->table[HY_TABLE_RESULTS], i, column)))
            return true;
    return false;
}

static struct hy_figure dots_of(struct hy_doc *d, const struct hy_report *r, const struct quantity *q)
{
    const struct hy_run_data *data = &r->data;
    struct hy_dots *dots = hy_doc_alloc(d, sizeof *dots);
    struct hy_dot *item = hy_doc_alloc(d, data->variants * sizeof *item);
    bool ranges = false;
    for (size_t i = 0; i < data->variants; i++) {
        const struct hy_variant *v = &data->variant[i];
        const enum hy_row_quality quality = q->quality(data, v->name);
        const double value = hy_csv_number_of(&data->table[HY_TABLE_RESULTS], i, q->column);
        item[i] = (struct hy_dot){.name = v->name,
                                  .text = hy_cell_rate(d, value, value < 100 ? 1 : 0, quality).text,
                                  .color = v->color,
                                  .look = v->group,
                                  .value = value,
                                  .hollow = quality != HY_ROW_OK || !v->sound};
        take_seeds(&item[i], data, q->column);
        ranges |= isfinite(item[i].low);
    }
    *dots = (struct hy_dots){.item = item, .count = data->variants, .label = _(q->label), .centre = (double)NAN};
    const char *said[] = {_(q->caption), ranges ? _("Lines reach from the least to the most of the seeds.") : ""};
    return (struct hy_figure){q->name,      _(q->title), hy_page_sentences(d, said, 2), hy_dots_height(dots),
                              hy_dots_draw, dots};
}

/* ---- memory ------------------------------------------------------------------------------------------------ */
enum { WEIGHTS, ACTIVATIONS, BEYOND, PARTS };

/* Bytes of a parameter while it is trained: itself, its gradient and two moments, each a float. */
enum { BYTES_PER_PARAMETER = 16 };

/* The parts of a variant's peak in MiB: by the plan, and what a process on the CPU has beyond it. */
static void memory_of(const struct hy_variant *v, double part[PARTS])
{
    const double weights = v->params_m * 1e6 * BYTES_PER_PARAMETER / (1 << 20);
    const bool split = v->planned_mib > weights, host = strcmp(v->device, "cuda") != 0;
    part[WEIGHTS] = split ? weights : 0;
    part[ACTIVATIONS] = split ? v->planned_mib - weights : isfinite(v->planned_mib) ? v->planned_mib : 0;
    part[BEYOND] = 0;
    if (host && isfinite(v->peak_mib))
        part[BEYOND] = isfinite(v->planned_mib) ? fmax(v->peak_mib - v->planned_mib, 0) : v->peak_mib;
}

static bool memory_figure(struct hy_doc *d, const struct hy_report *r, struct hy_figure *f)
{
    const struct hy_run_data *data = &r->data;
    struct hy_bars *bars = hy_doc_alloc(d, sizeof *bars);
    struct hy_part *part = hy_doc_alloc(d, PARTS * sizeof *part);
    const char **name = hy_doc_alloc(d, data->variants * sizeof *name);
    const char **text = hy_doc_alloc(d, data->variants * sizeof *text);
    double *value = hy_doc_alloc(d, data->variants * PARTS * sizeof *value), all = 0;
    for (size_t i = 0; i < data->variants; i++) {
        const struct hy_variant *v = &data->variant[i];
        double sum = 0;
        name[i] = v->name;
        memory_of(v, &value[i * PARTS]);
        for (int k = 0; k < PARTS; k++)
            sum += value[i * PARTS + (size_t)k];
        text[i] = hy_cell_fixed(d, sum > 0 ? sum : (double)NAN, 1).text;
        all += sum;
    }
    part[WEIGHTS] = (struct hy_part){_("weights and optimizer"), hy_rgb(0x457b9d)};
    part[ACTIVATIONS] = (struct hy_part){_("activations"), hy_rgb(0x8ab17d)};
    part[BEYOND] = (struct hy_part){_("beyond the plan"), hy_shade_of(HY_SHADE_NONE)};
    *bars = (struct hy_bars){.name = name,
                             .count = data->variants,
                             .part = part,
                             .parts = PARTS,
                             .value = value,
                             .text = text,
                             .label = _("MiB")};
    *f = (struct hy_figure){"memory-training",
                            _("Peak memory of training"),
                            _("Weights with gradients and moments at 16 bytes a parameter, and activations, were "
                              "planned before the first step; beyond the plan lie program and libraries. Shorter is "
                              "better."),
                            hy_bars_height(bars),
                            hy_bars_draw,
                            bars};
    return all > 0;
}

/* ---- the charts, two side by side ------------------------------------------------------------------------------ */
static void charts(struct hy_doc *d, const struct hy_report *r)
{
    const struct quantity *const rates[] = {&training, &prefill, &decode};
    struct hy_figure figure[4];
    size_t n = 0;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        if (measured(&r->data, rates[i]->column))
            figure[n++] = dots_of(d, r, rates[i]);
        else
            hy_page_missing(d, hy_doc_format(d, _("%s: no variant of this run has a figure."), rates[i]->column));
    }
    n += memory_figure(d, r, &figure[n]);
    for (size_t i = 0; i < n; i += 2)
        hy_doc_figures(d, &figure[i], n - i < 2 ? 1 : 2);
    n = 0;
    if (measured(&r->data, energy.column))
        figure[n++] = dots_of(d, r, &energy);
    if (measured(&r->data, decode_energy.column))
        figure[n++] = dots_of(d, r, &decode_energy);
    if (n > 0)
        hy_doc_figures(d, figure, n);
}

/* ---- the table ----------------------------------------------------------------------------------------------------
 */
enum { ALWAYS_COLUMNS = 8, MOST_COLUMNS = 10 };

/* The columns of energy that this run has; returns how many. */
static size_t energies(const struct hy_report *r, const struct quantity *of[2])
{
    size_t n = 0;
    if (measured(&r->data, energy.column))
        of[n++] = &energy;
    if (measured(&r->data, decode_energy.column))
        of[n++] = &decode_energy;
    return n;
}

static void row(struct hy_doc *d, const struct hy_report *r, size_t i)
{
    const struct quantity *of[2];
    const size_t n = energies(r, of);
    const struct hy_csv *t = &r->data.table[HY_TABLE_RESULTS];
    const struct hy_variant *v = &r->data.variant[i];
    const enum hy_row_quality trained = hy_training_quality(&r->data, v->name),
                              decoded = hy_decoding_quality(&r->data, v->name);
    struct hy_row_look look = hy_variant_row(v);
    struct hy_cell cells[MOST_COLUMNS] = {
        hy_variant_cell(d, r, v),
        hy_cell_from(hy_cell_rate(d, v->train_rate, 0, trained), t, i, training.column),
        hy_cell_from(hy_cell_rate(d, v->prefill_rate, 0, decoded), t, i, prefill.column),
        hy_cell_from(hy_cell_rate(d, v->decode_rate, 0, decoded), t, i, decode.column),
        hy_cell_of(d, t, i, "Planned peak (MiB)", 1),
        hy_cell_of(d, t, i, "Peak memory (MiB)", 1),
        hy_cell_of(d, t, i, "KV cache (KiB)", 1),
        hy_cell_of(d, t, i, "SSM state (KiB)", 1)};
    for (size_t k = 0; k < n; k++)
        cells[ALWAYS_COLUMNS + k] =
            hy_cell_from(hy_cell_short(d, hy_csv_number_of(t, i, of[k]->column)), t, i, of[k]->column);
    hy_doc_row(d, cells, &look);
}

static void table(struct hy_doc *d, const struct hy_report *r)
{
    const struct quantity *of[2];
    const size_t n = energies(r, of);
    struct hy_column columns[MOST_COLUMNS] = {
        {_("Variant"), 110, HY_LEFT},         {_("Training\n(tok/s)"), 0, HY_RIGHT},
        {_("Prefill\n(tok/s)"), 0, HY_RIGHT}, {_("Decode\n(tok/s)"), 0, HY_RIGHT},
        {_("Planned\n(MiB)"), 0, HY_RIGHT},   {_("Measured\n(MiB)"), 0, HY_RIGHT},
        {_("KV cache\n(KiB)"), 0, HY_RIGHT},  {_("SSM state\n(KiB)"), 0, HY_RIGHT}};
    for (size_t k = 0; k < n; k++)
        columns[ALWAYS_COLUMNS + k] = (struct hy_column){
            of[k] == &energy ? _("Energy\n(J/1000 tok)") : _("Decode energy\n(J/1000 tok)"), 0, HY_RIGHT};
    hy_doc_table(d, "efficiency-table", columns, ALWAYS_COLUMNS + n);
    for (size_t i = 0; i < r->data.variants; i++)
        row(d, r, i);
    const char *said[] = {
        _("Planned: the peak memory that was computed before the first step. Measured: the peak of the whole process, "
          "program and libraries included, so it lies above the plan; of variants run one after the other in one "
          "process it can include what an earlier one left."),
        _("Caches and states are those of one sequence at the sample length."),
        _("More tokens per second and fewer bytes are better."),
        n > 0 ? "" : _("Energy was not measured: it takes a GPU that counts it.")};
    hy_doc_paragraph(d, HY_CAPTION, hy_page_sentences(d, said, 4));
    hy_page_explain_marks(d, r);
}

void hy_page_efficiency(struct hy_doc *d, const struct hy_report *r)
{
    hy_doc_section(d, "efficiency", _("Efficiency"), true);
    hy_page_findings(d, r, HY_FINDING_EFFICIENCY);
    charts(d, r);
    table(d, r);
    hy_efficiency_fronts(d, r);
    hy_efficiency_scaling(d, r);
}
