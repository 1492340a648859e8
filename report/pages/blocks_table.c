/* Two variants of different blocks, figure by figure. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/findings/step_ops.h"
#include "report/pages/blocks.h"

/* A line of the table: a column of a table of the run. */
struct line {
    const char *group, *name;
    enum hy_table_id table; /* variants.csv or ablation_results.csv */
    const char *column;
    int decimals;
    enum hy_row_quality (*quality)(const struct hy_run_data *d, const char *variant); /* NULL: no time */
};

static const struct line before[] = {
    {N_("Projections"), N_("query heads"), HY_TABLE_VARIANTS, "query_heads", 0, NULL},
    {N_("Projections"), N_("key/value heads"), HY_TABLE_VARIANTS, "n_kv_heads", 0, NULL},
    {N_("Projections"), N_("rank of the time step"), HY_TABLE_VARIANTS, "dt_rank", 0, NULL},
    {N_("Projections"), N_("feed-forward width"), HY_TABLE_VARIANTS, "d_ff", 0, NULL},
    {N_("Projections"), N_("parameters of attention"), HY_TABLE_VARIANTS, "params_attention", 0, NULL},
    {N_("Projections"), N_("parameters of Mamba"), HY_TABLE_VARIANTS, "params_mamba", 0, NULL},
    {N_("Projections"), N_("parameters, all"), HY_TABLE_VARIANTS, "params", 0, NULL},
    {N_("Kernels"), N_("flops of a trained token"), HY_TABLE_VARIANTS, "flops_per_token", 0, NULL}};

static const struct line after[] = {
    {N_("Time"), N_("training (tok/s)"), HY_TABLE_RESULTS, "Train tok/s", 0, hy_training_quality},
    {N_("Time"), N_("prefill (tok/s)"), HY_TABLE_RESULTS, "Prefill tok/s", 0, hy_decoding_quality},
    {N_("Time"), N_("decode (tok/s)"), HY_TABLE_RESULTS, "Decode tok/s", 0, hy_decoding_quality},
    {N_("Memory"), N_("peak of training, planned (MiB)"), HY_TABLE_RESULTS, "Planned peak (MiB)", 1, NULL},
    {N_("Memory"), N_("KV cache (KiB)"), HY_TABLE_RESULTS, "KV cache (KiB)", 1, NULL},
    {N_("Quality"), N_("best perplexity"), HY_TABLE_RESULTS, "Best PPL", 2, NULL},
    {N_("Quality"), N_("bits per character"), HY_TABLE_RESULTS, "Bits per char", 3, NULL}};

static long row_of(const struct hy_report *r, enum hy_table_id table, const struct hy_variant *v)
{
    return table == HY_TABLE_RESULTS ? (long)(v - r->data.variant) : hy_run_data_configured(&r->data, v->name);
}

static struct hy_cell cell_of(struct hy_doc *d, const struct hy_report *r, const struct line *l,
                              const struct hy_variant *v)
{
    const struct hy_csv *t = &r->data.table[l->table];
    const long row = row_of(r, l->table, v);
    if (row < 0)
        return hy_cell_text("");
    if (!l->quality)
        return hy_cell_of(d, t, (size_t)row, l->column, l->decimals);
    return hy_cell_from(
        hy_cell_rate(d, hy_csv_number_of(t, (size_t)row, l->column), l->decimals, l->quality(&r->data, v->name)), t,
        (size_t)row, l->column);
}

/* The difference is left open where a time does not hold. */
static void put(struct hy_doc *d, const char *group, const char *name, struct hy_cell first, struct hy_cell second,
                bool holds)
{
    const struct hy_block *table = &d->block[d->count - 1];
    const bool begins = table->rows == 0 || strcmp(table->row[table->rows - 1].cells[0].text, group) != 0;
    const double percent = holds && first.value > 0 ? 100 * (second.value / first.value - 1) : (double)NAN;
    const struct hy_row_look look = {.rule_above = begins && table->rows > 0};
    const struct hy_cell cells[] = {begins ? hy_cell_text(group) : hy_cell_greyed(hy_cell_text(group)),
                                    hy_cell_text(name), first, second, hy_cell_percent(d, percent)};
    hy_doc_row(d, cells, &look);
}

static void lines(struct hy_doc *d, const struct hy_report *r, const struct line *line, size_t count,
                  const struct hy_variant *const v[2])
{
    for (size_t i = 0; i < count; i++) {
        const struct line *l = &line[i];
        const struct hy_cell cell[2] = {cell_of(d, r, l, v[0]), cell_of(d, r, l, v[1])};
        if (!isfinite(cell[0].value) && !isfinite(cell[1].value))
            continue;
        put(d, _(l->group), _(l->name), cell[0], cell[1],
            !l->quality ||
                (l->quality(&r->data, v[0]->name) == HY_ROW_OK && l->quality(&r->data, v[1]->name) == HY_ROW_OK));
    }
}

/* What the profiles of the two add: products, calls and time of a step. */
static void profiles(struct hy_doc *d, const struct hy_report *r, const struct hy_variant *const v[2])
{
    struct hy_step_ops s[2];
    struct hy_cell products[2], calls[2], rate[2], ms[2];
    bool holds = true;
    for (int i = 0; i < 2; i++) {
        const enum hy_row_quality quality = hy_profile_quality(&r->data, v[i]->name);
        double all_calls = 0, flops = 0;
        hy_step_ops_make(&s[i], &r->data, v[i]->name);
        for (size_t k = 0; k < s[i].count; k++) {
            all_calls += s[i].item[k].calls;
            flops += s[i].item[k].flops;
        }
        const struct hy_op_sum *linear = hy_step_ops_find(&s[i], "linear");
        const bool known = s[i].count > 0;
        products[i] = hy_cell_fixed(d, linear ? linear->calls : (double)NAN, 0);
        calls[i] = hy_cell_fixed(d, known ? all_calls : (double)NAN, 0);
        rate[i] = hy_cell_rate(d, known ? flops / s[i].ms / 1e6 : (double)NAN, 1, quality);
        ms[i] = hy_cell_rate(d, known ? s[i].ms : (double)NAN, 2, quality);
        holds &= quality == HY_ROW_OK;
    }
    if (s[0].count > 0 && s[1].count > 0) {
        put(d, _("Kernels"), _("products (linear) of a step, calls"), products[0], products[1], true);
        put(d, _("Kernels"), _("all ops of a step, calls"), calls[0], calls[1], true);
        put(d, _("Kernels"), _("all ops of a step (GFLOP/s)"), rate[0], rate[1], holds);
        put(d, _("Time"), _("all ops of a step (ms)"), ms[0], ms[1], holds);
    }
    hy_step_ops_fini(&s[0]);
    hy_step_ops_fini(&s[1]);
}

void hy_blocks_table(struct hy_doc *d, const struct hy_report *r, const struct hy_variant *const v[2], size_t number)
{
    const struct hy_column columns[] = {{_("Of"), 64, HY_LEFT},
                                        {_("Figure"), 0, HY_LEFT},
                                        {v[0]->name, 92, HY_RIGHT},
                                        {v[1]->name, 92, HY_RIGHT},
                                        {_("Difference"), 60, HY_RIGHT}};
    hy_doc_table(d, hy_doc_format(d, "blocks-%zu", number), columns, sizeof columns / sizeof *columns);
    lines(d, r, before, sizeof before / sizeof *before, v);
    profiles(d, r, v);
    lines(d, r, after, sizeof after / sizeof *after, v);
    char *sizes = hy_findings_size_caveat(&r->data, v[0]->name, v[1]->name);
    const char *said[] = {
        hy_doc_format(d,
                      _("The first hybrid of either block. Difference: of %s against %s; it is left open where a "
                        "time does not hold."),
                      v[1]->name, v[0]->name),
        hy_doc_format(d, "%s", sizes)};
    free(sizes);
    hy_doc_paragraph(d, HY_CAPTION, hy_page_sentences(d, said, 2));
}
