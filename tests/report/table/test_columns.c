/* The tables of a run folder: names, writing, appending after a crash, forgetting. */
#include "report/table/table_read.h"

#include <criterion/criterion.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/report/folder.h"

Test(columns, documented_names_stay)
{
    const struct hy_table_spec *results = hy_table_spec(HY_TABLE_RESULTS);
    static const char *const first[] = {"Model", "Implementation", "Params (M)", "Best PPL", "Final PPL", "Time (min)"};
    for (int i = 0; i < 6; i++)
        cr_assert_str_eq(results->columns[i], first[i]);
    cr_assert_str_eq(results->file, "ablation_results.csv");
    for (int id = 0; id < HY_TABLE_COUNT; id++) {
        const struct hy_table_spec *s = hy_table_spec((enum hy_table_id)id);
        cr_assert_str_eq(s->columns[s->count - 2], "Run", "%s", s->file);
        cr_assert_str_eq(s->columns[s->count - 1], "Corpus", "%s", s->file);
        for (size_t i = 0; i < s->count; i++)
            for (size_t k = 0; k < i; k++)
                cr_assert_str_neq(s->columns[i], s->columns[k], "%s", s->file);
    }
}

/* The fixture's columns are these in this order; figures that came later it may lack. */
Test(columns, fixture_agrees)
{
    for (int id = 0; id < HY_TABLE_COUNT; id++) {
        struct hy_csv t;
        const struct hy_table_spec *s = hy_table_spec((enum hy_table_id)id);
        size_t at = 0;
        cr_assert_eq(hy_table_read(&t, (enum hy_table_id)id, FIXTURE), HY_OK, "%s", hy_error());
        for (size_t i = 0; i < t.columns; i++, at++) {
            while (at < s->count && strcmp(t.header[i], s->columns[at]) != 0)
                at++;
            cr_assert_lt(at, s->count, "%s has no column '%s' here", s->file, t.header[i]);
        }
        hy_csv_fini(&t);
    }
}

Test(columns, table_appears_when_committed)
{
    char *dir = new_folder(), *path = hy_table_path(HY_TABLE_REFERENCE, dir);
    struct hy_table t;
    cr_assert_eq(hy_table_open(&t, HY_TABLE_REFERENCE, dir, "r, 1", "c"), HY_OK);
    hy_table_float(&t, "ppl", 491.2);
    hy_table_text(&t, "model", "unigram");
    hy_table_double(&t, "bits_per_char", NAN);
    hy_table_end_row(&t);
    cr_assert(!hy_file_exists(path), "an unfinished table must not look finished");
    cr_assert_eq(hy_table_commit(&t), HY_OK);
    char *data;
    size_t bytes;
    cr_assert_eq(hy_read_file(path, &data, &bytes), HY_OK);
    cr_assert_str_eq(data, "model,ppl,bits_per_char,Run,Corpus\nunigram,491.2,,\"r, 1\",c\n");
    free(data);
    cr_assert_eq(hy_table_open(&t, HY_TABLE_REFERENCE, dir, "r", "c"), HY_OK);
    hy_table_abort(&t);
    hy_table_abort(&t);
    cr_assert(hy_file_exists(path), "an aborted rewrite leaves the old table");
    free(path);
    remove_folder(dir);
}

static void put_step(struct hy_table *t, const char *variant, int seed, double peak_lr, int step)
{
    hy_table_float(t, "peak_lr", peak_lr);
    hy_table_text(t, "variant", variant);
    hy_table_integer(t, "seed", seed);
    hy_table_integer(t, "step", step);
    hy_table_rest_missing(t);
    hy_table_end_row(t);
}

Test(columns, append_goes_on_after_a_torn_line)
{
    char *dir = new_folder(), *path = hy_table_path(HY_TABLE_STEPS, dir);
    struct hy_table t;
    struct hy_csv back;
    cr_assert_eq(hy_table_append(&t, HY_TABLE_STEPS, dir, "r", "c"), HY_OK);
    put_step(&t, "A", 1, 0.1, 0);
    cr_assert_eq(hy_table_read(&back, HY_TABLE_STEPS, dir), HY_OK, "each row is on disk as soon as it ends");
    cr_assert_eq(back.rows, 1);
    hy_csv_fini(&back);
    cr_assert_eq(hy_table_commit(&t), HY_OK);
    FILE *torn = fopen(path, "ab");
    fputs("A,1,1,0.1,\"half", torn);
    fclose(torn);
    cr_assert_eq(hy_table_append(&t, HY_TABLE_STEPS, dir, "r", "c"), HY_OK, "%s", hy_error());
    put_step(&t, "A", 1, 0.1, 1);
    cr_assert_eq(hy_table_commit(&t), HY_OK);
    cr_assert_eq(hy_table_read(&back, HY_TABLE_STEPS, dir), HY_OK, "%s", hy_error());
    cr_assert_eq(back.rows, 2);
    cr_assert_eq(hy_csv_number_of(&back, 1, "step"), 1);
    hy_csv_fini(&back);
    free(path);
    remove_folder(dir);
}

Test(columns, append_refuses_a_table_of_other_columns)
{
    char *dir = new_folder();
    struct hy_table t;
    write_text(dir, "steps.csv", "variant,step\nA,1\n");
    cr_assert_eq(hy_table_append(&t, HY_TABLE_STEPS, dir, "r", "c"), HY_BAD_INPUT);
    remove_folder(dir);
}

Test(columns, forget_drops_what_is_repeated)
{
    char *dir = new_folder();
    struct hy_table t;
    struct hy_csv back;
    const struct hy_logged all = {.variant = "A", .seed = 1, .peak_lr = 0.1},
                           late = {.variant = "A", .seed = 1, .peak_lr = 0.1, .step = 2};
    cr_assert_eq(hy_table_forget(HY_TABLE_STEPS, dir, &all), HY_OK, "nothing there is nothing to forget");
    cr_assert_eq(hy_table_append(&t, HY_TABLE_STEPS, dir, "r", "c"), HY_OK);
    for (int step = 0; step < 5; step++) {
        put_step(&t, "A", 1, 0.1, step);
        put_step(&t, "A", 1, 0.3, step);
        put_step(&t, "A", 2, 0.1, step);
        put_step(&t, "B", 1, 0.1, step);
    }
    cr_assert_eq(hy_table_commit(&t), HY_OK);
    cr_assert_eq(hy_table_forget(HY_TABLE_STEPS, dir, &late), HY_OK);
    cr_assert_eq(hy_table_read(&back, HY_TABLE_STEPS, dir), HY_OK, "%s", hy_error());
    cr_assert_eq(back.rows, 17);
    for (size_t i = 0; i < back.rows; i++)
        cr_assert(strcmp(hy_csv_text_of(&back, i, "variant"), "A") != 0 || hy_csv_number_of(&back, i, "seed") != 1 ||
                  strcmp(hy_csv_text_of(&back, i, "peak_lr"), "0.1") != 0 || hy_csv_number_of(&back, i, "step") < 2);
    hy_csv_fini(&back);
    remove_folder(dir);
}

/* Rates tell rows apart; a table from before they were kept has none, and its rows differ in the other columns. */
Test(columns, rates_are_part_of_the_key)
{
    char *dir = new_folder();
    struct hy_csv t;
    write_text(dir, "steps.csv", "variant,seed,step,peak_lr\nA,1,1,0.1\nA,1,1,0.3\n");
    cr_assert_eq(hy_table_read(&t, HY_TABLE_STEPS, dir), HY_OK, "%s", hy_error());
    hy_csv_fini(&t);
    write_text(dir, "steps.csv", "variant,seed,step,peak_lr\nA,1,1,0.1\nA,1,1,0.1\n");
    cr_assert_eq(hy_table_read(&t, HY_TABLE_STEPS, dir), HY_BAD_INPUT);
    cr_assert_not_null(strstr(hy_error(), "step '1', peak_lr '0.1' is there twice"), "%s", hy_error());
    write_text(dir, "steps.csv", "variant,seed,step\nA,1,1\nA,1,1\n");
    cr_assert_eq(hy_table_read(&t, HY_TABLE_STEPS, dir), HY_BAD_INPUT);
    cr_assert_not_null(strstr(hy_error(), "step '1' is there twice"), "%s", hy_error());
    remove_folder(dir);
}

/* A caller's mistakes are bugs, and stop the program where they are made. */
static void wrong(const char *first, const char *second)
{
    struct hy_table t;
    char *dir = new_folder();
    hy_table_open(&t, HY_TABLE_REFERENCE, dir, "r", "c");
    unlink(t.file.temporary); /* nobody cleans up behind an abort */
    rmdir(dir);
    hy_table_text(&t, first, "x");
    if (second)
        hy_table_text(&t, second, "y");
    hy_table_end_row(&t);
}

/* cppcheck-suppress unknownMacro */
Test(columns, unknown_column_is_a_bug, .signal = SIGABRT)
{
    wrong("modle", NULL);
}

Test(columns, cell_put_twice_is_a_bug, .signal = SIGABRT)
{
    wrong("model", "model");
}

Test(columns, forgotten_column_is_a_bug, .signal = SIGABRT)
{
    wrong("model", NULL);
}
