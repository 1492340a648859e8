/* What the pages on efficiency, keys and values, and rooflines say of whole, small, large and damaged runs. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/charts/charts.h"
#include "tests/report/folder.h"
#include "tests/report/pages/costs.h"
#include "tests/report/pages/made.h"

/* ---- efficiency ------------------------------------------------------------------------------------------ */
Test(efficiency, charts_of_the_fixture)
{
    struct made_doc m = doc_of(FIXTURE, hy_page_efficiency);
    const struct hy_figure *training = figure_called(&m.d, "rate-training"), *kv = figure_called(&m.d, "front-kv");
    cr_assert(training && kv);
    cr_assert_null(figure_called(&m.d, "rate-decode"), "the fixture has no rates of decoding");
    cr_assert_null(figure_called(&m.d, "energy"));
    const struct hy_dots *dots = training->chart;
    cr_assert_eq(dots->count, 7);
    cr_assert_eq(dots->item[0].value, 5210);
    cr_assert(isnan(dots->item[0].low), "one seed has no range");
    const struct hy_scatter *front = kv->chart;
    cr_assert_eq(front->item[0].x, 0, "a model without attention keeps nothing");
    cr_assert_eq(front->better_x, -1);
    cr_assert_eq(((const struct hy_scatter *)figure_called(&m.d, "front-training")->chart)->better_x, 1);
    const struct hy_lines *layers = figure_called(&m.d, "context-layers")->chart;
    cr_assert_geq(layers->count, 3);
    char *text = texts_of(&m.d);
    says(text, "Decode tok/s: no variant of this run has a figure.");
    says(text, "Energy was not measured");
    free(text);
    drop_doc(&m);
}

/* Numbers say which cell they are, and a mark does not change their value. */
Test(efficiency, cells_have_their_source)
{
    struct made_doc m = doc_of(FIXTURE, hy_page_efficiency);
    const struct hy_block *t = table_called(&m.d, "efficiency-table");
    cr_assert_eq(t->rows, 7);
    size_t held = 0;
    for (size_t i = 0; i < t->rows; i++)
        for (size_t k = 1; k < t->count; k++) {
            const struct hy_cell *c = &t->row[i].cells[k];
            cr_assert(c->table && c->column, "a number without a source");
            const double there = hy_csv_number_of(&m.r.data.table[HY_TABLE_RESULTS], c->row, c->column);
            cr_assert(c->value == there || (isnan(c->value) && isnan(there)), "%s", c->column);
            held += isfinite(there);
        }
    cr_assert_geq(held, 30);
    drop_doc(&m);
}

/* A training that was disturbed is hollow, marked, counted, and on no front. */
Test(efficiency, doubtful_times_count_for_nothing)
{
    char *dir = folder_of((struct hy_made_run){.variants = 4, .seeds = 3, .steps = 4, .name = 6});
    add_costs(dir, true);
    cr_assert_geq(replace_in(dir, "runs.csv", ",4,ok,made", ",4,disturbed,made"), 4);
    struct made_doc m = doc_of(dir, hy_page_efficiency);
    const struct hy_dots *dots = figure_called(&m.d, "rate-training")->chart;
    const struct hy_block *fronts = table_called(&m.d, "fronts");
    cr_assert_eq(dots->count, 4);
    for (size_t i = 0; i < 4; i++) {
        cr_assert(dots->item[i].hollow);
        cr_assert(strstr(dots->item[i].text, hy_row_mark(HY_ROW_DISTURBED)));
        cr_assert_str_eq(fronts->row[i].cells[4].text, "\xE2\x80\x93", "training takes no part");
    }
    cr_assert_str_eq(fronts->row[0].cells[1].text, "yes", "the best of the smallest is on the front of parameters");
    const struct hy_lines *lines = figure_called(&m.d, "context-token")->chart;
    cr_assert(lines->series[1].hollow && lines->series[1].hollow[0]);
    cr_assert(!lines->series[0].hollow[0]);
    char *text = texts_of(&m.d);
    says(text, "Marked are times that do not hold");
    says(text, "timeout");
    is_silent(text, "12 of 64 prompt tokens");
    free(text);
    drop_doc(&m);
    remove_folder(dir);
}

/* The range of the seeds that hold. */
Test(efficiency, seeds_have_a_range)
{
    char *dir = folder_of((struct hy_made_run){.variants = 1, .seeds = 3, .steps = 4, .name = 6});
    write_text(dir, "runs.csv",
               "Model,Seed,Train tok/s,quality\nV00-xx,1,4900,ok\nV00-xx,2,5100,ok\nV00-xx,3,90,drifted\n");
    struct made_doc m = doc_of(dir, hy_page_efficiency);
    const struct hy_dots *dots = figure_called(&m.d, "rate-training")->chart;
    cr_assert(dots->item[0].hollow, "one of its trainings does not hold");
    drop_doc(&m);
    cr_assert_eq(replace_in(dir, "runs.csv", "V00-xx,3,90,drifted\n", ""), 1);
    m = doc_of(dir, hy_page_efficiency);
    dots = figure_called(&m.d, "rate-training")->chart;
    cr_assert_eq(dots->item[0].low, 4900);
    cr_assert_eq(dots->item[0].high, 5100);
    char *text = texts_of(&m.d);
    says(text, "from the least to the most of the seeds");
    says(text, "Fewer than two variants have a perplexity");
    free(text);
    drop_doc(&m);
    remove_folder(dir);
}

Test(efficiency, energy_of_decoding_has_a_chart_and_a_column_of_its_own)
{
    char *dir = copy_of_fixture();
    write_text(dir, "ablation_results.csv",
               "Model,Implementation,Best PPL,Train tok/s,Joules per 1000 tok,Planned peak (MiB),Peak memory (MiB),"
               "Params (M),Device,Status,Decode joules per 1000 tok\nA,Mine,100,5,1.25,90,700,1,cuda,ok,31\n"
               "B,Mine,90,4,2.5,100,700,1,cuda,ok,47\n");
    struct made_doc m = doc_of(dir, hy_page_efficiency);
    cr_assert_eq(((const struct hy_dots *)figure_called(&m.d, "energy")->chart)->item[1].value, 2.5);
    cr_assert_eq(((const struct hy_dots *)figure_called(&m.d, "energy-decode")->chart)->item[1].value, 47);
    cr_assert_eq(table_called(&m.d, "efficiency-table")->count, 10);
    char *text = texts_of(&m.d);
    cr_assert_null(strstr(text, "Energy was not measured"));
    free(text);
    drop_doc(&m);
    remove_folder(dir);
}

Test(efficiency, energy_is_shown_where_it_was_counted)
{
    char *dir = copy_of_fixture();
    write_text(dir, "ablation_results.csv",
               "Model,Implementation,Best PPL,Train tok/s,Joules per 1000 tok,Planned peak (MiB),Peak memory (MiB),"
               "Params (M),Device,Status\nA,Mine,100,5,1.25,90,700,1,cuda,ok\nB,Mine,90,4,2.5,100,700,1,cuda,ok\n");
    struct made_doc m = doc_of(dir, hy_page_efficiency);
    const struct hy_dots *dots = figure_called(&m.d, "energy")->chart;
    cr_assert_eq(dots->item[1].value, 2.5);
    cr_assert_eq(table_called(&m.d, "efficiency-table")->count, 9);
    const struct hy_bars *bars = figure_called(&m.d, "memory-training")->chart;
    cr_assert_eq(bars->value[2], 0, "a process's peak on the host says nothing of a device's plan");
    cr_assert_float_eq(bars->value[0] + bars->value[1], 90, 1e-9);
    drop_doc(&m);
    remove_folder(dir);
}

/* ---- keys and values ----------------------------------------------------------------------------------------- */
Test(kv, structure_and_bytes_of_the_fixture)
{
    struct made_doc m = doc_of(FIXTURE, hy_page_kv);
    const struct hy_tiles *tiles = figure_called(&m.d, "kv-layers")->chart;
    cr_assert_eq(tiles->rows, 7);
    cr_assert_eq(tiles->columns, 11);
    cr_assert_eq(tiles->kind[8], 255, "a model of eight layers has no ninth");
    cr_assert_str_eq(tiles->text[2 * 11 + 2], "1", "it reads layer 1");
    const struct hy_bars *bars = figure_called(&m.d, "kv-bytes")->chart;
    double sum = 0;
    for (int k = 0; k < 4; k++)
        sum += bars->value[2 * 4 + k];
    cr_assert_float_eq(sum, 1760, 1e-6, "what is kept and what is saved is the plain model's");
    cr_assert_float_eq(bars->value[8] + bars->value[9], 672, 1e-6);
    char *text = texts_of(&m.d);
    says(text, "exactly the bytes that the formula counts, in each of the ");
    says(text, "7 caches for 11 layers that attend: 36.4\xC2\xA0% fewer caches");
    says(text, "50.9\xC2\xA0%");
    free(text);
    drop_doc(&m);
}

/* Buffers other than the formula's are a fault that stands in a box. */
Test(kv, buffers_are_held_against_the_formula)
{
    char *dir = copy_of_fixture();
    cr_assert_eq(replace_in(dir, "ablation_results.csv", ",611.9,672,", ",611.9,680,"), 1);
    char *text = said_by(dir, hy_page_kv);
    says(text, "Hybrid-Mine allocated 680.0 KiB of keys and values where the formula counts 672.0 KiB.");
    is_silent(text, "exactly the bytes");
    free(text);
    remove_folder(dir);
}

Test(kv, says_what_is_missing)
{
    char *dir = copy_of_fixture();
    remove_file(dir, "kv.csv");
    char *text = said_by(dir, hy_page_kv);
    says(text, "kv.csv is missing from the run folder");
    says(text, "Attention masks");
    free(text);
    remove_file(dir, "variants.csv");
    text = said_by(dir, hy_page_kv);
    says(text, "variants.csv is missing from the run folder");
    free(text);
    write_text(dir, "variants.csv", "name,arch,layers,window,meta_tokens,global_layers,seq_len\nA,mamba,2,,0,[],64\n");
    text = said_by(dir, hy_page_kv);
    says(text, "No variant of variants.csv has layers with a window");
    free(text);
    write_text(dir, "variants.csv",
               "name,arch,layers,window,meta_tokens,global_layers,seq_len\nA,hybrid,2,16,0,[0],99000\n");
    text = said_by(dir, hy_page_kv);
    says(text, "positions 99000 in all");
    is_silent(text, "no meta tokens");
    free(text);
    remove_folder(dir);
}

/* ---- rooflines --------------------------------------------------------------------------------------------------- */
static const struct hy_ceiling *ceiling(const struct hy_roofline *l, const char *name)
{
    for (size_t i = 0; i < l->ceilings; i++)
        if (strcmp(l->ceiling[i].name, name) == 0)
            return &l->ceiling[i];
    return NULL;
}

Test(rooflines, kernels_and_step_of_a_run)
{
    char *dir = folder_of((struct hy_made_run){.variants = 3, .seeds = 1, .steps = 4, .name = 6});
    add_costs(dir, false);
    struct made_doc m = doc_of(dir, hy_page_rooflines);
    const struct hy_roofline *f32 = figure_called(&m.d, "roofline-f32")->chart,
                             *bf16 = figure_called(&m.d, "roofline-bf16")->chart,
                             *step = figure_called(&m.d, "roofline-step")->chart;
    cr_assert_eq(f32->count, 6, "hot rows with arithmetic: three ops of two passes");
    cr_assert_str_eq(f32->item[0].name, "linear fwd");
    cr_assert_eq(f32->item[0].intensity, 100);
    cr_assert_eq(f32->item[1].look, 1);
    cr_assert(ceiling(f32, "f32 products") && !ceiling(f32, "bf16 products"));
    cr_assert(ceiling(bf16, "bf16 products") && ceiling(bf16, "multiply-adds"));
    cr_assert_eq(ceiling(bf16, "memory")->gbps, 50);
    cr_assert_eq(step->count, 4, "embed has no arithmetic");
    double share = 0;
    for (size_t i = 0; i < step->count; i++)
        share += step->item[i].weight;
    cr_assert(share > 0.5 && share < 1);
    const struct hy_bars *bars = figure_called(&m.d, "step-ops")->chart;
    cr_assert_eq(bars->count, 3);
    cr_assert_eq(bars->parts, 5);
    char *text = texts_of(&m.d);
    says(text, "Without arithmetic and so only in the table: 2.");
    says(text, "Not run: hy_gone (the CPU lacks it).");
    says(text, "Of 32 timed rows each holds.");
    free(text);
    drop_doc(&m);
    remove_folder(dir);
}

Test(rooflines, doubtful_rows_are_hollow_and_counted)
{
    char *dir = folder_of((struct hy_made_run){.variants = 2, .seeds = 1, .steps = 4, .name = 6});
    add_costs(dir, true);
    struct made_doc m = doc_of(dir, hy_page_rooflines);
    const struct hy_bars *bars = figure_called(&m.d, "step-ops")->chart;
    cr_assert(!bars->hollow[0] && bars->hollow[1]);
    cr_assert(strstr(bars->name[1], hy_row_mark(HY_ROW_DISTURBED)));
    char *text = texts_of(&m.d);
    says(text, "Of 32 timed rows 8 were disturbed");
    says(text, "8 drifted");
    says(text, "Profiles that do not hold: 1 of 2");
    free(text);
    drop_doc(&m);
    remove_folder(dir);
}

/* Hot and cold of one case share a row, each number with the row of the file that it is from. */
Test(rooflines, hot_and_cold_side_by_side)
{
    char *dir = folder_of((struct hy_made_run){.variants = 1, .seeds = 1, .steps = 4, .name = 6});
    add_costs(dir, false);
    struct made_doc m = doc_of(dir, hy_page_rooflines);
    const struct hy_block *t = table_called(&m.d, "kernel-table");
    cr_assert_eq(t->rows, 16);
    for (size_t i = 0; i < t->rows; i++) {
        const struct hy_cell *hot = &t->row[i].cells[1], *cold = &t->row[i].cells[7];
        cr_assert_str_eq(hot->column, "median_ns");
        cr_assert_eq(hot->row % 2, 0);
        cr_assert_eq(cold->row, hot->row + 1);
        cr_assert_eq(cold->value, hot->value + 100);
    }
    drop_doc(&m);
    remove_folder(dir);
}

Test(rooflines, says_what_is_missing)
{
    char *dir = copy_of_fixture();
    remove_file(dir, "ops.csv");
    remove_file(dir, "kernels.csv");
    char *text = said_by(dir, hy_page_rooflines);
    says(text, "ops.csv is missing from the run folder");
    says(text, "kernels.csv is missing from the run folder");
    free(text);
    remove_folder(dir);
    dir = copy_of_fixture();
    remove_file(dir, "env.json");
    text = said_by(dir, hy_page_rooflines);
    says(text, "env.json has no measured peaks");
    free(text);
    write_text(dir, "ops.csv", "variant,op,layer,pass,calls,time_ms\nsomebody,scan,0,forward,1,2\n");
    text = said_by(dir, hy_page_rooflines);
    says(text, "ops.csv has no training step of a variant of this run.");
    free(text);
    remove_folder(dir);
}
