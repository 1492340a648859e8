/* The figures of a run: from the record to JSON and back, and as cells of runs.csv and ablation_results.csv. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/run/figures.h"
#include "bench/run/record.h"
#include "report/table/csv.h"
#include "report/table/figures.h"

/* The table that `put` makes of one row, read back. */
static struct hy_csv row_of(enum hy_table_id id, const struct hy_record *const *of, int n)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *stream = open_memstream(&text, &bytes);
    struct hy_table table;
    struct hy_csv csv;
    hy_table_open_stream(&table, id, stream, "r", "c");
    if (id == HY_TABLE_RUNS)
        hy_figures_put_run(&table, of[0]);
    else
        hy_figures_put_result(&table, of, n);
    hy_table_rest_missing(&table);
    hy_table_end_row(&table);
    cr_assert_eq(hy_table_commit(&table), HY_OK);
    fclose(stream);
    cr_assert_eq(hy_csv_parse(&csv, "figures", text, bytes, 0, HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    free(text);
    return csv;
}

Test(figures, nothing_is_measured_at_first)
{
    struct hy_record r;
    hy_record_init(&r, "A", 1);
    cr_assert(isnan(r.best_nll) && isnan(r.peak_bytes) && isnan(r.planned_bytes) && isnan(r.trace_ratio));
    cr_assert(r.train_seconds == 0 && r.eval_seconds == 0 && r.joules == 0, "what is added up begins at 0");
    const struct hy_record *of[] = {&r};
    struct hy_csv csv = row_of(HY_TABLE_RUNS, of, 1);
    cr_assert_str_empty(hy_csv_text_of(&csv, 0, "Best PPL"));
    cr_assert_str_empty(hy_csv_text_of(&csv, 0, "Peak memory (MiB)"));
    hy_csv_fini(&csv);
    csv = row_of(HY_TABLE_RESULTS, of, 0);
    cr_assert_str_empty(hy_csv_text_of(&csv, 0, "Peak memory (MiB)"), "over no seeds there is no peak, not 0");
    hy_csv_fini(&csv);
    hy_record_fini(&r);
}

/* What decoding a token takes stands in a cell of scaling.csv, behind what older records have. */
Test(figures, json_keeps_the_energy_of_decoding)
{
    struct hy_record r, back;
    hy_record_init(&r, "A", 1);
    r.n_scaling = 1;
    r.scaling[0] = hy_scaling_row(128, 1);
    r.scaling[0].decode_tok_s = 250;
    r.scaling[0].decode_joules = 0.75;
    json_t *j = hy_record_json(&r), *cell = json_array_get(json_object_get(j, "scaling"), 0);
    cr_assert_eq(hy_record_parse(&back, j, "here"), HY_OK, "%s", hy_error());
    cr_assert_eq(back.scaling[0].decode_joules, 0.75);
    hy_record_fini(&back);
    json_array_remove(cell, json_array_size(cell) - 1); /* as a program without it wrote it */
    cr_assert_eq(hy_record_parse(&back, j, "here"), HY_OK, "%s", hy_error());
    cr_assert_eq(back.scaling[0].decode_tok_s, 250);
    cr_assert(isnan(back.scaling[0].decode_joules));
    hy_record_fini(&back);
    json_decref(j);
    hy_record_fini(&r);
}

Test(figures, json_keeps_them_and_an_older_one_lacks_some)
{
    struct hy_record r, back;
    hy_record_init(&r, "A", 1);
    r.best_nll = 4.5;
    r.peak_bytes = 3e6;
    r.train_seconds = 12.25;
    json_t *j = hy_record_json(&r);
    json_object_del(j, "peak_bytes"); /* as a program without this figure wrote it */
    cr_assert_eq(hy_record_parse(&back, j, "here"), HY_OK, "%s", hy_error());
    cr_assert_eq(back.best_nll, 4.5);
    cr_assert_eq(back.train_seconds, 12.25);
    cr_assert(isnan(back.peak_bytes), "a missing key: not measured");
    cr_assert(isnan(back.final_nll));
    json_decref(j);
    hy_record_fini(&r);
    hy_record_fini(&back);
}

/* A resumed run knows the samples of its best evaluation, to the last digit. */
Test(figures, json_keeps_the_samples_of_the_best_evaluation)
{
    struct hy_record r, back;
    struct hy_evaluation e = {.samples = calloc(2, sizeof *e.samples), .n_samples = 2};
    hy_record_init(&r, "A", 1);
    r.lr = 3e-4;
    r.best_step = 120;
    e.samples[0] = (struct hy_sample_loss){7, 32, 100.0 / 3};
    e.samples[1] = (struct hy_sample_loss){3, 31, NAN};
    hy_record_take_samples(&r, HY_PART_TEST, &e);
    cr_assert(!e.samples && e.n_samples == 0);
    json_t *j = hy_record_json(&r);
    cr_assert_eq(hy_record_parse(&back, j, "here"), HY_OK, "%s", hy_error());
    cr_assert(back.lr == 3e-4 && back.best_step == 120);
    cr_assert_eq(back.n_scored[HY_PART_VAL], 0);
    cr_assert_eq(back.n_scored[HY_PART_TEST], 2);
    cr_assert(back.scored[HY_PART_TEST][0].sample == 7 && back.scored[HY_PART_TEST][0].targets == 32);
    cr_assert(back.scored[HY_PART_TEST][0].nll_sum == 100.0 / 3);
    cr_assert(isnan(back.scored[HY_PART_TEST][1].nll_sum), "a loss that is not finite is none");
    json_decref(j);
    hy_record_fini(&r);
    hy_record_fini(&back);
}

Test(figures, averages_are_as_the_rows_say)
{
    struct hy_record a, b;
    hy_record_init(&a, "A", 1);
    hy_record_init(&b, "A", 2);
    a.best_nll = 2;
    b.best_nll = 4;
    a.final_nll = 3;
    a.peak_bytes = 5 << 20;
    b.peak_bytes = 7 << 20;
    b.planned_bytes = 2 << 20;
    const struct hy_record *of[] = {&a, &b};
    struct hy_csv csv = row_of(HY_TABLE_RESULTS, of, 2);
    cr_assert_float_eq(hy_csv_number_of(&csv, 0, "Best PPL"), exp(3), 1e-6, "the mean is taken of the logarithm");
    cr_assert_str_empty(hy_csv_text_of(&csv, 0, "Final PPL"), "one seed lacks it");
    cr_assert_eq(hy_csv_number_of(&csv, 0, "Peak memory (MiB)"), 7, "the largest");
    cr_assert_eq(hy_csv_number_of(&csv, 0, "Planned peak (MiB)"), 2, "of those that know it");
    hy_csv_fini(&csv);
    csv = row_of(HY_TABLE_RUNS, of, 1);
    cr_assert_eq(hy_csv_number_of(&csv, 0, "Peak memory (MiB)"), 5);
    hy_csv_fini(&csv);
    hy_record_fini(&a);
    hy_record_fini(&b);
}

/* What the report and the documentation read from the table. */
Test(figures, every_row_has_a_meaning)
{
    cr_assert_gt(hy_figure_count, 40);
    for (size_t i = 0; i < hy_figure_count; i++) {
        const struct hy_run_figure *f = &hy_figures[i];
        const size_t length = strlen(f->meaning);
        cr_assert(length > 4 && (f->meaning[length - 1] == '.'), "'%s' has no sentence", f->column);
        cr_assert_eq(*f->column == '\0', f->tables == HY_IN_NEITHER, "'%s'", f->column);
        cr_assert(f->decimals >= HY_DECIMALS_TEXT && f->decimals <= 6);
    }
}
