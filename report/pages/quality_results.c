#include <math.h>
#include <string.h>

#include "report/pages/quality.h"

enum { LOW = 4, HIGH = 5, TEST = 7, RATE = 11, MOST_COLUMNS = 13, MOST_SEEDS = 10 }; /* seeds side by side */

/* ---- a row per variant ------------------------------------------------------------------------------------ */
/* Which columns this run has. */
struct shape {
    bool intervals, tested, swept;
};

static struct shape shape_of(const struct hy_run_data *data)
{
    const struct hy_csv *t = &data->table[HY_TABLE_RESULTS];
    struct shape s = {.swept = *hy_page_swept(data) != '\0'};
    for (size_t i = 0; i < data->variants; i++) {
        s.intervals |= isfinite(data->variant[i].ci_low) && isfinite(data->variant[i].ci_high);
        s.tested |= hy_csv_number_of(t, i, "Test PPL") > 0;
    }
    return s;
}

static void begin(struct hy_doc *d, const struct shape *s)
{
    struct hy_column columns[MOST_COLUMNS];
    size_t n = 0;
    columns[n++] = (struct hy_column){_("Variant"), 100, HY_LEFT};
    columns[n++] = (struct hy_column){_("Imple-\nmentation"), 46, HY_LEFT};
    columns[n++] = (struct hy_column){_("Params\n(M)"), 0, HY_RIGHT};
    columns[n++] = (struct hy_column){_("Best\nPPL"), 0, HY_RIGHT};
    if (s->intervals) {
        columns[n++] = (struct hy_column){_("95 %\nlow"), 0, HY_RIGHT};
        columns[n++] = (struct hy_column){_("95 %\nhigh"), 0, HY_RIGHT};
    }
    columns[n++] = (struct hy_column){_("Final\nPPL"), 0, HY_RIGHT};
    if (s->tested)
        columns[n++] = (struct hy_column){_("Test\nPPL"), 0, HY_RIGHT};
    columns[n++] = (struct hy_column){_("Bits per\nchar"), 0, HY_RIGHT};
    columns[n++] = (struct hy_column){_("Seeds"), 0, HY_RIGHT};
    columns[n++] = (struct hy_column){_("Time\n(min)"), 0, HY_RIGHT};
    if (s->swept)
        columns[n++] = (struct hy_column){_("Learning\nrate"), 0, HY_RIGHT};
    columns[n++] = (struct hy_column){_("Status"), 46, HY_LEFT};
    hy_doc_table(d, "results-table", columns, n);
}

/* Puts a row's cells where this run has columns for them. */
static void put(struct hy_doc *d, const struct shape *s, const struct hy_cell cells[MOST_COLUMNS],
                const struct hy_row_look *look)
{
    struct hy_cell kept[MOST_COLUMNS];
    size_t n = 0;
    for (size_t i = 0; i < MOST_COLUMNS; i++)
        if (!((i == LOW || i == HIGH) && !s->intervals) && !(i == TEST && !s->tested) && !(i == RATE && !s->swept))
            kept[n++] = cells[i];
    hy_doc_row(d, kept, look);
}

static struct hy_cell blank(void)
{
    return hy_cell_greyed(hy_cell_text(" "));
}

static struct hy_cell ppl_of(struct hy_doc *d, const struct hy_run_data *data, const struct hy_variant *v, double value,
                             const char *column)
{
    return hy_cell_from(hy_cell_ppl(d, value), &data->table[HY_TABLE_RESULTS], (size_t)(v - data->variant), column);
}

static void variant_row(struct hy_doc *d, const struct hy_report *r, const struct shape *s, const struct hy_variant *v)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_RESULTS];
    const size_t row = (size_t)(v - r->data.variant);
    struct hy_row_look look = hy_variant_row(v);
    struct hy_cell seeds = hy_cell_of(d, t, row, "Seeds", 0),
                   low = ppl_of(d, &r->data, v, v->ci_low, "Best PPL CI95 low");
    look.bold = v == hy_run_data_best(&r->data);
    if (hy_variant_seeded(v))
        seeds = hy_cell_linked(seeds, hy_variant_anchor(d, r, "seeds", v));
    else if (v->seeds == 1)
        low = hy_cell_greyed(hy_cell_text(_("one seed")));
    const struct hy_cell cells[MOST_COLUMNS] = {
        hy_variant_cell(d, r, v),
        hy_cell_text(v->implementation),
        hy_cell_of(d, t, row, "Params (M)", 2),
        ppl_of(d, &r->data, v, v->best_ppl, "Best PPL"),
        low,
        ppl_of(d, &r->data, v, v->ci_high, "Best PPL CI95 high"),
        ppl_of(d, &r->data, v, v->final_ppl, "Final PPL"),
        ppl_of(d, &r->data, v, hy_csv_number_of(t, row, "Test PPL"), "Test PPL"),
        hy_cell_of(d, t, row, "Bits per char", 3),
        seeds,
        hy_cell_of(d, t, row, "Time (min)", 2),
        hy_cell_text(hy_csv_text_of(t, row, "lr")),
        hy_cell_text(v->status)};
    put(d, s, cells, &look);
}

/* A variant that is configured and has no result: nothing but its name, and why. */
static void missing_rows(struct hy_doc *d, const struct hy_report *r, const struct shape *s)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_VARIANTS];
    const struct hy_row_look look = {.muted = true};
    for (size_t i = 0; r->data.have[HY_TABLE_VARIANTS] && i < t->rows; i++) {
        struct hy_cell cells[MOST_COLUMNS];
        if (hy_run_data_find(&r->data, hy_csv_text_of(t, i, "name")))
            continue;
        for (size_t k = 0; k < MOST_COLUMNS; k++)
            cells[k] = hy_cell_text("");
        cells[0] = hy_cell_text(hy_csv_text_of(t, i, "name"));
        cells[MOST_COLUMNS - 1] = hy_cell_text(_("not run"));
        put(d, s, cells, &look);
    }
}

static void average_rows(struct hy_doc *d, const struct hy_report *r, const struct shape *s)
{
    bool first = true;
    for (size_t g = 0; g < r->data.groups; g++) {
        const struct hy_average a = hy_run_data_average(&r->data, g);
        const struct hy_row_look look = {.muted = true, .rule_above = first};
        if (a.count == 0 || (a.count == 1 && r->data.groups == 1))
            continue;
        const struct hy_cell cells[MOST_COLUMNS] = {hy_cell_text(hy_doc_format(d, _("Average of %zu"), a.count)),
                                                    hy_cell_text(r->data.group[g]),
                                                    hy_cell_fixed(d, a.params_m, 2),
                                                    hy_cell_ppl(d, a.best_ppl),
                                                    blank(),
                                                    blank(),
                                                    hy_cell_ppl(d, a.final_ppl),
                                                    blank(),
                                                    blank(),
                                                    blank(),
                                                    hy_cell_fixed(d, a.minutes, 2),
                                                    blank(),
                                                    blank()};
        put(d, s, cells, &look);
        first = false;
    }
}

static void reference_rows(struct hy_doc *d, const struct hy_report *r, const struct shape *s)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_REFERENCE];
    for (size_t i = 0; r->data.have[HY_TABLE_REFERENCE] && i < t->rows; i++) {
        const struct hy_row_look look = {.muted = true, .rule_above = i == 0};
        const struct hy_cell ppl = hy_cell_from(hy_cell_ppl(d, hy_csv_number_of(t, i, "ppl")), t, i, "ppl");
        const struct hy_cell cells[MOST_COLUMNS] = {hy_cell_text(hy_csv_text_of(t, i, "model")),
                                                    hy_cell_text(_("counting")),
                                                    blank(),
                                                    ppl,
                                                    blank(),
                                                    blank(),
                                                    blank(),
                                                    blank(),
                                                    hy_cell_of(d, t, i, "bits_per_char", 3),
                                                    blank(),
                                                    blank(),
                                                    blank(),
                                                    blank()};
        put(d, s, cells, &look);
    }
}

static void results_caption(struct hy_doc *d, const struct hy_report *r, const struct shape *s)
{
    const char *said[] = {
        _("Sorted by best validation perplexity (PPL), lower is better; the best in bold."),
        _("Best: the lowest of all evaluations, chosen on the validation samples that it is reported for. Final: the "
          "last one, chosen by nothing."),
        s->tested ? _("Test: on samples that nothing was chosen by, with the weights of the best evaluation.") : "",
        s->swept
            ? hy_doc_format(d,
                            _("Each variant was trained with the learning rates %s, and is shown with the one of the "
                              "lowest validation loss; runs.csv has the others."),
                            hy_page_swept(&r->data))
            : "",
        s->intervals ? _("Intervals are Student's t of the losses over seeds.") : "",
        _("Bits per character compare across tokenizers, perplexity does not. Time is training plus evaluation."),
        r->data.groups > 1 ? _("Averages hold finished variants only; they are no comparison of implementations, as "
                               "these need not hold the same settings.")
                           : ""};
    hy_doc_paragraph(d, HY_CAPTION, hy_page_sentences(d, said, sizeof said / sizeof *said));
    if (!r->data.have[HY_TABLE_REFERENCE])
        hy_page_missing(d, _("reference.csv cannot be read, so nothing says what counting tokens reaches."));
}

/* ---- each seed ----------------------------------------------------------------------------------------------- */
/* The seeds of runs.csv in order of appearance, up to `room`; returns how many there are. */
static size_t seeds_of(const struct hy_csv *t, const char **seed, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; i < t->rows; i++) {
        const char *text = hy_csv_text_of(t, i, "Seed");
        size_t k = 0;
        while (k < n && strcmp(seed[k], text) != 0)
            k++;
        if (k == n && n < room)
            seed[n++] = text;
    }
    return n;
}

/* Its best perplexity, or why it has none. */
static struct hy_cell seed_cell(struct hy_doc *d, const struct hy_csv *t, const char *variant, const char *seed)
{
    for (size_t i = 0; i < t->rows; i++) {
        const char *status = hy_csv_text_of(t, i, "Status");
        const double ppl = hy_csv_number_of(t, i, "Best PPL");
        if (strcmp(hy_csv_text_of(t, i, "Model"), variant) != 0 || strcmp(hy_csv_text_of(t, i, "Seed"), seed) != 0)
            continue;
        if ((*status && strcmp(status, "ok") != 0) || !(ppl > 0))
            return hy_cell_greyed(hy_cell_text(*status && strcmp(status, "ok") != 0 ? status : ""));
        return hy_cell_from(hy_cell_ppl(d, ppl), t, i, "Best PPL");
    }
    return hy_cell_greyed(hy_cell_text(_("not run")));
}

static void seeds_table(struct hy_doc *d, const struct hy_report *r, const char *const *seed, size_t count,
                        size_t number)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_RUNS];
    struct hy_column columns[1 + MOST_SEEDS] = {{_("Variant"), 112, HY_LEFT}};
    for (size_t k = 0; k < count; k++)
        columns[1 + k] = (struct hy_column){hy_doc_format(d, _("Seed\n%s"), seed[k]), 0, HY_RIGHT};
    hy_doc_table(d, hy_doc_format(d, "seeds-table-%zu", number), columns, 1 + count);
    for (size_t i = 0; i < r->data.variants; i++) {
        const struct hy_variant *v = &r->data.variant[r->data.ranked[i]];
        struct hy_row_look look = hy_variant_row(v);
        struct hy_cell cells[1 + MOST_SEEDS] = {hy_variant_cell(d, r, v)};
        if (number == 1)
            look.anchor = hy_variant_anchor(d, r, "seeds", v);
        for (size_t k = 0; k < count; k++)
            cells[1 + k] = seed_cell(d, t, v->name, seed[k]);
        hy_doc_row(d, cells, &look);
    }
}

static void each_seed(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_RUNS];
    const char **seed = hy_doc_alloc(d, (t->rows + 1) * sizeof *seed);
    const size_t count = r->data.have[HY_TABLE_RUNS] ? seeds_of(t, seed, t->rows) : 0;
    if (count < 2)
        return;
    hy_doc_heading(d, "seeds", _("Each seed"));
    for (size_t from = 0; from < count; from += MOST_SEEDS)
        seeds_table(d, r, seed + from, count - from < MOST_SEEDS ? count - from : MOST_SEEDS, from / MOST_SEEDS + 1);
    hy_doc_paragraph(d, HY_CAPTION,
                     _("Best validation perplexity of each seed. Of one that did not finish the status stands in its "
                       "place; it is in no average."));
}

void hy_quality_results(struct hy_doc *d, const struct hy_report *r)
{
    const struct shape s = shape_of(&r->data);
    hy_doc_heading(d, "results", _("Results"));
    begin(d, &s);
    for (size_t i = 0; i < r->data.variants; i++)
        variant_row(d, r, &s, &r->data.variant[r->data.ranked[i]]);
    missing_rows(d, r, &s);
    average_rows(d, r, &s);
    reference_rows(d, r, &s);
    results_caption(d, r, &s);
    each_seed(d, r);
}
