/* What the pages on blocks, comparisons, samples, published numbers and the environment say; and any page of any run.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/charts/charts.h"
#include "tests/report/folder.h"
#include "tests/report/pages/costs.h"
#include "tests/report/pages/made.h"

/* ---- blocks ---------------------------------------------------------------------------------------------- */
Test(blocks, split_against_fused_in_the_fixture)
{
    struct made_doc m = doc_of(FIXTURE, hy_page_blocks);
    const struct hy_block *t = table_called(&m.d, "blocks-1");
    const struct hy_shares *s = figure_called(&m.d, "difference-1")->chart;
    cr_assert_str_eq(t->column[2].title, "Hybrid-Mine");
    cr_assert_str_eq(t->column[3].title, "Hybrid-Official");
    cr_assert_str_eq(t->row[0].cells[1].text, "query heads");
    cr_assert_eq(t->row[0].cells[2].value, 4);
    cr_assert_eq(t->row[0].cells[3].value, 8);
    cr_assert_str_eq(t->row[0].cells[4].text, "+100.0\xC2\xA0%");
    cr_assert(s->item[s->count - 1].total);
    double sum = 0;
    for (size_t i = 0; i + 1 < s->count; i++)
        sum += s->item[i].value;
    cr_assert_float_eq(sum, s->item[s->count - 1].value, 1e-9, "the parts make the whole");
    const struct hy_dots *pairs = figure_called(&m.d, "pair-ratios")->chart;
    cr_assert_eq(pairs->centre, 1);
    char *text = texts_of(&m.d);
    says(text, "A step of Hybrid-Mine takes ");
    says(text, "most of it in ");
    says(text, "the query heads");
    free(text);
    drop_doc(&m);
}

/* Nothing is concluded from a profile that does not hold, nor from one that was made otherwise. */
Test(blocks, doubtful_profiles_conclude_nothing)
{
    char *dir = folder_of((struct hy_made_run){.variants = 4, .seeds = 1, .steps = 4, .name = 6});
    add_costs(dir, true);
    struct made_doc m = doc_of(dir, hy_page_blocks);
    const struct hy_shares *s = figure_called(&m.d, "difference-1")->chart;
    for (size_t i = 0; i < s->count; i++)
        cr_assert(s->item[i].hollow);
    char *text = texts_of(&m.d);
    says(text, "do not hold (disturbed or drifted)");
    is_silent(text, "A step of");
    const struct hy_block *t = table_called(&m.d, "blocks-1");
    for (size_t i = 0; i < t->rows; i++)
        if (strcmp(t->row[i].cells[1].text, "all ops of a step (ms)") == 0)
            cr_assert_str_eq(t->row[i].cells[4].text, "\xE2\x80\x93");
    const struct hy_dots *pairs = figure_called(&m.d, "pair-ratios")->chart;
    cr_assert(!pairs->item[0].hollow && pairs->item[1].hollow);
    free(text);
    drop_doc(&m);
    remove_folder(dir);
}

Test(blocks, says_what_is_missing)
{
    char *dir = folder_of((struct hy_made_run){.variants = 1, .seeds = 1, .steps = 4, .name = 6});
    char *text = said_by(dir, hy_page_blocks);
    says(text, "The run has no hybrids of different blocks");
    says(text, "pairs.csv is not there");
    free(text);
    remove_folder(dir);
    dir = folder_of((struct hy_made_run){.variants = 2, .seeds = 1, .steps = 4, .name = 6});
    text = said_by(dir, hy_page_blocks);
    says(text, "why one is slower cannot be said");
    says(text, "best perplexity");
    free(text);
    remove_folder(dir);
}

/* ---- comparison -------------------------------------------------------------------------------------------- */
Test(comparison, verdicts_of_the_fixture)
{
    struct made_doc m = doc_of(FIXTURE, hy_page_comparison);
    const struct hy_dots *dots = figure_called(&m.d, "compare-ratios")->chart;
    cr_assert_eq(dots->count, 3);
    cr_assert_str_eq(dots->item[0].group, "Regressed");
    cr_assert_eq(table_called(&m.d, "compare")->rows, 3);
    char *text = texts_of(&m.d);
    says(text, "Verdicts against a fixture");
    says(text, "Rows that regressed: 1; improved: 1; exact quantities that changed: 1;");
    says(text, "636 \xC2\xB5s");
    free(text);
    drop_doc(&m);
}

Test(comparison, is_not_there_without_another)
{
    char *dir = copy_of_fixture();
    remove_file(dir, "compare.csv");
    char *text = said_by(dir, hy_page_comparison);
    cr_assert_str_eq(text, "");
    free(text);
    remove_folder(dir);
}

/* A document of a folder beside another. */
static char *beside(const char *dir, const char *there)
{
    struct made_doc m = {0};
    struct hy_run_data other;
    cr_assert_eq(hy_run_data_load(&other, there), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_report_load(&m.r, dir), HY_OK, "%s", hy_error());
    m.r.other = &other;
    hy_page_comparison(&m.d, &m.r);
    char *text = texts_of(&m.d);
    drop_doc(&m);
    hy_run_data_fini(&other);
    return text;
}

Test(comparison, two_runs_side_by_side)
{
    char *dir = copy_of_fixture();
    remove_file(dir, "compare.csv");
    cr_assert_eq(replace_in(dir, "ablation_results.csv", ",151.37,", ",166.507,"), 1);
    cr_assert_eq(replace_in(dir, "ablation_results.csv", "Official-NoMeta,", "Newcomer,"), 1);
    cr_assert_eq(replace_in(dir, "runs.csv", ",quick,", ",full,"), 7);
    cr_assert_eq(replace_in(dir, "variants.csv", "Hybrid-NoMeta,split,hybrid,Hybrid-Mine,meta_tokens,11",
                            "Hybrid-NoMeta,split,hybrid,Hybrid-Mine,meta_tokens,12"),
                 1);
    char *text = beside(dir, FIXTURE);
    says(text, "Beside fixture-quick-cpu");
    says(text, "+10.0\xC2\xA0%");
    says(text, "Only in this run: Newcomer.");
    says(text, "Only in the other run: Official-NoMeta.");
    says(text, "layers\n11\n12\nHybrid-NoMeta\n");
    says(text, "full");
    free(text);
    text = beside(FIXTURE, FIXTURE);
    is_silent(text, "Only in");
    is_silent(text, "are configured otherwise");
    is_silent(text, "+10");
    free(text);
    remove_folder(dir);
}

Test(comparison, runs_without_a_common_variant)
{
    char *dir = folder_of((struct hy_made_run){.variants = 2, .seeds = 1, .steps = 4, .name = 6});
    char *text = beside(dir, FIXTURE);
    says(text, "no variant in common");
    free(text);
    remove_folder(dir);
}

/* ---- samples, published, environment --------------------------------------------------------------------------- */
Test(samples, one_table_for_each_prompt)
{
    char *text = said_by(FIXTURE, hy_page_samples);
    says(text, "Prompt \xE2\x80\x9CROMEO:\xE2\x80\x9D");
    says(text, "ROMEO:\xE2\x86\xB5I will not be the day");
    free(text);
    char *dir = copy_of_fixture();
    remove_file(dir, "samples.csv");
    text = said_by(dir, hy_page_samples);
    says(text, "samples.csv is missing from the run folder");
    free(text);
    remove_folder(dir);
}

Test(published, sizes_and_what_sharing_saves)
{
    struct made_doc m = doc_of(FIXTURE, hy_page_published);
    const struct hy_block *caches = table_called(&m.d, "published-cache-table"),
                          *sharing = table_called(&m.d, "published-sharing-table");
    cr_assert_eq(caches->rows, 12);
    for (size_t i = 0; i < caches->rows; i++)
        cr_assert_str_eq(caches->row[i].cells[2].text, caches->row[i].cells[3].text);
    cr_assert_eq(sharing->rows, 3);
    cr_assert_str_eq(sharing->row[0].cells[3].text, "4.3");
    cr_assert_str_eq(sharing->row[1].cells[2].text, "1.571");
    cr_assert_float_eq(sharing->row[1].cells[3].value, 100.0 * 4 * 96 / (3 * 320 + 8 * 96), 1e-6);
    cr_assert_float_eq(sharing->row[2].cells[3].value, 100.0 * 4 * 96 / (3 * 8064 + 8 * 96), 1e-6);
    char *text = texts_of(&m.d);
    says(text, "gives the printed digits of 12 of 12 models");
    says(text, "No published number is known here for this run's text.");
    says(text, "Another tokenizer cuts other tokens");
    free(text);
    drop_doc(&m);
}

Test(published, bits_beside_the_same_text)
{
    char *dir = copy_of_fixture();
    cr_assert_geq(replace_in(dir, "ablation_results.csv", "fixture (invented numbers)", "tinyshakespeare"), 7);
    struct made_doc m = doc_of(dir, hy_page_published);
    const struct hy_dots *dots = figure_called(&m.d, "published-bits")->chart;
    cr_assert_eq(dots->count, 7);
    cr_assert_float_eq(dots->mark[0].value, 2.1203, 1e-4);
    char *text = texts_of(&m.d);
    says(text, "of 3.28 characters a token, that loss is a perplexity of 124");
    free(text);
    drop_doc(&m);
    remove_folder(dir);
}

Test(environment, commands_hashes_and_settings)
{
    char *dir = folder_of((struct hy_made_run){.variants = 2, .seeds = 3, .steps = 4, .name = 6});
    add_costs(dir, false);
    write_text(dir, "config.yaml", "name: made\n");
    char *text = said_by(dir, hy_page_environment);
    says(text, "git checkout abc\nmake\nbuild/hymbench ablation --config results/made/config.yaml --device cpu "
               "--precision f32 --seed 42 --seeds 3\nbuild/hymbench report results/made");
    says(text, "config.yaml");
    says(text, "0.3.21");
    says(text, "OMP_NUM_THREADS=2");
    says(text, "1.00 GiB");
    says(text, "Seldom undisturbed, so perhaps too low: fma_gflops.");
    is_silent(text, "OpenBLAS 0.3.21 X");
    free(text);
    cr_assert_eq(replace_in(dir, "env.json", "\"OMP_NUM_THREADS\": \"2\"", ""), 1);
    text = said_by(dir, hy_page_environment);
    says(text, "None was set of those");
    free(text);
    remove_file(dir, "env.json");
    text = said_by(dir, hy_page_environment);
    says(text, "The environment is not known: env.json is missing from the run folder.");
    says(text, "The commit of the program is not known.");
    free(text);
    remove_folder(dir);
}

/* The same bytes from the same files, wherever the folder lies. */
Test(environment, does_not_name_the_folder)
{
    char *dir = copy_of_fixture(), *here = said_by(FIXTURE, hy_page_environment),
         *there = said_by(dir, hy_page_environment);
    cr_assert_str_eq(here, there);
    free(here);
    free(there);
    remove_folder(dir);
}

/* ---- any page of any run ------------------------------------------------------------------------------------------
 */
static void (*const pages[])(struct hy_doc *, const struct hy_report *) = {
    hy_page_efficiency, hy_page_kv,        hy_page_rooflines,   hy_page_blocks, hy_page_comparison,
    hy_page_samples,    hy_page_published, hy_page_environment, hy_page_figures};
enum { PAGES = sizeof pages / sizeof *pages };

Test(costs, hold_any_run)
{
    static const struct hy_made_run runs[] = {
        {1, 1, 4, 4, false}, {1, 3, 4, 40, false}, {2, 1, 1, 4, true}, {20, 1, 5, 40, true}, {20, 3, 5, 4, true}};
    int held = 0;
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
        for (int full = 0; full < 3; full++) {
            char *dir = folder_of(runs[i]);
            if (full)
                add_costs(dir, full == 2);
            for (size_t k = 0; k < PAGES; k++, held++)
                free(said_by(dir, pages[k]));
            remove_folder(dir);
        }
    cr_assert_eq(held, 5 * 3 * PAGES);
}

/* A table that is missing costs a line, and no page. */
Test(costs, hold_a_run_of_results_alone)
{
    char *dir = new_folder();
    write_text(dir, "ablation_results.csv",
               "Model,Implementation,Best PPL,Status\nA,Mine,nan,nan\nB,Official,,failed\n");
    for (size_t k = 0; k < PAGES; k++) {
        struct made_doc m = doc_of(dir, pages[k]);
        size_t missing = 0;
        for (size_t i = 0; i < m.d.count; i++)
            missing += m.d.block[i].kind == HY_BLOCK_PARAGRAPH && m.d.block[i].paragraph == HY_MISSING;
        cr_assert(missing > 0 || m.d.count == 0, "page %zu does not say what is missing", k);
        drop_doc(&m);
        free(said_by(dir, pages[k]));
    }
    remove_folder(dir);
}

/* Numbers that are none, or too large for any place, in every table of measurements. */
Test(costs, hold_hostile_numbers)
{
    static const char *const values[] = {"nan", "-5", "0", "1e300", "inf", "1e-300", ""};
    static const struct {
        const char *file, *from;
    } places[] = {{"scaling.csv", "2000,"},      {"scaling.csv", "256,1"},    {"ops.csv", ",1.5,10"},
                  {"kv.csv", ",163840"},         {"kernels.csv", ",1000,,,"}, {"pairs.csv", ",0.9,"},
                  {"reference.csv", "4096,3.65"}};
    for (size_t p = 0; p < sizeof places / sizeof *places; p++)
        for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
            char *dir = folder_of((struct hy_made_run){.variants = 3, .seeds = 1, .steps = 4, .name = 6});
            char to[64];
            add_costs(dir, false);
            const char *from = places[p].from;
            if (from[0] == ',')
                snprintf(to, sizeof to, ",%s%s", values[i], strchr(from + 1, ',') ? strchr(from + 1, ',') : "");
            else
                snprintf(to, sizeof to, "%s%s", values[i], strchr(from, ','));
            replace_in(dir, places[p].file, from, to);
            for (size_t k = 0; k < PAGES; k++)
                free(said_by(dir, pages[k]));
            remove_folder(dir);
        }
}
