/* What the report's pages say, and do not say, of whole, small, large and broken runs. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/charts/charts.h"
#include "tests/report/folder.h"
#include "tests/report/pages/made.h"
#include "tests/report/seeds.h"

static void has(const char *text, const char *part)
{
    cr_assert(strstr(text, part), "the page lacks \"%s\":\n%s", part, text);
}

static void lacks(const char *text, const char *part)
{
    cr_assert(!strstr(text, part), "the page holds \"%s\":\n%s", part, text);
}

/* Every line but a status of its own, which is a word of the run's. */
static void no_garbage(const char *text)
{
    static const char *const garbage[] = {"nan", "inf", "(null)", "%s", "%z", "1e+", "-0.0"};
    char *copy = hy_format("%s", text), *rest = copy;
    for (char *line; (line = strsep(&rest, "\n"));) {
        if (strcmp(line, "nan") == 0 || strstr(line, ": nan") || strstr(line, "status nan"))
            continue;
        for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++)
            for (const char *at = line; (at = strstr(at, garbage[i])); at++) {
                const char before = at > line ? at[-1] : ' ', after = at[strlen(garbage[i])];
                const bool in_a_word = (before >= 'a' && before <= 'z') || (after >= 'a' && after <= 'z');
                cr_assert(in_a_word, "\"%s\" holds %s", line, garbage[i]);
            }
    }
    free(copy);
}

static char *page_text(const char *dir, void (*page)(struct hy_doc *d, const struct hy_report *r))
{
    struct made_doc m = doc_of(dir, page);
    char *text = texts_of(&m.d);
    drop_doc(&m);
    no_garbage(text);
    return text;
}

/* ---- overview ------------------------------------------------------------------------------------------- */
Test(pages, overview_answers_on_one_page)
{
    struct made_doc m = doc_of(FIXTURE, hy_page_overview);
    char *text = texts_of(&m.d);
    has(text, "Which of 7 variants reaches the lowest validation perplexity");
    has(text, "after 120 training steps");
    has(text, "perplexity 144.52");
    has(text, "One seed: no interval.");
    has(text, "Confounded.");
    has(text, "What matters most\nmeta tokens");
    has(text, "Official-NoMeta against Hybrid-Official, one seed.");
    has(text, "672 KiB of 1.72 MiB");
    lacks(text, "SYNTHETIC");
    cr_assert(figure_called(&m.d, "overview-quality"));
    cr_assert(figure_called(&m.d, "overview-effects"));
    cr_assert(figure_called(&m.d, "overview-speed"));
    free(text);
    drop_doc(&m);
}

/* No more than five sentences in body text, and what must be known comes before any number. */
Test(pages, overview_is_short_and_warns_first)
{
    char *dir = copy_of_fixture();
    cr_assert_gt(replace_in(dir, "ablation_results.csv", "fixture (invented numbers)", "synthetic"), 0);
    struct made_doc m = doc_of(dir, hy_page_overview);
    size_t findings = 0, warning = 0, cards = 0;
    for (size_t i = 0; i < m.d.count; i++) {
        const struct hy_block *b = &m.d.block[i];
        findings += b->kind == HY_BLOCK_PARAGRAPH && b->paragraph == HY_BODY;
        if (b->kind == HY_BLOCK_PARAGRAPH && b->paragraph == HY_WARNING && strstr(b->text, "SYNTHETIC"))
            warning = i;
        if (b->kind == HY_BLOCK_CARDS)
            cards = i;
    }
    cr_assert(findings >= 3 && findings <= 5, "%zu findings", findings);
    cr_assert(warning > 0 && warning < cards);
    drop_doc(&m);
    remove_folder(dir);
}

/* Several seeds give intervals, and pairs that decide. */
Test(pages, overview_with_seeds_has_intervals)
{
    char *dir = folder_of((struct hy_made_run){.variants = 6, .seeds = 4, .steps = 8, .name = 8});
    char *text = page_text(dir, hy_page_overview);
    has(text, "perplexity 102.00 [100.00, 104.00]");
    has(text, "4 seeds, 95 % interval.");
    has(text, "4 seeds in pairs");
    has(text, "95\xC2\xA0% interval");
    lacks(text, "no interval");
    has(text, "4 seeds in pairs tell the two apart");
    free(text);
    remove_folder(dir);
}

/* A chart of the first page has eight rows at most, the best of them. */
Test(pages, overview_holds_twenty_variants)
{
    char *dir = folder_of((struct hy_made_run){.variants = 20, .seeds = 2, .steps = 5, .name = 40, .broken = true});
    struct made_doc m = doc_of(dir, hy_page_overview);
    const struct hy_dots *dots = figure_called(&m.d, "overview-quality")->chart,
                         *effects = figure_called(&m.d, "overview-effects")->chart;
    cr_assert_eq(dots->count, 8);
    cr_assert_eq(effects->count, 8);
    for (size_t i = 1; i < dots->count; i++)
        cr_assert(dots->item[i - 1].value <= dots->item[i].value);
    drop_doc(&m);
    char *text = page_text(dir, hy_page_overview);
    has(text, "The best 8 of 20 variants.");
    has(text, "6 of 20 variants did not finish");
    free(text);
    remove_folder(dir);
}

/* ---- quality ------------------------------------------------------------------------------------------------ */
/* The mean of two seeds with a band between them, as long as both; one seed has none. */
Test(pages, curves_have_bands_over_seeds)
{
    char *dir = folder_of((struct hy_made_run){.variants = 2, .seeds = 3, .steps = 5, .name = 8});
    struct made_doc m = doc_of(dir, hy_page_quality);
    const struct hy_lines *lines = figure_called(&m.d, "quality-curves")->chart;
    cr_assert_eq(lines->count, 2);
    cr_assert_eq(lines->series[0].count, 5);
    cr_assert(lines->series[0].low);
    cr_assert_float_eq(lines->series[0].low[4], 100, 1e-6);
    cr_assert_float_eq(lines->series[0].high[4], 104, 1e-6);
    cr_assert_float_eq(lines->series[0].y[4], cbrt(100.0 * 102 * 104), 1e-6);
    const struct hy_lines *places = figure_called(&m.d, "position-curves")->chart;
    cr_assert_eq(places->series[1].count, 4);
    drop_doc(&m);
    remove_folder(dir);
    m = doc_of(FIXTURE, hy_page_quality);
    lines = figure_called(&m.d, "quality-curves")->chart;
    cr_assert_null(lines->series[0].low);
    cr_assert_eq(lines->series[0].count, 8);
    drop_doc(&m);
}

/* A seed that ended with nan is in no mean; a variant that has no other is drawn as far as it came, with a ring. */
Test(pages, broken_seeds_enter_no_mean)
{
    char *dir = folder_of((struct hy_made_run){.variants = 3, .seeds = 3, .steps = 6, .name = 8, .broken = true});
    struct made_doc m = doc_of(dir, hy_page_quality);
    const struct hy_lines *lines = figure_called(&m.d, "quality-curves")->chart;
    cr_assert_eq(lines->series[2].count, 6);
    cr_assert_float_eq(lines->series[2].y[5], sqrt((106.0 + 2) * (106 + 4)), 1e-6, "the seeds 43 and 44");
    char *text = texts_of(&m.d);
    no_garbage(text);
    has(text, "Each seed");
    free(text);
    drop_doc(&m);
    remove_folder(dir);

    dir = folder_of((struct hy_made_run){.variants = 3, .seeds = 1, .steps = 6, .name = 8, .broken = true});
    m = doc_of(dir, hy_page_quality);
    lines = figure_called(&m.d, "quality-curves")->chart;
    cr_assert_eq(lines->series[2].count, 3);
    cr_assert(lines->series[2].hollow && lines->series[2].hollow[2] && !lines->series[2].hollow[0]);
    cr_assert_null(lines->series[0].hollow);
    drop_doc(&m);
    remove_folder(dir);
}

/* Numbers of the table say which cell they are; what is missing says why. */
Test(pages, results_come_from_their_cells)
{
    char *dir = copy_of_fixture();
    cr_assert_eq(replace_in(dir, "ablation_results.csv", "Official-NoMeta,", "Something-Else,"), 1);
    struct made_doc m = doc_of(dir, hy_page_quality);
    const struct hy_block *t = table_called(&m.d, "results-table");
    cr_assert(t);
    cr_assert_str_eq(t->row[0].cells[0].text, "Hybrid-Official");
    cr_assert(t->row[0].look.bold);
    const struct hy_cell *best = &t->row[0].cells[3];
    cr_assert_str_eq(best->text, "144.52");
    cr_assert_str_eq(best->table, "ablation_results.csv");
    cr_assert_str_eq(best->column, "Best PPL");
    cr_assert_eq(best->row, 5);
    cr_assert_str_eq(t->row[0].cells[0].link, "design-6");
    cr_assert_str_eq(t->row[7].cells[0].text, "Official-NoMeta");
    cr_assert_str_eq(t->row[7].cells[t->count - 1].text, "not run");
    drop_doc(&m);
    remove_folder(dir);
}

Test(pages, test_split_is_shown_where_it_is)
{
    char *dir = copy_of_fixture(), *text = page_text(dir, hy_page_quality);
    lacks(text, "Test\nPPL");
    lacks(text, "Learning\nrate");
    free(text);
    char *path = hy_format("%s/ablation_results.csv", dir), *data;
    size_t bytes;
    cr_assert_eq(hy_read_file(path, &data, &bytes), HY_OK);
    FILE *f = fopen(path, "w");
    bool header = true;
    for (char *line = strtok(data, "\n"); line; line = strtok(NULL, "\n"), header = false)
        fprintf(f, "%s,%s\n", line, header ? "Test PPL,Sweep,lr" : "171.25,\"0.0001, 0.0003\",0.0003");
    fclose(f);
    free(data);
    free(path);
    text = page_text(dir, hy_page_quality);
    has(text, "Test\nPPL");
    has(text, "171.25");
    has(text, "Learning\nrate");
    has(text, "the learning rates 0.0001, 0.0003");
    free(text);
    text = page_text(dir, hy_page_limits);
    has(text, "The test samples were looked at once");
    free(text);
    remove_folder(dir);
}

/* ---- effects ---------------------------------------------------------------------------------------------------- */
Test(pages, effects_are_grouped_and_audited)
{
    struct made_doc m = doc_of(FIXTURE, hy_page_effects);
    const struct hy_dots *dots = figure_called(&m.d, "effects-forest")->chart;
    cr_assert_eq(dots->count, 7);
    cr_assert_str_eq(dots->item[0].group, "meta tokens");
    cr_assert_str_eq(dots->item[0].name, "Hybrid-NoMeta");
    cr_assert_null(dots->item[1].group);
    cr_assert_str_eq(dots->item[1].name, "Official-NoMeta");
    bool told = false;
    for (size_t i = 0; i < dots->count; i++) {
        told |= dots->item[i].group && strcmp(dots->item[i].group, "KV sharing, and more with it") == 0;
        cr_assert(dots->item[i].hollow, "one seed");
    }
    cr_assert(told, "a confounded comparison stands in a group that says so");
    const struct hy_block *table = table_called(&m.d, "effects-table"), *audit = table_called(&m.d, "audit-table");
    cr_assert_eq(table->rows, 7);
    cr_assert_eq(audit->rows, 7);
    cr_assert_str_eq(table->row[3].cells[table->count - 1].link, audit->row[3].look.anchor);
    char *text = texts_of(&m.d);
    has(text, "one seed, confounded");
    has(text, "layers, global_layers");
    has(text, "clean");
    no_garbage(text);
    free(text);
    drop_doc(&m);
}

Test(pages, a_run_without_comparisons_has_no_page_of_effects)
{
    char *dir = copy_of_fixture();
    remove_file(dir, "variants.csv");
    char *text = page_text(dir, hy_page_effects);
    cr_assert_str_eq(text, "");
    free(text);
    text = page_text(dir, hy_page_overview);
    has(text, "No component was changed alone in variants that finished.");
    free(text);
    text = page_text(dir, hy_page_design);
    has(text, "variants.csv is missing from the run folder");
    free(text);
    remove_folder(dir);
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */
static void (*const mine[])(struct hy_doc *, const struct hy_report *) = {
    hy_page_overview, hy_page_design, hy_page_quality, hy_page_training,
    hy_page_effects,  hy_page_limits, hy_page_figures};

/* One variant and twenty, short names and long, with and without holes: no text is garbage. */
Test(pages, hold_any_run)
{
    static const struct hy_made_run runs[] = {
        {1, 1, 4, 4, false}, {1, 3, 4, 40, false}, {2, 1, 1, 4, true}, {20, 1, 50, 40, true}, {20, 3, 6, 4, true}};
    int pages = 0;
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        char *dir = folder_of(runs[i]);
        for (size_t k = 0; k < sizeof mine / sizeof *mine; k++, pages++)
            free(page_text(dir, mine[k]));
        remove_folder(dir);
    }
    cr_assert_eq(pages, 35);
}

Test(pages, hold_a_run_without_numbers)
{
    char *dir = new_folder();
    write_text(dir, "ablation_results.csv",
               "Model,Implementation,Params (M),Best PPL,Final PPL,Time (min),Status\n"
               "Hybrid-Mine,Mine,nan,inf,-1,,nan\nOther,Official,,,,,failed\n");
    for (size_t k = 0; k < sizeof mine / sizeof *mine; k++)
        free(page_text(dir, mine[k]));
    char *text = page_text(dir, hy_page_overview);
    has(text, "No variant has a validation perplexity.");
    has(text, "2 of 2 variants did not finish");
    free(text);
    remove_folder(dir);
}

/* Every number that is none, in the place of a perplexity. */
Test(pages, hold_hostile_numbers)
{
    static const char *const values[] = {"nan", "-5", "0", "1e300", "inf", "1e-300", ""};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char *dir = copy_of_fixture(), *changed = hy_format(",%s,%s", values[i], values[i]);
        cr_assert_eq(replace_in(dir, "ablation_results.csv", ",168.21,169.4", changed), 1);
        for (size_t k = 0; k < sizeof mine / sizeof *mine; k++) {
            struct made_doc m = doc_of(dir, mine[k]);
            char *text = texts_of(&m.d);
            lacks(text, "(null)");
            lacks(text, "-nan");
            free(text);
            drop_doc(&m);
        }
        free(changed);
        remove_folder(dir);
    }
}

/* A damaged log, and rates that do not hold, are said before any number. */
Test(pages, limits_stand_on_the_first_page_where_they_must)
{
    char *dir = copy_of_fixture(), *path = hy_format("%s/steps.csv", dir);
    FILE *f = fopen(path, "ab");
    fputs("Mamba-only,42,9", f);
    fclose(f);
    free(path);
    char *text = page_text(dir, hy_page_overview);
    has(text, "steps.csv: line ");
    has(text, "was cut off while being written and is left out");
    free(text);
    text = page_text(dir, hy_page_limits);
    has(text, "was cut off while being written and is left out");
    has(text, "What is missing from this run");
    has(text, "What a difference of quality may come from");
    free(text);
    remove_folder(dir);
}
