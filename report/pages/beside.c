/* Two runs side by side: what sets them apart, and each variant's figures with their differences. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/pages/comparison.h"

/* A figure that both runs have, by its column of ablation_results.csv. */
struct figure {
    const char *column;
    int decimals;
    enum hy_row_quality (*quality)(const struct hy_run_data *d, const char *variant); /* NULL: no time */
    const char *chart, *title, *left, *right; /* chart NULL: only in the table */
};

static const struct figure figures[] = {
    {"Best PPL", 2, NULL, "beside-ppl", N_("Best perplexity"), N_("better here"), N_("worse here")},
    {"Bits per char", 3, NULL, NULL, NULL, NULL, NULL},
    {"Train tok/s", 0, hy_training_quality, "beside-training", N_("Training"), N_("slower here"), N_("faster here")},
    {"Prefill tok/s", 0, hy_decoding_quality, NULL, NULL, NULL, NULL},
    {"Decode tok/s", 0, hy_decoding_quality, "beside-decode", N_("Decode"), N_("slower here"), N_("faster here")},
    {"Planned peak (MiB)", 1, NULL, "beside-memory", N_("Planned memory of training"), N_("less here"),
     N_("more here")},
    {"Peak memory (MiB)", 1, NULL, NULL, NULL, NULL, NULL},
    {"KV cache measured (KiB)", 1, NULL, NULL, NULL, NULL, NULL},
    {"SSM state measured (KiB)", 1, NULL, NULL, NULL, NULL, NULL}};
enum { FIGURES = sizeof figures / sizeof *figures };

/* The other run's row of a variant's results, or -1. */
static long partner_of(const struct hy_report *r, size_t variant)
{
    for (size_t i = 0; i < r->other->variants; i++)
        if (strcmp(r->other->variant[i].name, r->data.variant[variant].name) == 0)
            return (long)i;
    return -1;
}

static enum hy_row_quality quality_in(const struct hy_run_data *data, const struct figure *f, const char *variant)
{
    return f->quality ? f->quality(data, variant) : HY_ROW_OK;
}

/* This run against the other in percent; NaN where one of the two is missing. */
static double change(const struct hy_report *r, const struct figure *f, size_t variant, long partner)
{
    const double here = hy_csv_number_of(&r->data.table[HY_TABLE_RESULTS], variant, f->column),
                 there = hy_csv_number_of(&r->other->table[HY_TABLE_RESULTS], (size_t)partner, f->column);
    return there > 0 ? 100 * (here / there - 1) : (double)NAN;
}

static bool holds(const struct hy_report *r, const struct figure *f, size_t variant)
{
    const char *name = r->data.variant[variant].name;
    return quality_in(&r->data, f, name) == HY_ROW_OK && quality_in(r->other, f, name) == HY_ROW_OK;
}

/* ---- what sets the runs apart ------------------------------------------------------------------------------- */
static const char *env(struct hy_doc *d, const struct hy_run_data *data, const char *paths)
{
    char *owned;
    const char *text = hy_doc_format(d, "%s", hy_env_text(data, paths, &owned));
    free(owned);
    return text;
}

static const char *run_name(const struct hy_run_data *data)
{
    return *data->run ? data->run : data->dir;
}

static const char *of_runs(const struct hy_run_data *data, const char *column)
{
    return data->have[HY_TABLE_RUNS] ? hy_csv_text_of(&data->table[HY_TABLE_RUNS], 0, column) : "";
}

static void compare_texts(struct hy_doc *d, const char *label, const char *there, const char *here)
{
    const struct hy_row_look look = {.bold = strcmp(here, there) != 0};
    const struct hy_cell cells[] = {hy_cell_text(label), hy_cell_text(there), hy_cell_text(here)};
    hy_doc_row(d, cells, &look);
}

static void circumstances(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_run_data *there = r->other, *here = &r->data;
    const struct hy_column columns[] = {
        {_("Circumstance"), 100, HY_LEFT}, {run_name(there), 0, HY_LEFT}, {run_name(here), 0, HY_LEFT}};
    hy_doc_table(d, "beside-circumstances", columns, 3);
    compare_texts(d, _("text"), there->corpus, here->corpus);
    compare_texts(d, _("tokens, SHA-256"), hy_doc_format(d, "%.16s", of_runs(there, "Data SHA-256")),
                  hy_doc_format(d, "%.16s", of_runs(here, "Data SHA-256")));
    compare_texts(d, _("profile"), of_runs(there, "Profile"), of_runs(here, "Profile"));
    compare_texts(d, _("steps"), of_runs(there, "Steps"), of_runs(here, "Steps"));
    compare_texts(d, _("machine"), env(d, there, "machine.cpu|cpu"), env(d, here, "machine.cpu|cpu"));
    compare_texts(d, _("device"), there->variant[0].device, here->variant[0].device);
    compare_texts(d, _("precision"), there->variant[0].precision, here->variant[0].precision);
    compare_texts(d, _("threads"), of_runs(there, "Threads"), of_runs(here, "Threads"));
    compare_texts(d, _("commit"), hy_doc_format(d, "%.12s", of_runs(there, "Git SHA")),
                  hy_doc_format(d, "%.12s", of_runs(here, "Git SHA")));
    hy_doc_paragraph(d, HY_CAPTION,
                     _("Bold: what differs. Perplexities compare only on the same tokens, rates only on the same "
                       "machine, device and precision; bytes and bits per character of the same text compare anyway."));
}

/* Names on one side only. */
static const char *only_in(struct hy_doc *d, const struct hy_run_data *one, const struct hy_run_data *other)
{
    const char *list = "";
    for (size_t i = 0; i < one->variants; i++)
        if (!hy_run_data_find(other, one->variant[i].name))
            list = hy_doc_format(d, "%s%s%s", list, *list ? ", " : "", one->variant[i].name);
    return list;
}

/* Columns of variants.csv that say how a variant is built and trained, and do not follow from others. */
static bool is_setting(const char *column)
{
    static const char *const passed_over[] = {"name", "compare_to", "isolates", "flops_per_token", "Run", "Corpus"};
    for (size_t i = 0; i < sizeof passed_over / sizeof *passed_over; i++)
        if (strcmp(column, passed_over[i]) == 0)
            return false;
    return strncmp(column, "params", strlen("params")) != 0;
}

/* A setting of a variant in either run; false where they are alike, or one run has no such variant. */
static bool setting_of(const struct hy_report *r, const char *column, size_t variant, const char *value[2])
{
    const char *name = r->data.variant[variant].name;
    const long there = hy_run_data_configured(r->other, name), here = hy_run_data_configured(&r->data, name);
    if (there < 0 || here < 0)
        return false;
    value[0] = hy_csv_text_of(&r->other->table[HY_TABLE_VARIANTS], (size_t)there, column);
    value[1] = hy_csv_text_of(&r->data.table[HY_TABLE_VARIANTS], (size_t)here, column);
    return strcmp(value[0], value[1]) != 0;
}

/* Names of the variants that changed from the one value to the other; "" where an earlier one did already. */
static const char *changed_alike(struct hy_doc *d, const struct hy_report *r, const char *column, size_t first,
                                 const char *const value[2])
{
    const char *list = "", *other[2];
    size_t n = 0;
    for (size_t i = 0; i < r->data.variants; i++) {
        if (!setting_of(r, column, i, other) || strcmp(value[0], other[0]) != 0 || strcmp(value[1], other[1]) != 0)
            continue;
        if (i < first)
            return "";
        list = hy_doc_format(d, "%s%s%s", list, n++ ? ", " : "", r->data.variant[i].name);
    }
    return n == r->data.variants ? _("all") : list;
}

static void settings(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_column columns[] = {{_("Setting"), 90, HY_LEFT},
                                        {_("Other run"), 84, HY_LEFT},
                                        {_("This run"), 84, HY_LEFT},
                                        {_("Variants"), 0, HY_LEFT}};
    const struct hy_csv *t = &r->data.table[HY_TABLE_VARIANTS];
    bool begun = false;
    for (size_t c = 0; c < t->columns; c++)
        for (size_t i = 0; is_setting(t->header[c]) && i < r->data.variants; i++) {
            const char *value[2],
                *names = setting_of(r, t->header[c], i, value) ? changed_alike(d, r, t->header[c], i, value) : "";
            if (!*names)
                continue;
            if (!begun)
                hy_doc_table(d, "beside-settings", columns, 4);
            begun = true;
            const struct hy_cell cells[] = {hy_cell_text(t->header[c]), hy_cell_text(value[0]), hy_cell_text(value[1]),
                                            hy_cell_text(names)};
            hy_doc_row(d, cells, NULL);
        }
    if (begun)
        hy_doc_paragraph(d, HY_CAPTION,
                         _("Variants of one name that are configured otherwise: their rows compare two models."));
}

static void differences(struct hy_doc *d, const struct hy_report *r)
{
    const char *here = only_in(d, &r->data, r->other), *there = only_in(d, r->other, &r->data);
    if (*here)
        hy_doc_paragraph(d, HY_BODY, hy_doc_format(d, _("Only in this run: %s."), here));
    if (*there)
        hy_doc_paragraph(d, HY_BODY, hy_doc_format(d, _("Only in the other run: %s."), there));
    settings(d, r);
}

/* ---- the charts ------------------------------------------------------------------------------------------------ */
static bool chart(struct hy_doc *d, const struct hy_report *r, const struct figure *f, struct hy_figure *figure)
{
    struct hy_dots *dots = hy_doc_alloc(d, sizeof *dots);
    struct hy_dot *item = hy_doc_alloc(d, r->data.variants * sizeof *item);
    size_t n = 0;
    for (size_t i = 0; i < r->data.variants; i++) {
        const struct hy_variant *v = &r->data.variant[i];
        const long partner = partner_of(r, i);
        const double percent = partner < 0 ? (double)NAN : change(r, f, i, partner);
        if (!isfinite(percent))
            continue;
        item[n++] = (struct hy_dot){.name = v->name,
                                    .text = hy_cell_percent(d, percent).text,
                                    .color = v->color,
                                    .look = v->group,
                                    .value = percent,
                                    .low = (double)NAN,
                                    .high = (double)NAN,
                                    .hollow = !holds(r, f, i) || !v->sound || !r->other->variant[partner].sound};
    }
    *dots = (struct hy_dots){.item = item,
                             .count = n,
                             .label = _("% against the other run"),
                             .centre = 0,
                             .left = _(f->left),
                             .right = _(f->right)};
    *figure = (struct hy_figure){f->chart, _(f->title), "", hy_dots_height(dots), hy_dots_draw, dots};
    return n > 0;
}

static void charts(struct hy_doc *d, const struct hy_report *r)
{
    struct hy_figure figure[FIGURES];
    size_t n = 0;
    for (size_t i = 0; i < FIGURES; i++)
        if (figures[i].chart)
            n += chart(d, r, &figures[i], &figure[n]);
    for (size_t i = 0; i < n; i += 2)
        hy_doc_figures(d, &figure[i], n - i < 2 ? 1 : 2);
}

/* ---- the table --------------------------------------------------------------------------------------------------- */
static struct hy_cell cell_in(struct hy_doc *d, const struct hy_run_data *data, const struct figure *f, size_t row)
{
    return hy_cell_rate(d, hy_csv_number_of(&data->table[HY_TABLE_RESULTS], row, f->column), f->decimals,
                        quality_in(data, f, data->variant[row].name));
}

static void rows_of(struct hy_doc *d, const struct hy_report *r, size_t variant, size_t partner)
{
    const struct hy_variant *v = &r->data.variant[variant];
    bool first = true;
    for (size_t k = 0; k < FIGURES; k++) {
        const struct figure *f = &figures[k];
        const struct hy_cell there = cell_in(d, r->other, f, partner),
                             here = hy_cell_from(cell_in(d, &r->data, f, variant), &r->data.table[HY_TABLE_RESULTS],
                                                 variant, f->column);
        if (!isfinite(there.value) && !isfinite(here.value))
            continue;
        struct hy_row_look look = first ? hy_variant_row(v) : (struct hy_row_look){0};
        look.rule_above = first;
        const double percent = holds(r, f, variant) ? change(r, f, variant, (long)partner) : (double)NAN;
        const struct hy_cell cells[] = {first ? hy_variant_cell(d, r, v) : hy_cell_greyed(hy_cell_text(v->name)),
                                        hy_cell_text(f->column), there, here, hy_cell_percent(d, percent)};
        hy_doc_row(d, cells, &look);
        first = false;
    }
}

static void table(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_column columns[] = {{_("Variant"), 120, HY_LEFT},
                                        {_("Figure"), 0, HY_LEFT},
                                        {_("Other run"), 76, HY_RIGHT},
                                        {_("This run"), 76, HY_RIGHT},
                                        {_("Difference"), 60, HY_RIGHT}};
    hy_doc_table(d, "beside", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < r->data.variants; i++) {
        const long partner = partner_of(r, i);
        if (partner >= 0)
            rows_of(d, r, i, (size_t)partner);
    }
    hy_doc_paragraph(d, HY_CAPTION,
                     _("Difference: of this run against the other; left open where a time of either does not hold. "
                       "Whether a difference is more than chance, `hymbench compare` judges."));
}

void hy_comparison_runs(struct hy_doc *d, const struct hy_report *r)
{
    size_t both = 0;
    hy_doc_heading(d, "comparison-runs", hy_doc_format(d, _("Beside %s"), run_name(r->other)));
    circumstances(d, r);
    differences(d, r);
    for (size_t i = 0; i < r->data.variants; i++)
        both += partner_of(r, i) >= 0;
    if (both == 0) {
        hy_page_missing(d, _("The two runs have no variant in common."));
        return;
    }
    charts(d, r);
    table(d, r);
}
